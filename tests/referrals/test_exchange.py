"""The office protocol as another program meets it: what is taken in, refused, repeated, handed out.

What travels is checked against the published schemas, on both sides and for every kind.
"""

import json
import uuid
from datetime import timedelta

import httpx
import jsonschema
import pytest
from django.test import Client
from django.utils import timezone

from puskesmas import outbox
from puskesmas.actors import Actor
from puskesmas.models import (
    ApiToken,
    DeliveryAttempt,
    OutboxMessage,
    Peer,
    ReceivedMessage,
)
from puskesmas.outbox import TransportError
from referrals import client, exchange, payload, schemas
from referrals.models import ReceivedReferral, Referral
from referrals.services import approval, inbox, linking
from tests.referrals.conftest import NIK, serve, use_transport

MESSAGES = "/exchange/v1/messages/"


@pytest.fixture
def waiting(cast, wire, draft) -> OutboxMessage:
    """A message of the village that nobody has sent yet."""
    referral = draft(road=Referral.Road.DISTRICT)
    approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    return OutboxMessage.objects.select_related("office", "peer").get()


@pytest.fixture
def post(wire):
    """Send any envelope to the district with the village's token."""

    def send(parcel, *, token=wire.upstream.token, key=None, content_type="application/json"):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers["Idempotency-Key"] = str(parcel.get("uid", "")) if key is None else key
        return Client().post(
            MESSAGES, json.dumps(parcel), content_type=content_type, headers=headers
        )

    return send


def changed(parcel, **values):
    """Return the envelope with other values, its hash right again."""
    body = values.get("body", parcel["body"])
    return parcel | {"body_sha256": outbox.body_hash(body)} | values


def without(body, *path):
    """Return a deep copy of the body that lacks one field."""
    copy = json.loads(json.dumps(body))
    inner = copy
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return copy


# --- Taking in ---------------------------------------------------------------------------------


def test_a_message_is_taken_in_with_201_and_a_receipt_of_the_published_shape(waiting, post):
    answer = post(exchange.envelope(waiting))
    assert answer.status_code == 201
    receipt = answer.json()
    jsonschema.validate(receipt, json.loads(schemas.text("receipt-v1")))
    assert receipt["uid"] == str(waiting.uid)
    assert receipt["reference"] == ReceivedReferral.objects.get().number


def test_a_repeat_gets_200_and_the_same_receipt(waiting, post):
    parcel = exchange.envelope(waiting)
    first, second = post(parcel), post(parcel)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert ReceivedReferral.objects.count() == ReceivedMessage.objects.count() == 1


def test_the_same_uid_with_another_body_is_409_for_ever(waiting, post):
    parcel = exchange.envelope(waiting)
    post(parcel)
    answer = post(changed(parcel, body=parcel["body"] | {"need": "Lain sama sekali"}))
    assert answer.status_code == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.json()["code"], answer.json()["permanent"]) == ("uid_reused", True)
    assert ReceivedReferral.objects.get().payload["need"] == parcel["body"]["need"]


def test_an_unknown_version_is_refused_in_words_that_name_the_known_ones(waiting, post):
    answer = post(exchange.envelope(waiting) | {"schema_version": 7})
    problem = answer.json()
    assert (problem["code"], problem["permanent"]) == ("unknown_schema_version", True)
    assert "Versi 7" in problem["title"]
    assert problem["understood"] == [1, 2]


