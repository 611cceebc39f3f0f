"""How every form looks, and the few fields that Indonesian forms need everywhere.

``FORM_RENDERER`` names :class:`Renderer`, so ``{{ form }}``, ``{{ form.nik.as_field_group }}`` and
the forms of other packages (accounts) all get a label above, a hint under it, the error in words,
and ``aria-describedby`` that ties the three together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from puskesmas.days import FIRST_DAY, LAST_DAY


class BoundField(forms.BoundField):
    """A bound field that knows where the error summary must lead."""

    @property
    def target_id(self) -> str:
        """Id of the first control of the field; a group of choices has no id of its own."""
        id_ = self.field.widget.attrs.get("id") or self.auto_id
        return self.id_for_label or (f"{id_}_0" if id_ else "")

    @property
    def recorded(self) -> str:
        """What the record says now, beside what was typed (see ``puskesmas.pages.add_error``)."""
        return getattr(self.field, "recorded", "")

    @property
    def has_notes(self) -> bool:
        """Whether the page's script writes notes beside the box, into the element ``…_notes``."""
        return getattr(self.field, "has_notes", False)

    @property
    def aria_describedby(self) -> str | None:
        """As Django's, and the notes of what is recorded now and of the page's script."""
        others = super().aria_describedby
        if others is None:
            return None
        notes = {"recorded": self.recorded, "notes": self.has_notes}
        ours = [f"{self.auto_id}_{name}" for name, is_there in notes.items() if is_there]
        return " ".join([others, *ours]).strip()

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        """As Django's, without placeholders: they vanish when one types; hints stay."""
        return {"placeholder": False} | super().build_widget_attrs(attrs, widget)


class Renderer(TemplatesSetting):
    """Renders forms, formsets, fields and widgets from ``templates/forms``."""

    form_template_name = "forms/form.html"
    formset_template_name = "forms/formset.html"
    field_template_name = "forms/field.html"
    bound_field_class = BoundField


class DigitsInput(forms.TextInput):
    """Digits on a numeric keyboard: NIK, KK, receipt numbers.

    ``private`` keeps the value out of the drafts that ``autosave.js`` stores in the browser.
    """

    def __init__(self, *, width: int = 16, private: bool = True) -> None:
        attrs = {
            "inputmode": "numeric",
            "autocomplete": "off",
            "spellcheck": "false",
            "class": f"digits w-{width}",
        }
        super().__init__(attrs | ({"data-private": True} if private else {}))


class PhoneInput(forms.TextInput):
    """A telephone number; private, like :class:`DigitsInput`."""

    input_type = "tel"

    def __init__(self) -> None:
        super().__init__(
            {"inputmode": "tel", "autocomplete": "off", "class": "w-16", "data-private": True}
        )


class NumberInput(forms.TextInput):
    """A count, typed on a numeric keyboard. Not ``type=number``: a wheel must not change it."""

    def __init__(self, *, width: int = 8, prefix: Any = "") -> None:
        super().__init__(
            {"inputmode": "numeric", "autocomplete": "off", "class": f"digits w-{width}"}
        )
        self.prefix = prefix


class Suggestions(forms.TextInput):
    """Text with a list to choose from; anything else may be typed."""

    template_name = "forms/suggestions.html"

    def __init__(self, options: Iterable[str]) -> None:
        super().__init__({"autocomplete": "off"})
        self.options = list(options)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """As Django's, with the list and the id that ties it to the box."""
        context = super().get_context(name, value, attrs)
        context["list_id"] = f"{context['widget']['attrs'].get('id', name)}_list"
        context["widget"]["attrs"]["list"] = context["list_id"]
        context["options"] = self.options
        return context


class DateInput(forms.DateInput):
    """A date typed as ``22-11-2026``, or picked where the browser has a calendar."""

    template_name = "forms/date.html"

    def __init__(self) -> None:
        super().__init__(
            {"inputmode": "numeric", "autocomplete": "off", "class": "digits w-12"},
            format="%d-%m-%Y",
        )


