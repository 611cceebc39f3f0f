"""The verbs of a distribution: open, list, schedule, settle, unlock, close."""

import uuid
from datetime import date, time
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.distribution import selectors
from programs.distribution.tickets import new_code
from programs.distribution.workflow import DISTRIBUTION, NOT_YET
from programs.impartiality import refuse_own_family
from programs.models import (
    AidRecipient,
    Distribution,
    DistributionSlot,
    DistributionState,
    Programme,
    RecipientState,
)
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, WrongState
from puskesmas.history import audit, record_transition
from puskesmas.locking import first_result, lock
from puskesmas.templatetags.puskesos import angka
from registry.identities import identities_of
from registry.models import Resident
from registry.selectors import household_of, person

#: More than any list of a village; a slip of the keyboard is noticed.
MOST_PIECES, MOST_RUPIAH = 1_000, 100_000_000


@transaction.atomic
def open_distribution(
    *,
    actor: Actor,
    name: str,
    owner: str,
    kind: str,
    item: str,
    amount: int,
    unit: str = "",
    programme: Programme | None = None,
    may_replace: bool = False,
    replacement_rule: str = "",
    client_uid: uuid.UUID | None = None,
) -> Distribution:
    """Write down what an owner gives out. ``amount``: pieces, or whole rupiah, per recipient.

    Raises:
        NotYourRole; InvalidInput: something is missing or impossible, or money "may be replaced".
    """
    step = DISTRIBUTION.check("open", state=NOT_YET, actor=actor)
    if earlier := first_result(Distribution, client_uid, actor=actor):
        return earlier
    _check(actor, name, owner, kind, item, amount, programme)
    if may_replace:
        _check_replacement(kind, replacement_rule)
    made: Distribution = Distribution.objects.create(
        office=actor.office,
        client_uid=client_uid,
        programme=programme,
        name=name.strip(),
        owner=owner.strip(),
        kind=kind,
        item=item.strip(),
        amount=amount,
        unit=unit.strip(),
        may_replace=may_replace,
        replacement_rule=replacement_rule.strip(),
    )
    record_transition(subject=made, field="state", step=step, source=NOT_YET, actor=actor)
    return made


def _check(
    actor: Actor,
    name: str,
    owner: str,
    kind: str,
    item: str,
    amount: int,
    programme: Programme | None,
) -> None:
    for field, value in (("name", name), ("owner", owner), ("item", item)):
        if not value.strip():
            raise InvalidInput(_("Isian ini wajib diisi."), field=field)
    if kind not in Distribution.Kind.values:
        raise InvalidInput(_("Pilih barang atau uang."), field="kind")
    most = MOST_RUPIAH if kind == Distribution.Kind.MONEY else MOST_PIECES
    if not 1 <= amount <= most:
        raise InvalidInput(_("Jumlahnya 1 sampai %(most)d.") % {"most": most}, field="amount")
    if programme is not None and programme.office_id != actor.office.pk:
        raise InvalidInput(_("Pilih programnya."), field="programme")


def _check_replacement(kind: str, rule: str) -> None:
    if kind == Distribution.Kind.MONEY:
        raise InvalidInput(_("Uang tidak dapat dialihkan kepada orang lain."), field="may_replace")
    if not rule.strip():
        raise InvalidInput(
            _("Tulis aturan penggantian dari pemilik program."), field="replacement_rule"
        )


@transaction.atomic
def build_list(*, actor: Actor, uid: uuid.UUID | str, version: int | None) -> Distribution:
    """Put everybody living whom the programme's list names on the list; nobody twice.

    Of a household programme one of each family card, its head before others. What only the person
    himself says puts nobody on it. Who is left out, and why, is :func:`selectors.left_out`.

    Raises:
        InvalidInput: the distribution is of no programme, or nobody is to be added.
    """
    held = _lock(uid, "list", actor, version)
    if held.programme is None:
        raise InvalidInput(_("Pembagian ini tidak menyebut program; isi daftarnya satu per satu."))
    new = selectors.to_be_listed(held, actor=actor)
    if not new:
        raise InvalidInput(_("Tidak ada penerima baru dari daftar program ini."))
    AidRecipient.objects.bulk_create((_named(held, one) for one in new), batch_size=500)
    audit(actor=actor, action="distribution.build", subject=held)
    held.save()
    return held


def _named(held: Distribution, resident: Resident, **more: Any) -> AidRecipient:
    return AidRecipient(
        office=held.office, distribution=held, resident=resident, code=new_code(), **more
    )


@transaction.atomic
def add_recipient(
    *, actor: Actor, uid: uuid.UUID | str, resident_uid: uuid.UUID | str
) -> AidRecipient:
    """Put one person on the list, as the owner named him; again changes nothing.

    Raises:
        InvalidInput: he died or moved, or his family has its share already.
        OwnFamily: a colleague lists the officer's own family.
    """
    held = _lock(uid, "list", actor, None)
    resident = person(resident_uid, actor=actor)
    refuse_own_family(actor, resident)
    listed = held.recipients.filter(resident__in=identities_of(resident)).first()
    if listed is not None:
        listed.is_repeat = True
        return listed
    made = require_listable(held, resident)
    audit(actor=actor, action="distribution.add", subject=made)
    held.save()
    return made