@pytest.mark.parametrize(
    ("code", "status", "values"),
    [
        ("unknown_kind", 422, {"kind": "referral.forgotten"}),
        # The tier above answers; a village never does.
        ("unknown_kind", 422, {"kind": "referral.answered"}),
        ("wrong_office", 422, {"recipient": str(uuid.uuid4())}),
        ("wrong_office", 422, {"sender": str(uuid.uuid4())}),
        ("hash_mismatch", 422, {"body_sha256": "0" * 64}),
        ("envelope_invalid", 422, {"sent_at": "yesterday"}),
        ("envelope_invalid", 422, {"body": "text"}),
        ("envelope_invalid", 422, {"extra": 1}),
    ],
)
def test_what_can_never_be_taken_in_is_refused_for_ever(waiting, post, code, status, values):
    answer = post(exchange.envelope(waiting) | values)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["permanent"] is True
    assert ReceivedReferral.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("person", lambda body: without(body, "person", "nik")),
        ("person.nik", lambda body: body | {"person": body["person"] | {"nik": "35099"}}),
        ("programme.name", lambda b: b | {"programme": b["programme"] | {"name": "a\x00b"}}),
        ("submission", lambda body: body | {"submission": 0}),
        ("received_on", lambda body: body | {"received_on": "22-11-2026"}),
        ("register_check", lambda b: b | {"register_check": b["register_check"] | {"decile": 11}}),
        ("", lambda body: body | {"mother": "Sri"}),
    ],
)
def test_a_body_that_breaks_its_schema_names_the_field_and_never_the_value(
    waiting, post, field, body
):
    parcel = exchange.envelope(waiting)
    answer = post(changed(parcel, body=body(parcel["body"])))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "body_invalid")
    assert field in [error["field"] for error in problem["errors"]]
    assert NIK not in answer.content.decode()


def test_the_idempotency_key_is_the_messages_uid(waiting, post):
    answer = post(exchange.envelope(waiting), key=str(uuid.uuid4()))
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_mismatch")


def test_a_message_too_large_is_413(waiting, post):
    parcel = exchange.envelope(waiting)
    answer = post(changed(parcel, body=parcel["body"] | {"need": "x" * 300_000}))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_an_older_submission_that_comes_late_changes_nothing(waiting, post):
    parcel = exchange.envelope(waiting)
    mended = changed(
        parcel, uid=str(uuid.uuid4()), body=parcel["body"] | {"submission": 2, "need": "Lengkap"}
    )
    assert post(mended).status_code == 201
    assert post(parcel).status_code == 201
    row = ReceivedReferral.objects.get()
    assert (row.submission_number, row.payload["need"]) == (2, "Lengkap")
    assert sorted(row.submissions.values_list("number", flat=True)) == [1, 2]


def test_a_mended_file_nobody_asked_for_is_refused_with_the_state(wire, waiting, post):
    parcel = exchange.envelope(waiting)
    post(parcel)
    wire.act("recommend")
    again = changed(parcel, uid=str(uuid.uuid4()), body=parcel["body"] | {"submission": 2})
    answer = post(again)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_returned")
    assert "Direkomendasikan" in answer.json()["title"]


# --- Who may speak -------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "salah"])
def test_without_a_known_token_nothing_is_taken_in(waiting, post, token):
    answer = post(exchange.envelope(waiting), token=token)
    assert answer.status_code == 401
    assert "permanent" not in answer.json()


def test_a_revoked_or_expired_token_is_refused(waiting, post):
    now = timezone.now()
    tokens = ApiToken.objects.filter(scopes=["exchange"])
    tokens.update(expires_at=now - timedelta(seconds=1))
    assert post(exchange.envelope(waiting)).status_code == 401
    tokens.update(expires_at=None, revoked_at=now)
    assert post(exchange.envelope(waiting)).status_code == 401


def test_an_unlinked_peer_and_a_token_of_another_kind_are_refused(cast, wire, waiting, post):
    Peer.objects.filter(pk=wire.downstream.pk).update(active=False)
    assert post(exchange.envelope(waiting)).status_code == 403
    Peer.objects.filter(pk=wire.downstream.pk).update(active=True)
    ApiToken.objects.filter(peer=wire.downstream).update(scopes=["api"])
    assert post(exchange.envelope(waiting)).status_code == 403


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_a_browser_session_does_not_open_the_protocol(cast, method):
    browser = Client()
    browser.force_login(cast.manager)
    assert getattr(browser, method)(MESSAGES).status_code in {401, 403}


def test_one_village_fetches_and_acknowledges_only_its_own_messages(cast, wire, waiting, post):
    post(exchange.envelope(waiting))
    wire.act("recommend")
    other = linking.add_downstream(
        actor=Actor.system(cast.district), peer_uid=cast.other_village.uid, name="Sumberwangi"
    )
    headers = {"Authorization": f"Bearer {other}"}
    assert Client().get(MESSAGES, headers=headers).json() == {"messages": []}
    told = OutboxMessage.objects.get(peer=wire.downstream)
    answer = Client().post(
        f"{MESSAGES}{told.uid}/ack/",
        {"outcome": "accepted"},
        content_type="application/json",
        headers=headers,
    )
    assert answer.status_code == 404
    told.refresh_from_db()
    assert told.acked_at is None