class Choices(forms.RadioSelect):
    """Radio buttons; ``hints`` maps a value to the line under its label."""

    def __init__(
        self, *, hints: Mapping[str, Any] | None = None, inline: bool = False, **kwargs: Any
    ) -> None:
        super().__init__({"class": "choices-inline"} if inline else None, **kwargs)
        self.hints = hints or {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return _with_hint(super().create_option(name, value, *args, **kwargs), self.hints)


class ManyChoices(forms.CheckboxSelectMultiple):
    """Checkboxes; ``hints`` maps a value to the line under its label."""

    def __init__(
        self, *, hints: Mapping[str, Any] | None = None, inline: bool = False, **kwargs: Any
    ) -> None:
        super().__init__({"class": "choices-inline"} if inline else None, **kwargs)
        self.hints = hints or {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return _with_hint(super().create_option(name, value, *args, **kwargs), self.hints)


def _with_hint(option: dict[str, Any], hints: Mapping[str, Any]) -> dict[str, Any]:
    if hint := hints.get(str(option["value"])):
        option["hint"] = hint
        option["attrs"]["aria-describedby"] = f"{option['attrs']['id']}_hint"
    return option


def _require_possible(day: date | None, first: date) -> None:
    if day is not None and not first <= day <= LAST_DAY:
        raise forms.ValidationError(
            _(
                "Tahun %(year)s tidak mungkin: tulis tahun %(first)s sampai %(last)s, "
                "contoh 22-11-2026."
            ),
            code="range",
            params={"year": f"{day.year:04d}", "first": first.year, "last": LAST_DAY.year},
        )


class DateField(forms.DateField):
    """A date from ``first`` to 2200, day first, with a four-digit year."""

    widget = DateInput

    def __init__(self, *, first: date = FIRST_DAY, **kwargs: Any) -> None:
        self.first = first
        kwargs.setdefault("help_text", _("Contoh: 22-11-2026"))
        super().__init__(**kwargs)
        self.error_messages["invalid"] = _(
            "Tulis tanggal sebagai hari-bulan-tahun, contoh 22-11-2026."
        )

    def to_python(self, value: Any) -> date | None:
        """Return the day. Raises ValidationError."""
        day: date | None = super().to_python(value)
        _require_possible(day, self.first)
        return day


class DateTimeField(forms.DateTimeField):
    """A moment from ``first`` to 2200 in the office's zone, typed as ``22-11-2026 09.15``."""

    widget = forms.DateTimeInput

    def __init__(self, *, first: date = FIRST_DAY, **kwargs: Any) -> None:
        self.first = first
        kwargs.setdefault("help_text", _("Contoh: 22-11-2026 09.15"))
        kwargs.setdefault(
            "widget",
            forms.DateTimeInput(
                {"autocomplete": "off", "class": "digits w-16"}, format="%d-%m-%Y %H.%M"
            ),
        )
        super().__init__(**kwargs)
        self.error_messages["invalid"] = _("Tulis tanggal dan jam, contoh 22-11-2026 09.15.")

    def to_python(self, value: Any) -> datetime | None:
        """Return the moment, aware. Raises ValidationError."""
        moment: datetime | None = super().to_python(value)
        _require_possible(moment.date() if moment else None, self.first)
        return moment


def _without_points(text: str) -> str:
    """Return ``300.000`` as 300000; Django would drop the noughts as decimals and read 300."""
    plain = text.strip()
    return plain.replace(".", "") if re.fullmatch(r"-?\d{1,3}(\.\d{3})+", plain) else plain


class CountField(forms.IntegerField):
    """A number of people or things, 0 or more. ``1.250`` and ``1250`` are the same number."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", NumberInput(width=4))
        kwargs.setdefault("min_value", 0)
        super().__init__(**kwargs)
        self.error_messages["invalid"] = _("Tulis dengan angka saja, contoh 4.")

    def to_python(self, value: Any) -> int | None:
        return super().to_python(_without_points(value) if isinstance(value, str) else value)


class RupiahField(forms.IntegerField):
    """Whole rupiah. ``Rp1.250.000``, ``1.250.000`` and ``1250000`` are the same amount."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", NumberInput(width=12, prefix="Rp"))
        kwargs.setdefault("min_value", 0)
        super().__init__(**kwargs)
        self.error_messages["invalid"] = _("Tulis jumlah rupiah dengan angka, contoh 1.250.000.")

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str):
            value = re.sub(r"^\s*rp\.?|\s|,-$|,00$", "", value, flags=re.IGNORECASE)
            value = _without_points(value)
        return super().to_python(value)
