"""Forms of the district's calls for candidates."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from puskesmas.forms import CountField, DateField
from puskesmas.models import Peer
from puskesmas.pages import ActForm, CreateForm


def _criteria() -> forms.CharField:
    return forms.CharField(
        label=_("Siapa yang dicari?"),
        max_length=500,
        help_text=_("Seperti di suratnya. Contoh: lansia 60 tahun ke atas yang hidup sendiri"),
        widget=forms.Textarea({"rows": 3}),
    )


class IssueForm(CreateForm):
    """What an owner asks for, and how many of each village."""

    owner = forms.CharField(
        label=_("Siapa yang meminta?"),
        max_length=120,
        help_text=_("Contoh: Dinas Sosial, Baznas"),
    )
    programme = forms.ChoiceField(
        label=_("Program"),
        required=False,
        help_text=_("NIK dan No. KK hanya ikut dalam daftar untuk program pemerintah."),
    )
    criteria = _criteria()
    reference = forms.CharField(label=_("Nomor surat"), max_length=120, required=False)
    due_on = DateField(label=_("Paling lambat diserahkan"), required=False)
    each = CountField(
        label=_("Berapa orang dari tiap desa?"),
        required=False,
        help_text=_("Berlaku untuk desa yang jumlahnya dikosongkan di bawah; 0: tidak diminta."),
    )

    def __init__(
        self, *args: Any, programmes: list[tuple[str, str]], villages: list[Peer], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.programmes, self.villages = dict(programmes), villages
        choices = [("", _("– program lain –")), *programmes]
        self.fields["programme"].choices = choices  # type: ignore[attr-defined]
        for village in villages:
            self.fields[f"wanted_{village.uid}"] = CountField(label=village.name, required=False)

    def asked(self) -> dict[str, Any]:
        """Return what the verb is given; villages asked for nobody are left out."""
        data = self.cleaned_data
        numbers = {one: data[f"wanted_{one.uid}"] for one in self.villages}
        wanted = {
            one: data["each"] if number is None else number for one, number in numbers.items()
        }
        return {
            **{name: data[name] for name in ("owner", "criteria", "reference", "due_on")},
            "client_uid": data["client_uid"],
            "programme_code": data["programme"],
            "programme_name": self.programmes.get(data["programme"], ""),
            "wanted": {one: number for one, number in wanted.items() if number},
        }


class CorrectForm(ActForm):
    """What is asked, said otherwise."""

    edits_record = True

    criteria = _criteria()
    reference = forms.CharField(label=_("Nomor surat"), max_length=120, required=False)
    due_on = DateField(label=_("Paling lambat diserahkan"), required=False)
