"""The files of a referral: apart from it, in parts, on from where they stopped, then checked."""

import hashlib
import io
import random
import threading
import uuid
from datetime import timedelta

import httpx
import pytest
from django.db import transaction
from django.http import UnreadablePostError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from PIL import Image

from puskesmas import attachments, circuit, outbox
from puskesmas.models import AuditEntry, OutboxMessage, Peer
from puskesmas.outbox import TransportError
from referrals import exchange, schemas
from referrals.files import receiving, sending, tus_views
from referrals.files.models import ReceivedFile, ReceivedPart, SentFile
from referrals.models import ReceivedReferral, Referral
from referrals.packages import cards
from referrals.services import approval, delivery
from referrals.workflow import Answer
from tests.racing import together
from tests.referrals.conftest import photo, serve, today, use_transport


@pytest.fixture
def approve(cast, draft, wire, settings):
    """Approve a referral of the case for the district; nothing is sent yet."""
    settings.FILES_PART_BYTES = 8 * 1024

    def act():
        referral = draft(road=Referral.Road.DISTRICT)
        return approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)

    return act


@pytest.fixture
def sent(paper, approve, wire):
    """A referral the district has, with one photo that waits behind it."""
    paper()
    approve()
    wire.push()
    return SentFile.objects.select_related("referral", "attachment").get()


