"""The value of a condition as an officer types it: "ya", "60", "III, II"."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from programs.catalogue.words import NO, YES
from programs.terms.fields import (
    BARE,
    CHOICE,
    LISTS,
    NAMES,
    NUMBER,
    YES_NO,
    FactField,
    field_of,
    fits,
    value_fits,
)


def read_value(code: str, operator: str, typed: str) -> Any:
    """Return the value to compare the fact with; None where the operator needs none.

    Raises:
        django.forms.ValidationError: the operator does not fit the fact (code "operator"), or the
            value does not (code "value"); the words that fit are named.
    """
    fact = field_of(code)
    if fact is None:
        raise forms.ValidationError(_("Fakta ini tidak dikenal."), code="operator")
    if not fits(fact, operator):
        raise forms.ValidationError(
            _("Perbandingan ini tidak cocok dengan fakta ini."), code="operator"
        )
    if operator in BARE:
        return None
    if operator in LISTS:
        value: Any = [_one(fact, part.strip()) for part in typed.split(",") if part.strip()]
    elif fact.kind == NAMES:
        value = [part.strip() for part in typed.split(",") if part.strip()]
    else:
        value = _one(fact, typed.strip())
    if not value_fits(fact, operator, value):
        raise forms.ValidationError(_("Tulis nilainya."), code="value")
    return value


def _one(fact: FactField, typed: str) -> Any:
    if fact.kind == NUMBER:
        if not typed.isdecimal() or len(typed) > 9:
            raise forms.ValidationError(_("Tulis sebuah bilangan, contoh 60."), code="value")
        return int(typed)
    if fact.kind not in {YES_NO, CHOICE}:
        return typed
    said = _words_of(fact)
    if typed.casefold() not in said:
        shown = ", ".join(dict.fromkeys(_shown(fact)))
        raise forms.ValidationError(_("Tulis salah satu dari: %s.") % shown, code="value")
    return said[typed.casefold()]


def _words_of(fact: FactField) -> dict[str, Any]:
    if fact.kind == YES_NO:
        return {str(YES): True, str(NO): False}
    by_code = {str(code).casefold(): code for code, _label in fact.choices}
    return by_code | {str(label).casefold(): code for code, label in fact.choices}


def _shown(fact: FactField) -> list[str]:
    if fact.kind == YES_NO:
        return [str(YES), str(NO)]
    return [str(label) for _code, label in fact.choices]
