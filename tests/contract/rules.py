"""One function for each rule of docs/exchange.md; its docstring is what the report calls it.

A rule fails by an assertion. One that cannot be tried without somebody on the other side raises
:class:`NotProvedError`, and never passes for that.
"""

import base64
import json
import secrets
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx
from jsonschema import Draft202012Validator

from tests.contract import material
from tests.contract.receiver import (
    SCHEMAS,
    Receiver,
    expect,
    must_fit,
    receipt_for,
    refused,
    schema_names,
)

Rule = Callable[[Receiver], None]
RULES: list[Rule] = []

LARGEST_MESSAGE = 256 * 1024
#: Tries of one message that arrive at the same moment.
AT_ONCE = 6
#: Seconds in which what came of a broken part must be there.
SETTLING = 15


def rule(check: Rule) -> Rule:
    """Put a rule on the list."""
    RULES.append(check)
    return check


# --- Who may call --------------------------------------------------------------------------------

_CALLS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("GET", "office/", {}),
    ("POST", "office/", {"json": {}}),
    ("GET", "messages/", {}),
    ("POST", "messages/", {"json": {}}),
    ("POST", f"messages/{uuid.UUID(int=1)}/ack/", {"json": {"outcome": "accepted"}}),
    ("GET", f"files/{uuid.UUID(int=1)}/{'0' * 64}/", {"headers": {"Tus-Resumable": "1.0.0"}}),
    ("PATCH", f"files/{uuid.UUID(int=1)}/{'0' * 64}/", {"headers": {"Tus-Resumable": "1.0.0"}}),
)


@rule
def no_token(there: Receiver) -> None:
    """Every call without a token is 401, as a problem that leaves the message as good as it was."""
    for method, path, kwargs in _CALLS:
        refused(there.nobody(method, path, **kwargs), 401, permanent=False)


@rule
def unknown_token(there: Receiver) -> None:
    """Every call with a token nobody gave out is 401."""
    for method, path, kwargs in _CALLS:
        made_up = secrets.token_hex(24)
        refused(there.nobody(method, path, token=made_up, **kwargs), 401, permanent=False)


@rule
def introduction(there: Receiver) -> None:
    """GET office/ names both offices, the versions understood and the limits of files."""
    said = there.office
    for side in ("office", "you"):
        uuid.UUID(said[side]["uid"])
        assert said[side]["name"], f"“{side}” has no name"
    assert said["office"]["uid"] != said["you"]["uid"], "both offices have one uid"
    assert 1 in said["understands"]["referral.submitted"], "version 1 of submissions is unknown"
    files = said["files"]
    assert files["tus"] == "1.0.0", "files are not taken by tus 1.0.0"
    assert 0 < files["max_bytes"] <= files["max_bytes_per_referral"], "the limits make no sense"
    if said.get("card") is not None:
        must_fit("office-card-v1", said["card"])


@rule
def card(there: Receiver) -> None:
    """POST office/ takes the caller's card and answers as GET does; another office's is refused."""
    you = there.office["you"]
    keys = {
        name: base64.b64encode(secrets.token_bytes(32)).decode() for name in ("sign_key", "box_key")
    }
    mine = {"format": "puskesos-office", "version": 1, "kind": "desa", **you, **keys}
    said = expect(there.call("POST", "office/", json=mine), 200).json()
    assert said["you"]["uid"] == you["uid"], "the answer to a card is not who we are"
    foreign = mine | {"uid": str(uuid.uuid4())}
    refused(there.call("POST", "office/", json=foreign), 422, "wrong_office")
    refused(there.call("POST", "office/", json=mine | {"sign_key": "x"}), 422, "body_invalid")


# --- Messages ------------------------------------------------------------------------------------


@rule
def new_message(there: Receiver) -> None:
    """A new message is 201 with a receipt that repeats its uid, kind and hash."""
    there.hand_in(material.referral())


@rule
def repeated_message(there: Receiver) -> None:
    """A repeat, whenever and with whatever sent_at, is 200 with the first receipt."""
    parcel, first = there.hand_in(material.referral())
    for sent_at in (parcel["sent_at"], "2031-01-01T00:00:00+07:00"):
        again = receipt_for(parcel, there.post(parcel | {"sent_at": sent_at}), 200)
        assert again == first, "the repeat got another receipt"


