"""The file a package is: what goes in comes out, and nothing but that."""

import hashlib
import io
import json
import uuid
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from puskesmas import office_keys
from puskesmas.models import Office, OfficeKeys
from referrals.packages import container
from referrals.packages.container import Contents, Unreadable


def keys() -> OfficeKeys:
    """Return the keys of an office that is in no database."""
    signing = office_keys.SigningKey.generate()
    receiving = office_keys.PrivateKey.generate()
    text = office_keys._text
    return OfficeKeys(
        sign_secret=text(bytes(signing)),
        sign_key=text(bytes(signing.verify_key)),
        box_secret=text(bytes(receiving)),
        box_key=text(bytes(receiving.public_key)),
    )


VILLAGE, DISTRICT, STRANGER = keys(), keys(), keys()
# The alphabet is small: the tables of all letters take long to load on a busy machine.
TEXTS = st.text(alphabet='aé\n"{', max_size=8)
UIDS = st.uuids().map(str)
HASHES = st.integers(0, 9).map(lambda number: f"{number:064x}")
MESSAGES = st.builds(
    lambda uid, sha, need: {
        "uid": uid,
        "kind": "referral.submitted",
        "body": {"need": need},
        "body_sha256": sha,
    },
    UIDS,
    HASHES,
    TEXTS,
)
RECEIPTS = st.builds(
    lambda uid, detail: {"uid": uid, "outcome": "refused", "code": "x", "detail": detail},
    UIDS,
    TEXTS,
)
FILES = st.lists(st.binary(min_size=1, max_size=20), max_size=3).map(
    lambda held: {hashlib.sha256(one).hexdigest(): one for one in held}
)
CONTENTS = st.builds(
    Contents,
    uid=UIDS,
    sender=UIDS,
    recipient=UIDS,
    made_at=st.just("2026-11-22T02:15:00+00:00"),
    messages=st.lists(MESSAGES, max_size=3, unique_by=lambda one: one["uid"]),
    receipts=st.lists(RECEIPTS, max_size=3, unique_by=lambda one: one["uid"]),
    files=FILES,
)
ONE = Contents(
    uid=str(uuid.uuid4()),
    sender=str(uuid.uuid4()),
    recipient=str(uuid.uuid4()),
    made_at="2026-11-22T02:15:00+00:00",
    messages=[],
    receipts=[],
)


def packed(contents: Contents = ONE, by: OfficeKeys = VILLAGE, to: OfficeKeys = DISTRICT) -> bytes:
    return container.pack(contents, keys=by, box_key=to.box_key)


def unpacked(raw: bytes, keys: OfficeKeys = DISTRICT, signer: OfficeKeys = VILLAGE) -> Contents:
    return container.unpack(raw, keys=keys, sign_key=signer.sign_key)


def refusal(*args, **kwargs) -> str:
    with pytest.raises(Unreadable) as caught:
        unpacked(*args, **kwargs)
    assert caught.value.message
    return caught.value.code


@given(CONTENTS)
def test_what_was_packed_comes_out(contents):
    assert unpacked(packed(contents)) == contents


@given(CONTENTS, st.data())
@settings(max_examples=60)
def test_no_byte_may_change_or_lack_without_being_noticed(contents, data):
    raw = packed(contents)
    at = data.draw(st.integers(raw.index(b"\n") + 1, len(raw) - 1))
    changed = raw[:at] + bytes([raw[at] ^ 1 << data.draw(st.integers(0, 7))]) + raw[at + 1 :]
    assert refusal(changed) == "damaged"
    assert refusal(raw[:at]) == "damaged"


@given(st.binary(max_size=200))
def test_what_is_no_package_is_said_to_be_none(raw):
    assert refusal(raw) == "not_a_package"


def test_only_the_one_it_was_sealed_for_opens_it():
    assert refusal(packed(), keys=STRANGER) == "damaged"
    assert refusal(packed(), keys=VILLAGE) == "damaged"


def test_a_package_signed_by_another_office_is_refused():
    assert refusal(packed(by=STRANGER)) == "bad_signature"
    unsigned = office_keys.SealedBox(
        office_keys.PublicKey(office_keys._bytes(DISTRICT.box_key))
    ).encrypt(b"x" * 200)
    assert refusal(packed().split(b"\n")[0] + b"\n" + unsigned) == "bad_signature"


