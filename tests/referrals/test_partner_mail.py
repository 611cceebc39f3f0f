"""The link by e-mail, against a real mail server: what it says, when it fails, who must look."""

import os
import re
import socket
import subprocess
import sys
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from django.urls import reverse
from django.utils import timezone

from programs.models import Partner, Programme
from puskesmas import outbox, transports
from puskesmas.models import DeliveryAttempt, OutboxMessage, Peer
from referrals import selectors
from referrals.deliveries import deliveries_of
from referrals.models import PartnerKey, Referral
from referrals.partners import services
from referrals.partners.selectors import standing_of
from referrals.services import approval, delivery
from referrals.workflow import Answer
from tests.referrals.conftest import KK, NIK, make_programme, today

OFFICE = "Puskesos Desa Tegalsari Makmur"


class Desk:
    """The partner's mail server: keeps what it takes, refuses what it is told to refuse."""

    def __init__(self):
        self.taken, self.refuse_address, self.refuse_text = [], "", ""

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if not self.refuse_address:
            envelope.rcpt_tos.append(address)
        return self.refuse_address or "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if not self.refuse_text:
            self.taken.append(message_from_bytes(envelope.content, policy=default))
        return self.refuse_text or "250 taken"

    @property
    def links(self):
        return [re.search(r"https://\S+", mail.get_content())[0] for mail in self.taken]


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def no_server(settings, free_port):
    """Name a mail server nobody runs."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port
    settings.EMAIL_FROM = "puskesos@tegalsari.example"
    return free_port


@pytest.fixture
def desk(no_server):
    handler = Desk()
    controller = Controller(handler, hostname="127.0.0.1", port=no_server)
    controller.start()
    yield handler
    controller.stop()


@pytest.fixture
def sent(no_server, cast, draft):
    """An approved referral to a partner with an address; its link waits in the outbox."""
    cast.village.public_base_url = "https://tegalsari.example"
    cast.village.save()
    partner = Partner.objects.create(
        office=cast.village,
        code="baznas",
        name_id="Baznas Jember",
        kind=Partner.Kind.CHARITY,
        email="rujukan@baznas.example",
    )
    row = draft(
        programme_uid=make_programme(cast, "santunan", tier=Programme.Tier.PARTNER).uid,
        road=Referral.Road.PARTNER,
        partner_uid=partner.uid,
        legal_basis=Referral.LegalBasis.CONSENT,
    )
    approval.approve(actor=cast.actor("koordinator"), uid=row.uid)
    return selectors.referral(row.uid, actor=cast.actor("back"))


def work():
    """Let the sender run once, whatever its pauses say."""
    OutboxMessage.objects.update(due_at=timezone.now())
    Peer.objects.update(**{"probe_at": None} if hasattr(Peer, "probe_at") else {"active": True})
    return outbox.send_due(transports.transport(), transports.after_ack)


def shown(sent):
    return deliveries_of([Referral.objects.select_related("partner").get(pk=sent.pk)])[sent.pk]


def token_in(link):
    return link.rstrip("/").rsplit("/", 1)[-1]


def test_the_mail_holds_the_link_and_the_offices_name_and_no_person(desk, sent):
    assert work() == 1
    (mail,) = desk.taken
    whole = mail.as_string()
    assert OFFICE in mail["From"]
    assert mail["To"] == "rujukan@baznas.example"
    assert mail["Subject"] == f"Rujukan dari {OFFICE}"
    for personal in ("Sulastri", NIK, KK, "081200000001", "Melati", "berobat", "santunan"):
        assert personal not in whole
    assert desk.links[0].startswith("https://tegalsari.example/partner/")
    # Nor does the database hold what the mail does.
    token = token_in(desk.links[0]).replace("-", "")
    assert token not in str(list(OutboxMessage.objects.values_list("body", flat=True)))
    assert token not in str(list(PartnerKey.objects.values()))


def test_taken_by_the_mail_server_is_not_received_and_opened_is(sent, desk):
    work()
    assert shown(sent).title == "Tautan terkirim, belum dibuka"
    assert Referral.objects.get().answer == Answer.NONE
    services.open_page(token_in(desk.links[0]), address="192.0.2.7")
    assert shown(sent).title == "Sudah dibuka mitra"
    assert Referral.objects.get().answer == Answer.RECEIVED


def test_a_server_that_is_down_costs_tries_and_loses_nothing(sent, no_server):
    assert work() == 0
    assert not PartnerKey.objects.exists()
    message = OutboxMessage.objects.get()
    assert (message.acked_at, message.failed_at) == (None, None)
    assert "server surel tidak menjawab" in shown(sent).detail
    handler = Desk()
    controller = Controller(handler, hostname="127.0.0.1", port=no_server)
    controller.start()
    try:
        assert work() == 1
    finally:
        controller.stop()
    outcomes = DeliveryAttempt.objects.order_by("pk").values_list("outcome", flat=True)
    assert list(outcomes) == ["mail_server", "acknowledged"]
    assert len(handler.taken) == 1


@pytest.mark.parametrize(
    ("refused", "code", "outcome", "permanent"),
    [
        ("refuse_address", "550 no such user", "address_refused", True),
        ("refuse_address", "451 greylisted", "address_refused", False),
        ("refuse_text", "554 looks like spam", "mail_refused", True),
        ("refuse_text", "452 full", "mail_refused", False),
    ],
)
def test_what_is_refused_for_good_goes_to_a_person_and_the_rest_is_tried_again(
    sent, desk, refused, code, outcome, permanent
):
    setattr(desk, refused, code)
    assert work() == 0
    assert DeliveryAttempt.objects.get().outcome == outcome
    assert bool(OutboxMessage.objects.get().failed_at) == permanent
    # What was refused was never delivered: its key opens nothing.
    assert not PartnerKey.objects.exists()
    told = shown(sent)
    assert told.waits
    assert told.can_hand_over
    assert (code.split(" ", 1)[1] in told.detail) == permanent
    setattr(desk, refused, "")
    outbox.retry_now(OutboxMessage.objects.get())
    assert work() == 1


def test_the_link_is_sent_again_and_both_open_until_they_are_revoked(cast, sent, desk):
    work()
    services.send_link(actor=cast.actor("front"), uid=sent.uid)
    work()
    first, second = map(token_in, desk.links)
    assert first != second
    for token in (first, second):
        services.open_page(token, address="192.0.2.7")
    assert [way.times for way in standing_of(sent, may_act=True).ways] == [2]
    services.revoke(actor=cast.actor("front"), uid=sent.uid)
    for token in (first, second):
        with pytest.raises(services.NotFound):
            services.find(token, address="192.0.2.7")


def test_a_waiting_link_is_not_doubled_by_the_button_and_revoking_takes_it_back(cast, sent, desk):
    services.send_link(actor=cast.actor("front"), uid=sent.uid)
    assert OutboxMessage.objects.count() == 1
    PartnerKey.objects.all().delete()
    with pytest.raises(services.WrongState):
        services.revoke(actor=cast.actor("front"), uid=sent.uid)
    delivery.hand_over(
        actor=cast.actor("front"), uid=sent.uid, receiver="Ibu Rini", handed_on=today()
    )
    # Carried by hand meanwhile: no mail follows.
    assert work() == 0
    assert desk.taken == []


def test_after_the_link_left_the_paper_may_still_be_carried(cast, sent, desk):
    work()
    delivery.hand_over(
        actor=cast.actor("front"), uid=sent.uid, receiver="Ibu Rini", handed_on=today()
    )
    assert Referral.objects.get().answer == Answer.RECEIVED


def test_a_link_nobody_opened_falls_into_the_list_of_the_unanswered(cast, sent, desk):
    work()
    actor = cast.actor("back")
    assert not selectors.unanswered(actor).exists()
    late = timezone.now() - timedelta(days=cast.village.upstream_answer_days + 1)
    OutboxMessage.objects.update(acked_at=late)
    Referral.objects.update(approved_at=late)
    assert selectors.unanswered(actor).get() == sent


@pytest.mark.parametrize("base", ["http://127.0.0.1:8000", "http://localhost:8000", ""])
def test_no_link_is_mailed_that_only_this_machine_could_open(cast, sent, desk, base):
    cast.village.public_base_url = base
    cast.village.save()
    with pytest.raises(services.WrongState) as caught:
        services.send_link(actor=cast.actor("front"), uid=sent.uid)
    assert caught.value.code == "no_mail"


def test_the_referrals_page_sends_and_revokes(cast, login, sent, desk):
    work()
    browser = login("front")
    url = reverse("referrals:referral", args=[sent.uid])
    assert "Kirim tautan lagi" in browser.get(url).content.decode()
    version = Referral.objects.get().version
    browser.post(reverse("referrals:send_link", args=[sent.uid]), {"version": version})
    assert OutboxMessage.objects.count() == 2
    stale = browser.post(reverse("referrals:revoke_link", args=[sent.uid]), {"version": version})
    assert stale.status_code == 409
    work()
    browser.post(reverse("referrals:revoke_link", args=[sent.uid]), {"version": version + 1})
    assert not PartnerKey.objects.filter(revoked_at__isnull=True).exists()


def test_a_new_address_is_used_by_the_next_try(cast, sent, desk):
    desk.refuse_address = "550 no such user"
    work()
    desk.refuse_address = ""
    Partner.objects.update(email="baru@baznas.example")
    delivery.send_now(actor=cast.actor("front"), uid=sent.uid)
    work()
    assert desk.taken[0]["To"] == "baru@baznas.example"


@pytest.mark.parametrize(
    ("url", "sender", "starts"),
    [
        ("submission://u:p@mail.example", "puskesos@desa.example", True),
        ("smtp://localhost:25", "puskesos@desa.example", True),
        ("", "", True),
        ("submission://u:p@mail.example", "", False),
        ("", "puskesos@desa.example", False),
        ("mail://u:p@mail.example", "puskesos@desa.example", False),
        ("smtp://u:p@mail.example", "puskesos@desa.example", False),
    ],
)
def test_a_mail_server_is_named_whole_and_never_gets_a_password_in_clear(
    tmp_path, url, sender, starts
):
    named = {"PUSKESOS_EMAIL_URL": url, "PUSKESOS_EMAIL_FROM": sender}
    loaded = subprocess.run(
        [sys.executable, "-c", "import puskesmas.settings"],
        env={**os.environ, "PUSKESOS_DATA_DIR": str(tmp_path), **named},
        capture_output=True,
        text=True,
    )
    assert (loaded.returncode == 0) == starts, loaded.stderr
    assert starts or "PUSKESOS_EMAIL_URL" in loaded.stderr
