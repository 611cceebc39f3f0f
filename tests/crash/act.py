"""What people do in one of the offices, in a process of its own in that office's environment.

``python -m tests.crash.act`` reads one JSON object a line (``act``, ``arguments``) and answers each
with one line: ``result``, or ``error``.
"""

import json
import sys
import traceback
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import django


def main() -> None:
    """Do what is asked until nobody asks any more."""
    django.setup()
    from django.db import connection

    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"result": ACTS[asked["act"]](**asked["arguments"])}
        except Exception:
            answer = {"error": traceback.format_exc()}
        connection.close()
        print(json.dumps(answer), flush=True)


def found() -> dict[str, str]:
    """Create the office's people; return the uids of its village and district."""
    from django.utils import timezone

    from programs.models import Programme, ProgrammeVersion
    from tests.cast import make_cast

    cast = make_cast()
    programme = Programme.objects.create(
        office=cast.village,
        code="kis_daerah",
        name_id="KIS Daerah",
        owner="Dinas Kesehatan",
        tier=Programme.Tier.REGENCY,
    )
    ProgrammeVersion.objects.create(
        office=cast.village,
        programme=programme,
        effective_from=date(2020, 1, 1),
        published_at=timezone.now(),
    )
    return {"village": str(cast.village.uid), "district": str(cast.district.uid)}


def add_village(uid: str) -> str:
    """District: link the village; return its token."""
    from puskesmas.actors import Actor
    from puskesmas.models import Office
    from referrals.services import linking

    district = Office.objects.get(kind=Office.Kind.DISTRICT)
    return linking.add_downstream(
        actor=Actor.system(district), peer_uid=uid, name="Desa Tegalsari Makmur"
    )


def link(url: str, token: str, uid: str) -> None:
    """Village: link the district behind the proxy."""
    from puskesmas.actors import Actor
    from puskesmas.models import Office
    from referrals.services import linking

    linking.link_upstream(
        actor=Actor.system(Office.objects.get(name="Tegalsari Makmur")),
        base_url=url,
        token=token,
        peer_uid=uid,
        name="SLRT Kabupaten Jember",
    )


def refer(nik: str, photos: int = 0) -> dict[str, str]:
    """Village: a new case, drafted and approved for the district, with photos of about 1 MB."""
    from django.utils import timezone

    from complaints.models import Complaint, ComplaintKind
    from complaints.receipts import new_number
    from complaints.workflow import CaseState
    from programs.models import Programme
    from puskesmas.models import Office, OutboxMessage
    from referrals.models import Referral
    from referrals.services import approval
    from registry.models import Resident

    office = Office.objects.get(name="Tegalsari Makmur")
    kind, _new = ComplaintKind.objects.get_or_create(
        office=office, code="programme", defaults={"name_id": "Kebutuhan program"}
    )
    received = timezone.now() - timedelta(hours=1)
    case = Complaint.objects.create(
        office=office,
        subject=Resident.objects.create(office=office, nik=nik, name="Uji", name_key="uji"),
        kind=kind,
        receipt_number=new_number(),
        received_at=received,
        clock_started_at=received,
        state=CaseState.IN_HANDLING,
    )
    for number in range(photos):
        _photo(case, number)
    referral = approval.draft_referral(
        actor=_officer("back"),
        case_uid=case.uid,
        programme_uid=Programme.objects.get(office=office).uid,
        road=Referral.Road.DISTRICT,
        need="Kartu untuk berobat",
    )
    approval.approve(actor=_officer("koordinator"), uid=referral.uid)
    message = OutboxMessage.objects.get(subject_uid=referral.uid)
    return {"referral": str(referral.uid), "message": str(message.uid)}


def _photo(case: Any, number: int) -> None:
    import io
    import os

    from django.core.files.uploadedfile import SimpleUploadedFile
    from PIL import Image

    from complaints.models import ComplaintPaper
    from puskesmas import attachments

    side = 1200
    picture = io.BytesIO()
    noise = Image.frombytes("RGB", (side, side), os.urandom(side * side * 3))
    noise.save(picture, "JPEG", quality=85)
    upload = SimpleUploadedFile("foto.jpg", picture.getvalue())
    ComplaintPaper.objects.create(
        complaint=case,
        code=f"photo_{number}",
        name_id=f"Foto {number}",
        status=ComplaintPaper.Status.COPIED,
        attachment=attachments.store(upload, actor=_officer("back")),
    )


def sent_files(referral: str) -> dict[str, Any]:
    """Village: bytes of a referral's files, how many are there, in how many tries, and which."""
    from referrals.models import SentFile

    rows = SentFile.objects.filter(referral__uid=referral)
    return {
        "bytes": sum(row.size for row in rows),
        "there": sum(row.offset for row in rows),
        "tries": sum(row.attempts for row in rows),
        "arrived": sorted(row.sha256 for row in rows if row.arrived_at),
        "all": sorted(row.sha256 for row in rows),
    }


