"""Forms of the chain's settings."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from puskesmas.forms import ManyChoices


class ChainForm(forms.Form):
    """Which hops the files of a village, or of all, take."""

    village = forms.ChoiceField(label=_("Desa/kelurahan"), required=False)
    programme_code = forms.ChoiceField(label=_("Program"), required=False)
    supervisor = forms.BooleanField(
        label=_("Ditinjau supervisor kecamatan lebih dulu"), required=False
    )
    manager = forms.BooleanField(
        label=_("Direkomendasikan manajer SLRT"), required=False, initial=True
    )
    owner = forms.BooleanField(
        label=_("Diputuskan pemilik program"),
        help_text=_("Tanpa ini, keputusan dicatat langsung oleh manajer atau back office SLRT."),
        required=False,
        initial=True,
    )
    owner_partner = forms.ChoiceField(
        label=_("Pemilik program menjawab sendiri di halamannya"),
        help_text=_(
            "Bila berkas direkomendasikan, lembaga ini mendapat tautan dan memutuskan tanpa akun. "
            "Kosong: jawabannya dicatat petugas SLRT. Lembaga ditambahkan di halaman Mitra."
        ),
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        villages: list[tuple[str, str]],
        programmes: list[tuple[str, str]],
        partners: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["village"].choices = [("", _("Semua desa")), *villages]
        fields["programme_code"].choices = [("", _("Semua program")), *programmes]
        fields["owner_partner"].choices = [("", _("Tidak: dicatat petugas SLRT")), *partners]


class SupervisedForm(forms.Form):
    """The villages one supervisor reviews."""

    villages = forms.MultipleChoiceField(
        label=_("Desa dan kelurahan yang ditinjau"),
        help_text=_("Supervisor hanya melihat rujukan dari desa yang dicentang."),
        widget=ManyChoices(),
        required=False,
    )

    def __init__(self, *args: Any, villages: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["villages"]
        field.choices = villages