@rule
def simultaneous(there: Receiver) -> None:
    """Of several tries at one moment one is 201, the others are 200, all with one receipt."""
    parcel = there.envelope(material.referral())
    headers = {"Authorization": f"Bearer {there.token}", "Idempotency-Key": parcel["uid"]}
    barrier, answers = threading.Barrier(AT_ONCE), []

    def send() -> None:
        with httpx.Client(timeout=there.patience) as link:
            barrier.wait()
            answers.append(link.post(there.base + "messages/", json=parcel, headers=headers))

    tries = [threading.Thread(target=send) for _try in range(AT_ONCE)]
    for one in tries:
        one.start()
    for one in tries:
        one.join()
    assert len(answers) == AT_ONCE, f"{AT_ONCE - len(answers)} tries got no answer"
    got = [receipt_for(parcel, answer, answer.status_code) for answer in answers]
    assert all(receipt == got[0] for receipt in got), "the tries got different receipts"
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] * (AT_ONCE - 1) + [201], f"the tries were answered {statuses}"


@rule
def committed(there: Receiver) -> None:
    """What was acknowledged is still known after the receiver died and came back."""
    parcel, first = there.hand_in(material.referral())
    there.crash()
    again = receipt_for(parcel, there.post(parcel), 200)
    assert again == first, "after the restart there was another receipt"


@rule
def canonical_hash(there: Receiver) -> None:
    """The hash is over the content: order of keys, spaces and escapes on the wire do not matter."""
    parcel = there.envelope(material.referral())
    turned = dict(reversed(parcel.items())) | {"body": dict(reversed(parcel["body"].items()))}
    wire = json.dumps(turned, ensure_ascii=True, indent=2).encode()
    first = receipt_for(parcel, there.post(parcel, content=wire), 201)
    plain = json.dumps(parcel, ensure_ascii=False).encode()
    assert receipt_for(parcel, there.post(parcel, content=plain), 200) == first


@rule
def idempotency_key(there: Receiver) -> None:
    """A missing or different Idempotency-Key is idempotency_key_mismatch, and nothing is kept."""
    parcel = there.envelope(material.referral())
    for key in ("", str(uuid.uuid4())):
        refused(there.post(parcel, key=key), 400, "idempotency_key_mismatch")
    receipt_for(parcel, there.post(parcel), 201)


@rule
def broken_envelope(there: Receiver) -> None:
    """An envelope that breaks its schema is envelope_invalid, and “errors” says where."""
    whole = there.envelope(material.referral())
    for name in (name for name in whole if name != "uid"):
        broken = {key: value for key, value in whole.items() if key != name}
        problem = refused(there.post(broken), 422, "envelope_invalid")
        assert problem.get("errors"), f"nothing says that {name} is missing"
    wrong = (
        {"uid": "not-a-uuid"},
        {"schema_version": 0},
        {"schema_version": "1"},
        {"sent_at": "yesterday"},
        {"sent_at": "2026-01-01T00:00:00"},
        {"body": "text"},
        {"body_sha256": "0" * 63},
        {"more": 1},
    )
    for values in wrong:
        problem = refused(there.post(whole | values), 422, "envelope_invalid")
        assert problem.get("errors"), f"nothing says what is wrong with {values}"
    receipt_for(whole, there.post(whole), 201)


@rule
def broken_body(there: Receiver) -> None:
    """A body that breaks its schema is body_invalid, and “errors” says where but quotes nobody."""
    body = material.referral()
    nik = body["person"]["nik"]
    wrong = (
        {"legal_basis": "curiosity"},
        {"submission": 0},
        {"person": body["person"] | {"nik": f"{nik}9"}},
        {"approved_on": "2026-02-30x"},
        {"more": "than the schema knows"},
    )
    for values in wrong:
        problem = refused(there.post(there.envelope(body | values)), 422, "body_invalid")
        assert problem.get("errors"), f"nothing says what is wrong with {sorted(values)}"
        assert nik not in json.dumps(problem), "the problem quotes the person's NIK"
    refused(there.post(there.envelope({})), 422, "body_invalid")
    there.hand_in(body)


@rule
def no_json(there: Receiver) -> None:
    """What is no message at all is refused as a problem, never with an error of the server."""
    for content in (b"", b"{", b"[]", b"null", b"\xff\xfe"):
        answer = there.post({}, content=content, key="")
        refused(answer, answer.status_code, permanent=answer.json().get("permanent") is True)
        assert 400 <= answer.status_code < 500, f"{content!r} was answered {answer.status_code}"


@rule
def wrong_office(there: Receiver) -> None:
    """A message for another office, or from another than the token's, is wrong_office."""
    for side in ("recipient", "sender"):
        parcel = there.envelope(material.referral(), **{side: str(uuid.uuid4())})
        refused(there.post(parcel), 422, "wrong_office")


