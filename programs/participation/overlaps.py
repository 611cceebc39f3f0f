"""Which programmes should not come together; each office may change what it starts with."""

import uuid
from itertools import combinations

from django.db import transaction
from django.utils.translation import gettext as _

from programs.models import Overlap, Programme
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput
from puskesmas.history import audit
from puskesmas.locking import lock
from puskesmas.models import Office

#: Every two of these pay the same treatment.
_HEALTH = ("KIS-D", "PBI-JK", "KIS-MANDIRI", "KS-BEKASI", "JAMPERSAL")
#: BLT Dana Desa goes to families in no other cash or food programme (Permendes PDTT 8/2022).
_CASH = (("BLT-DD", "PKH"), ("BLT-DD", "BPNT"))
_SCHOOL = (("PIP", "KIP-KULIAH"),)
_STARTERS = (
    *((pair, "Sama-sama menanggung biaya berobat") for pair in combinations(_HEALTH, 2)),
    *((pair, "BLT Dana Desa untuk keluarga yang belum menerima PKH atau BPNT") for pair in _CASH),
    *((pair, "Sama-sama biaya pendidikan, beda jenjang") for pair in _SCHOOL),
)


def load_overlaps(office: Office) -> int:
    """Give an office the pairs to start with, once; return how many are new.

    An office that has any keeps what it made of them.
    """
    if Overlap.objects.filter(office=office).exists():
        return 0
    known = {row.code: row for row in Programme.objects.filter(office=office)}
    rows = []
    for codes, why in _STARTERS:
        if known.keys() >= set(codes):
            one, other = sorted((known[code] for code in codes), key=lambda row: row.pk)
            rows.append(Overlap(office=office, one=one, other=other, why=why))
    return len(Overlap.objects.bulk_create(rows))


@transaction.atomic
def add_overlap(*, actor: Actor, one: Programme, other: Programme, why: str = "") -> Overlap:
    """Say that two programmes should not come together; again changes nothing.

    Raises:
        InvalidInput: one programme twice, or one of another office.
    """
    if {one.office_id, other.office_id} != {actor.office.pk}:
        raise InvalidInput(_("Pilih programnya."), field="one")
    if one == other:
        raise InvalidInput(_("Pilih dua program yang berbeda."), field="other")
    first, second = sorted((one, other), key=lambda row: row.pk)
    overlap, created = Overlap.objects.get_or_create(
        one=first, other=second, defaults={"office": actor.office, "why": why.strip()}
    )
    overlap.is_repeat = not created
    if created:
        audit(actor=actor, action="overlap.add", subject=overlap)
    return overlap


@transaction.atomic
def remove_overlap(*, actor: Actor, uid: uuid.UUID | str) -> None:
    """Let two programmes come together again. Raises NotFound."""
    overlap = lock(Overlap, uid, actor=actor)
    audit(actor=actor, action="overlap.remove", subject=overlap)
    overlap.delete()