@pytest.fixture
def ask(wire, sent):
    """Speak tus to the district with the village's token, as any program may."""

    def send(method, *, path=None, token=wire.upstream.token, body=b"", **headers):
        return Client().generic(
            method,
            path or f"/exchange/v1/files/{sent.referral.uid}/{sent.sha256}/",
            body,
            content_type=headers.pop("content_type", tus_views.CONTENT_TYPE),
            headers={
                "Authorization": f"Bearer {token}",
                "Tus-Resumable": "1.0.0",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )

    return send


def content_of(file):
    return attachments.read(file.attachment)


def test_the_referral_lists_its_files_and_does_not_wait_for_them(paper, approve, wire):
    first, again = paper(), paper(photo(0))
    approve()
    assert first.attachment.sha256 == again.attachment.sha256
    assert sending.send_files() is False  # the referral itself is not there yet
    wire.push()
    assert Referral.objects.get().answer == Answer.RECEIVED
    listed = ReceivedReferral.objects.get().payload["attachments"]
    assert [(file["paper"], file["size"]) for file in listed] == [
        ("house_0", first.attachment.size)
    ]
    assert ReceivedFile.objects.get().offset == 0
    message = OutboxMessage.objects.get()
    assert message.schema_version == 2
    assert schemas.faults(f"{message.kind}-v2", message.body) == []


def test_a_file_arrives_in_parts_checked_and_clean(sent, wire):
    assert sent.size > 3 * 8 * 1024
    assert sending.send_files() is False
    sent.refresh_from_db()
    file = ReceivedFile.objects.get()
    assert (sent.offset, sent.arrived_at is not None) == (sent.size, True)
    assert (file.offset, file.attachment.office) == (file.size, wire.cast.district)
    with Image.open(io.BytesIO(content_of(file))) as image:
        assert image.size == (200, 200)
    assert not ReceivedPart.objects.exists()


class Line:
    """A line to the district that breaks: each number is how many bytes of PATCHes still pass."""

    def __init__(self, breaks):
        self.breaks, self.requests, self.carried = list(breaks), 0, 0

    def __call__(self, request):
        self.requests += 1
        if request.method != "PATCH" or not self.breaks:
            self.carried += len(request.content)
            return serve(request)
        passes = self.breaks[0] = self.breaks[0] - len(request.content)
        if passes >= 0:
            self.carried += len(request.content)
            return serve(request)
        self.breaks.pop(0)
        arrived = request.content[:passes]
        if arrived:
            self.carried += len(arrived)
            headers = {k: v for k, v in request.headers.items() if k != "content-length"}
            serve(httpx.Request("PATCH", request.url, headers=headers, content=arrived))
        raise httpx.ReadError("cut", request=request)


@examples(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(breaks=st.lists(st.integers(0, 20_000), max_size=6))
def test_wherever_the_line_breaks_the_file_arrives_and_no_byte_goes_twice(
    sent, monkeypatch, breaks
):
    for file in ReceivedFile.objects.all():
        ReceivedFile.objects.update(attachment=None, arrived_at=None)
        receiving.forget_parts(file)
    SentFile.objects.update(offset=0, arrived_at=None, due_at=timezone.now())
    Peer.objects.update(probe_at=None, silences=0)
    line = Line(breaks)
    use_transport(monkeypatch, httpx.MockTransport(line))
    for _round in range(len(breaks) + 1):
        sending.send_files()
        Peer.objects.filter(probe_at__isnull=False).update(probe_at=timezone.now())
    sent.refresh_from_db()
    assert sent.arrived_at is not None
    assert line.carried == sent.size


def test_a_break_after_progress_is_gone_on_from_at_once_and_one_without_opens_the_circuit(
    sent, monkeypatch
):
    use_transport(monkeypatch, httpx.MockTransport(Line([12_000, 9_000])))
    sending.send_files()
    sent.refresh_from_db()
    assert (sent.arrived_at is not None, sent.attempts) == (True, 1)

    SentFile.objects.update(arrived_at=None)
    ReceivedFile.objects.update(attachment=None, arrived_at=None, offset=0)
    use_transport(monkeypatch, httpx.MockTransport(Line([0, 0, 0])))
    sending.send_files()
    assert Peer.objects.get(direction="upstream").probe_at is not None
    assert sending.claim_next() is None
    assert outbox.claim_next() is None


def test_files_take_turns_with_messages(sent, wire, settings):
    settings.FILES_SLICE_SECONDS = 0
    assert sending.send_files() is True
    assert SentFile.objects.get().arrived_at is None


def test_two_workers_send_a_file_once_and_a_dead_ones_lease_runs_out(sent):
    first = sending.claim_next()
    assert sending.claim_next() is None
    SentFile.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert sending.claim_next().attempts == first.attempts + 1


@pytest.mark.django_db(transaction=True)
def test_parts_for_one_place_sent_at_once_are_kept_once(sent, ask):
    whole = content_of(sent)
    answers = []
    errors = together(
        *[lambda: answers.append(ask("PATCH", body=whole, Upload_Offset="0").status_code)] * 3
    )
    assert errors == []
    assert sorted(answers) == [204, 409, 409]
    assert ReceivedFile.objects.get().arrived_at is not None


def test_a_mended_referral_sends_only_what_is_new(cast, sent, wire, paper):
    sending.send_files()
    wire.act("return", reason="Foto samping belum ada")
    wire.fetch()
    paper()
    referral = Referral.objects.get()
    approval.resubmit(
        actor=cast.actor("back"), uid=referral.uid, need="Kartu", road=Referral.Road.DISTRICT
    )
    approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    wire.push()
    assert SentFile.objects.filter(arrived_at__isnull=True).count() == 1
    sending.send_files()
    assert ReceivedFile.objects.filter(arrived_at__isnull=False).count() == 2


def test_a_list_that_names_a_file_twice_expects_it_once(sent):
    row = ReceivedReferral.objects.get()
    item = row.payload["attachments"][0] | {"sha256": "a" * 64, "size": 2**30}
    receiving.expect(row, [item, item])
    assert row.files.filter(sha256="a" * 64).get().refusal_code == "file_too_large"


def test_a_referral_carried_by_hand_takes_its_files_along(cast, paper, approve, login):
    paper()
    referral = approve()
    page = f"/referrals/{referral.uid}/"
    assert "Lampiran ke SLRT" in login("back").get(page).content.decode()
    delivery.hand_over(
        actor=cast.actor("back"), uid=referral.uid, receiver="Bu Retno", handed_on=today()
    )
    assert "Lampiran ke SLRT" not in login("back").get(page).content.decode()
    assert sending.claim_next() is None


def test_a_referral_on_paper_sends_no_file(cast, paper, draft, wire):
    paper()
    referral = draft()
    approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    assert not SentFile.objects.exists()


# --- The protocol, as another program meets it ---------------------------------------------------


def test_head_says_how_much_is_there_and_patch_goes_on(sent, ask):
    whole = content_of(sent)
    answer = ask("HEAD")
    assert (answer.status_code, answer["Upload-Offset"]) == (200, "0")
    assert (answer["Upload-Length"], answer["Tus-Resumable"]) == (str(sent.size), "1.0.0")
    assert answer["Cache-Control"] == "no-store"
    assert ask("PATCH", body=whole[:5000], Upload_Offset="0")["Upload-Offset"] == "5000"
    assert ask("HEAD")["Upload-Offset"] == "5000"
    answer = ask("PATCH", body=whole[5000:], Upload_Offset="5000")
    assert (answer.status_code, answer["Upload-Offset"]) == (204, str(sent.size))
    assert ask("GET").json()["arrived"] is True
    assert ask("OPTIONS")["Tus-Version"] == "1.0.0"


@pytest.mark.parametrize(
    ("status", "code", "request_"),
    [
        (409, "wrong_offset", {"Upload_Offset": "7"}),
        (409, "wrong_offset", {}),
        (409, "wrong_offset", {"Upload_Offset": "0", "body": b"x" * 100_000}),
        (412, "tus_version", {"Upload_Offset": "0", "Tus_Resumable": "0.2.2"}),
        (415, "content_type", {"Upload_Offset": "0", "content_type": "image/jpeg"}),
        (401, "not_authenticated", {"Upload_Offset": "0", "token": "salah"}),
        (404, "unknown_file", {"Upload_Offset": "0", "path": "other"}),
    ],
)
def test_what_is_wrong_with_a_part_is_said_and_nothing_kept(sent, ask, status, code, request_):
    if request_.get("path"):
        request_ = request_ | {"path": f"/exchange/v1/files/{sent.referral.uid}/{'0' * 64}/"}
    answer = ask("PATCH", **{"body": b"abc", **request_})
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        status,
        "application/problem+json",
    )
    if status != 401:
        assert answer.json()["code"] == code
    assert ReceivedFile.objects.get().offset == 0


def test_another_villages_token_reaches_no_file(cast, sent, ask):
    from puskesmas.actors import Actor
    from referrals.services import linking

    token = linking.add_downstream(
        actor=Actor.system(cast.district), peer_uid=cast.other_village.uid, name="Sumberwangi"
    )
    assert ask("HEAD", token=token).status_code == 404


def test_bytes_that_are_not_the_file_begin_anew(sent, ask):
    whole = content_of(sent)
    answer = ask("PATCH", body=bytes(len(whole)), Upload_Offset="0")
    assert (answer.status_code, answer.json()["code"]) == (460, "hash_mismatch")
    assert ask("HEAD")["Upload-Offset"] == "0"
    assert ask("PATCH", body=whole, Upload_Offset="0").status_code == 204


def test_a_sender_whose_bytes_arrive_changed_waits_longer_and_blames_no_line(sent, monkeypatch):
    def garble(request):
        if request.method == "PATCH":
            body = bytes(len(request.content))
            request = httpx.Request("PATCH", request.url, headers=request.headers, content=body)
        return serve(request)

    use_transport(monkeypatch, httpx.MockTransport(garble))
    sending.send_files()
    sent.refresh_from_db()
    assert (sent.arrived_at, sent.refusal) == (None, "")
    assert sent.due_at > timezone.now()
    assert Peer.objects.get(direction="upstream").probe_at is None


class Broken:
    """A request's body that ends, or breaks, before its length."""

    def __init__(self, content, error=None):
        self.content, self.error = io.BytesIO(content), error

    def read(self, size):
        found = self.content.read(size)
        if not found and self.error:
            raise self.error
        return found


@pytest.mark.parametrize("error", [None, UnreadablePostError("reset")])
def test_what_came_of_a_broken_part_is_kept(error):
    content = random.Random(1).randbytes(70_000)
    pieces = list(tus_views._pieces(Broken(content, error), 200_000))
    assert b"".join(pieces) == content
    assert max(map(len, pieces)) <= tus_views._PIECE


# --- What is never taken -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "value", "words"),
    [
        ("FILES_MAX_BYTES", 20_000, "paling besar 0 MB"),
        ("FILES_MAX_BYTES_PER_REFERRAL", 20_000, "bersama-sama paling besar"),
    ],
)
def test_a_file_over_a_limit_is_refused_in_words_and_the_referral_is_not(
    paper, approve, wire, settings, login, limit, value, words
):
    setattr(settings, limit, value)
    paper()
    approve()
    assert wire.push() == 1
    sending.send_files()
    file = SentFile.objects.get()
    assert words in file.refusal
    shown = login("back").get(f"/referrals/{file.referral.uid}/").content.decode()
    assert words in shown
    assert "Coba kirim lagi" in shown
    # A person may ask again: in vain today, and no longer so once the limit is raised.
    ask_again = f"/referrals/{file.referral.uid}/send-now/"
    assert login("back").post(ask_again).status_code == 302
    assert SentFile.objects.get().refusal == ""
    sending.send_files()
    assert words in SentFile.objects.get().refusal
    setattr(settings, limit, 10 * 1024 * 1024)
    login("back").post(ask_again)
    sending.send_files()
    assert SentFile.objects.get().arrived_at is not None
    received = ReceivedFile.objects.get()
    assert (received.refusal, received.refusal_code, received.offset) == ("", "", received.size)


