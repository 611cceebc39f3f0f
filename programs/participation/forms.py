"""Forms of the participation pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.models import Participation, Programme
from programs.participation import cover, selectors
from programs.participation.services import BY_HAND
from puskesmas.actors import Actor
from puskesmas.forms import Choices, DateField, NumberInput
from puskesmas.pages import ActForm

_SAID: dict[str, Any] = {
    Participation.Source.SELF: _("Hanya kata orangnya; belum dapat diandalkan."),
    Participation.Source.OWNER: _("Surat, daftar, atau jawaban pemilik program."),
}


class ParticipationForm(forms.Form):
    """What a person receives, and who says so."""

    programme = forms.ModelChoiceField(
        label=_("Program"),
        queryset=Programme.objects.none(),
        to_field_name="uid",
        empty_label=_("– pilih –"),
    )
    source = forms.ChoiceField(
        label=_("Dari mana diketahui?"),
        choices=[(one.value, one.label) for one in BY_HAND],
        widget=Choices(hints=_SAID),
    )
    since = DateField(label=_("Sejak"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programmes = Programme.objects.visible_to(actor)
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]


class StopForm(ActForm):
    """When it ended, and why."""

    until = DateField(label=_("Terakhir menerima tanggal"))
    reason = forms.CharField(
        label=_("Sebab dan sumbernya"),
        max_length=500,
        help_text=_("Contoh: graduasi mandiri, surat pendamping PKH 3 Mei 2026"),
        widget=forms.Textarea({"rows": 3}),
    )


class PlaceFilterForm(forms.Form):
    """Which part of the village; sent with GET, for it names nobody."""

    def __init__(self, *args: Any, actor: Actor, with_rt: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels: dict[str, Any] = {"dusun": _("Dusun"), "rw": "RW", "rt": "RT"}
        for name, found in selectors.places(actor).items():
            if (name == "rt" and not with_rt) or (name == "dusun" and not found):
                continue
            self.fields[name] = forms.ChoiceField(
                label=labels[name],
                required=False,
                choices=[("", _("Semua")), *((one, one) for one in found)],
            )

    def asked(self) -> dict[str, Any]:
        """Return the filters that are on; nothing while one of them is no choice."""
        values = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return {name: value for name, value in values.items() if value not in (None, "")}


class RecipientFilterForm(PlaceFilterForm):
    show = forms.CharField(required=False, widget=forms.HiddenInput)
    source = forms.ChoiceField(
        label=_("Sumber"),
        required=False,
        choices=[("", _("Semua")), *Participation.Source.choices],
    )

    def asked(self) -> dict[str, Any]:
        return {name: value for name, value in super().asked().items() if name != "show"}


class DoubleFilterForm(PlaceFilterForm):
    overlap = forms.ChoiceField(label=_("Pasangan program"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, with_rt=False, **kwargs)
        pairs = [(str(one.uid), one.name) for one in cover.overlaps(actor)]
        self.fields["overlap"].choices = [("", _("Semua")), *pairs]  # type: ignore[attr-defined]


class GapFilterForm(PlaceFilterForm):
    max_decile = forms.IntegerField(
        label=_("Desil paling tinggi"),
        required=False,
        min_value=1,
        max_value=10,
        widget=NumberInput(width=4),
    )


class OverlapForm(forms.Form):
    """Two programmes that should not come together."""

    one = forms.ModelChoiceField(
        label=_("Program"),
        queryset=Programme.objects.none(),
        to_field_name="uid",
        empty_label=_("– pilih –"),
    )
    other = forms.ModelChoiceField(
        label=_("tidak bersama"),
        queryset=Programme.objects.none(),
        to_field_name="uid",
        empty_label=_("– pilih –"),
    )
    why = forms.CharField(label=_("Mengapa?"), max_length=200, required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("one", "other"):
            programmes = Programme.objects.visible_to(actor)
            self.fields[name].queryset = programmes  # type: ignore[attr-defined]
