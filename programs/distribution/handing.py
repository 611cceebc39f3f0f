"""The verbs of the table: hand over, defer, undo, note a death, strike, replace, complete papers.

Each takes the distribution's row first, so that closing and handing over never cross, and none is
for the officer's own family.
"""

import uuid
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.distribution.errors import AlreadyTaken, NotHandedOver, NotOnTheCard
from programs.distribution.families import card_members
from programs.distribution.services import require_listable
from programs.distribution.workflow import DISTRIBUTION, RECIPIENT
from programs.impartiality import refuse_own_family
from programs.models import AidRecipient, Distribution, RecipientState
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound, WrongState
from puskesmas.history import audit, record_transition
from puskesmas.locking import lock
from registry.life import record_life_event
from registry.models import LifeEvent, Resident
from registry.selectors import person

Way, Gone = AidRecipient.Way, AidRecipient.Gone


@transaction.atomic
def hand_over(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    way: str,
    code: str = "",
    receiver_uid: uuid.UUID | str | None = None,
    owed: str = "",
    carrier: str = "",
    at: datetime | None = None,
    client_uid: uuid.UUID | None = None,
) -> AidRecipient:
    """Record that a share was handed over; the same form again changes nothing.

    ``way``: by the ticket (``code`` is what it says), by identity, or brought home (``carrier`` by
    whom, ``at`` when). ``receiver_uid`` is who took it, the recipient himself when left out.
    ``owed`` names the papers he had forgotten and brings later.

    Raises:
        AlreadyTaken: somebody was first; who and when.
        NotHandedOver: he moved, or died and it is money. NotOnTheCard: somebody of another card.
        OwnFamily: the officer's own family gets it from a colleague, and takes it from one.
        InvalidInput: no way, another ticket, or a moment to come.
    """
    listed = _lock(uid, actor)
    if listed.state == RecipientState.TAKEN:
        return _taken_before(listed, client_uid)
    RECIPIENT.check("hand", state=listed.state, actor=actor)
    _require_way(listed, way, code, carrier)
    receiver = _receiver(listed, receiver_uid, actor)
    refuse_own_family(actor, receiver)
    now = timezone.now()
    if at is not None and at > now:
        raise InvalidInput(_("Waktu ini belum terjadi."), field="at")
    listed.way, listed.taken_by, listed.taken_at = way, receiver, at or now
    listed.handed_by, listed.carrier = actor.user, carrier.strip()
    listed.owed = owed.strip()
    listed.owed_since = actor.office.today() if listed.owed else None
    listed.pickup_uid = client_uid
    return _move(listed, "hand", actor)


def _lock(uid: uuid.UUID | str, actor: Actor, version: int | None = None) -> AidRecipient:
    """Return the name with its distribution, both locked, while aid is handed out.

    Raises:
        OwnFamily: a colleague must.
    """
    seen = AidRecipient.objects.visible_to(actor).filter(uid=uid).values_list("distribution__uid")
    found = seen.first()
    if found is None:
        raise NotFound(_("Penerima tidak ditemukan di kantor ini."))
    held = lock(Distribution, found[0], actor=actor, along=("programme",))
    DISTRIBUTION.check("hand_out", state=held.state, actor=actor)
    listed = lock(AidRecipient, uid, actor=actor, version=version, along=("resident__canonical",))
    listed.distribution = held
    refuse_own_family(actor, listed.resident.person)
    return listed


def _taken_before(listed: AidRecipient, client_uid: uuid.UUID | None) -> AidRecipient:
    if client_uid is not None and listed.pickup_uid == client_uid:
        listed.is_repeat = True
        return listed
    moment = listed.taken_at or listed.created_at
    local = moment.astimezone(listed.office.tz)
    officer = listed.handed_by.name if listed.handed_by else "–"
    taker = listed.taken_by.name if listed.taken_by else "–"
    raise AlreadyTaken(
        _("Sudah diterima %(taker)s pada %(day)s pukul %(hour)s, dicatat oleh %(officer)s.")
        % {
            "taker": taker,
            "day": f"{local:%d-%m-%Y}",
            "hour": f"{local:%H.%M}",
            "officer": officer,
        },
        state=listed.state,
        taken_at=moment.isoformat(),
        taken_by=taker,
        handed_by=officer,
    )