def test_what_an_office_refused_is_tried_again_once_it_says_that_it_takes_in_more(
    paper, approve, wire, settings, monkeypatch
):
    settings.FILES_MAX_BYTES = 20_000
    peer = Peer.objects.select_related("office").get(pk=wire.upstream.pk)
    assert cards.greet(peer)
    paper()
    approve()
    OutboxMessage.objects.update(schema_version=99)
    wire.push()
    assert OutboxMessage.objects.get().failed_at is not None
    assert (cards.greet_all(), wire.push()) == (1, 0)  # it says the same: nothing moves
    OutboxMessage.objects.update(schema_version=2)
    monkeypatch.setattr(schemas, "versions", lambda kind: (1, 2, 3))
    cards.greet_all()
    assert wire.push() == 1
    sending.send_files()
    assert SentFile.objects.get().refusal
    settings.FILES_MAX_BYTES = 10 * 1024 * 1024
    cards.greet_all()
    sending.send_files()
    assert SentFile.objects.get().arrived_at is not None
    noted = AuditEntry.objects.filter(action="peer.abilities", subject_uid=peer.uid)
    assert noted.count() == 3


def test_a_file_that_is_carried_has_no_button_to_send_it(sent, login):
    Peer.objects.filter(direction="upstream").update(transport=Peer.Transport.CARRIED)
    page = f"/referrals/{sent.referral.uid}/"
    assert "Kirim lampiran sekarang" not in login("back").get(page).content.decode()
    SentFile.objects.update(refusal="Terlalu besar")
    assert "Coba kirim lagi" in login("back").get(page).content.decode()