# --- Fetching and acknowledging ------------------------------------------------------------------


@pytest.fixture
def told(wire, waiting):
    """A word of the district that waits for the village."""
    wire.push()
    wire.act("recommend")
    return OutboxMessage.objects.get(peer=wire.downstream)


def ack(wire, uid, **body):
    return Client().post(
        f"{MESSAGES}{uid}/ack/",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {wire.upstream.token}"},
    )


def test_what_is_handed_out_has_the_published_shape(wire, told):
    headers = {"Authorization": f"Bearer {wire.upstream.token}"}
    (parcel,) = Client().get(MESSAGES, headers=headers).json()["messages"]
    jsonschema.validate(parcel, json.loads(schemas.text("envelope-v1")))
    jsonschema.validate(parcel["body"], json.loads(schemas.text("referral.answered-v1")))
    assert parcel["uid"] == str(told.uid)


def test_an_acknowledgement_repeated_changes_nothing(wire, told):
    assert ack(wire, told.uid, outcome="accepted").status_code == 204
    assert ack(wire, told.uid, outcome="refused", code="late").status_code == 204
    told.refresh_from_db()
    assert told.acked_at is not None
    assert told.failed_at is None
    assert DeliveryAttempt.objects.filter(message=told).count() == 1


def test_a_refused_message_is_kept_for_a_person_to_look_at(wire, told, login):
    answer = ack(wire, told.uid, outcome="refused", code="unknown_referral", detail="Tidak dikenal")
    assert answer.status_code == 204
    told.refresh_from_db()
    assert told.failed_at is not None
    page = login("manager").get(f"/referrals/inbox/{wire.received().uid}/").content.decode()
    assert "Tidak dikenal" in page


def test_an_acknowledgement_of_another_shape_is_refused(wire, told):
    assert ack(wire, told.uid, outcome="perhaps").json()["code"] == "body_invalid"


def test_an_answer_to_a_referral_the_village_does_not_know_is_refused_and_said(wire, told):
    body = told.body | {"referral_uid": str(uuid.uuid4())}
    OutboxMessage.objects.filter(pk=told.pk).update(body=body, body_sha256=outbox.body_hash(body))
    assert wire.fetch() == 1
    told.refresh_from_db()
    assert told.failed_at is not None
    assert DeliveryAttempt.objects.get(message=told).outcome == "unknown_referral"


def test_one_message_our_code_cannot_digest_does_not_keep_the_others_away(wire, told, monkeypatch):
    wire.act("approve")
    real = exchange.receive

    def stumbling(*, peer, parcel):
        if parcel["uid"] == str(told.uid):
            raise RuntimeError("a bug")
        return real(peer=peer, parcel=parcel)

    monkeypatch.setattr(exchange, "receive", stumbling)
    assert wire.fetch() == 1
    told.refresh_from_db()
    assert told.acked_at is None
    assert told.failed_at is None


# --- The published schemas ---------------------------------------------------------------------


def test_anybody_reads_the_schemas_as_they_are_published(client):
    listed = client.get("/exchange/v1/schemas/").content.decode().split()
    assert f"/exchange/v1/schemas/{exchange.SUBMITTED}-v1.json" in listed
    for address in listed:
        answer = client.get(address)
        assert answer.headers["Content-Type"] == "application/schema+json"
        jsonschema.Draft202012Validator.check_schema(json.loads(answer.content))
    assert client.get("/exchange/v1/schemas/nothing-v1.json").status_code == 404


def test_every_kind_has_a_schema_for_the_version_that_is_written():
    assert {payload.version_of({}), payload.version_of({"attachments": [1]})} == set(
        schemas.versions(exchange.SUBMITTED)
    )
    assert {1, inbox.SCHEMA_VERSION} == set(schemas.versions(exchange.ANSWERED))


