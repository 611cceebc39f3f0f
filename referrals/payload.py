"""What is sent with a referral: as little as the receiver needs, as it was on that day.

Shapes: ``schemas/referral.submitted-v2.json`` for the tiers of government; a partner gets name,
address, phone, need and the number of the SKTM only.
"""

from datetime import date, datetime
from typing import Any

from django.db.models import Q

from complaints.models import Complaint, ComplaintPaper, ComplaintProgramme
from programs.models import Programme
from puskesmas.actors import Actor
from puskesmas.models import Office
from referrals.models import Referral
from registry.letters import SKTM, address_of
from registry.models import HouseholdMember, RegisterCheck, Resident
from registry.selectors import household_of


def version_of(body: dict[str, Any]) -> int:
    """Return the version of referral.submitted a payload is: files came with the second.

    What lists none stays readable to a tier above that knows only the first.
    """
    return 2 if body.get("attachments") else 1


def build(
    referral: Referral, *, number: int, actor: Actor, approved_at: datetime
) -> dict[str, Any]:
    """Return the payload of one submission, read from the case as it stands now."""
    if referral.gets_only_what_is_asked:
        return _for_partner(referral, number=number)
    case, office = referral.complaint, referral.office
    files = _attachments(case, office.today())
    return {
        "referral_uid": str(referral.uid),
        "submission": number,
        "receipt_number": case.receipt_number,
        "received_on": _day(case.received_at, office),
        "kind": case.kind.name_id,
        "urgency": case.urgency,
        "urgency_reason": case.urgency_reason,
        "programme": {
            "code": referral.programme.code,
            "name": referral.programme.name_id,
            "owner": referral.programme.owner,
        },
        "destination": referral.destination,
        "need": referral.need,
        "legal_basis": referral.legal_basis,
        "office": {
            "code": office.code,
            "name": office.full_name,
            "kecamatan": office.kecamatan,
            "phone": office.phone,
        },
        "approved_by": {
            "name": actor.user.name if actor.user else "",
            "role": next(iter(sorted(actor.roles)), ""),
        },
        "approved_on": _day(approved_at, office),
        "person": _person(case.person),
        "household": _household(
            case.person, whole=referral.programme.unit == Programme.Unit.HOUSEHOLD
        ),
        "register_check": _register_check(case.register_check, office),
        "finding": _finding(case),
        "papers": [
            {"code": paper.code, "label": paper.name_id, "status": _status(paper, office.today())}
            for paper in case.papers.order_by("pk")
        ],
        "programmes_held": _held(case),
        **({"attachments": files} if files else {}),
    }


def _attachments(case: Complaint, today: date) -> list[dict[str, Any]]:
    """Return the copies that follow the referral, each file once, by the hash that names it."""
    papers = case.papers.filter(attachment__isnull=False).select_related("attachment")
    found: dict[str, dict[str, Any]] = {}
    for paper in papers.order_by("pk"):
        file = paper.attachment
        if file is None or paper.is_missing(today):
            continue
        found.setdefault(
            file.sha256,
            {
                "paper": paper.code,
                "label": paper.name_id,
                "sha256": file.sha256,
                "size": file.size,
                "media_type": file.media_type,
            },
        )
    return list(found.values())


def _status(paper: ComplaintPaper, today: date) -> str:
    """Return what is there today: a paper that ran out is not."""
    return ComplaintPaper.Status.MISSING.value if paper.is_missing(today) else paper.status


def _for_partner(referral: Referral, *, number: int) -> dict[str, Any]:
    subject = referral.complaint.person
    return {
        "referral_uid": str(referral.uid),
        "submission": number,
        "programme": {"name": referral.programme.name_id, "owner": referral.programme.owner},
        "destination": referral.destination,
        "need": referral.need,
        "legal_basis": referral.legal_basis,
        "person": {
            "name": subject.name,
            "address": address_of(subject, referral.office),
            "phone": subject.phone,
        },
        "sktm": _sktm(referral.complaint),
    }


def _sktm(case: Complaint) -> str:
    """Return the number of the SKTM among the case's papers; "" without one, or when it ran out."""
    rows = case.papers.filter(Q(code=SKTM) | Q(given=SKTM)).exclude(reference="").order_by("pk")
    numbers = [row.reference for row in rows if not row.is_missing(case.office.today())]
    return numbers[0] if numbers else ""


def _person(subject: Resident) -> dict[str, Any]:
    return {
        "nik": subject.nik,
        "name": subject.name,
        "sex": subject.sex,
        "birth_place": subject.birth_place,
        "birth_date": subject.birth_date.isoformat() if subject.birth_date else None,
        "address": subject.address,
        "dusun": subject.dusun,
        "rt": subject.rt,
        "rw": subject.rw,
    }


def _household(subject: Resident, *, whole: bool) -> dict[str, Any]:
    members = household_of(subject)
    return {
        "kk": members[0].household.kk if members else "",
        "size": len(members),
        "members": [_member(item) for item in members] if whole else [],
    }


def _member(item: HouseholdMember) -> dict[str, Any]:
    born = item.resident.birth_date
    return {
        "nik": item.resident.nik,
        "name": item.resident.name,
        "relation": item.relation,
        "birth_date": born.isoformat() if born else None,
    }


def _register_check(check: RegisterCheck | None, office: Office) -> dict[str, Any] | None:
    if check is None:
        return None
    return {
        "register": check.register.name_id if check.register else "",
        "result": check.result,
        "decile": check.decile,
        "data_date": check.data_date.isoformat() if check.data_date else None,
        "method": check.method,
        "checked_on": _day(check.checked_at, office),
    }


def _finding(case: Complaint) -> dict[str, Any] | None:
    if not case.finding:
        return None
    return {
        "result": case.finding,
        "reason": case.finding_reason,
        "found_on": _day(case.finding_at, case.office) if case.finding_at else None,
    }


def _held(case: Complaint) -> list[str]:
    held = case.programmes.filter(relation=ComplaintProgramme.Relation.HELD)
    return [item.programme.name_id for item in held.select_related("programme").order_by("pk")]


def _day(moment: datetime, office: Office) -> str:
    """Return the office's local date of an instant: the district may live in another zone."""
    return moment.astimezone(office.tz).date().isoformat()
