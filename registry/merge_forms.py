"""Forms of merging two records."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from puskesmas.forms import Choices
from registry.merging import better_kept
from registry.models import Resident


class MergeForm(forms.Form):
    """Which of the two stays, and why they are one person."""

    canonical = forms.ChoiceField(label=_("Data mana yang dipertahankan?"), widget=Choices())
    reason = forms.CharField(
        label=_("Dari mana diketahui?"),
        max_length=300,
        required=False,
        help_text=_(
            "Contoh: KK asli sudah dilihat. Wajib bila NIK keduanya berbeda: tulis mengapa satu "
            "orang punya dua NIK."
        ),
    )

    def __init__(self, *args: Any, one: Resident, other: Resident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, second = str(one.uid), str(other.uid)
        self._opposite = {first: second, second: first}
        field = self.fields["canonical"]
        field.choices = [  # type: ignore[attr-defined]
            (first, _("Data pertama: %(name)s") % {"name": one.name}),
            (second, _("Data kedua: %(name)s") % {"name": other.name}),
        ]
        field.initial = str(better_kept(one, other)[0].uid)

    @property
    def chosen(self) -> dict[str, Any]:
        """What the verb takes: uids of the one that stays and the one that goes, the reason."""
        canonical = self.cleaned_data["canonical"]
        return {
            "canonical": canonical,
            "duplicate": self._opposite[canonical],
            "reason": self.cleaned_data["reason"],
        }