def test_content_of_another_kind_is_refused_whatever_it_is_called(sent, wire):
    text = b"MZ" + bytes(1000)
    digest = hashlib.sha256(text).hexdigest()
    ReceivedFile.objects.update(sha256=digest, size=len(text))
    file = receiving.find(wire.downstream, sent.referral.uid, digest)
    receiving.append(file, text)
    with pytest.raises(exchange.Refusal) as caught:
        receiving.settle(file)
    assert (caught.value.code, caught.value.status) == ("file_refused", 422)
    assert not ReceivedPart.objects.exists()
    with pytest.raises(exchange.Refusal):
        receiving.find(wire.downstream, sent.referral.uid, digest)


def test_a_file_damaged_here_is_told_and_nobody_is_asked(sent, monkeypatch):
    SentFile.objects.update(
        attachment=attachments.store_bytes(
            b"x", actor=sent_actor(sent), media_type="image/jpeg", name="x"
        )
    )
    use_transport(monkeypatch, httpx.MockTransport(lambda request: pytest.fail("asked")))
    sending.send_files()
    assert SentFile.objects.get().refusal == "Berkas ini rusak di kantor ini."


def sent_actor(sent):
    from puskesmas.actors import Actor

    return Actor.system(sent.referral.office)


def test_what_nobody_continued_is_thrown_away_after_days_and_may_begin_anew(sent, ask, settings):
    whole = content_of(sent)
    ask("PATCH", body=whole[:9000], Upload_Offset="0")
    assert receiving.tidy() == 0
    late = timezone.now() - timedelta(days=settings.FILES_INCOMPLETE_DAYS, hours=1)
    ReceivedFile.objects.update(touched_at=late)
    assert receiving.tidy() == 1
    assert not ReceivedPart.objects.exists()
    sending.send_files()
    assert ReceivedFile.objects.get().arrived_at is not None


