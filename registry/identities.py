"""One person may be several records: the one that stands for him, and those merged into it.

Merging rewrites no foreign key, so a case, a letter or a card may hang on any of the records. Who
reads "a person's" things reads those of all of them. Chains do not exist: a record that stands for
a person is never itself merged away.
"""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import NotFound, WrongState
from puskesmas.locking import lock, require_version
from registry.models import HouseholdMember, Resident


def record_of(uid: uuid.UUID | str, *, actor: Actor) -> Resident:
    """Return the record of this uid itself, merged or not.

    Raises:
        NotFound: none of that uid here.
    """
    found: Resident | None = Resident.objects.visible_to(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Warga tidak ditemukan di kantor ini."))
    return found


def records_of(person: Resident) -> list[Resident]:
    """Return the record that stands for the person, then those merged into it.

    One query; none when :func:`registry.selectors.people_of` loaded them along. Given a merged
    record, two.
    """
    stands = person.person
    merged = getattr(stands, "merged_records", None)
    return [stands, *(stands.duplicates.order_by("pk") if merged is None else merged)]


def identities_of(person: Resident) -> set[int]:
    """Return the keys of all records of a person. Queries as :func:`records_of`."""
    return {record.pk for record in records_of(person)}


def people_by_record(people: Iterable[int]) -> dict[int, int]:
    """Return the person's key by the key of each of his records (one query).

    ``people`` are keys of records that stand for a person, which the answer holds as well.
    """
    owners: dict[int, Any] = {pk: pk for pk in people}
    merged = Resident.objects.filter(canonical__in=list(owners))
    return owners | dict(merged.values_list("pk", "canonical"))


def people_behind(records: QuerySet[Resident]) -> set[int]:
    """Return the keys of the people whom any of the records is about (one query)."""
    return {canonical or pk for pk, canonical in records.values_list("pk", "canonical")}


def require_person(record: Resident) -> None:
    """Refuse to change a record that was merged into another: the person is changed there.

    Raises:
        WrongState: it was merged; ``details`` names into which record.
    """
    if record.canonical_id is not None:
        raise WrongState(
            _("Data %(name)s sudah digabung dengan data lain. Buka lagi warga ini.")
            % {"name": record.name},
            merged_into=str(record.person.uid),
        )


def lock_person(uid: uuid.UUID | str, *, actor: Actor, version: int | None) -> Resident:
    """Return the locked record of a person. Raises what ``lock`` does; WrongState: merged away."""
    resident = lock(Resident, uid, actor=actor)
    require_person(resident)
    require_version(resident, version)
    return resident


def is_person(uid: uuid.UUID | str, prefix: str = "") -> Q:
    """Return the condition "is, or was merged with, the record of this uid".

    ``prefix`` is the way to the resident, as in "subject__". The uid may be a merged record's.
    """
    asked = Resident.objects.filter(uid=uid)
    kept = asked.filter(canonical__isnull=False).values("canonical")
    by_pk, by_canonical = f"{prefix}pk__in", f"{prefix}canonical__in"
    return (
        Q(**{by_pk: asked.values("pk")})
        | Q(**{by_pk: kept})
        | Q(**{by_canonical: asked.values("pk")})
        | Q(**{by_canonical: kept})
    )


def uids_of_person(actor: Actor, uid: uuid.UUID) -> set[uuid.UUID]:
    """Return the uids of all records of the person one of whose records has ``uid`` (one query).

    Just the uid when it is nobody's here.
    """
    records = Resident.objects.visible_to(actor).filter(is_person(uid))
    return {uid, *records.values_list("uid", flat=True)}


def card_of(person: Resident) -> HouseholdMember | None:
    """Return the person's open membership, its household loaded; a merged record's for want of one.

    No query when :func:`registry.selectors.people_of` loaded the person.
    """
    for record in records_of(person):
        loaded = getattr(record, "open_memberships", None)
        if loaded is None:
            open_ones = record.memberships.filter(until__isnull=True)
            loaded = list(open_ones.select_related("household"))
        if loaded:
            return loaded[0]
    return None
