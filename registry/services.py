"""Changing what the office knows of people: one transaction each, keyword-only, actor first."""

import uuid
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas import attachments
from puskesmas.actors import Actor
from puskesmas.crypto import blind_index
from puskesmas.errors import InvalidInput, NotFound, OwnFamily
from puskesmas.history import audit
from puskesmas.locking import first_result
from registry import codes, search_terms
from registry.households.services import put_on_card
from registry.identities import card_of, identities_of, lock_person
from registry.identity import IdentityError, clean_number, parse_nik
from registry.models import Register, RegisterCheck, Resident
from registry.naming import name_key, tidy_name
from registry.roles import must_write
from registry.selectors import RegisterAnswer, is_family, person, register_answer

_PERSON_FIELDS = (
    "sex",
    "birth_place",
    "birth_date",
    "mother_name",
    "religion",
    "marital_status",
    "education",
    "occupation",
    "disability",
    "phone",
    "has_ektp",
    "address",
    "dusun",
    "rt",
    "rw",
)


@transaction.atomic
def create_resident(
    *,
    actor: Actor,
    name: str,
    client_uid: uuid.UUID | None = None,
    nik: str = "",
    kk: str = "",
    relation: str = "",
    **fields: Any,
) -> Resident:
    """Add a person the office did not know; NIK and KK may be missing, the name may not.

    ``fields`` are those of :class:`Resident`. A repeat with the same ``client_uid`` returns the
    first result.

    Raises:
        NotYourRole: the actor does not write into the registry.
        InvalidInput: a value is impossible, or the NIK is already somebody's here.
    """
    must_write(actor)
    if earlier := first_result(Resident, client_uid, actor=actor):
        return earlier
    resident = Resident(office=actor.office, client_uid=client_uid)
    _fill(resident, actor=actor, name=name, nik=nik, fields=fields)
    try:
        with transaction.atomic():
            resident.save()
    except IntegrityError:
        # Two officers typed the same person at once: the loser is told who it is.
        if again := first_result(Resident, client_uid, actor=actor):
            return again
        raise _nik_taken() from None
    put_on_card(resident, actor=actor, kk=kk, relation=relation)
    audit(actor=actor, action="create_resident", subject=resident, fields=_filled(resident))
    search_terms.remember(resident.office_id, [resident])
    return resident


@transaction.atomic
def change_resident(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    version: int | None,
    name: str,
    nik: str | None = None,
    kk: str | None = None,
    relation: str = "",
    **fields: Any,
) -> Resident:
    """Correct a person's data. ``nik`` or ``kk`` None leaves it as it is.

    Raises:
        NotYourRole, NotFound, StaleVersion, InvalidInput.
    """
    must_write(actor)
    resident = lock_person(uid, actor=actor, version=version)
    before = {field: getattr(resident, field) for field in ("name", "nik", *_PERSON_FIELDS)}
    new_nik = resident.nik if nik is None else nik
    _fill(resident, actor=actor, name=name, nik=new_nik, fields=fields)
    try:
        with transaction.atomic():
            resident.save()
    except IntegrityError:
        raise _nik_taken() from None
    if kk is not None:
        put_on_card(resident, actor=actor, kk=kk, relation=relation)
    changed = [field for field, value in before.items() if getattr(resident, field) != value]
    audit(actor=actor, action="change_resident", subject=resident, fields=changed)
    search_terms.remember(resident.office_id, [resident])
    return resident


@transaction.atomic
def record_register_check(
    *,
    actor: Actor,
    resident: Resident,
    register_code: str,
    method: str,
    result: str,
    decile: int | None = None,
    checked_at: datetime | None = None,
    note: str = "",
    screenshot: UploadedFile | None = None,
    client_uid: uuid.UUID | None = None,
) -> RegisterCheck:
    """Keep the result of a look into SIKS-NG or Cek Bansos: result, decile, day, officer.

    Raises:
        NotYourRole: the actor does not write into the registry.
        OwnFamily: a check counts as verification, so somebody else looks.
        NotFound: no such register in the office.
        InvalidInput: a decile outside 1–10 or without "listed", a future day, a bad screenshot.
    """
    must_write(actor)
    if earlier := first_result(RegisterCheck, client_uid, actor=actor):
        return earlier
    if is_family(actor.user, resident):
        raise OwnFamily(
            _("Ini Anda sendiri atau keluarga satu KK. Minta petugas lain memeriksanya.")
        )
    register = Register.objects.visible_to(actor).filter(code=register_code).first()
    if register is None:
        raise NotFound(_("Daftar ini tidak ada di kantor ini."))
    moment = checked_at or timezone.now()
    if moment > timezone.now():
        raise InvalidInput(_("Waktu pemeriksaan belum terjadi."), field="checked_at")
    if decile is not None and not 1 <= decile <= 10:
        raise InvalidInput(_("Desil adalah angka 1 sampai 10."), field="decile")
    if decile is not None and result != RegisterCheck.Result.LISTED:
        raise InvalidInput(_("Desil hanya ada bila warga terdaftar."), field="decile")
    picture = (
        attachments.store(
            screenshot, actor=actor, allowed=attachments.IMAGE_TYPES, field="screenshot"
        )
        if screenshot
        else None
    )
    check = RegisterCheck.objects.create(
        office=actor.office,
        client_uid=client_uid,
        resident=resident,
        register=register,
        method=method,
        result=result,
        decile=decile,
        data_date=moment.astimezone(actor.office.tz).date(),
        checked_at=moment,
        checked_by=actor.user,
        screenshot=picture,
        note=note.strip(),
    )
    audit(actor=actor, action="record_register_check", subject=check, fields=["result"])
    return check


