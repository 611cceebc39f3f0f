"""Forms of the register pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from puskesmas.forms import Choices, DateField
from puskesmas.pages import ActForm
from registry.imports import columns

YES, NO = "yes", "no"
_PREFIX = "programme:"


class RegisterForm(ActForm):
    """A register: its code, names, whether it is in force, whose recipients it lists."""

    edits_record = True

    code = forms.CharField(
        label=_("Kode singkat"),
        max_length=20,
        help_text=_("Contoh: PBI-JK. Kode tidak dapat diubah lagi."),
        widget=forms.TextInput({"class": "w-16", "autocomplete": "off"}),
    )
    name_id = forms.CharField(label=_("Nama daftar"), max_length=120)
    name_en = forms.CharField(label=_("Nama dalam bahasa Inggris"), max_length=120, required=False)
    in_force = forms.ChoiceField(
        label=_("Masih berlaku?"),
        choices=[(YES, _("Masih berlaku")), (NO, _("Sudah diganti daftar lain"))],
        initial=YES,
        widget=Choices(hints={NO: _("Tetap dapat dibaca, sesudah daftar yang berlaku.")}),
    )
    programme = forms.ChoiceField(
        label=_("Daftar penerima satu program?"),
        required=False,
        help_text=_("Bila ya, yang ada di daftar ini tercatat menerima program itu."),
    )

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = self.initial.get("programme", "")
        known = {
            field.removeprefix(_PREFIX): label
            for field, label in columns.FIELDS.items()
            if field.startswith(_PREFIX)
        }
        choices = [("", _("– bukan –")), *({held: held} | known if held else known).items()]
        self.fields["programme"].choices = choices  # type: ignore[attr-defined]
        if not is_new:
            del self.fields["code"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        values["in_force"] = values.get("in_force", YES) == YES
        return values


class DayForm(forms.Form):
    """The day asked about; sent with GET, for a day tells nothing of anybody."""

    on = DateField(label=_("Keadaan pada tanggal"))
