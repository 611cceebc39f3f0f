"""Places are given, waited for and passed on; never more are held than there are.

Whoever may change what is held locks the office's quotas first, all of them in one order, and only
then a referral: places pass from one programme's line to another's (:func:`granted`), and no two
acts wait for each other.
"""

from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotYourRole, WrongState
from puskesmas.history import audit
from puskesmas.locking import require_version
from puskesmas.models import Office, Role
from puskesmas.workflow import role_names
from referrals.models import Answering, Place, Quota, ReceivedReferral
from referrals.services.telling import Said, move, tell_village
from referrals.workflow import REALISATION, Inbox, Realisation

KEEPERS = (Role.ADMIN.value, Role.MANAGER.value)
_REALISED = Answering.About.REALISATION
#: Realisations of who has no place any more, or not yet.
_OVER = (Realisation.NEVER, Realisation.ENDED)
_PLACELESS = (Realisation.QUEUED, *_OVER)


def lock_quotas(office: Office) -> dict[str, Quota]:
    """Lock the office's quotas until the transaction ends; return them by programme code."""
    rows = Quota.objects.select_for_update().filter(office=office).order_by("pk")
    return {row.programme_code: row for row in rows}


@transaction.atomic
def set_quota(
    *,
    actor: Actor,
    programme_code: str,
    places: int,
    emergency_first: bool = True,
    yields_to: str = "",
    version: int | None = None,
) -> Quota:
    """Say how many places a programme has; who waits moves up when there are more.

    With fewer places nobody loses his: no new one comes in until enough are free. What was approved
    before a programme had a quota holds its places first, also beyond their number. ``version`` is
    that of the quota so far.

    Raises:
        NotYourRole, StaleVersion; InvalidInput: no programme, or one that yields to itself.
    """
    if not actor.is_system and not actor.has(*KEEPERS):
        raise NotYourRole(
            _("Mengatur kuota hanya untuk %(roles)s.") % {"roles": role_names(KEEPERS)}
        )
    code = programme_code.strip()
    if not code:
        raise InvalidInput(_("Pilih programnya."), field="programme_code")
    if code == yields_to.strip():
        raise InvalidInput(_("Pilih program yang lain."), field="yields_to")
    # Two who set the first quota of a programme at one moment.
    Office.objects.select_for_update(no_key=True).get(pk=actor.office.pk)
    quotas = lock_quotas(actor.office)
    quota = quotas.get(code)
    values = {"places": places, "emergency_first": emergency_first, "yields_to": yields_to.strip()}
    if quota is None:
        quota = Quota.objects.create(office=actor.office, programme_code=code, **values)
        quotas[code] = quota
        _seat_who_was_approved(quota)
    else:
        quota.version += 1
        require_version(quota, version)
        for name, value in values.items():
            setattr(quota, name, value)
        quota.save()
    audit(actor=actor, action="quota.set", subject=quota, fields=list(values))
    _fill(quota, quotas)
    return quota


def line_of(quota: Quota) -> QuerySet[ReceivedReferral]:
    """Return who waits for a place, the next one first."""
    rows = ReceivedReferral.objects.filter(
        office_id=quota.office_id,
        programme_code=quota.programme_code,
        state=Inbox.APPROVED,
        realisation=Realisation.QUEUED,
    )
    # "emergency" comes before "normal" in the alphabet, as it should.
    first = ("urgency",) if quota.emergency_first else ()
    return rows.order_by(*first, "received_at", "pk")


def held_of(quota: Quota) -> QuerySet[Place]:
    """Return the places that are held now."""
    return Place.objects.filter(quota=quota, until__isnull=True)


def approved(row: ReceivedReferral, quotas: dict[str, Quota]) -> None:
    """Give a referral its owner just approved a place, or put it in the line and tell the village.

    Raises:
        WrongState: it was promised before, was refused since, and all places are held by others.
    """
    quota = quotas.get(row.programme_code)
    if row.realisation in _OVER:
        return
    if quota is None or _seat(quota, row):
        if row.realisation == Realisation.QUEUED:
            _promise(row)
        granted(row, quotas)
    elif row.realisation == Realisation.NONE:
        move(row, REALISATION.steps["queued"], actor=_system(row), table=REALISATION)
        _tell(row, Realisation.QUEUED)
    elif row.realisation not in _PLACELESS:
        raise WrongState(
            _("Semua tempat sudah dipakai orang lain. Tambah kuotanya dulu, atau catat nanti."),
            state=row.state,
        )


