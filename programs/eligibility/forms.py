"""The form by which an officer writes down what somebody said."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.terms.fields import DAY, NUMBER, YES_NO, FactField
from puskesmas.forms import Choices, DateField

_YES, _NO = "yes", "no"


class FactForm(forms.Form):
    """One fact: the answer, who said so, and when."""

    value = forms.CharField()
    source = forms.CharField(
        label=_("Dari siapa atau dari surat apa"),
        help_text=_("Contoh: keterangan warga, surat PHK 12/2026."),
        max_length=120,
    )
    on = DateField(label=_("Tanggal"))

    def __init__(self, *args: Any, asked: FactField, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        self.fields["value"] = _answer_field(asked)

    def clean_value(self) -> Any:
        value = self.cleaned_data["value"]
        if self.asked.kind == YES_NO:
            return value == _YES
        return value.isoformat() if self.asked.kind == DAY else value


def _answer_field(asked: FactField) -> forms.Field:
    label: Any = asked.label
    if asked.kind == DAY:
        return DateField(label=label)
    if asked.kind == NUMBER:
        return forms.IntegerField(label=label, min_value=0)
    choices: Any = ((_YES, _("Ya")), (_NO, _("Tidak")))
    if asked.kind != YES_NO:
        choices = asked.choices
    return forms.ChoiceField(label=label, choices=choices, widget=Choices())
