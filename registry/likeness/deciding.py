"""The officer's word: one person, or two. Written once, and taken back if it was wrong."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotYourRole, OwnFamily, WrongState
from puskesmas.history import audit
from puskesmas.locking import lock
from puskesmas.workflow import role_names
from registry.imports import followers
from registry.merging import DECIDERS, better_kept, merge, unmerge
from registry.models import Likeness, RegisterRow, RegisterVersion, Resident
from registry.selectors import family_of

Verdict = Likeness.Verdict


@transaction.atomic
def decide(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    verdict: str,
    canonical: uuid.UUID | str | None = None,
    reason: str = "",
) -> Likeness:
    """Say whether the two are one person ("same") or not ("different").

    Two residents are then merged: ``canonical`` stays, by default the one with a NIK. A register's
    row, and every row that says the same in any version, is linked to the resident; so are those
    of versions to come. Whoever else the row might have been, it is not. A repeat changes nothing.

    Raises:
        NotYourRole: none of :data:`registry.merging.DECIDERS`. OwnFamily: about his own family.
        NotFound: not of this office. WrongState: somebody else decided already.
        InvalidInput: no verdict, or what merging refuses.
    """
    _require_decider(actor)
    if verdict not in {Verdict.SAME, Verdict.DIFFERENT}:
        raise InvalidInput(_("Pilih: orang yang sama, atau bukan."), field="verdict")
    asked = _locked(uid, actor)
    if asked.verdict == verdict and asked.decided_by == actor.user:
        return asked
    _require_open(asked)
    if verdict == Verdict.SAME:
        _join(asked, actor=actor, canonical=canonical, reason=reason)
    _write(asked, verdict, actor)
    audit(actor=actor, action=f"likeness_{verdict}", subject=asked, reason=reason)
    return asked


@transaction.atomic
def reopen(*, actor: Actor, uid: uuid.UUID | str) -> Likeness:
    """Take a decision back: the records are two again, the rows unlinked, the question open.

    Raises:
        NotYourRole, OwnFamily, NotFound: as for :func:`decide`.
        InvalidInput: what :func:`registry.merging.unmerge` refuses.
    """
    _require_decider(actor)
    asked = _locked(uid, actor)
    if asked.verdict == Verdict.OPEN:
        return asked
    if asked.verdict == Verdict.SAME:
        _part(asked, actor=actor)
        closed = _alternatives(asked).filter(verdict=Verdict.DIFFERENT, decided_at=asked.decided_at)
        closed.update(verdict=Verdict.OPEN, decided_by=None, decided_at=None)
    asked.verdict, asked.decided_by, asked.decided_at = Verdict.OPEN, None, None
    asked.save()
    audit(actor=actor, action="likeness_reopened", subject=asked)
    return asked


def _locked(uid: uuid.UUID | str, actor: Actor) -> Likeness:
    asked = lock(Likeness, uid, actor=actor)
    concerned = {asked.resident_id, asked.other_id}
    if family_of(actor.user, actor.office.pk) & concerned:
        raise OwnFamily(
            _("Ini Anda sendiri atau keluarga satu KK. Minta petugas lain memutuskannya.")
        )
    return asked


def _require_decider(actor: Actor) -> None:
    if not actor.has(*DECIDERS):
        raise NotYourRole(
            _("Memutuskan orang yang mirip hanya untuk %(roles)s.")
            % {"roles": role_names(DECIDERS)}
        )


def _require_open(asked: Likeness) -> None:
    if asked.verdict != Verdict.OPEN:
        raise WrongState(
            _("Sudah diputuskan oleh %(who)s: %(verdict)s.")
            % {"who": asked.decided_by, "verdict": asked.get_verdict_display()},
            verdict=asked.verdict,
        )


def _write(asked: Likeness, verdict: str, actor: Actor) -> None:
    asked.verdict, asked.decided_by, asked.decided_at = verdict, actor.user, timezone.now()
    asked.save()
    if verdict == Verdict.SAME:
        _alternatives(asked).filter(verdict=Verdict.OPEN).update(
            verdict=Verdict.DIFFERENT, decided_by=actor.user, decided_at=asked.decided_at
        )


def _alternatives(asked: Likeness) -> Any:
    """Return the questions about the same row and other people."""
    same_row = Likeness.objects.filter(office=asked.office_id, fingerprint=asked.fingerprint)
    return same_row.exclude(pk=asked.pk)


def _join(asked: Likeness, *, actor: Actor, canonical: uuid.UUID | str | None, reason: str) -> None:
    if asked.other is None:
        _link(_rows_like(asked).filter(resident=None), asked.resident.person, actor)
        return
    pair = {str(one.person.uid): one.person for one in (asked.resident, asked.other)}
    if len(pair) == 1:
        return
    kept, gone = better_kept(*pair.values())
    if canonical is not None and str(canonical) in pair and str(canonical) != str(kept.uid):
        kept, gone = gone, kept
    merge(actor=actor, duplicate=gone.uid, canonical=kept.uid, reason=reason)


def _part(asked: Likeness, *, actor: Actor) -> None:
    if asked.other is None:
        _link(_rows_like(asked).filter(resident=asked.resident), None, actor)
        return
    # Whichever of the two went into the other; neither, when they were separated by hand since.
    for one, other in ((asked.other, asked.resident), (asked.resident, asked.other)):
        if one.canonical_id == other.person.pk != one.pk:
            unmerge(actor=actor, uid=one.uid)
            return


def _rows_like(asked: Likeness) -> Any:
    return RegisterRow.objects.filter(
        fingerprint=asked.fingerprint, register_version__office=asked.office_id
    )


def _link(rows: Any, person: Resident | None, actor: Actor) -> None:
    """Link the rows to the person, or to nobody; what follows from their lists follows again."""
    versions = set(rows.values_list("register_version", flat=True))
    pks = list(rows.values_list("pk", flat=True))
    RegisterRow.objects.filter(pk__in=pks).update(resident=person)
    _follow_again(versions, actor)


def _follow_again(versions: Iterable[int], actor: Actor) -> None:
    in_use = RegisterVersion.objects.in_use().filter(pk__in=list(versions))
    for version in in_use.select_related("register", "batch", "office").order_by("data_date"):
        followers.follow(version, actor=actor)