def _require_way(listed: AidRecipient, way: str, code: str, carrier: str) -> None:
    if way not in Way.values:
        raise InvalidInput(_("Pilih apa yang ditunjukkan."), field="way")
    if way == Way.TICKET and code != listed.code:
        raise InvalidInput(
            _("Kupon ini bukan miliknya. Pindai lagi, atau minta KTP atau KK."), field="way"
        )
    if way == Way.HOME and not carrier.strip():
        raise InvalidInput(_("Tulis siapa yang mengantar."), field="carrier")


def _receiver(listed: AidRecipient, uid: uuid.UUID | str | None, actor: Actor) -> Resident:
    """Return who takes the share: the recipient, or somebody of his card."""
    own = listed.resident.person
    if own.life == Resident.Life.MOVED:
        raise NotHandedOver(
            _("Ia tercatat pindah, jadi bantuannya tidak diserahkan. Keluarkan dari daftar."),
            state=listed.state,
        )
    if own.life == Resident.Life.DECEASED and listed.distribution.is_money:
        raise NotHandedOver(
            _("Ia tercatat meninggal. Uang tidak beralih kepada keluarga."), state=listed.state
        )
    receiver = person(uid, actor=actor) if uid else own
    if receiver.life != Resident.Life.ALIVE:
        raise NotOnTheCard(
            _("Ia tercatat %(life)s. Pilih anggota KK yang mengambil.")
            % {"life": receiver.get_life_display().lower()},
            field="receiver",
        )
    if receiver != own and receiver not in card_members(own):
        raise NotOnTheCard(
            _("Yang mewakili harus satu KK dengan penerima; orang ini tidak."),
            field="receiver",
        )
    return receiver


@transaction.atomic
def defer(*, actor: Actor, uid: uuid.UUID | str, version: int | None) -> AidRecipient:
    """Let somebody without a ticket wait until he shows who he is."""
    listed = _lock(uid, actor, version)
    RECIPIENT.check("defer", state=listed.state, actor=actor)
    return _move(listed, "defer", actor)


@transaction.atomic
def undo(*, actor: Actor, uid: uuid.UUID | str, version: int | None, reason: str) -> AidRecipient:
    """Take a wrong hand-over back, with the reason; who and when stay in the history."""
    listed = _lock(uid, actor, version)
    RECIPIENT.check("undo", state=listed.state, actor=actor, reason=reason)
    _note_who_had_it(listed, actor)
    listed.way = listed.carrier = listed.owed = ""
    listed.taken_at = listed.taken_by = listed.handed_by = None
    listed.owed_since = listed.pickup_uid = None
    return _move(listed, "undo", actor, reason)


def _note_who_had_it(listed: AidRecipient, actor: Actor) -> None:
    """Keep what the undoing clears: who was said to have taken the share, and when."""
    taken_at = listed.taken_at.isoformat() if listed.taken_at else ""
    taker = listed.taken_by.uid if listed.taken_by else ""
    audit(
        actor=actor,
        action="recipient.undo",
        subject=listed,
        fields=["taken_at", "taken_by"],
        reason=f"taken_by={taker} taken_at={taken_at}",
    )


@transaction.atomic
def complete_papers(
    *, actor: Actor, uid: uuid.UUID | str, version: int | None = None
) -> AidRecipient:
    """Note that the forgotten papers were brought; after closing, too."""
    along = ("distribution", "resident__canonical")
    listed = lock(AidRecipient, uid, actor=actor, version=version, along=along)
    RECIPIENT.check("papers", state=listed.state, actor=actor)
    refuse_own_family(actor, listed.resident.person)
    if listed.owed_since is None:
        raise WrongState(_("Tidak ada berkas yang ditunggu."), state=listed.state)
    listed.owed_since = None
    listed.save()
    audit(actor=actor, action="recipient.papers", subject=listed)
    return listed


