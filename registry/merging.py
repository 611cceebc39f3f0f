"""Two records found to be one person, and taking that back: "gabung" and "pisahkan".

Each running :class:`Merge` says "this record is that one's". What a record stands for
(``Resident.canonical``) follows from the running merges alone: the end of the way along them. So
nothing else is rewritten, merging somebody who has merged records takes them along, and undoing
any merge, in any order, leaves what the others say.
"""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, OwnFamily
from puskesmas.history import audit
from puskesmas.models import Office, Role
from puskesmas.workflow import role_names
from registry.identities import require_person
from registry.models import ImportRow, Likeness, Merge, Resident
from registry.selectors import family_of

#: Who may say of two records that they are one person, or are not.
DECIDERS = (Role.BACK, Role.COORDINATOR)
#: What says how a record came about, not what the office did for the person.
_TRACES = (ImportRow, Likeness, Merge)


@transaction.atomic
def merge(
    *,
    actor: Actor,
    duplicate: uuid.UUID | str,
    canonical: uuid.UUID | str,
    reason: str = "",
) -> Merge:
    """Make ``duplicate`` a record of the person ``canonical`` (both uids); return the merge.

    No reference is rewritten: cases, letters and cards of either record are read as the person's.
    Two different NIKs are two people, unless the officer says in words why one person has both.
    Merging what is merged already returns that merge.

    Raises:
        NotYourRole: none of :data:`DECIDERS`. OwnFamily: either is the officer's family.
        NotFound: either is not of this office.
        WrongState: one of them was merged into somebody else meanwhile.
        InvalidInput: one record twice, different NIKs without a reason, or the record with the
            NIK would give way to the one without.
    """
    _require_decider(actor)
    _lock_office(actor)
    gone, kept = _record(duplicate, actor), _record(canonical, actor)
    if gone.pk == kept.pk:
        raise InvalidInput(_("Ini data yang sama. Pilih data lain."), field="canonical")
    _refuse_family(actor, gone, kept)
    if gone.canonical_id == kept.pk and (again := _running(actor, gone)):
        return again
    require_person(gone)
    require_person(kept)
    _compare_numbers(gone, kept, reason)
    made = Merge.objects.create(
        office=actor.office,
        duplicate=gone,
        canonical=kept,
        reason=reason.strip(),
        merged_by=actor.user,
    )
    _point([gone.pk, *gone.duplicates.values_list("pk", flat=True)], at=kept)
    audit(actor=actor, action="merge_resident", subject=gone, reason=reason)
    audit(actor=actor, action="merge_resident", subject=kept)
    return made


@transaction.atomic
def unmerge(*, actor: Actor, uid: uuid.UUID | str) -> Resident:
    """Take the record ``uid`` out of the person it was merged into, with those it had brought.

    Returns the record, which stands for a person again. Taking out what stands alone changes
    nothing.

    Raises:
        NotYourRole, OwnFamily, NotFound: as for :func:`merge`.
        InvalidInput: its NIK is another person's by now.
    """
    _require_decider(actor)
    _lock_office(actor)
    record = _record(uid, actor)
    _refuse_family(actor, record, record.person)
    merge = _running(actor, record)
    if merge is None:
        return record
    merge.unmerged_by, merge.unmerged_at = actor.user, timezone.now()
    merge.version += 1
    merge.save()
    own = _brought_by(record, actor)
    former = record.person
    try:
        with transaction.atomic():
            _point([record.pk], at=None)
            _point(own, at=record)
    except IntegrityError:
        raise InvalidInput(
            _("NIK data ini sekarang dimiliki warga lain. Perbaiki NIK itu dulu."), field="nik"
        ) from None
    record.refresh_from_db()
    for one in (record, former):
        audit(actor=actor, action="unmerge_resident", subject=one)
    return record


def merges_of(person: Resident) -> list[Merge]:
    """Return the running merges behind a person, in their order (one query)."""
    rows = Merge.objects.filter(duplicate__canonical=person, unmerged_at__isnull=True)
    return list(rows.select_related("duplicate", "canonical", "merged_by").order_by("pk"))


def is_used_more(one: Resident, other: Resident) -> bool:
    """Return whether more hangs on ``one`` than on ``other``: counted over every foreign key."""
    return _references(one) > _references(other)


def better_kept(one: Resident, other: Resident) -> tuple[Resident, Resident]:
    """Return (kept, gone): the record with a NIK stays, else the one more hangs on."""
    if bool(one.nik_index) != bool(other.nik_index):
        return (one, other) if one.nik_index else (other, one)
    return (other, one) if is_used_more(other, one) else (one, other)


def _references(record: Resident) -> int:
    relations: Iterable[Any] = record._meta.get_fields(include_hidden=True)
    return sum(
        relation.related_model._base_manager.filter(**{relation.field.name: record.pk}).count()
        for relation in relations
        if relation.auto_created and relation.one_to_many and relation.related_model not in _TRACES
    )


def _require_decider(actor: Actor) -> None:
    if not actor.has(*DECIDERS):
        raise NotYourRole(
            _("Menggabungkan data warga hanya untuk %(roles)s.") % {"roles": role_names(DECIDERS)}
        )


def _lock_office(actor: Actor) -> None:
    """Let one merge of an office pass at a time: two at once could make a chain or a circle."""
    Office.objects.select_for_update(no_key=True).get(pk=actor.office.pk)


def _record(uid: uuid.UUID | str, actor: Actor) -> Resident:
    rows = Resident.objects.visible_to(actor).select_for_update(of=("self",))
    found = rows.filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Warga tidak ditemukan di kantor ini."))
    return found


def _refuse_family(actor: Actor, *records: Resident) -> None:
    if family_of(actor.user, actor.office.pk) & {record.pk for record in records}:
        raise OwnFamily(
            _("Ini Anda sendiri atau keluarga satu KK. Minta petugas lain memutuskannya.")
        )


def _compare_numbers(gone: Resident, kept: Resident, reason: str) -> None:
    if gone.nik_index and not kept.nik_index:
        raise InvalidInput(
            _("Data yang ber-NIK harus dipertahankan. Tukar pilihannya."), field="canonical"
        )
    if gone.nik_index and gone.nik_index != kept.nik_index and not reason.strip():
        raise InvalidInput(
            _("NIK keduanya berbeda. Tulis mengapa satu orang punya dua NIK, dan siapa yang tahu."),
            field="reason",
            code="two_niks",
        )


def _running(actor: Actor, record: Resident) -> Merge | None:
    running = Merge.objects.filter(duplicate=record, unmerged_at__isnull=True)
    return running.filter(office=actor.office).first()


def _brought_by(record: Resident, actor: Actor) -> list[int]:
    """Return the keys of the records that lead to this one along the running merges."""
    running = Merge.objects.filter(office=actor.office, unmerged_at__isnull=True)
    into: dict[Any, list[int]] = {}
    # Only those now standing behind the same person can lead here.
    behind = running.filter(duplicate__canonical=record.canonical_id)
    for gone, kept in behind.values_list("duplicate", "canonical"):
        into.setdefault(kept, []).append(gone)
    found: list[int] = []
    waiting = [record.pk]
    while waiting:
        next_ones = into.get(waiting.pop(), [])
        found += next_ones
        waiting += next_ones
    return found


def _point(records: Iterable[int], *, at: Resident | None) -> None:
    for record in Resident.objects.filter(pk__in=list(records)):
        record.canonical = at
        record.version += 1
        record.save(update_fields=["canonical", "version"])