@rule
def unknown_kind(there: Receiver) -> None:
    """A kind nobody knows, or that only the tier above may send, is unknown_kind."""
    for kind in ("referral.forgotten", "referral.answered"):
        parcel = there.envelope(material.referral(), kind=kind)
        refused(there.post(parcel), 422, "unknown_kind")


@rule
def unknown_version(there: Receiver) -> None:
    """A version nobody knows is unknown_schema_version; “understood” lists those of GET office/."""
    parcel = there.envelope(material.referral(), schema_version=999)
    problem = refused(there.post(parcel), 422, "unknown_schema_version")
    known = there.office["understands"]["referral.submitted"]
    assert problem.get("understood") == known, "“understood” is not what GET office/ says"


@rule
def changed_on_the_way(there: Receiver) -> None:
    """A body that is not its hash is hash_mismatch; the whole one is taken in afterwards."""
    parcel = there.envelope(material.referral())
    damaged = parcel | {"body": parcel["body"] | {"need": "Lain"}}
    refused(there.post(damaged), 422, "hash_mismatch")
    receipt_for(parcel, there.post(parcel), 201)


@rule
def reused_uid(there: Receiver) -> None:
    """A known uid with another body is uid_reused, and the first stays what it was."""
    parcel, first = there.hand_in(material.referral())
    changed = parcel["body"] | {"need": "Lain sama sekali"}
    refused(there.post(there.envelope(changed, uid=parcel["uid"])), 409, "uid_reused")
    assert receipt_for(parcel, there.post(parcel), 200) == first


@rule
def not_returned(there: Receiver) -> None:
    """A mended file for a referral nobody sent back, once work on it began, is not_returned."""
    parcel, receipt = there.hand_in(material.referral())
    there.lets("recommend", parcel, receipt)
    answer = there.post(there.envelope(material.mended(parcel["body"])))
    refused(answer, 409, "not_returned")


@rule
def too_large(there: Receiver) -> None:
    """A message of more than 256 kB is too_large; one just below is read."""
    parcel = there.envelope(material.referral())
    room = LARGEST_MESSAGE - len(json.dumps(parcel).encode())
    refused(_alone(there, parcel, room + 1), 413, "too_large")
    receipt_for(parcel, _alone(there, parcel, room), 201)


def _alone(there: Receiver, parcel: dict[str, Any], spaces: int) -> httpx.Response:
    """Post with spaces behind the message, over a connection of its own: a 413 may close it."""
    return there.nobody(
        "POST",
        "messages/",
        token=there.token,
        content=json.dumps(parcel).encode() + b" " * spaces,
        headers={"Content-Type": "application/json", "Idempotency-Key": parcel["uid"]},
    )


@rule
def other_village(there: Receiver) -> None:
    """A token belongs to one village: what another one sent or waits for is not found with it."""
    other = there.other
    photo = material.picture(20)
    parcel, _receipt = there.hand_in(material.referral(material.listed(photo)))
    refused(other.post(parcel), 422, "wrong_office")
    refused(other.file("GET", material.address(parcel["body"])), 404, "unknown_file")
    stolen = other.envelope(material.referral(), uid=parcel["uid"])
    refused(other.post(stolen), 409, "uid_reused")


# --- Answers -------------------------------------------------------------------------------------


@rule
def answer_waits(there: Receiver) -> None:
    """An answer is handed out, one uid and hash, until it is acknowledged, and never after that."""
    parcel, receipt = there.hand_in(material.referral())
    there.lets("recommend", parcel, receipt)
    referral = parcel["body"]["referral_uid"]
    first = _marks(there.answers_about(referral))
    assert first, "no answer waits for the village"
    assert _marks(there.answers_about(referral)) == first, "an unacknowledged answer changed"
    for uid, _hash in first:
        there.acknowledge(uid)
        there.acknowledge(uid)  # a repeat changes nothing
    assert not there.answers_about(referral), "an acknowledged answer is handed out again"


@rule
def answers_of_others(there: Receiver) -> None:
    """Another village neither sees an answer nor can acknowledge it away."""
    other = there.other
    parcel, receipt = there.hand_in(material.referral())
    there.lets("recommend", parcel, receipt)
    referral = parcel["body"]["referral_uid"]
    waiting = _marks(there.answers_about(referral))
    assert waiting, "no answer waits for the village"
    assert not other.answers_about(referral), "another village's token sees the answer"
    for uid, _hash in waiting:
        refused(
            other.call("POST", f"messages/{uid}/ack/", json={"outcome": "accepted"}),
            404,
            permanent=False,
        )
    assert _marks(there.answers_about(referral)) == waiting, "another village took the answer away"


