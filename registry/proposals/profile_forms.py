"""The form of the sheet's profile: a line a column."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from puskesmas.forms import NumberInput
from registry.proposals.columns import FORMATS, SOURCES
from registry.proposals.sheets import MOST_COLUMNS


class ProfileForm(forms.Form):
    """Name of the profile and of its sheet; ``number`` is the version that was seen."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("Nama susunan"), max_length=80)
    sheet_name = forms.CharField(label=_("Nama lembar"), max_length=31)


class ColumnForm(forms.Form):
    """One column; an empty title leaves it out."""

    place = forms.IntegerField(
        label=_("Urutan"), required=False, min_value=1, max_value=999, widget=NumberInput(width=4)
    )
    title = forms.CharField(label=_("Judul"), required=False, max_length=60)
    source = forms.ChoiceField(
        label=_("Isi"),
        required=False,
        choices=[("", "–"), *((code, one.label) for code, one in SOURCES.items())],
    )
    format = forms.ChoiceField(
        label=_("Bentuk"), required=False, choices=list(FORMATS.items()), initial="plain"
    )
    required = forms.BooleanField(label=_("Wajib"), required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a title without content."""
        values = super().clean() or self.cleaned_data
        if values.get("title") and not values.get("source"):
            self.add_error("source", _("Pilih isi kolom ini, atau kosongkan judulnya."))
        return values


ColumnFormSet = forms.formset_factory(
    ColumnForm, extra=2, max_num=MOST_COLUMNS, absolute_max=MOST_COLUMNS + 5
)


def columns_of(formset: Any) -> list[dict[str, Any]]:
    """Return the columns that have a title, in the order asked for."""
    filled = [form.cleaned_data for form in formset.forms if form.cleaned_data.get("title")]
    placed = sorted(enumerate(filled), key=lambda pair: (pair[1].get("place") or 999, pair[0]))
    return [
        {
            "title": one["title"],
            "source": one["source"],
            "format": one["format"] or "plain",
            "required": one["required"],
        }
        for _at, one in placed
    ]