def test_the_parts_are_ciphertext_in_the_database(sent, ask, django_db_blocker):
    from django.db import connection

    whole = content_of(sent)
    ask("PATCH", body=whole[:9000], Upload_Offset="0")
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM referrals_receivedpart")
        assert whole[:1000] not in bytes(cursor.fetchone()[0])


def test_a_submission_of_version_1_lists_no_file_and_is_taken_in(sent, wire):
    message = OutboxMessage.objects.select_related("office", "peer").get()
    parcel = exchange.envelope(message)
    body = {name: value for name, value in parcel["body"].items() if name != "attachments"}
    body["referral_uid"] = str(uuid.uuid4())
    parcel |= {"schema_version": 1, "uid": body["referral_uid"], "body": body}
    parcel["body_sha256"] = outbox.body_hash(body)
    assert exchange.receive(peer=wire.downstream, parcel=parcel)[1]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_send_now_and_a_sender_whose_try_of_a_file_failed_do_not_wait_for_each_other(
    sent, monkeypatch
):
    """Both change the file first and its office's circuit after it."""
    file_held, pressed = threading.Event(), threading.Event()
    Peer.objects.update(probe_at=timezone.now() + timedelta(hours=1))
    silence, probe = circuit.record_silence, circuit.probe_now

    def slowly(peer, outcome):
        file_held.set()
        pressed.wait(2)
        silence(peer, outcome)

    def probing(peer):
        probe(peer)
        pressed.set()

    def press():
        file_held.wait(2)
        with transaction.atomic():
            assert sending.retry(sent.referral) == 1

    file = SentFile.objects.select_related("submission__message__peer").get()
    monkeypatch.setattr(circuit, "record_silence", slowly)
    monkeypatch.setattr(circuit, "probe_now", probing)
    failed = TransportError("no_connection")
    assert together(lambda: sending._record_failure(file, failed), press) == []
    assert Peer.objects.get(pk=file.peer.pk).probe_at <= timezone.now()


# --- The pages -----------------------------------------------------------------------------------


def test_the_district_sees_which_files_came_and_opens_them_audited(sent, login):
    row = ReceivedReferral.objects.get()
    url = reverse("referrals:received_file", args=[row.uid, sent.sha256])
    page = reverse("referrals:received", args=[row.uid])
    manager = login("manager")
    assert "Menunggu" in manager.get(page).content.decode()
    assert manager.get(url).status_code == 404
    sending.send_files()
    assert url in manager.get(page).content.decode()
    answer = manager.get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert AuditEntry.objects.filter(action="open_received_file", subject_uid=row.uid).count() == 1
    assert login("back").get(url).status_code in {403, 404}
    assert login("district_admin").get(url).status_code == 403


def test_the_village_sees_how_far_its_files_are(sent, ask, login):
    page = f"/referrals/{sent.referral.uid}/"
    assert "Kirim lampiran sekarang" in login("front").get(page).content.decode()
    sending.send_files()
    shown = login("front").get(page).content.decode()
    assert "sudah sampai" in shown
    assert "Kirim lampiran sekarang" not in shown


def test_in_one_installation_a_file_is_handed_over_directly(sent, wire, monkeypatch):
    Peer.objects.update(transport=Peer.Transport.LOCAL)
    use_transport(monkeypatch, httpx.MockTransport(lambda request: pytest.fail("asked")))
    sending.send_files()
    sent.refresh_from_db()
    assert sent.arrived_at is not None
    assert ReceivedFile.objects.get().attachment is not None
