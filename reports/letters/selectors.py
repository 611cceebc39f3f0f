"""Reads of letters, each scoped to the actor's office and to the matters he may read."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, Prefetch, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from puskesmas import keyset
from puskesmas.actors import Actor
from puskesmas.errors import NotFound
from puskesmas.models import Assignment, Office, Role, Transition
from reports.letters import kinds
from reports.letters.models import Letter, LetterRevision, LetterSeries, readable_by
from reports.letters.subjects import same_as
from reports.letters.workflow import ENDED, LetterState

#: Who may be asked to sign, in the order they are offered.
SIGNING_ROLES = (Role.HEAD, Role.MANAGER, Role.COORDINATOR)


def letters(actor: Actor) -> QuerySet[Letter]:
    """Return the letters he may read with signer and latest revisions: two queries when read."""
    return _whole(Letter.objects.visible_to(actor))


def _whole(rows: QuerySet[Letter]) -> QuerySet[Letter]:
    revisions = Prefetch("revisions", LetterRevision.objects.order_by("-number"))
    return rows.select_related(
        "office", "signer", "issued_by", "replaces", "replaced_by"
    ).prefetch_related(revisions)


def marked(rows: Any, condition: Q) -> Any:
    """Return the rows with ``readable``: whether the condition holds for the row."""
    return rows.annotate(readable=Case(When(condition, then=Value(True)), default=Value(False)))


def letter(actor: Actor, uid: uuid.UUID | str) -> Letter:
    """Return one letter.

    Raises:
        NotFound: no such letter in the actor's office, or one about a confidential matter.
    """
    found = letters(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Surat tidak ditemukan di kantor ini."))
    return found


def register_page(
    actor: Actor, *, filters: dict[str, Any], position: str = "", size: int = 30
) -> keyset.Page[Letter]:
    """Return one keyset page of the letters register, newest first: two queries.

    The register leaves no number out: a letter he may not read stands in it with ``readable``
    False. ``filters`` may hold ``kind``, ``state`` and ``year``; what stands there unread has no
    kind or state to be asked for. Uids are in the order of time.
    """
    lookups = {"kind": "kind", "state": "state", "year": "series__year"}
    wanted = {lookups[key]: value for key, value in filters.items() if value and key in lookups}
    rows = Letter.objects.of_office(actor).filter(**wanted)
    if wanted.keys() & {"kind", "state"}:
        rows = rows.visible_to(actor)
    found = marked(_whole(rows), readable_by(actor))
    return keyset.page(found, order=("-uid",), position=position, size=size)


def month(actor: Actor, first: date) -> list[Any]:
    """Return all letters dated in the month of a day, by series and counter: two queries.

    As in the register none is left out; ``readable`` tells what he may read.
    """
    rows = Letter.objects.of_office(actor).filter(dated__year=first.year, dated__month=first.month)
    found = marked(_whole(rows), readable_by(actor))
    return list(found.order_by("series__code", "counter"))


def letters_about(actor: Actor, subject_uid: uuid.UUID) -> QuerySet[Letter]:
    """Return the letters about one subject, newest first: three queries when read."""
    return letters(actor).filter(subject_uid__in=same_as(actor, subject_uid)).order_by("-uid")


def standing(
    kind: str, *, office: Office, since: datetime | None = None, **about: Any
) -> Letter | None:
    """Return the newest letter of a kind about it that stands, whoever may read it.

    ``about`` are the letter's own fields (``subject_uid``, ``matter_uid``); ``since`` leaves out
    those made before. One query.
    """
    rows = Letter.objects.filter(office=office, kind=kind, **about).exclude(state__in=ENDED)
    if since is not None:
        rows = rows.filter(created_at__gte=since)
    return rows.order_by("-uid").first()


def subjects_with_letters(uids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of these subjects any letter is about, whoever may read it (one query)."""
    found = Letter.objects.filter(subject_uid__in=list(uids))
    return set(found.values_list("subject_uid", flat=True))


def letters_about_any(actor: Actor, subject_uids: Iterable[uuid.UUID]) -> QuerySet[Letter]:
    """Return the letters about any of the subjects, newest first: two queries when read."""
    return letters(actor).filter(subject_uid__in=list(subject_uids)).order_by("-uid")


def last_revision(item: Letter) -> LetterRevision:
    """Return the latest revision of a letter read by :func:`letters`, without a query."""
    return item.revisions.all()[0]


#: The moves of ``LETTER`` as things that happened.
_HAPPENED = {
    "issue": gettext_lazy("Diberi nomor"),
    "revise": gettext_lazy("Isi diperbaiki"),
    "sign": gettext_lazy("Dicatat sudah ditandatangani"),
    "hand_over": gettext_lazy("Diserahkan"),
    "lapse": gettext_lazy("Gugur: masa berlakunya lewat sebelum ditandatangani"),
    "void": gettext_lazy("Dibatalkan"),
}


def history(item: Letter) -> list[dict[str, Any]]:
    """Return what happened to a letter, newest first, as rows of a time line (one query)."""
    moves = (
        Transition.objects.filter(subject_uid=item.uid)
        .select_related("actor", "reason")
        .order_by("-at", "-pk")
    )
    return [
        {
            "title": _HAPPENED[move.action],
            "at": move.at,
            "who": str(move.actor) if move.actor else "",
            "text": move.reason.text if move.reason else "",
        }
        for move in moves
    ]


def awaiting_signature(actor: Actor, *, limit: int = 10) -> list[Letter]:
    """Return the oldest letters that wait to be signed: two queries."""
    return list(letters(actor).filter(state=LetterState.NUMBERED).order_by("uid")[:limit])


def find_by_number(text: str, actor: Actor) -> Letter | None:
    """Return the office's letter of exactly that number."""
    return letters(actor).filter(number=text.strip()).first()


def series_of(office: Office) -> list[dict[str, Any]]:
    """Return this year's series with what was numbered, on paper and here (one query)."""
    rows = LetterSeries.objects.filter(office=office, year=office.today().year, last_number__gt=0)
    return [
        {
            "name": _ALL_KINDS if row.code == "all" else kind_name(row.code),
            "on_paper": row.continued_from,
            "last": row.last_number,
        }
        for row in rows.order_by("code")
    ]


_ALL_KINDS = gettext_lazy("Semua surat (satu buku agenda)")


def signers(office: Office) -> list[Assignment]:
    """Return who may sign today, the head first (one query)."""
    today = office.today()
    running = Assignment.objects.filter(
        Q(until__isnull=True) | Q(until__gte=today),
        office=office,
        since__lte=today,
        role__in=SIGNING_ROLES,
        user__is_active=True,
    ).select_related("user")
    order = {role.value: place for place, role in enumerate(SIGNING_ROLES)}
    return sorted(running, key=lambda item: (order[item.role], item.is_deputy, item.pk))


_OTHER_KIND = pgettext_lazy("one letter", "Surat")


def is_expired(item: Letter) -> bool:
    """Return whether the letter's validity has run out, by the office's calendar."""
    return has_run_out(item.valid_until, item.office.tz)


def has_run_out(valid_until: date | None, zone: ZoneInfo) -> bool:
    """Return whether a last day of validity lies before today in the zone."""
    return valid_until is not None and valid_until < timezone.now().astimezone(zone).date()


def kind_name(code: str) -> Any:
    """Return the kind's name for the screen; a plain "Surat" for one no app registers any more."""
    try:
        return kinds.get(code).name
    except KeyError:
        return _OTHER_KIND
