"""What a figure is: the rows it counts, in which unit, and by what they may be told apart.

A number and the list behind it are the same query (:func:`reports.figures.counting.chosen_rows`),
so they cannot disagree.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from puskesmas.actors import Actor
from puskesmas.models import Office
from reports.figures.periods import Period

#: The key of rows for which a dimension has no value.
NONE = "-"

Words = Callable[[Actor, Collection[str]], Mapping[str, Any]]
#: Rows with ``value`` annotated: what they are told apart by.
Annotate = Callable[[QuerySet[Any], Office], QuerySet[Any]]
Rows = Callable[[Actor, Period], QuerySet[Any]]


class Unit(TextChoices):
    """What one stands for."""

    CASE = "case", _("perkara")
    QUESTION = "question", _("pertanyaan")
    REFERRAL = "referral", _("rujukan")
    SUBMISSION = "submission", _("pengiriman")
    PERSON = "person", _("orang")
    HOUSEHOLD = "household", _("keluarga")
    EVENT = "event", _("kejadian")
    PROPOSAL = "proposal", _("usulan")
    SURVEY = "survey", _("lembar survei")
    LETTER = "letter", _("surat")


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """By what rows are told apart.

    ``words`` says what its keys mean. ``is_many``: one row may have several values, so that the
    parts add up to more than the whole. ``in_order``: lines stand by their keys, not by number.
    """

    code: str
    label: Any
    annotate: Annotate
    words: Words
    is_many: bool = False
    in_order: bool = False
    #: The key of the line that stands beside it when last year's is put beside this year's.
    a_year_on: Callable[[str], str] = field(default=lambda key: key)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A row as the list behind a number shows it."""

    title: str
    url: str
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Something counted.

    ``rows`` are what the officer may read of it; the period is its own matter. ``counted`` is what
    makes one: the row, or the person it is about. ``listed`` turns chosen rows into the list behind
    the number. ``is_now``: it says how things stand today, whatever the period.
    """

    code: str
    group: Any
    label: Any
    unit: Unit
    #: What exactly is counted, printed below it.
    meaning: Any
    rows: Rows
    dimensions: tuple[Dimension, ...]
    show: Callable[[Any], Shown]
    roles: tuple[str, ...]
    village: bool = True
    counted: str = "pk"
    listed: Callable[[QuerySet[Any]], QuerySet[Any]] = field(default=lambda rows: rows)
    order: tuple[str, ...] = ("-pk",)
    is_now: bool = False

    def dimension(self, code: str) -> Dimension | None:
        """Return the dimension of that code, if the figure has it."""
        return next((one for one in self.dimensions if one.code == code), None)