@rule
def refused_answer(there: Receiver) -> None:
    """An answer the village refuses (unknown_referral) is handed out no more."""
    parcel, receipt = there.hand_in(material.referral())
    there.lets("recommend", parcel, receipt)
    referral = parcel["body"]["referral_uid"]
    waiting = there.answers_about(referral)
    assert waiting, "no answer waits for the village"
    for one in waiting:
        there.acknowledge(one["uid"], "refused", code="unknown_referral", detail="Uji kontrak")
    assert not there.answers_about(referral), "a refused answer is handed out again"


@rule
def acknowledging(there: Receiver) -> None:
    """Acknowledging what was never handed out is 404; words outside the schema are body_invalid."""
    path = f"messages/{uuid.uuid4()}/ack/"
    refused(there.call("POST", path, json={"outcome": "accepted"}), 404, permanent=False)
    for said in ({}, {"outcome": "perhaps"}, {"outcome": "accepted", "more": 1}):
        refused(there.call("POST", path, json=said), 422, "body_invalid")


@rule
def sequence(there: Receiver) -> None:
    """Answers come oldest first and their sequence counts up, over answers and realisations."""
    parcel, receipt = there.hand_in(material.referral())
    for act in ("recommend", "approve", "ready"):
        there.lets(act, parcel, receipt)
    bodies = [one["body"] for one in there.answers_about(parcel["body"]["referral_uid"])]
    said = [(body["about"], body["value"]) for body in bodies]
    assert said[-2:] == [("answer", "approved"), ("realisation", "ready")], f"said {said}"
    numbers = [body["sequence"] for body in bodies]
    assert numbers == sorted(set(numbers)), f"the sequence goes {numbers}"
    assert bodies[-1]["instructions"], "nobody is told where and how to collect"


@rule
def version_of_answers(there: Receiver) -> None:
    """Only the words of version 2 (forwarded, queued, ended) travel as version 2."""
    parcel, receipt = there.hand_in(material.referral())
    there.lets("recommend", parcel, receipt)
    there.lets("approve", parcel, receipt)
    for one in there.answers_about(parcel["body"]["referral_uid"]):
        newer = one["body"]["value"] in ("forwarded", "queued", "ended")
        assert one["schema_version"] == (2 if newer else 1), (
            f"{one['body']['value']} travels as version {one['schema_version']}"
        )


@rule
def mended_file(there: Receiver) -> None:
    """A returned referral takes its mended file as a new message; a file sent once stays there."""
    photo = material.picture(20)
    parcel, receipt = there.hand_in(material.referral(material.listed(photo)))
    path = material.address(parcel["body"])
    expect(there.patch(path, 0, photo), 204)
    there.lets("return", parcel, receipt)
    said = there.answers_about(parcel["body"]["referral_uid"])
    assert [one["body"]["value"] for one in said][-1:] == ["returned"], "it was not returned"
    assert said[-1]["body"]["submission"] == 1, "what was returned is not the first submission"
    there.hand_in(material.mended(parcel["body"]))
    assert there.offset(path) == len(photo), "the mended submission asks for the file again"


def _marks(waiting: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["uid"], one["body_sha256"]) for one in waiting]


# --- Files ---------------------------------------------------------------------------------------


def _with_file(there: Receiver, content: bytes, **values: Any) -> str:
    """Hand a referral with one file in; return the file's address."""
    parcel, _receipt = there.hand_in(material.referral(material.listed(content, **values)))
    return material.address(parcel["body"])


@rule
def file_in_parts(there: Receiver) -> None:
    """A file goes in parts of any size: HEAD says how much is there, PATCH takes what follows."""
    photo = material.picture()
    path = _with_file(there, photo)
    head = expect(there.file("HEAD", path), 200)
    assert head.headers.get("Upload-Length") == str(len(photo)), "HEAD does not say the length"
    assert there.offset(path) == 0, "something is there before anything was sent"
    at = 0
    for size in (1, 4096, 20_001, len(photo)):
        answer = expect(there.patch(path, at, photo[at : at + size]), 204)
        at = min(at + size, len(photo))
        assert answer.headers.get("Upload-Offset") == str(at), "PATCH says another offset"
        assert there.offset(path) == at, "HEAD says another offset than PATCH"
    assert expect(there.file("GET", path), 200).json()["arrived"] is True


