"""A case ready to be referred, and two offices linked over the real protocol in one process."""

import io
import itertools
import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from complaints.models import Complaint, ComplaintKind, ComplaintPaper
from complaints.receipts import new_number
from complaints.workflow import CaseState
from programs.models import Programme, ProgrammeVersion
from puskesmas import attachments, outbox, transports
from puskesmas.actors import Actor
from puskesmas.models import Assignment, OutboxMessage, Peer, Role
from referrals import client
from referrals.models import ReceivedReferral, Referral
from referrals.services import approval, fetching, inbox, linking
from registry import search_terms
from registry.models import Household, HouseholdMember, Register, RegisterCheck, Resident
from tests.cast import SINCE, Cast

NIK = "3509994507800001"
KK = "3509990101150001"
BASE_URL = "http://127.0.0.1"


def today() -> date:
    """Return the day it is in the offices of the cast."""
    return timezone.now().astimezone(ZoneInfo("Asia/Jakarta")).date()


@pytest.fixture
def resident(cast):
    resident = Resident.objects.create(
        office=cast.village,
        nik=NIK,
        name="Sulastri",
        name_key="sulastri",
        sex="P",
        birth_place="Jember",
        birth_date=date(1980, 7, 5),
        phone="081200000001",
        address="Jl. Melati 4",
        rt="02",
        rw="01",
    )
    household = Household.objects.create(office=cast.village, kk=KK, rt="02", rw="01")
    HouseholdMember.objects.create(household=household, resident=resident, relation="1")
    child = Resident.objects.create(
        office=cast.village, nik="3509990101100002", name="Bagas", name_key="bagas"
    )
    HouseholdMember.objects.create(household=household, resident=child, relation="4")
    search_terms.remember(cast.village.pk, [resident, child])
    return resident


@pytest.fixture
def programme(cast):
    return make_programme(cast, "kis_daerah")


def make_programme(
    cast, code, tier=Programme.Tier.REGENCY, unit=Programme.Unit.PERSON, office=None
):
    office = office or cast.village
    programme = Programme.objects.create(
        office=office,
        code=code,
        name_id=f"Program {code}",
        owner="Dinas Kesehatan",
        tier=tier,
        unit=unit,
    )
    ProgrammeVersion.objects.create(
        office=office,
        programme=programme,
        effective_from=date(2020, 1, 1),
        published_at=timezone.now(),
    )
    return programme


@pytest.fixture
def make_case(cast, resident):
    kind = ComplaintKind.objects.create(
        office=cast.village, code="programme", name_id="Kebutuhan program"
    )
    register = Register.objects.create(office=cast.village, code="DTSEN", name_id="DTSEN")

    def build(state=CaseState.IN_HANDLING, **fields):
        """Make a case of the resident; a later one is somebody else's, unless said otherwise."""
        subject = fields.setdefault("subject", _subject(cast, resident))
        received = timezone.now() - timedelta(hours=3)
        check = RegisterCheck.objects.create(
            office=cast.village,
            resident=subject,
            register=register,
            method=RegisterCheck.Method.LIST,
            result=RegisterCheck.Result.LISTED,
            decile=2,
            data_date=date(2026, 10, 1),
        )
        values = {
            "office": cast.village,
            "kind": kind,
            "receipt_number": new_number(),
            "received_at": received,
            "clock_started_at": received,
            "register_check": check,
            "finding": Complaint.Finding.MEETS,
            "finding_reason": "Penghasilan tidak tetap",
            "finding_at": timezone.now(),
            "state": state,
        }
        return Complaint.objects.create(**values | fields)

    return build


def _subject(cast, resident):
    """One live referral per person and programme: whoever makes many cases needs many people."""
    if not Complaint.objects.filter(subject=resident).exists():
        return resident
    place = Complaint.objects.count()
    return Resident.objects.create(
        office=cast.village, nik=f"35099901019{place:05d}", name="Tetangga", name_key="tetangga"
    )


@pytest.fixture
def case(make_case):
    return make_case()


@pytest.fixture
def draft(cast, case, programme) -> Callable[..., Referral]:
    """Draft a referral of the case as the back office, on paper unless told otherwise."""

    def build(**kwargs):
        values = {
            "actor": cast.actor("back"),
            "case_uid": case.uid,
            "programme_uid": programme.uid,
            "road": Referral.Road.PAPER,
            "need": "Kartu untuk berobat rutin",
        }
        return approval.draft_referral(**values | kwargs)

    return build


