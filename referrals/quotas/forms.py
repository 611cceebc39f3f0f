"""The form of a quota."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from puskesmas.forms import CountField
from puskesmas.pages import ActForm

#: More than a regency has people.
MOST_PLACES = 9_999_999


class QuotaForm(ActForm):
    """How many places a programme has; setting it again changes it."""

    programme_code = forms.ChoiceField(label=_("Program"))
    places = CountField(label=_("Jumlah tempat"), max_value=MOST_PLACES)
    emergency_first = forms.BooleanField(
        label=_("Perkara darurat didahulukan di daftar tunggu"), required=False, initial=True
    )
    yields_to = forms.ChoiceField(
        label=_("Ditutup bila orangnya mendapat program"),
        help_text=_(
            "Contoh: kartu daerah ditutup bila kartu nasional disetujui; tempatnya diberikan "
            "kepada yang berikut di daftar tunggu."
        ),
        required=False,
    )

    def __init__(self, *args: Any, programmes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["programme_code"].choices = [("", _("Pilih program")), *programmes]
        fields["yields_to"].choices = [("", _("Tidak ada")), *programmes]