def granted(row: ReceivedReferral, quotas: dict[str, Quota]) -> None:
    """Close the person's entries in programmes that yield to this one; their places pass on."""
    for quota in quotas.values():
        if quota.yields_to != row.programme_code:
            continue
        closing = ReceivedReferral.objects.select_for_update(of=("self",)).filter(
            _same_person(row),
            office_id=row.office_id,
            programme_code=quota.programme_code,
            state=Inbox.APPROVED,
        )
        entries = closing.exclude(realisation__in=_OVER).select_related("office", "peer")
        for entry in entries.order_by("pk"):
            _close(entry, because=row)
            release(entry, quotas)


def _close(entry: ReceivedReferral, *, because: ReceivedReferral) -> None:
    """End an entry: what was in hand ends, what was not yet will not come."""
    in_hand = entry.realisation == Realisation.COLLECTED
    value = Realisation.ENDED if in_hand else Realisation.NEVER
    # To the village, and to the resident: in Indonesian, whatever the officer reads.
    reason = f"Sudah mendapat {because.programme_name}."
    move(
        entry,
        REALISATION.steps[value],
        actor=_system(entry),
        reason=reason,
        table=REALISATION,
    )
    _tell(entry, value, reason=reason)


def release(row: ReceivedReferral, quotas: dict[str, Quota]) -> None:
    """Free the place a referral holds, if it holds one, for the next in line."""
    freed = Place.objects.filter(holder=row, until__isnull=True).update(until=timezone.now())
    quota = quotas.get(row.programme_code)
    if freed and quota:
        _fill(quota, quotas)


def require_place(row: ReceivedReferral) -> None:
    """Raise WrongState while a referral waits for a place."""
    if row.realisation == Realisation.QUEUED:
        raise WrongState(
            _("Masih di daftar tunggu: belum ada tempat yang kosong."), state=row.realisation
        )


def _fill(quota: Quota, quotas: dict[str, Quota]) -> None:
    """Give free places to who waits, the next one first, and tell their villages."""
    while quota.places > held_of(quota).count():
        waiting = line_of(quota).select_related("office", "peer")
        row = waiting.select_for_update(of=("self",)).first()
        if row is None:
            return
        _seat(quota, row)
        _promise(row)
        granted(row, quotas)


def _seat(quota: Quota, row: ReceivedReferral) -> bool:
    """Give a referral the first free slot; False when there is none. The quota is locked."""
    if Place.objects.filter(holder=row, until__isnull=True).exists():
        return True
    taken = set(held_of(quota).values_list("slot", flat=True))
    if len(taken) >= quota.places:
        return False
    Place.objects.create(quota=quota, slot=_first_free(taken), holder=row)
    return True


def _first_free(taken: set[int]) -> int:
    return next(slot for slot in range(1, len(taken) + 2) if slot not in taken)


def _seat_who_was_approved(quota: Quota) -> None:
    rows = ReceivedReferral.objects.filter(
        office_id=quota.office_id, programme_code=quota.programme_code, state=Inbox.APPROVED
    ).exclude(realisation__in=_PLACELESS)
    Place.objects.bulk_create(
        Place(quota=quota, slot=slot, holder=row)
        for slot, row in enumerate(rows.order_by("received_at", "pk"), start=1)
    )


def _promise(row: ReceivedReferral) -> None:
    move(row, REALISATION.steps["promised"], actor=_system(row), table=REALISATION)
    _tell(row, Realisation.PROMISED, instructions="Mendapat tempat dari daftar tunggu.")


def _tell(row: ReceivedReferral, value: str, **words: str) -> None:
    row.version += 1
    said = Said(said_on=row.office.today(), **words)
    tell_village(row, about=_REALISED, value=value, said=said)


def _same_person(row: ReceivedReferral) -> Q:
    """Return the condition "about the same person": one NIK, or one case of one village."""
    same: Any = Q(peer_id=row.peer_id, receipt_number=row.receipt_number) & ~Q(receipt_number="")
    return same | Q(nik_index=row.nik_index) if row.nik_index else same


def _system(row: ReceivedReferral) -> Actor:
    return Actor.system(row.office)
