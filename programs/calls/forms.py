"""Forms of the calls pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.models import Candidate, LegalBasis, Programme
from puskesmas.actors import Actor
from puskesmas.forms import Choices, CountField, DateField, NumberInput
from puskesmas.pages import ActForm, CreateForm
from registry.models import Resident


class CallForm(CreateForm):
    """What an owner asks for."""

    owner = forms.CharField(
        label=_("Siapa yang meminta?"),
        max_length=120,
        help_text=_("Contoh: Dinas Sosial, Baznas"),
    )
    programme = forms.ModelChoiceField(
        label=_("Program"),
        queryset=Programme.objects.none(),
        required=False,
        to_field_name="uid",
        empty_label=_("– program lain –"),
        help_text=_("NIK dan No. KK hanya ikut dalam daftar untuk program pemerintah."),
    )
    wanted = CountField(label=_("Berapa orang?"), min_value=1)
    criteria = forms.CharField(
        label=_("Siapa yang dicari?"),
        max_length=500,
        help_text=_("Seperti di suratnya. Contoh: lansia 60 tahun ke atas yang hidup sendiri"),
        widget=forms.Textarea({"rows": 3}),
    )
    reference = forms.CharField(label=_("Nomor surat"), max_length=120, required=False)
    received_on = DateField(label=_("Diterima tanggal"))
    due_on = DateField(label=_("Paling lambat diserahkan"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programmes = Programme.objects.visible_to(actor)
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]


class FinderForm(forms.Form):
    """Whom to look at; sent with GET, for it names nobody."""

    min_age = forms.IntegerField(
        label=_("Umur paling muda"),
        required=False,
        min_value=0,
        max_value=130,
        widget=NumberInput(width=4),
    )
    max_age = forms.IntegerField(
        label=_("Umur paling tua"),
        required=False,
        min_value=0,
        max_value=130,
        widget=NumberInput(width=4),
    )
    sex = forms.ChoiceField(
        label=_("Jenis kelamin"), required=False, choices=[("", _("Semua")), *Resident.Sex.choices]
    )
    dusun = forms.ChoiceField(label=_("Dusun"), required=False)
    rw = forms.ChoiceField(label="RW", required=False)
    max_decile = forms.IntegerField(
        label=_("Desil paling tinggi"),
        required=False,
        min_value=1,
        max_value=10,
        widget=NumberInput(width=4),
    )
    disability = forms.BooleanField(label=_("Hanya penyandang disabilitas"), required=False)
    uncovered = forms.BooleanField(
        label=_("Hanya yang belum tercatat menerima apa pun"), required=False
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Resident.objects.visible_to(actor).filter(canonical__isnull=True)
        for name in ("dusun", "rw"):
            found = people.exclude(**{name: ""}).order_by(name).values_list(name, flat=True)
            choices = [("", _("Semua")), *((one, one) for one in found.distinct())]
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        if actor.office.kind == actor.office.Kind.KELURAHAN:
            del self.fields["dusun"]

    def asked(self) -> dict[str, Any]:
        """Return the filters that are on."""
        values = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return {name: value for name, value in values.items() if value not in (None, "", False)}


class NameForm(forms.Form):
    """Why this person is on the list."""

    reason = forms.CharField(
        label=_("Mengapa dicalonkan?"),
        max_length=500,
        help_text=_("Contoh: 72 tahun, hidup sendiri, tidak punya penghasilan tetap"),
        widget=forms.Textarea({"rows": 3, "autofocus": True}),
    )


class ReturnForm(ActForm):
    reason = forms.CharField(label=_("Alasan"), max_length=500, widget=forms.Textarea({"rows": 3}))


class HandOverForm(ActForm):
    receiver = forms.CharField(label=_("Diterima oleh"), max_length=120)
    handed_on = DateField(label=_("Tanggal diserahkan"))


class BasisForm(ActForm):
    """To somebody who is not of the government, names go by consent or in an emergency only."""

    legal_basis = forms.ChoiceField(
        label=_("Dasar pemberian data"),
        help_text=_("Untuk lembaga non-pemerintah dibutuhkan persetujuan, atau keadaan darurat."),
        choices=[one for one in LegalBasis.choices if one[0] != LegalBasis.PUBLIC_DUTY],
        widget=Choices(),
    )


class PartnerHandOverForm(BasisForm, HandOverForm):
    """The same with the basis; the one recorded before is chosen already."""


class SendForm(ActForm):
    """The list goes to the tier above that asked for it, today."""


class PartnerSendForm(BasisForm):
    """The same, for an owner who is not of the government."""


class ResultForm(ActForm):
    """What the owner chose of one person."""

    edits_record = True

    result = forms.ChoiceField(
        label=_("Pilihan pemilik"), choices=Candidate.Result.choices, widget=Choices()
    )
    told_on = DateField(label=_("Diberitahukan tanggal"))
    source = forms.CharField(
        label=_("Sumber"), max_length=120, help_text=_("Contoh: surat Dinas Sosial 460/12/2026")
    )
