"""The base of the forms of one row of a draft: its boxes, its conditions, and back again.

``initial_of`` turns the document's row into what the form shows, ``row`` turns what was filled in
back into the row, ``field_for`` names the box a mistake of the document belongs to.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.catalogue import words
from programs.catalogue.parts import Row
from programs.catalogue.values import read_value
from programs.papers import paper_name, papers
from programs.terms import document
from programs.terms.fields import fields
from puskesmas.pages import ActForm

#: How many conditions the page offers; a rule that came in a file may have more.
MOST_CONDITIONS = 12
#: What is left out when empty: the document is as short as can be.
_EMPTY: tuple[Any, ...] = (None, "", [], ())


@dataclass(frozen=True)
class Surroundings:
    """What a row may name: the draft's document, the service it is of, the office's programmes."""

    content: Mapping[str, Any]
    part: str
    service: str = ""
    programmes: Sequence[tuple[str, str]] = ()


class RowForm(ActForm):
    """A row; ``slots`` conditions may be filled in, those left empty do not count."""

    edits_record = True
    #: Under which name the document keeps the conditions; "" when rows of this part have none.
    conditions_name = ""
    conditions_hint: Any = gettext_lazy("Salah satu cukup. Kosong: selalu.")

    def __init__(self, *args: Any, about: Surroundings, slots: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.about = about
        self.slots = slots if self.conditions_name else 0
        facts = _fact_choices(about) if self.slots else []
        for slot in range(1, self.slots + 1):
            self.fields |= _condition_fields(slot, facts)

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """The boxes that belong to no condition."""
        return [one for one in self.visible_fields() if not one.name.startswith("condition_")]

    @property
    def condition_groups(self) -> list[list[forms.BoundField]]:
        """The three boxes of each condition."""
        return [[self[name] for name in _names(slot)] for slot in range(1, self.slots + 1)]

    @classmethod
    def conditions_of(cls, row: Row) -> list[Row]:
        return list(row.get(cls.conditions_name, [])) if cls.conditions_name else []

    @classmethod
    def initial_of(cls, row: Row) -> dict[str, Any]:
        """Return what the form shows of the document's row."""
        initial = {name: value for name, value in row.items() if name in cls.base_fields}
        for slot, condition in enumerate(cls.conditions_of(row), 1):
            value = words.value_in_words(condition["field"], condition.get("value"))
            given = condition["field"], condition["operator"], value
            if condition.get("value") is None:
                given = (*given[:2], "")
            initial |= dict(zip(_names(slot), given, strict=True))
        return initial

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        values["conditions"] = [
            condition
            for slot in range(1, self.slots + 1)
            if (condition := self._condition(slot, values)) is not None
        ]
        return values

    def _condition(self, slot: int, values: dict[str, Any]) -> Row | None:
        fact, operator, text = _names(slot)
        code, how = values.get(fact, ""), values.get(operator, "")
        typed = values.get(text, "")
        if not code:
            if typed:
                self.add_error(fact, _("Pilih faktanya."))
            return None
        try:
            value = read_value(code, how, typed)
        except forms.ValidationError as error:
            wrong = operator if error.code == "operator" else text
            self.add_error(wrong, error)
            return None
        condition = {"field": code, "operator": how}
        return condition if value is None else {**condition, "value": value}

    def row(self, old: Row) -> Row:
        """Return the row as the document keeps it, on top of what it was."""
        values = {name: self.cleaned_data[name] for name in self.base_fields if name != "version"}
        row = {**old, **values}
        if self.conditions_name:
            row[self.conditions_name] = self.cleaned_data["conditions"]
        return {name: value for name, value in row.items() if value not in _EMPTY}

    @classmethod
    def field_for(cls, way: str) -> str:
        """Return the box of a mistake: "needed_when[2].value" → "condition_2_value"."""
        found = re.fullmatch(r"(?:\w+\[(\d+)\]\.)?(field|operator|value)", way)
        if found and cls.conditions_name:
            return f"condition_{found[1] or 1}_{found[2]}"
        return way.partition(".")[0].partition("[")[0]


def _names(slot: int) -> tuple[str, str, str]:
    return f"condition_{slot}_field", f"condition_{slot}_operator", f"condition_{slot}_value"


def _condition_fields(slot: int, facts: list[Any]) -> dict[str, forms.Field]:
    fact, operator, value = _names(slot)
    return {
        fact: forms.ChoiceField(label=_("Kondisi %d: fakta") % slot, choices=facts, required=False),
        operator: forms.ChoiceField(
            label=_("Kondisi %d: perbandingan") % slot,
            choices=list(words.OPERATORS.items()),
            required=False,
        ),
        value: forms.CharField(
            label=_("Kondisi %d: nilai") % slot,
            max_length=200,
            required=False,
        ),
    }


def _fact_choices(about: Surroundings) -> list[Any]:
    fixed = [(code, str(field.label)) for code, field in fields().items()]
    held = [(f"holds.{code}", name) for code, name in about.programmes]
    named = [(f"paper.{code}", name) for code, name in paper_choices(about)]
    used = {condition.field for _way, condition in document.conditions_of(terms_around(about))}
    known = {code for code, _label in (*fixed, *held, *named)}
    others = [(code, words.fact_label(code)) for code in sorted(used - known)]
    groups = [
        ("", _("– pilih –")),
        (_("Orang, keluarga, dan perkara"), [*fixed, *others]),
        (_("Menerima program"), held),
        (_("Berkas ada"), named),
    ]
    return [group for group in groups if group[1]]


def terms_around(about: Surroundings) -> document.Terms:
    return document.terms_of(about.content)


def paper_choices(about: Surroundings) -> list[tuple[str, str]]:
    known = {code: paper.name for code, paper in papers().items()}
    terms = terms_around(about)
    for one in (*terms.requirements, *(row for s in terms.services for row in s.requirements)):
        known.setdefault(one.code, one.name)
        for code in one.substitutes:
            known.setdefault(code, paper_name(code))
    return list(known.items())