@transaction.atomic
def note_death(
    *, actor: Actor, uid: uuid.UUID | str, version: int | None, on: date, source: str
) -> AidRecipient:
    """Record that somebody on the list died, with the registry too, so that no list names him.

    Goods wait for a member of the card he was on. Money does not pass on; without family nobody is
    left to take anything: then he is off the list.

    Raises:
        InvalidInput: an impossible day, or nothing that says so.
    """
    listed = _lock(uid, actor, version)
    RECIPIENT.check("death", state=listed.state, actor=actor)
    own = listed.resident.person
    if own.life != Resident.Life.DECEASED:
        record_life_event(
            actor=actor,
            uid=own.uid,
            version=None,
            kind=LifeEvent.Kind.DECEASED,
            on=on,
            source=source,
        )
        own.refresh_from_db()
    family = card_members(own)
    if family and not listed.distribution.is_money:
        listed.save()
        audit(actor=actor, action="recipient.death", subject=listed)
        return listed
    listed.gone = Gone.DECEASED if family else Gone.ALONE
    return _move(listed, "death", actor)


@transaction.atomic
def strike(
    *, actor: Actor, uid: uuid.UUID | str, version: int | None, gone: str, reason: str
) -> AidRecipient:
    """Take somebody off a locked list: he moved, declines, or the owner says so.

    Raises:
        InvalidInput: no reason; a death is noted by :func:`note_death`; a move is recorded first.
    """
    listed = _lock(uid, actor, version)
    RECIPIENT.check("strike", state=listed.state, actor=actor, reason=reason)
    if gone not in {Gone.MOVED, Gone.OWNER, Gone.DECLINED}:
        raise InvalidInput(_("Pilih sebabnya."), field="gone")
    if gone == Gone.MOVED and listed.resident.person.life != Resident.Life.MOVED:
        raise InvalidInput(_("Catat dulu pindahnya pada halaman warga ini."), field="gone")
    listed.gone, listed.gone_note = gone, reason.strip()
    return _move(listed, "strike", actor, reason)


@transaction.atomic
def replace(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    version: int | None,
    resident_uid: uuid.UUID | str,
    named_by: str,
) -> AidRecipient:
    """Put whom the owner named in the place of somebody who is off the list; return his row.

    The village chooses nobody: ``named_by`` is the owner's letter that names him.

    Raises:
        WrongState: replaced before, or the owner's rule allows nobody, or it is money.
        InvalidInput: no letter, or he cannot be on the list.
    """
    listed = _lock(uid, actor, version)
    RECIPIENT.check("replace", state=listed.state, actor=actor)
    held = listed.distribution
    if held.is_money:
        raise WrongState(_("Uang tidak dapat dialihkan kepada orang lain."), state=listed.state)
    if not held.may_replace:
        raise WrongState(_("Aturan pemilik tidak mengizinkan pengganti."), state=listed.state)
    if AidRecipient.objects.filter(replaces=listed).exists():
        raise WrongState(_("Penggantinya sudah dicatat."), state=listed.state)
    if not named_by.strip():
        raise InvalidInput(
            _("Tulis surat pemilik yang menunjuk pengganti; kantor ini tidak memilih."),
            field="named_by",
        )
    resident = person(resident_uid, actor=actor)
    refuse_own_family(actor, resident)
    made = require_listable(
        held,
        resident,
        replaces=listed,
        named_by=named_by.strip(),
        number=_next_number(held),
    )
    step = RECIPIENT.steps["replace"]
    listed.save()
    record_transition(subject=listed, field="state", step=step, source=listed.state, actor=actor)
    audit(actor=actor, action="recipient.replace", subject=made)
    return made


def _next_number(held: Distribution) -> int:
    last: Any = held.recipients.order_by("-number").exclude(number=None).first()
    return (last.number if last else 0) + 1


def _move(listed: AidRecipient, action: str, actor: Actor, reason: str = "") -> AidRecipient:
    step = RECIPIENT.steps[action]
    source, listed.state = listed.state, RecipientState(step.target)
    listed.save()
    record_transition(
        subject=listed, field="state", step=step, source=source, actor=actor, reason=reason
    )
    return listed