def received_files(referral: str) -> dict[str, Any]:
    """District: how far a referral's files are, and whether those that arrived open."""
    from puskesmas import attachments
    from referrals.models import ReceivedFile, ReceivedPart

    rows = ReceivedFile.objects.filter(referral__referral_uid=referral)
    kept = [attachments.read(row.attachment) for row in rows if row.attachment]
    return {
        "there": sum(row.offset for row in rows),
        "arrived": sorted(row.sha256 for row in rows if row.arrived_at),
        "pictures": sum(content.startswith(b"\xff\xd8") for content in kept),
        "parts": ReceivedPart.objects.count(),
    }


def refer_many(niks: list[str]) -> dict[str, Any]:
    """Village: refer them one after another; stop at the first failure and say what it was."""
    made: list[str] = []
    for nik in niks:
        try:
            made.append(refer(nik)["referral"])
        except Exception as error:
            return {"made": made, "error": f"{type(error).__name__}: {error}"}
    return {"made": made, "error": ""}


def carry() -> None:
    """Village: send and fetch all that waits, as the worker does."""
    from puskesmas import outbox, transports
    from puskesmas.models import Peer
    from referrals.services import fetching

    Peer.objects.update(probe_at=None)
    outbox.send_due(transports.transport(), transports.after_ack)
    fetching.fetch_all()


def compare() -> list[list[str]]:
    """Village: compare with the district to the end; return what differs and where it stands."""
    from referrals.models import Comparison, Difference
    from referrals.reconciliation import comparing, services

    asked = services.ask(actor=_officer("koordinator"))
    while comparing.compare_due():
        pass
    row = Comparison.objects.get(pk=asked.pk)
    assert row.finished_at, row.failure
    assert not row.failure
    rows = Difference.objects.exclude(standing="gone").order_by("kind")
    return [[kind, standing] for kind, standing in rows.values_list("kind", "standing")]


def mend() -> None:
    """Village: press the button of every difference that waits."""
    from referrals.models import Difference
    from referrals.reconciliation import services

    for uid in Difference.objects.filter(standing="waiting").values_list("uid", flat=True):
        services.mend(actor=_officer("koordinator"), uid=uid)


def explain() -> str:
    """Village: explain the one difference that waits; return the agenda number it names."""
    from referrals.models import Difference
    from referrals.reconciliation import services

    row = Difference.objects.get(standing="waiting")
    services.explain(actor=_officer("koordinator"), uid=row.uid, reason="Cadangan lama dipulihkan")
    return str(row.theirs["number"])


def waiting() -> int:
    """Village: how many submissions are not acknowledged yet."""
    from puskesmas.models import OutboxMessage

    open_ones = OutboxMessage.objects.filter(kind="referral.submitted", acked_at__isnull=True)
    return open_ones.count()


def waiting_body() -> dict[str, Any]:
    """Village: what one submission looks like on the way."""
    from puskesmas.models import OutboxMessage
    from referrals.exchange import envelope

    message = OutboxMessage.objects.filter(kind="referral.submitted").first()
    assert message is not None
    return envelope(message)


def village_tally() -> dict[str, list[Any]]:
    """Village: per approved referral its number above, then how many messages it has, how many of
    them are acknowledged, and how many tries were."""
    from django.db.models import Count, Q

    from puskesmas.models import DeliveryAttempt, OutboxMessage
    from referrals.models import Referral

    acknowledged = Count("pk", filter=Q(acked_at__isnull=False))
    messages = OutboxMessage.objects.filter(kind="referral.submitted").order_by()
    sent = messages.values("subject_uid").annotate(all=Count("pk"), known=acknowledged)
    tries = DeliveryAttempt.objects.filter(outcome="acknowledged").values("message__subject_uid")
    noted = tries.order_by().annotate(times=Count("pk"))
    counts = {row["subject_uid"]: [row["all"], row["known"]] for row in sent}
    times = {row["message__subject_uid"]: row["times"] for row in noted}
    return {
        str(uid): [number, *counts.get(uid, [0, 0]), times.get(uid, 0)]
        for uid, number in Referral.objects.filter(approval="approved").values_list(
            "uid", "upstream_number"
        )
    }


def district_tally() -> dict[str, list[Any]]:
    """District: per referral received its agenda number, how often it is there, its submissions."""
    from django.db.models import Count, Max

    from referrals.models import ReceivedReferral

    rows = ReceivedReferral.objects.values_list("referral_uid").annotate(
        Max("number"), Count("pk", distinct=True), Count("submissions", distinct=True)
    )
    return {str(uid): rest for uid, *rest in rows}


