"""Dimensions that several figures share, and how they are made."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db.models import CharField, F, FilteredRelation, Q, QuerySet, TextChoices, Value
from django.db.models.functions import Cast, Concat, ExtractMonth, ExtractYear, LPad, NullIf
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from programs.selectors import programmes_of
from puskesmas.actors import Actor
from puskesmas.models import Office
from reports.figures.definitions import Annotate, Dimension, Words


def as_written(actor: Actor, keys: Collection[str]) -> Mapping[str, Any]:
    """Let the keys speak for themselves."""
    return {key: key for key in keys}


def words_of(choices: type[TextChoices]) -> Words:
    """Return what a field's choices are called."""
    labels = dict(choices.choices)
    return lambda actor, keys: {key: labels.get(key, key) for key in keys}


def column(path: str) -> Annotate:
    """Tell rows apart by a text column; empty is no value."""

    def annotate(rows: QuerySet[Any], office: Office) -> QuerySet[Any]:
        return rows.annotate(value=NullIf(Cast(path, CharField()), Value("")))

    return annotate


def chosen(code: str, label: Any, path: str, choices: type[TextChoices]) -> Dimension:
    """Return a dimension of a column with choices."""
    return Dimension(code=code, label=label, annotate=column(path), words=words_of(choices))


def written(code: str, label: Any, path: str, *, in_order: bool = False) -> Dimension:
    """Return a dimension of a column that holds what people wrote."""
    return Dimension(
        code=code, label=label, annotate=column(path), words=as_written, in_order=in_order
    )


def places(path: str = "") -> tuple[Dimension, ...]:
    """Return RW, RT within its RW, and hamlet, of the person at ``path``."""
    at = f"{path}__" if path else ""

    def neighbourhood(rows: QuerySet[Any], office: Office) -> QuerySet[Any]:
        both = Concat(F(f"{at}rw"), Value("/"), F(f"{at}rt"), output_field=CharField())
        return rows.annotate(value=NullIf(both, Value("/")))

    return (
        Dimension(
            code="rw", label="RW", annotate=column(f"{at}rw"), words=_named("RW"), in_order=True
        ),
        Dimension(code="rt", label="RT", annotate=neighbourhood, words=_rt, in_order=True),
        written("dusun", _("Dusun"), f"{at}dusun"),
    )


def _named(what: str) -> Words:
    return lambda actor, keys: {key: f"{what} {key}" for key in keys}


def _rt(actor: Actor, keys: Collection[str]) -> Mapping[str, Any]:
    said = {}
    for key in keys:
        rw, _slash, rt = key.partition("/")
        said[key] = " ".join(word for word in (rt and f"RT {rt}", rw and f"RW {rw}") if word)
    return said


def months(field: str, *, is_moment: bool = True) -> Dimension:
    """Return a dimension of calendar months in the office's zone, as "2026-11"."""

    def annotate(rows: QuerySet[Any], office: Office) -> QuerySet[Any]:
        zone: dict[str, Any] = {"tzinfo": office.tz} if is_moment else {}
        year, month = ExtractYear(field, **zone), ExtractMonth(field, **zone)
        return rows.annotate(
            value=Concat(
                Cast(year, CharField()),
                Value("-"),
                LPad(Cast(month, CharField()), 2, Value("0")),
                output_field=CharField(),
            )
        )

    return Dimension(
        code="month",
        label=_("Bulan"),
        annotate=annotate,
        words=_months,
        in_order=True,
        a_year_on=lambda key: f"{int(key[:4]) + 1}{key[4:]}",
    )


def _months(actor: Actor, keys: Collection[str]) -> Mapping[str, Any]:
    return {key: date_format(date.fromisoformat(f"{key}-01"), "F Y") for key in keys}


def programme(path: str = "programme") -> Dimension:
    """Return a dimension of the office's programmes."""
    return Dimension(
        code="programme",
        label=_("Program"),
        annotate=column(f"{path}__code"),
        words=_programmes,
    )


def needed_programme() -> Dimension:
    """Return a dimension of the programmes a case needs: perhaps several."""

    def annotate(rows: QuerySet[Any], office: Office) -> QuerySet[Any]:
        needed = FilteredRelation("programmes", condition=Q(programmes__relation="needed"))
        return rows.annotate(need=needed).annotate(value=F("need__programme__code"))

    return Dimension(
        code="programme",
        label=_("Program yang dibutuhkan"),
        annotate=annotate,
        words=_programmes,
        is_many=True,
    )


def _programmes(actor: Actor, keys: Collection[str]) -> Mapping[str, Any]:
    rows = programmes_of(actor.office).filter(code__in=keys)
    return {row.code: row.name for row in rows}