@rule
def wrong_offset(there: Receiver) -> None:
    """Bytes that do not follow, or more than the file has, are wrong_offset and change nothing."""
    photo = material.picture(40)
    path = _with_file(there, photo)
    expect(there.patch(path, 0, photo[:100]), 204)
    for at, part in ((0, photo[:50]), (200, photo[200:300]), (100, photo[100:] + b"x")):
        refused(there.patch(path, at, part), 409, "wrong_offset", permanent=False)
        assert there.offset(path) == 100, "refused bytes were kept"
    expect(there.patch(path, 100, photo[100:]), 204)


@rule
def broken_part(there: Receiver) -> None:
    """What arrived of a broken PATCH is there, HEAD says so, and the file goes on from it."""
    photo = material.picture()
    path = _with_file(there, photo)
    there.break_off(path, 0, photo[:40_000], promised=len(photo))
    deadline = time.monotonic() + SETTLING
    while not (at := there.offset(path)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert 0 < at <= 40_000, f"of 40,000 bytes that were sent {at} are there"
    time.sleep(0.5)
    at = there.offset(path)
    expect(there.patch(path, at, photo[at:]), 204)
    assert there.offset(path) == len(photo)


@rule
def another_file(there: Receiver) -> None:
    """All bytes that are not the file are 460 hash_mismatch, it begins anew, and then arrives."""
    photo = material.picture(40)
    path = _with_file(there, photo)
    damaged = photo[:-1] + bytes([photo[-1] ^ 1])
    refused(there.patch(path, 0, damaged), 460, "hash_mismatch", permanent=False)
    assert there.offset(path) == 0, "the wrong bytes were kept"
    expect(there.patch(path, 0, photo), 204)


@rule
def another_protocol(there: Receiver) -> None:
    """Another version of tus is 412 tus_version, another content type 415 content_type."""
    photo = material.picture(20)
    path = _with_file(there, photo)
    refused(there.patch(path, 0, photo, Tus_Resumable="0.2.2"), 412, "tus_version", permanent=False)
    refused(there.patch(path, 0, photo, Content_Type="image/png"), 415, "content_type")
    assert there.offset(path) == 0, "refused bytes were kept"


@rule
def unknown_file(there: Receiver) -> None:
    """A file no referral of ours lists is unknown_file."""
    photo = material.picture(20)
    parcel, _receipt = there.hand_in(material.referral(material.listed(photo)))
    known = parcel["body"]["referral_uid"]
    for path in (f"files/{known}/{'0' * 64}/", f"files/{uuid.uuid4()}/{'0' * 64}/"):
        refused(there.file("GET", path), 404, "unknown_file")
        refused(there.patch(path, 0, photo), 404, "unknown_file")


@rule
def too_large_files(there: Receiver) -> None:
    """Too large a file, or too many together, are 413; the referral is taken in all the same."""
    limits = there.office["files"]
    most, together = limits["max_bytes"], limits["max_bytes_per_referral"]
    big = material.listed(b"big", size=most + 1)
    parcel, _receipt = there.hand_in(material.referral(big))
    refused(there.file("GET", material.address(parcel["body"])), 413, "file_too_large")
    many = [
        material.listed(str(number).encode(), size=most) for number in range(together // most + 1)
    ]
    parcel, _receipt = there.hand_in(material.referral(*many))
    last = material.address(parcel["body"], len(many) - 1)
    refused(there.file("GET", last), 413, "files_too_large")
    assert there.offset(material.address(parcel["body"])) == 0, "the first of many is refused too"


@rule
def no_picture(there: Receiver) -> None:
    """A type that is no photo or PDF is file_type; bytes that are none are file_refused."""
    text = b"Bukan foto. " * 20
    path = _with_file(there, text, media_type="text/plain")
    refused(there.file("GET", path), 422, "file_type")
    path = _with_file(there, text)
    refused(there.patch(path, 0, text), 422, "file_refused")
    refused(there.file("GET", path), 422, "file_refused")


# --- Schemas -------------------------------------------------------------------------------------


@rule
def schemas(there: Receiver) -> None:
    """The schemas are served to anybody, are valid JSON Schema and say what is published."""
    index = expect(there.nobody("GET", "schemas/"), 200).text.split()
    for name in schema_names():
        address = f"/exchange/v1/schemas/{name}.json"
        assert any(line.endswith(address) for line in index), f"{name} is not in the list"
        served = expect(there.nobody("GET", f"schemas/{name}.json"), 200).json()
        Draft202012Validator.check_schema(served)
        assert served == json.loads((SCHEMAS / f"{name}.json").read_text()), f"{name} differs"
    expect(there.nobody("GET", "schemas/none-v1.json"), 404)
