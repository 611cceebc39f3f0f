"""The form of one question: the same person, or not."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from puskesmas.forms import Choices
from registry.merging import better_kept
from registry.models import Likeness, Resident


class DecideForm(forms.Form):
    """The verdict comes with the button; of two residents one says which stays, and why."""

    verdict = forms.ChoiceField(
        choices=[(one.value, one.label) for one in Likeness.Verdict if one.value],
        widget=forms.HiddenInput,
    )
    canonical = forms.ChoiceField(
        label=_("Bila sama, data mana yang dipertahankan?"), widget=Choices(), required=False
    )
    reason = forms.CharField(
        label=_("Dari mana diketahui?"),
        max_length=300,
        required=False,
        help_text=_("Boleh kosong. Wajib bila NIK keduanya berbeda tetapi orangnya sama."),
    )

    def __init__(self, *args: Any, one: Resident, other: Resident | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if other is None:
            del self.fields["canonical"]
            del self.fields["reason"]
            return
        field = self.fields["canonical"]
        field.choices = [  # type: ignore[attr-defined]
            (str(one.uid), _("Data pertama: %(name)s") % {"name": one.name}),
            (str(other.uid), _("Data kedua: %(name)s") % {"name": other.name}),
        ]
        field.initial = str(better_kept(one, other)[0].uid)
