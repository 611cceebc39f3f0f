"""Letters asked for or begun, before they have a number.

A draft keeps what was typed as it was typed, so that another officer, or the same one tomorrow, can
go on with it on the kind's own form. Its uid becomes the ``client_uid`` of its letter: one draft
makes one letter, however often the button is pressed.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound
from puskesmas.history import audit, record_transition
from puskesmas.locking import lock
from reports.letters import kinds
from reports.letters.models import Letter, LetterDraft
from reports.letters.subjects import same_as
from reports.letters.workflow import DRAFT, NOT_YET, DraftState

#: Untouched for so long, a request or draft lapses.
DAYS = 30

Typed = dict[str, list[str]]
_GONE = gettext_lazy("Permohonan atau konsep surat itu tidak ada lagi di kantor ini.")


def waiting(actor: Actor) -> QuerySet[LetterDraft]:
    """Return what was asked for or begun in the office, oldest first (one query)."""
    rows = LetterDraft.objects.visible_to(actor).filter(state__in=DraftState.waiting())
    found: QuerySet[LetterDraft] = rows.select_related("begun_by").order_by("touched_at", "pk")
    return found


def find(actor: Actor, uid: uuid.UUID | str) -> LetterDraft:
    """Return a draft that waits. Raises NotFound."""
    row = waiting(actor).filter(uid=uid).first()
    if row is None:
        raise NotFound(_GONE)
    return row


def find_for(
    actor: Actor, uid: uuid.UUID | str, *, kind: str, subject_uid: uuid.UUID
) -> LetterDraft:
    """Return a draft that waits, of this kind and subject. Raises NotFound."""
    try:
        row = find(actor, uuid.UUID(str(uid)))
    except ValueError:
        row = None
    if row is None or row.kind != kind or row.subject_uid not in same_as(actor, subject_uid):
        raise NotFound(_GONE)
    return row


@transaction.atomic
def request_letter(
    *,
    actor: Actor,
    kind: str,
    subject_uid: uuid.UUID,
    about: str,
    client_uid: uuid.UUID,
    asked_by: str,
    purpose: str,
) -> LetterDraft:
    """Record that somebody asked for a letter; a repeat returns the first record.

    ``about`` is the subject's name as lists show it; ``purpose`` fills that box of the kind's form.

    Raises:
        NotYourRole: the actor may not take requests.
        InvalidInput: who asked is missing, or the kind is not made on request.
    """
    step = DRAFT.check("request", state=NOT_YET, actor=actor)
    if kind not in dict(kinds.on_request()):
        raise InvalidInput(_("Pilih jenis suratnya."), field="kind")
    if not asked_by.strip():
        raise InvalidInput(_("Tulis siapa yang meminta."), field="asked_by")
    earlier = _mine(actor, client_uid)
    if earlier is not None:
        earlier.is_repeat = True
        return earlier
    row = LetterDraft(
        uid=client_uid,
        office=actor.office,
        kind=kind,
        subject_uid=subject_uid,
        about=about,
        asked_by=asked_by.strip(),
        typed={"purpose": [purpose.strip()]},
        state=step.target,
        begun_by=actor.user,
    )
    row.save()
    record_transition(subject=row, field="state", step=step, source=NOT_YET, actor=actor)
    return row


@transaction.atomic
def keep_draft(
    *,
    actor: Actor,
    kind: str,
    subject_uid: uuid.UUID,
    about: str,
    uid: uuid.UUID,
    typed: Typed,
    version: int | None = None,
) -> LetterDraft:
    """Keep what was typed on a kind's form, however unfinished, under the form's own uid.

    Raises:
        NotYourRole: the actor may not write letters.
        NotFound: the uid is of another letter's draft.
        WrongState: a letter was made of it already, or it lapsed.
        StaleVersion: another officer kept it since ``version``.
    """
    seen = _mine(actor, uid)
    if seen is None:
        row = LetterDraft(
            uid=uid,
            office=actor.office,
            kind=kind,
            subject_uid=subject_uid,
            about=about,
            begun_by=actor.user,
        )
        source = NOT_YET
    elif (seen.kind, seen.subject_uid) != (kind, subject_uid):
        raise NotFound(_GONE)
    else:
        row = lock(LetterDraft, uid, actor=actor, version=version)
        source = row.state
    step = DRAFT.check("draft", state=source, actor=actor)
    row.typed, row.touched_at, row.state = typed, timezone.now(), DraftState(step.target)
    row.save()
    record_transition(subject=row, field="state", step=step, source=source, actor=actor)
    return row


@transaction.atomic
def drop(*, actor: Actor, uid: uuid.UUID | str, version: int | None, reason: str) -> LetterDraft:
    """Give a request or draft up, with the reason. Raises what ``lock`` and ``check`` raise."""
    row = lock(LetterDraft, uid, actor=actor, version=version)
    return _move(row, "drop", actor=actor, reason=reason)


def become_letter(letter: Letter, *, actor: Actor) -> None:
    """Close the draft that the letter was made of, if any, in the letter's own transaction."""
    if letter.client_uid is None:
        return
    rows = LetterDraft.objects.visible_to(actor).select_for_update()
    row = rows.filter(uid=letter.client_uid, state__in=DraftState.waiting()).first()
    if row is not None:
        row.letter = letter
        row.version += 1
        _move(row, "number", actor=actor)


def lapse_drafts() -> int:
    """Let lapse what nobody touched for :data:`DAYS` days; return how many."""
    before = timezone.now() - timedelta(days=DAYS)
    old = LetterDraft.objects.filter(state__in=DraftState.waiting(), touched_at__lt=before)
    return sum(_lapse(row, before) for row in old.select_related("office")[:500])


@transaction.atomic
def _lapse(seen: LetterDraft, before: datetime) -> bool:
    actor = Actor.system(seen.office)
    row = lock(LetterDraft, seen.uid, actor=actor)
    if row.state not in DraftState.waiting() or row.touched_at >= before:
        return False
    _move(row, "lapse", actor=actor)
    return True


def typed_in(form_data: Mapping[str, list[str]], fields: Mapping[str, object]) -> Typed:
    """Return what was typed into the fields, from ``dict(request.POST.lists())``."""
    return {
        name: form_data[name]
        for name in fields
        if name in form_data and name not in ("client_uid", "version")
    }


def _mine(actor: Actor, uid: uuid.UUID) -> LetterDraft | None:
    """Return the office's own row of that uid; another office's is nobody's business.

    Raises:
        NotFound: the uid is another office's.
    """
    row = LetterDraft.objects.filter(uid=uid).first()
    if row is not None and row.office_id != actor.office.pk:
        raise NotFound(_GONE)
    return row


def _move(row: LetterDraft, action: str, *, actor: Actor, reason: str = "") -> LetterDraft:
    source = row.state
    step = DRAFT.check(action, state=source, actor=actor, reason=reason)
    row.state = DraftState(step.target)
    row.save()
    record_transition(
        subject=row, field="state", step=step, source=source, actor=actor, reason=reason
    )
    audit(actor=actor, action=f"letter_draft.{action}", subject=row)
    return row