def require_listable(held: Distribution, resident: Resident, **more: Any) -> AidRecipient:
    """Put a person on the list, for verbs that hold the distribution's lock.

    Raises:
        InvalidInput: he died or moved, stands on the list, or his family has its share already.
    """
    if resident.life != Resident.Life.ALIVE:
        raise InvalidInput(
            _("Warga ini tercatat %(life)s, jadi tidak masuk daftar.")
            % {"life": resident.get_life_display().lower()},
            field="resident",
        )
    family = {row.resident.pk for row in household_of(resident)} if held.by_household else set()
    other = held.recipients.filter(resident__in=family).exclude(state=RecipientState.STRUCK)
    if other.exists():
        raise InvalidInput(
            _("Keluarga ini sudah ada di daftar; bantuan ini satu untuk satu KK."),
            field="resident",
        )
    made = _named(held, resident, **more)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise InvalidInput(_("Warga ini sudah ada di daftar."), field="resident") from None
    return made


@transaction.atomic
def remove_recipient(*, actor: Actor, uid: uuid.UUID | str) -> Distribution:
    """Take a name off a list still being made; ``uid`` is the recipient's."""
    listed = selectors.recipient(uid, actor=actor)
    held = _lock(listed.distribution.uid, "list", actor, None)
    audit(actor=actor, action="distribution.remove", subject=listed)
    AidRecipient.objects.filter(pk=listed.pk).delete()
    held.save()
    return held


@transaction.atomic
def add_slot(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    day: date,
    start: time,
    place: str,
    end: time | None = None,
    dusun: str = "",
    rw: str = "",
) -> DistributionSlot:
    """Say when and where people of a hamlet or RW come; the same again changes nothing.

    Raises:
        InvalidInput: no place, or an hour that ends before it begins.
    """
    held = _lock(uid, "schedule", actor, None)
    if not place.strip():
        raise InvalidInput(_("Tulis tempatnya."), field="place")
    if end is not None and end <= start:
        raise InvalidInput(_("Jam selesai sebelum jam mulai."), field="end")
    slot, created = DistributionSlot.objects.get_or_create(
        distribution=held,
        day=day,
        start=start,
        place=place.strip(),
        dusun=dusun,
        rw=rw,
        defaults={"office": actor.office, "end": end},
    )
    slot.is_repeat = not created
    if created:
        audit(actor=actor, action="distribution.slot", subject=slot)
        held.save()
    return slot


@transaction.atomic
def remove_slot(*, actor: Actor, uid: uuid.UUID | str) -> Distribution:
    """Take a slot off the schedule."""
    slot = lock(DistributionSlot, uid, actor=actor, along=("distribution",))
    held = _lock(slot.distribution.uid, "schedule", actor, None)
    audit(actor=actor, action="distribution.unslot", subject=slot)
    slot.delete()
    held.save()
    return held


@transaction.atomic
def settle(*, actor: Actor, uid: uuid.UUID | str, version: int | None) -> Distribution:
    """Lock the list and number the tickets in the order people come.

    Raises:
        InvalidInput: nobody living is on it, or nobody knows when and where.
    """
    held = _lock(uid, "settle", actor, version)
    lines = selectors.lines_of(held, actor=actor)
    if not any(line.is_here for line in lines):
        raise InvalidInput(_("Belum ada penerima di daftar ini."))
    if any(line.slot is None for line in lines):
        raise InvalidInput(
            _("Jadwalnya belum mencakup semua orang. Tambahkan jadwal tanpa dusun dan RW.")
        )
    # Numbers are unique: nobody gets one that another still holds.
    held.recipients.update(number=None)
    rows = [line.recipient for line in lines]
    for number, row in enumerate(rows, start=1):
        row.number = number
    AidRecipient.objects.bulk_update(rows, ["number"], batch_size=500)
    held.settled_by, held.settled_at = actor.user, timezone.now()
    return _move(held, "settle", actor)


@transaction.atomic
def unlock(*, actor: Actor, uid: uuid.UUID | str, version: int | None, reason: str) -> Distribution:
    """Open a locked list again, with the reason, as long as nothing was handed out.

    Raises:
        WrongState: somebody has his share, or is off the list, already.
    """
    held = _lock(uid, "unlock", actor, version, reason)
    touched = held.recipients.exclude(state=RecipientState.WAITING)
    if touched.exists():
        raise WrongState(
            _("Sudah ada yang diserahkan atau dikeluarkan; daftarnya tidak dapat dibuka lagi."),
            state=held.state,
        )
    # Numbered anew at the next lock: numbers of today would come before places of tomorrow.
    held.recipients.update(number=None)
    held.settled_by = held.settled_at = None
    return _move(held, "unlock", actor, reason)


@transaction.atomic
def close(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    version: int | None,
    left_over: int,
    left_note: str = "",
) -> Distribution:
    """Close with what was counted at the end: pieces, or whole rupiah.

    Raises:
        InvalidInput: something is left and nobody says what becomes of it, or the count differs
            from what the list says and nobody says why.
    """
    held = _lock(uid, "close", actor, version)
    expected = selectors.totals_of(held).left
    if (left_over or left_over != expected) and not left_note.strip():
        raise InvalidInput(
            _("Menurut daftar sisanya %(expected)s. Tulis sisa diapakan, atau mengapa berbeda.")
            % {"expected": angka(expected)},
            field="left_note",
        )
    held.left_over, held.left_note = left_over, left_note.strip()
    held.closed_by, held.closed_at = actor.user, timezone.now()
    return _move(held, "close", actor)


def _lock(
    uid: uuid.UUID | str, action: str, actor: Actor, version: int | None, reason: str = ""
) -> Distribution:
    held = lock(Distribution, uid, actor=actor, version=version, along=("programme",))
    DISTRIBUTION.check(action, state=held.state, actor=actor, reason=reason)
    return held


def _move(held: Distribution, action: str, actor: Actor, reason: str = "") -> Distribution:
    step = DISTRIBUTION.steps[action]
    source, held.state = held.state, DistributionState(step.target)
    held.save()
    record_transition(
        subject=held, field="state", step=step, source=source, actor=actor, reason=reason
    )
    return held
