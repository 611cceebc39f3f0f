"""The verbs of a call: open, name and strike candidates, submit, approve, hand over, record."""

import uuid
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.calls.approval import require_approver
from programs.calls.sheet import sheet_of
from programs.calls.signals import list_handed
from programs.calls.workflow import CALL, NOT_YET
from programs.disclosure import is_government, require_basis
from programs.impartiality import refuse_own_family
from programs.models import Call, CallState, Candidate, Programme
from puskesmas import attachments
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, WrongState
from puskesmas.history import audit, record_transition
from puskesmas.locking import first_result, lock
from registry.models import Resident
from registry.selectors import person

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_WANTED = 5_000


@transaction.atomic
def open_call(
    *,
    actor: Actor,
    owner: str,
    wanted: int,
    criteria: str,
    received_on: date,
    programme: Programme | None = None,
    reference: str = "",
    due_on: date | None = None,
    client_uid: uuid.UUID | None = None,
) -> Call:
    """Write down what an owner asks for.

    Raises:
        NotYourRole; InvalidInput: no owner or criteria, an impossible number or day, or a
            programme of another office.
    """
    step = CALL.check("open", state=NOT_YET, actor=actor)
    if earlier := first_result(Call, client_uid, actor=actor):
        return earlier
    _check_call(actor, owner, wanted, criteria, received_on, due_on)
    if programme is not None and programme.office_id != actor.office.pk:
        raise InvalidInput(_("Pilih programnya."), field="programme")
    call: Call = Call.objects.create(
        office=actor.office,
        client_uid=client_uid,
        owner=owner.strip(),
        programme=programme,
        wanted=wanted,
        criteria=criteria.strip(),
        reference=reference.strip(),
        received_on=received_on,
        due_on=due_on,
    )
    call.authors.add(actor.officer)
    record_transition(subject=call, field=CALL.field, step=step, source=NOT_YET, actor=actor)
    return call


@transaction.atomic
def name_candidate(
    *, actor: Actor, uid: uuid.UUID | str, resident_uid: uuid.UUID | str, reason: str
) -> Candidate:
    """Put a resident on the list, with the reason; again by a double click changes nothing.

    Raises:
        NotYourRole, WrongState, NotFound; OwnFamily: somebody else names one's family.
        InvalidInput: no reason, he died or moved, or he is on the list for another reason.
    """
    call = lock(Call, uid, actor=actor)
    CALL.check("name", state=call.state, actor=actor)
    resident = person(resident_uid, actor=actor)
    refuse_own_family(actor, resident)
    if resident.life != Resident.Life.ALIVE:
        raise InvalidInput(
            _("Warga ini tercatat %(life)s, jadi tidak dapat menjadi calon.")
            % {"life": resident.get_life_display().lower()}
        )
    if not reason.strip():
        raise InvalidInput(_("Tulis mengapa warga ini dicalonkan."), field="reason")
    held: Candidate | None = call.candidates.filter(resident=resident).first()
    if held is not None and held.reason == reason.strip():
        held.is_repeat = True
        return held
    try:
        with transaction.atomic():
            made: Candidate = Candidate.objects.create(
                office=actor.office,
                call=call,
                resident=resident,
                reason=reason.strip(),
                added_by=actor.officer,
            )
    except IntegrityError:
        raise InvalidInput(_("Warga ini sudah ada di daftar calon.")) from None
    call.authors.add(actor.officer)
    call.save()
    audit(actor=actor, action="call.name", subject=made)
    return made


@transaction.atomic
def strike_candidate(*, actor: Actor, uid: uuid.UUID | str, version: int | None = None) -> Call:
    """Take a name off the list again; ``uid`` is the candidate's."""
    candidate = lock(Candidate, uid, actor=actor, version=version, along=("call", "resident"))
    call = lock(Call, candidate.call.uid, actor=actor)
    CALL.check("strike", state=call.state, actor=actor)
    audit(actor=actor, action="call.strike", subject=candidate)
    call.authors.add(actor.officer)
    candidate.delete()
    call.save()
    return call


@transaction.atomic
def submit(*, actor: Actor, uid: uuid.UUID | str, version: int | None) -> Call:
    """Put the list before the approver.

    Raises:
        InvalidInput: nobody on it, or everybody died or moved.
    """
    call = lock(Call, uid, actor=actor, version=version)
    CALL.check("submit", state=call.state, actor=actor)
    if not any(not one.has_dropped_out for one in _candidates(call)):
        raise InvalidInput(_("Belum ada calon di daftar ini."))
    call.authors.add(actor.officer)
    return _move(call, "submit", actor)


@transaction.atomic
def approve(*, actor: Actor, uid: uuid.UUID | str, version: int | None) -> Call:
    """Approve the list: leave to hand it over. It decides nothing about the aid.

    Raises:
        OwnDraft, OwnFamily, NotYourRole: somebody else must.
    """
    call = lock(Call, uid, actor=actor, version=version)
    CALL.check("approve", state=call.state, actor=actor)
    require_approver(call, actor)
    call.approved_by, call.approved_at = actor.user, timezone.now()
    return _move(call, "approve", actor)


@transaction.atomic
def return_call(*, actor: Actor, uid: uuid.UUID | str, version: int | None, reason: str) -> Call:
    """Give the list back to be mended, with the reason. Raises as :func:`approve`."""
    call = lock(Call, uid, actor=actor, version=version)
    CALL.check("return", state=call.state, actor=actor, reason=reason)
    require_approver(call, actor)
    return _move(call, "return", actor, reason)


