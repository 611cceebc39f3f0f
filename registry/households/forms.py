"""Forms of the household pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from puskesmas.forms import CountField, DateField, DigitsInput, ManyChoices, NumberInput
from puskesmas.pages import ActForm, CreateForm
from registry import codes
from registry.households.selectors import housing_label
from registry.models import HouseholdMember, Resident


class HeadForm(ActForm):
    """One click: this member heads the family from today."""

    resident = forms.UUIDField(widget=forms.HiddenInput)


class CardForm(ActForm):
    """A person leaves his card for another, alone or with members of his family."""

    kk = forms.CharField(
        label=_("No. KK yang baru"),
        required=False,
        max_length=24,
        widget=DigitsInput(),
        help_text=_("16 angka. Kosongkan bila KK barunya belum jadi."),
    )
    relation = forms.ChoiceField(
        label=_("Hubungan dalam KK itu"),
        required=False,
        choices=[("", "–"), *HouseholdMember.Relation.choices],
        help_text=_("Bila kosong pada KK baru: kepala keluarga."),
    )
    along = forms.MultipleChoiceField(label=_("Ikut pindah"), required=False, widget=ManyChoices())
    on = DateField(label=_("Sejak"), required=False)
    source = forms.CharField(
        label=_("Sumber"),
        max_length=120,
        help_text=_("Contoh: KK baru ditunjukkan warga, surat pindah 475/8/2026"),
    )

    def __init__(self, *args: Any, others: list[Resident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if others:
            choices = [(str(one.uid), one.name) for one in others]
            self.fields["along"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["along"]


class HousingForm(CreateForm):
    """What a house was like on a day; what was not seen stays empty."""

    observed_on = DateField(label=_("Dilihat pada"))
    source = forms.CharField(
        label=_("Sumber"),
        required=False,
        max_length=120,
        help_text=_("Contoh: kunjungan rumah, foto yang dibawa warga"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, known in codes.HOUSING.items():
            self.fields[name] = forms.ChoiceField(
                label=housing_label(name),
                required=False,
                choices=[("", _("Tidak dilihat")), *known.by_code()],
            )
        self.fields["area_m2"] = CountField(
            label=_("Luas lantai (m²)"), required=False, max_value=9_999
        )
        self.fields["power_va"] = CountField(
            label=_("Daya listrik (VA)"),
            required=False,
            max_value=200_000,
            widget=NumberInput(width=8),
            help_text=_("Contoh: 450, 900, 1300"),
        )