def answer(referral: str) -> str:
    """District: recommend and note the owner's approval; return the last message's uid."""
    from django.utils import timezone

    from puskesmas.models import OutboxMessage
    from referrals.models import ReceivedReferral
    from referrals.services import inbox

    row = ReceivedReferral.objects.get(referral_uid=referral)
    said = inbox.Said(said_on=timezone.localdate(), owner="Dinas Kesehatan")
    manager = _officer("manager")
    for action in ("recommend", "approve"):
        inbox.act(actor=manager, uid=row.uid, action=action, said=said)
    message = OutboxMessage.objects.filter(subject_uid=row.uid).order_by("-pk")[0]
    return str(message.uid)


def say(referral: str, act: str) -> None:
    """District: the manager does one thing with a referral that was received."""
    from referrals.models import ReceivedReferral
    from referrals.services import inbox

    row = ReceivedReferral.objects.select_related("office").get(referral_uid=referral)
    said = inbox.Said(
        said_on=row.office.today(),
        owner="Dinas Kesehatan",
        reason="Foto KTP belum terbaca",
        instructions="Tempat: kantor kecamatan\nHari dan jam: Senin–Jumat, 08.00–14.00",
    )
    manager = _officer("manager")
    if act == "ready":
        inbox.realise(actor=manager, uid=row.uid, value=act, said=said)
    else:
        inbox.act(actor=manager, uid=row.uid, action=act, said=said)


def village_state(referral: str) -> dict[str, Any]:
    """Village: where a referral and its message stand, and how often each step was written."""
    from puskesmas.models import DeliveryAttempt, OutboxMessage, Transition
    from referrals.models import Referral

    row = Referral.objects.select_related("complaint").get(uid=referral)
    message = OutboxMessage.objects.get(subject_uid=row.uid)
    steps = Transition.objects.filter(subject_uid=row.uid).order_by("pk")
    return {
        "messages": OutboxMessage.objects.filter(subject_uid=row.uid).count(),
        "acknowledged": message.acked_at is not None,
        "failed": message.failed_at is not None,
        "attempts": message.attempts,
        "answer": row.answer,
        "number": row.upstream_number,
        "case": row.complaint.state,
        "steps": list(steps.values_list("action", flat=True)),
        "answers": list(row.answers.values_list("value", "applied")),
        "acknowledgements": DeliveryAttempt.objects.filter(
            message=message, outcome="acknowledged"
        ).count(),
    }


def district_state(referral: str, message: str) -> dict[str, Any]:
    """District: how often referral and message are there, and what waits for the village."""
    from puskesmas.models import OutboxMessage, ReceivedMessage
    from referrals.models import ReceivedReferral

    rows = list(ReceivedReferral.objects.filter(referral_uid=referral))
    told = OutboxMessage.objects.filter(subject_uid__in=[row.uid for row in rows])
    return {
        "referrals": len(rows),
        "numbers": [row.number for row in rows],
        "messages": ReceivedMessage.objects.filter(uid=message).count(),
        "waiting": told.filter(acked_at__isnull=True).count(),
        "told": told.count(),
    }


def be_served() -> str:
    """Village: let the tier above serve our public pages; return the address it told us."""
    from puskesmas.models import Office, Peer
    from puskesmas.officers import change_office
    from referrals.packages import cards

    peer = Peer.objects.select_related("office").get(direction=Peer.Direction.UPSTREAM)
    cards.greet(peer)
    change_office(actor=_officer("admin"), public_pages=Office.PublicPages.UPSTREAM)
    return peer.public_base_url


def complain(nik: str) -> dict[str, str]:
    """Village: take down a complaint; return its number, what its QR opens, and its receipt."""
    from complaints import selectors
    from complaints.letters import receipt_context
    from complaints.models import ComplaintKind
    from complaints.services import register_complaint
    from registry.models import Resident
    from reports.letters.render import render_receipt
    from tests.letters.test_issuing import pdf_text

    front = _officer("front")
    kind, _new = ComplaintKind.objects.get_or_create(
        office=front.office, code="programme", defaults={"name_id": "Kebutuhan program"}
    )
    made = register_complaint(
        actor=front,
        client_uid=uuid.uuid4(),
        subject=Resident.objects.create(office=front.office, nik=nik, name="Uji", name_key="uji"),
        kind=kind,
        story="Minta kartu",
    )
    context = receipt_context(selectors.case(made.uid, actor=front))
    text = pdf_text(render_receipt(context))
    return {"number": made.receipt_number, "qr": context["status_url"], "text": text}


def examine(number: str) -> None:
    """Village: take the case into verification."""
    from complaints.models import Complaint
    from complaints.services import examine as begin

    begin(actor=_officer("back"), uid=Complaint.objects.get(receipt_number=number).uid)