@transaction.atomic
def record_basis(
    *, actor: Actor, uid: uuid.UUID | str, version: int | None, legal_basis: str
) -> Call:
    """Record why the names may go to the owner; before that nobody opens a partner's list.

    Raises:
        NotYourRole, WrongState; InvalidInput: no legal basis for giving them to who is not of the
            government.
    """
    call = lock(Call, uid, actor=actor, version=version, along=("programme",))
    CALL.check("basis", state=call.state, actor=actor)
    call.legal_basis = require_basis(call.programme, legal_basis)
    call.save()
    audit(actor=actor, action="call.basis", subject=call, fields=["legal_basis"])
    return call


@transaction.atomic
def hand_over(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    version: int | None,
    receiver: str,
    handed_on: date,
    legal_basis: str = "",
) -> Call:
    """Record who took the list, on which legal basis, and freeze it as it went.

    Without ``legal_basis`` it is the one recorded before.

    Raises:
        InvalidInput: no receiver, a day before the approval or to come, or no legal basis for
            giving the names to who is not of the government.
    """
    call = lock(Call, uid, actor=actor, version=version, along=("programme",))
    CALL.check("hand_over", state=call.state, actor=actor)
    if not receiver.strip():
        raise InvalidInput(_("Tulis siapa yang menerima daftarnya."), field="receiver")
    if handed_on > actor.office.today():
        raise InvalidInput(_("Tanggal ini belum terjadi."), field="handed_on")
    approved = call.approved_at
    if approved and handed_on < approved.astimezone(actor.office.tz).date():
        raise InvalidInput(_("Daftarnya belum disetujui pada tanggal itu."), field="handed_on")
    call.legal_basis = require_basis(call.programme, legal_basis or call.legal_basis)
    call.handed_to, call.handed_on = receiver.strip(), handed_on
    call.sheet = attachments.store_bytes(
        sheet_of(call, actor=actor), actor=actor, media_type=XLSX, name="calon.xlsx"
    )
    list_handed.send(sender=Call, call=call, actor=actor)
    return _move(call, "hand_over", actor)


@transaction.atomic
def record_result(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    version: int | None,
    result: str,
    told_on: date,
    source: str,
) -> Candidate:
    """Record what the owner chose; ``uid`` is the candidate's. The last result closes the call.

    Raises:
        InvalidInput: no result or source, or a day to come.
    """
    candidate = lock(Candidate, uid, actor=actor, version=version, along=("call", "resident"))
    call = lock(Call, candidate.call.uid, actor=actor)
    CALL.check("result", state=call.state, actor=actor)
    if result not in Candidate.Result.values:
        raise InvalidInput(_("Pilih hasilnya."), field="result")
    if told_on > actor.office.today():
        raise InvalidInput(_("Tanggal ini belum terjadi."), field="told_on")
    if not source.strip():
        raise InvalidInput(_("Isi sumbernya, misalnya nomor surat pemilik."), field="source")
    candidate.result, candidate.result_on = result, told_on
    candidate.result_source = source.strip()
    candidate.save()
    audit(actor=actor, action="call.result", subject=candidate, fields=["result"])
    left = [one for one in _candidates(call) if not one.result and not one.has_dropped_out]
    if not left:
        _move(call, "close", actor)
    return candidate


def read_sheet(call: Call, *, actor: Actor) -> bytes:
    """Return the list for the owner: as handed over, or as approved.

    Raises:
        WrongState: nobody approved it yet, or nobody recorded why a partner may have it.
    """
    require_sheet(call)
    return attachments.read(call.sheet) if call.sheet else sheet_of(call, actor=actor)


def require_sheet(call: Call) -> None:
    """Raise WrongState unless the list may leave the house: see :func:`read_sheet`."""
    if call.state in {CallState.COLLECTING, CallState.WAITING}:
        raise WrongState(
            _("Daftar ini belum disetujui, jadi belum dapat diserahkan."), state=call.state
        )
    if lacks_basis(call):
        raise WrongState(
            _("Catat dulu dasar pemberian datanya: persetujuan calon, wali, atau keadaan darurat."),
            state=call.state,
        )


def lacks_basis(call: Call) -> bool:
    """Return whether an approved list may not be opened yet: nobody said why a partner gets it."""
    waits = call.state == CallState.APPROVED
    return waits and not call.legal_basis and not is_government(call.programme)


def _candidates(call: Call) -> Any:
    return call.candidates.select_related("resident__canonical")


def _move(call: Call, action: str, actor: Actor, reason: str = "") -> Call:
    step = CALL.check(action, state=call.state, actor=actor, reason=reason)
    source, call.state = call.state, CallState(step.target)
    call.save()
    record_transition(
        subject=call, field=CALL.field, step=step, source=source, actor=actor, reason=reason
    )
    return call


def _check_call(
    actor: Actor, owner: str, wanted: int, criteria: str, received_on: date, due_on: date | None
) -> None:
    if not owner.strip():
        raise InvalidInput(_("Tulis siapa yang meminta."), field="owner")
    if not criteria.strip():
        raise InvalidInput(_("Tulis siapa yang dicari, seperti di suratnya."), field="criteria")
    if not 1 <= wanted <= MOST_WANTED:
        raise InvalidInput(
            _("Jumlahnya 1 sampai %(most)d orang.") % {"most": MOST_WANTED}, field="wanted"
        )
    if received_on > actor.office.today():
        raise InvalidInput(_("Tanggal diterima belum terjadi."), field="received_on")
    if due_on is not None and due_on < received_on:
        raise InvalidInput(_("Batas waktu sebelum tanggal diterima."), field="due_on")