def line(**said) -> bytes:
    """A package whose first line says something else."""
    raw = packed()
    at = raw.index(b"\n")
    return json.dumps(json.loads(raw[:at]) | said).encode() + raw[at:]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (line(version=2), "unknown_version"),
        (line(version="x"), "not_a_package"),
        (line(format="zip"), "not_a_package"),
        (line(sender="x"), "damaged"),
        (line(sender=str(uuid.uuid4())), "damaged"),
        (line(recipient=str(uuid.uuid4())), "damaged"),
    ],
)
def test_the_first_line_is_not_believed_over_what_is_signed(raw, code):
    assert refusal(raw) == code


def zipped(entries: list[tuple[str, bytes]], compression: int = zipfile.ZIP_STORED) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", compression) as archive:
        for name, held in entries:
            archive.writestr(name, held)
    return whole.getvalue()


def signed(content: bytes) -> bytes:
    sealed = office_keys.seal(content, keys=VILLAGE, box_key=DISTRICT.box_key)
    return packed().split(b"\n")[0] + b"\n" + sealed


def listing(**changes) -> bytes:
    listed = {
        name: getattr(ONE, name)
        for name in ("uid", "sender", "recipient", "made_at", "messages", "receipts")
    }
    return json.dumps(listed | {"files": []} | changes).encode()


TWICE = {"uid": str(uuid.uuid4()), "outcome": "refused"}
DEEP = b"[" * 200_000


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"no zip at all", id="no zip"),
        pytest.param(zipped([]), id="empty"),
        pytest.param(zipped([("package.json", b"{")]), id="no json"),
        pytest.param(zipped([("package.json", DEEP)]), id="nested beyond reading"),
        pytest.param(zipped([("package.json", b"{}")]), id="nothing in it"),
        pytest.param(
            zipped([("package.json", listing()), ("bomb", b"0" * 9_000_000)], zipfile.ZIP_DEFLATED),
            id="compressed: a zip bomb",
        ),
        pytest.param(
            zipped([("package.json", listing()), ("files/" + "0" * 64, b"x")]), id="unlisted file"
        ),
        pytest.param(
            zipped([("package.json", listing(files=[{"sha256": "0" * 64, "size": 1}]))]),
            id="listed file missing",
        ),
        pytest.param(
            zipped(
                [
                    ("package.json", listing(files=[{"sha256": "0" * 64, "size": 1}])),
                    ("files/" + "0" * 64, b"x"),
                ]
            ),
            id="another file under that name",
        ),
        pytest.param(
            zipped([("package.json", listing(receipts=[TWICE, TWICE]))]), id="a uid twice"
        ),
    ],
)
def test_a_signed_package_of_an_unknown_shape_is_refused_whole(content):
    assert refusal(signed(content)) == "malformed"


def test_bytes_used_twice_by_overlapping_entries_are_refused():
    """The quoted-overlap zip bomb: many entries of the directory over the same stored bytes."""
    raw = bytearray(zipped([("package.json", listing()), ("files/a", b"x" * 5000)]))
    directory = raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02") + 1)
    raw[directory + 20 : directory + 28] = (10**9).to_bytes(4, "little") * 2
    assert refusal(signed(bytes(raw))) == "malformed"


def test_the_fingerprint_names_the_office_and_both_keys():
    uid = str(uuid.uuid4())
    said = office_keys.fingerprint(uid, VILLAGE.sign_key, VILLAGE.box_key)
    others = {
        office_keys.fingerprint(str(uuid.uuid4()), VILLAGE.sign_key, VILLAGE.box_key),
        office_keys.fingerprint(uid, STRANGER.sign_key, VILLAGE.box_key),
        office_keys.fingerprint(uid, VILLAGE.sign_key, STRANGER.box_key),
    }
    assert len(said) == 24
    assert said not in others


def test_keys_are_made_once_and_their_private_halves_are_not_readable(cast):
    made = office_keys.keys_of(cast.village)
    assert office_keys.keys_of(cast.village).pk == made.pk
    assert office_keys.keys_of(cast.district).box_key != made.box_key
    stored = OfficeKeys.objects.extra(select={"raw": "sign_secret"}).values_list("raw").first()
    assert made.sign_secret.encode() not in bytes(stored[0])
    assert Office.objects.get(pk=cast.village.pk) == made.office
