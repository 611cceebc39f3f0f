"""Reading the questions whether two records are one person."""

import uuid
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import NotFound
from registry.models import Likeness
from registry.selectors import family_of

#: The work list's order: the likeliest first.
ORDER = ("-score", "pk")


def questions(actor: Actor) -> QuerySet[Likeness]:
    """Return the office's questions the officer may decide: none about himself or his family."""
    rows: QuerySet[Likeness] = Likeness.objects.visible_to(actor)
    family = family_of(actor.user, actor.office.pk)
    if family:
        rows = rows.exclude(Q(resident__in=family) | Q(other__in=family, other__isnull=False))
    return rows.select_related(
        "resident__canonical",
        "other__canonical",
        "register_row__register_version__register",
        "decided_by",
    )


def open_questions(actor: Actor) -> QuerySet[Likeness]:
    """Return what waits for a decision; whoever was merged meanwhile needs none."""
    return (
        questions(actor)
        .filter(verdict=Likeness.Verdict.OPEN)
        .exclude(other__isnull=False, other__canonical=F("resident"))
        .exclude(other__isnull=False, resident__canonical=F("other"))
    )


def decided_questions(actor: Actor) -> QuerySet[Likeness]:
    """Return what was decided, to be looked at or opened again."""
    return questions(actor).exclude(verdict=Likeness.Verdict.OPEN)


def question(uid: uuid.UUID | str, *, actor: Actor) -> Likeness:
    """Return one question.

    Raises:
        NotFound: none of that uid here, or one about the officer's own family.
    """
    found = questions(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Pertanyaan ini tidak ditemukan di kantor ini."))
    return found


def next_after(asked: Likeness, *, actor: Actor) -> Likeness | None:
    """Return the open question that comes after this one in the list, else the first."""
    waiting: Any = open_questions(actor).exclude(pk=asked.pk).order_by(*ORDER)
    later = Q(score__lt=asked.score) | Q(score=asked.score, pk__gt=asked.pk)
    following: Likeness | None = waiting.filter(later).first() or waiting.first()
    return following