class Wire:
    """The two offices and what travels between them, when it travels."""

    def __init__(self, cast: Cast, upstream: Peer, downstream: Peer) -> None:
        self.cast, self.upstream, self.downstream = cast, upstream, downstream

    def push(self) -> int:
        """Let the village's sender run once, whatever its pauses say."""
        OutboxMessage.objects.filter(peer=self.upstream).update(due_at=timezone.now())
        Peer.objects.filter(pk=self.upstream.pk, probe_at__isnull=False).update(
            probe_at=timezone.now()
        )
        return outbox.send_due(transports.transport(), transports.after_ack)

    def fetch(self) -> int:
        """Let the village fetch once."""
        return fetching.fetch_from(Peer.objects.select_related("office").get(pk=self.upstream.pk))

    def received(self) -> ReceivedReferral:
        return ReceivedReferral.objects.get()

    def act(self, action: str, *, who: str = "manager", **said: Any) -> ReceivedReferral:
        words: dict[str, Any] = {"said_on": today(), "owner": "Dinas Kesehatan"} | said
        return inbox.act(
            actor=self.cast.actor(who),
            uid=self.received().uid,
            action=action,
            said=inbox.Said(**words),
        )

    def realise(self, value: str, *, who: str = "manager", **said: Any) -> ReceivedReferral:
        words: dict[str, Any] = {"said_on": today(), "owner": "Dinas Kesehatan"} | said
        return inbox.realise(
            actor=self.cast.actor(who),
            uid=self.received().uid,
            value=value,
            said=inbox.Said(**words),
        )


@pytest.fixture
def wire(cast, monkeypatch) -> Wire:
    """Link village and district; the client's requests go straight into our own views."""
    token = linking.add_downstream(
        actor=Actor.system(cast.district), peer_uid=cast.village.uid, name=cast.village.full_name
    )
    upstream = linking.link_upstream(
        actor=Actor.system(cast.village),
        base_url=BASE_URL,
        token=token,
        peer_uid=cast.district.uid,
        name=cast.district.full_name,
    )
    use_transport(monkeypatch, httpx.MockTransport(serve))
    return Wire(cast, upstream, Peer.objects.get(office=cast.district))


def serve(request: httpx.Request) -> httpx.Response:
    """Answer a request as the installation of the test does, without a socket."""
    answer = Client().generic(
        request.method,
        request.url.raw_path.decode(),
        request.content,
        content_type=request.headers.get("Content-Type", "application/octet-stream"),
        headers=dict(request.headers),
    )
    return httpx.Response(answer.status_code, headers=dict(answer.items()), content=answer.content)


def use_transport(monkeypatch, transport: httpx.BaseTransport) -> None:
    """Let the client speak to ``transport`` instead of the network; headers stay its own."""
    real = client.open_client

    def open_client(peer: Peer) -> httpx.Client:
        configured = real(peer)
        return httpx.Client(
            base_url=configured.base_url,
            headers=configured.headers,
            timeout=configured.timeout,
            follow_redirects=configured.follow_redirects,
            transport=transport,
        )

    monkeypatch.setattr(client, "open_client", open_client)


def deputise(cast, who: str, role: str = Role.COORDINATOR, *, until: date) -> None:
    """Make an officer of the village the dated deputy for a role."""
    Assignment.objects.create(
        user=cast.users[who],
        office=cast.village,
        role=role,
        is_deputy=True,
        since=SINCE,
        until=until,
    )


def standing(cast, who: str) -> Actor:
    """Return all roles an officer of the village holds today (Cast.actor knows only one)."""
    return Actor.of(cast.users[who], cast.village)


def photo(seed: int = 0, side: int = 200) -> bytes:
    """Return a picture no codec makes small."""
    noise = random.Random(seed).randbytes(side * side * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), noise).save(out, "JPEG", quality=85)
    return out.getvalue()


@pytest.fixture
def paper(cast, case):
    """Add a paper with a copy to the case."""
    numbers = itertools.count()

    def add(content=None):
        number = next(numbers)
        upload = SimpleUploadedFile("foto.jpg", content or photo(number))
        kept = attachments.store(upload, actor=cast.actor("back"))
        return ComplaintPaper.objects.create(
            complaint=case,
            code=f"house_{number}",
            name_id=f"Foto rumah {number}",
            status=ComplaintPaper.Status.COPIED,
            attachment=kept,
            updated_at=timezone.now(),
        )

    return add