def issue_letter() -> dict[str, str]:
    """Village: issue a letter and note its signature; return what its QR opens, and its code."""
    from puskesmas.models import Assignment
    from reports.letters import services
    from tests.letters.conftest import body

    front = _officer("front")
    head = Assignment.objects.get(user__username="head")
    content = services.Content(body=body(), signer=head)
    made = services.issue_letter(
        actor=front, kind="rujukan", content=content, subject_uid=uuid.uuid4()
    )
    services.sign(actor=front, uid=made.uid, version=made.version)
    printed: dict[str, str] = made.revisions.get().context["verification"]
    return {"qr": printed["url"], "page": printed["page"], "code": printed["code"]}


def published() -> dict[str, int]:
    """Village: how many numbers wait to be told; messages written, acknowledged, given up."""
    from puskesmas.models import DeliveryAttempt, OutboxMessage
    from referrals.publishing.sending import told_of

    told = told_of(_officer("admin").office)
    assert told is not None
    rows = OutboxMessage.objects.filter(kind="public.records")
    noted = DeliveryAttempt.objects.filter(message__in=rows, outcome="acknowledged")
    return {
        "waiting": told.waiting,
        "messages": rows.count(),
        "acknowledged": rows.filter(acked_at__isnull=False).count(),
        "failed": rows.filter(failed_at__isnull=False).count(),
        "noted": noted.count(),
    }


def page(referral: str) -> str:
    """Village: the referral's page as the front officer reads it."""
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    from puskesmas.models import User

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(User.objects.get(username="front"))
    response = client.get(reverse("referrals:referral", args=[uuid.UUID(referral)]))
    return response.content.decode()


def card(kind: str, file: str) -> str:
    """Write this office's card to a file; return the fingerprint as it is read out by telephone."""
    from pathlib import Path

    from referrals.packages import cards

    own = cards.card_of(_office(kind))
    Path(file).write_text(cards.text_of(own))
    return cards.fingerprint_of(own)


def take_card(kind: str, file: str, fingerprint: str) -> dict[str, Any]:
    """Take in another office's card, with the fingerprint heard; or say why not."""
    from pathlib import Path

    from puskesmas.errors import DomainError
    from referrals.packages import cards

    who = {"village": "admin", "district": "manager"}[kind]
    try:
        given = cards.read(Path(file).read_text())
        peer = cards.take(actor=_officer(who), card=given, fingerprint=fingerprint)
    except DomainError as error:
        return {"refused": error.code, "field": error.field}
    return {"name": peer.name, "transport": peer.transport}


def make_package(kind: str, folder: str) -> str:
    """Put what waits for the one linked office on the stick; return the file."""
    import shutil
    from pathlib import Path

    from puskesmas.models import Peer
    from referrals.packages import kept, services

    peer = Peer.objects.get(office=_office(kind), active=True)
    actor = _officer({"village": "back", "district": "district_front"}[kind])
    made = services.make(actor=actor, peer_uid=peer.uid)
    path = Path(folder) / services.file_name(made)
    with kept.opened(made) as file, path.open("wb") as out:
        shutil.copyfileobj(file, out)
    return str(path)


def bring_package(kind: str, file: str) -> dict[str, Any]:
    """Bring a file and take in what is in it; return what became of each thing, or why not."""
    from pathlib import Path

    from puskesmas.errors import DomainError
    from referrals.packages import services

    actor = _officer({"village": "front", "district": "district_front"}[kind])
    try:
        with Path(file).open("rb") as brought:
            package = services.bring(actor=actor, file=brought)
        services.take_in(actor=actor, uid=package.uid)
    except DomainError as error:
        return {"refused": error.code, "why": str(error.message)}
    return {
        "repeat": package.is_repeat,
        "entries": sorted(package.entries.values_list("what", "outcome")),
    }


def _office(kind: str) -> Any:
    from puskesmas.models import Office

    if kind == "district":
        return Office.objects.get(kind=Office.Kind.DISTRICT)
    return Office.objects.get(name="Tegalsari Makmur")


def _officer(username: str) -> Any:
    from puskesmas.actors import Actor
    from puskesmas.models import User

    user = User.objects.get(username=username)
    return Actor.of(user, user.assignments.select_related("office").get().office)


ACTS: dict[str, Callable[..., Any]] = {
    act.__name__: act
    for act in (
        *(found, add_village, link, refer, refer_many, answer, say, page),
        *(sent_files, received_files, card, take_card, make_package, bring_package),
        *(be_served, complain, examine, issue_letter, published),
        *(carry, compare, mend, explain),
        *(village_state, district_state, village_tally, district_tally, waiting, waiting_body),
    )
}

if __name__ == "__main__":
    main()