def test_every_payload_the_village_freezes_keeps_to_its_schema(waiting):
    assert schemas.faults(f"{exchange.SUBMITTED}-v{waiting.schema_version}", waiting.body) == []


# --- What the sender makes of an answer ----------------------------------------------------------


def reply(status, body=None, *, text=None):
    def handler(request):
        if text is not None:
            return httpx.Response(status, text=text)
        return httpx.Response(status, json=body)

    return httpx.MockTransport(handler)


def fails(reason):
    def handler(request):
        raise reason("no", request=request)

    return httpx.MockTransport(handler)


@pytest.mark.parametrize(
    ("transport", "outcome", "permanent"),
    [
        (fails(httpx.ConnectError), "no_connection", False),
        (fails(httpx.ReadTimeout), "timeout", False),
        (fails(httpx.RemoteProtocolError), "no_connection", False),
        (reply(503, {"title": "Service Unavailable"}), "upstream_error", False),
        (reply(500, text="<html>"), "upstream_error", False),
        (reply(429, {"title": "slow"}), "upstream_error", False),
        (reply(401, {"title": "no"}), "token_refused", False),
        (reply(403, {"title": "no"}), "token_refused", False),
        # A captive portal or somebody else's site proves nothing, whatever its status.
        (reply(200, text="<html>Selamat datang di hotspot"), "not_puskesos", False),
        (reply(201, {"ok": True}), "not_puskesos", False),
        (reply(302, text=""), "not_puskesos", False),
        (reply(404, text="<html>"), "not_puskesos", False),
        (reply(422, {"title": "no", "code": "body_invalid"}), "not_puskesos", False),
        (
            reply(422, {"title": "no", "code": "body_invalid", "permanent": True}),
            "body_invalid",
            True,
        ),
        (reply(409, {"title": "no", "code": "uid_reused", "permanent": True}), "uid_reused", True),
    ],
)
def test_only_what_the_other_puskesos_calls_permanent_is_permanent(
    waiting, monkeypatch, transport, outcome, permanent
):
    use_transport(monkeypatch, transport)
    with pytest.raises(TransportError) as caught:
        client.push(waiting)
    assert (caught.value.outcome, caught.value.permanent) == (outcome, permanent)


def test_a_receipt_for_another_message_is_no_receipt(waiting, monkeypatch):
    receipt = {
        "uid": str(uuid.uuid4()),
        "kind": waiting.kind,
        "body_sha256": waiting.body_sha256,
        "received_at": timezone.now().isoformat(),
        "reference": "1",
    }
    use_transport(monkeypatch, reply(200, receipt))
    with pytest.raises(TransportError):
        client.push(waiting)


def test_a_redirect_is_not_followed_with_our_token(waiting, monkeypatch):
    asked = []

    def handler(request):
        asked.append(str(request.url))
        return httpx.Response(307, headers={"Location": "https://elsewhere.example/"})

    use_transport(monkeypatch, httpx.MockTransport(handler))
    with pytest.raises(TransportError):
        client.push(waiting)
    assert len(asked) == 1


def test_a_permanent_refusal_waits_for_a_person_and_send_now_tries_again(
    cast, wire, waiting, monkeypatch, login
):
    refusal = {"title": "Isi tidak sesuai", "code": "body_invalid", "permanent": True}
    use_transport(monkeypatch, reply(422, refusal))
    assert wire.push() == 0
    waiting.refresh_from_db()
    assert waiting.failed_at is not None
    referral = Referral.objects.get()
    page = login("back").get(f"/referrals/{referral.uid}/").content.decode()
    assert "Ditolak sistem penerima" in page
    assert "Isi tidak sesuai" in page
    use_transport(monkeypatch, httpx.MockTransport(serve))
    login("back").post(f"/referrals/{referral.uid}/send-now/")
    assert wire.push() == 1


def test_a_nik_in_somebodys_error_text_is_not_kept(waiting, wire, monkeypatch):
    title = f"NIK {NIK} salah"
    use_transport(monkeypatch, reply(422, {"title": title, "code": "x", "permanent": True}))
    wire.push()
    assert NIK not in DeliveryAttempt.objects.get().detail