def keep_register_answer(*, actor: Actor, resident: Resident, on: date) -> RegisterCheck | None:
    """Keep what the registers said of the person on a day, for the case received that day.

    A check made by hand is itself the kept answer. None when the office has no register. The caller
    is inside a transaction.
    """
    answer = register_answer(resident, actor=actor, on=on)
    return keep_answer(actor=actor, resident=resident, answer=answer) if answer else None


def keep_answer(*, actor: Actor, resident: Resident, answer: RegisterAnswer) -> RegisterCheck:
    """Keep what one register said of a person; a check made by hand is itself the kept answer."""
    if answer.check is not None and answer.check.result == answer.result:
        return answer.check
    return RegisterCheck.objects.create(
        office=actor.office,
        resident=resident.person,
        register=answer.register,
        register_version=answer.version,
        method=RegisterCheck.Method.LIST,
        result=answer.result,
        decile=answer.decile,
        data_date=answer.data_date,
        checked_by=actor.user,
    )


@transaction.atomic
def reveal_numbers(*, actor: Actor, uid: uuid.UUID | str, reason: str) -> dict[str, str]:
    """Return a person's NIK, KK and phone in full, for a written reason; the look is audited.

    Raises:
        NotFound: nobody of that uid here. InvalidInput: no reason.
    """
    resident = person(uid, actor=actor)
    if not reason.strip():
        raise InvalidInput(_("Tulis untuk apa nomor ini dibuka."), field="reason")
    opened = ["nik", "kk", "phone"]
    audit(actor=actor, action="reveal", subject=resident, fields=opened, reason=reason.strip())
    member = card_of(resident)
    kk = member.household.kk if member else ""
    return {"nik": resident.nik, "kk": kk, "phone": resident.phone}


def _fill(resident: Resident, *, actor: Actor, name: str, nik: str, fields: dict[str, Any]) -> None:
    resident.name = tidy_name(name)
    if not resident.name:
        raise InvalidInput(_("Isi nama."), field="name")
    resident.name_key = name_key(resident.name)
    resident.nik = _checked_nik(nik, actor, resident)
    for field in _PERSON_FIELDS:
        if field in fields:
            setattr(resident, field, _normalised(field, fields[field]))
    resident.phone = clean_number(resident.phone or "")
    if resident.birth_date and resident.birth_date > actor.office.today():
        raise InvalidInput(_("Tanggal lahir belum terjadi."), field="birth_date")


def _normalised(field: str, value: Any) -> Any:
    """Return the code list's own words for a spelling of them; anything else as it was typed.

    Letters say the occupation as the person does; its code is found when a sheet wants it.
    """
    if not value or field == "occupation" or field not in codes.PERSONAL:
        return value
    return codes.PERSONAL[field].words_of(value)


def _checked_nik(typed: str, actor: Actor, resident: Resident) -> str:
    number = clean_number(typed)
    if not number:
        return ""
    try:
        parse_nik(number, today=actor.office.today())
    except IdentityError as error:
        raise InvalidInput(error.message, field="nik") from error
    holder = Resident.objects.filter(
        office=actor.office,
        nik_index=blind_index(number, purpose="nik"),
    ).exclude(pk__in=identities_of(resident) if resident.pk else ())
    if holder.exists():
        raise _nik_taken()
    return number


def _nik_taken() -> InvalidInput:
    return InvalidInput(
        _("NIK ini sudah dimiliki warga lain di kantor ini. Cari dengan NIK itu."),
        field="nik",
        code="nik_taken",
    )


def _filled(resident: Resident) -> list[str]:
    return [field for field in ("name", "nik", *_PERSON_FIELDS) if getattr(resident, field)]
