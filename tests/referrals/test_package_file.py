"""The file a package is: what goes in comes out, and nothing but that."""

import hashlib
import io
import json
import random
import tracemalloc
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.exceptions import CryptoError

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
#: Pieces of 64 kB: one byte less, just so, one more, and several.
_EDGE = 64 * 1024
LENGTHS = st.sampled_from([1, 20, _EDGE - 1, _EDGE, _EDGE + 1, 2 * _EDGE, 3 * _EDGE - 7])
HELD = {
    hashlib.sha256(one).hexdigest(): one
    for length in LENGTHS.elements
    for one in (bytes([number]) * length for number in range(3))
}
FILES = st.lists(
    st.tuples(UIDS, st.sampled_from(sorted(HELD))), max_size=4, unique_by=lambda one: one
).map(
    lambda named: [
        {"referral_uid": uid, "sha256": sha256, "size": len(HELD[sha256])} for uid, sha256 in named
    ]
)
TOLD = st.builds(
    lambda uid, sha, detail: {
        "referral_uid": uid,
        "sha256": sha,
        "outcome": "refused",
        "code": "x",
        "detail": detail,
    },
    UIDS,
    HASHES,
    TEXTS,
)
KEYS = st.just(container.new_key())
CONTENTS = st.builds(
    Contents,
    uid=UIDS,
    sender=UIDS,
    recipient=UIDS,
    made_at=st.just("2026-11-22T02:15:00+00:00"),
    messages=st.lists(MESSAGES, max_size=3, unique_by=lambda one: one["uid"]),
    receipts=st.lists(RECEIPTS, max_size=3, unique_by=lambda one: one["uid"]),
    files=FILES,
    file_receipts=st.lists(TOLD, max_size=2, unique_by=lambda one: one["referral_uid"]),
    key=KEYS,
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
    out = io.BytesIO()
    container.pack(contents, keys=by, box_key=to.box_key, out=out, read=HELD.__getitem__)
    return out.getvalue()


def unpacked(
    raw: bytes, keys: OfficeKeys = DISTRICT, signer: OfficeKeys = VILLAGE
) -> tuple[Contents, dict[str, bytes]]:
    """Return the contents of a file and its originals."""
    file = io.BytesIO(raw)
    contents = container.unpack(file, keys=keys, sign_key=signer.sign_key)
    return contents, {sha: b"".join(held) for sha, held in container.originals(file, contents)}


def refusal(*args, **kwargs) -> str:
    with pytest.raises(Unreadable) as caught:
        unpacked(*args, **kwargs)
    assert caught.value.message
    return caught.value.code


@given(CONTENTS)
def test_what_was_packed_comes_out(contents):
    found, files = unpacked(packed(contents))
    # Without files and their receipts it is version 1, which has no key.
    has_files = bool(contents.files or contents.file_receipts)
    assert found == (contents if has_files else replace(contents, key=""))
    assert list(files) == list(contents.sizes())
    assert all(held == HELD[sha256] for sha256, held in files.items())


@given(CONTENTS)
def test_an_older_installation_is_given_version_1_wherever_it_can_be(contents):
    said = json.loads(packed(contents).split(b"\n")[0])
    assert said["version"] == (2 if contents.files or contents.file_receipts else 1)
    assert ("head" in said) == (said["version"] == 2)


@given(CONTENTS, st.data())
@settings(max_examples=60)
def test_no_byte_may_change_or_lack_without_being_noticed(contents, data):
    raw = packed(contents)
    at = data.draw(st.integers(raw.index(b"\n") + 1, len(raw) - 1))
    assert refusal(raw + b"x") == "damaged"
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
        (line(version=3), "unknown_version"),
        (line(version=2), "damaged"),
        (line(version=2, head=-1), "damaged"),
        (line(version=2, head=10**9), "damaged"),
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
            zipped([("package.json", listing(receipts=[TWICE, TWICE]))]), id="a uid twice"
        ),
    ],
)
def test_a_signed_package_of_an_unknown_shape_is_refused_whole(content):
    assert refusal(signed(content)) == "malformed"


#: A photo under two referrals, and what is wrong with a list that names it.
NAMED = {"referral_uid": str(uuid.uuid4()), "sha256": min(HELD), "size": len(HELD[min(HELD)])}


@pytest.mark.parametrize(
    ("files", "key"),
    [
        pytest.param([NAMED, NAMED], container.new_key(), id="a file twice"),
        pytest.param(
            [NAMED, NAMED | {"referral_uid": str(uuid.uuid4()), "size": 2}],
            container.new_key(),
            id="a file of two sizes",
        ),
        pytest.param([NAMED], "", id="no key"),
        pytest.param([NAMED | {"sha256": "0" * 64}], container.new_key(), id="another file"),
    ],
)
def test_a_list_of_files_that_cannot_be_is_refused_whole(files, key):
    out = io.BytesIO()
    contents = replace(ONE, files=files, key=key)
    held = HELD[NAMED["sha256"]]
    try:
        container.pack(
            contents, keys=VILLAGE, box_key=DISTRICT.box_key, out=out, read=lambda sha256: held
        )
    except CryptoError:
        assert not key  # nothing is written without one; the list came before
    assert refusal(out.getvalue()) == "malformed"


def test_files_that_are_longer_or_shorter_than_listed_are_refused():
    contents = replace(ONE, files=[NAMED], key=container.new_key())
    for held in (HELD[NAMED["sha256"]] + b"x", HELD[NAMED["sha256"]][:-1] or b"y" * 2):
        out = io.BytesIO()
        container.pack(
            contents,
            keys=VILLAGE,
            box_key=DISTRICT.box_key,
            out=out,
            read=lambda sha256, held=held: held,
        )
        assert refusal(out.getvalue()) in {"damaged", "malformed"}


def test_what_a_version_1_lists_as_files_is_passed_over():
    """It says not whose they are, and no program has written any."""
    content = zipped(
        [
            ("package.json", listing(files=[{"sha256": "0" * 64, "size": 1}])),
            ("files/" + "0" * 64, b"x"),
        ]
    )
    assert unpacked(signed(content))[0].files == []


def test_forty_megabytes_of_files_are_packed_and_read_with_little_held_at_once(tmp_path):
    """What is held at once: the file being packed or read, and a few pieces beside it."""
    size, number = 10 * 1024 * 1024, 4
    made = {}
    for seed in range(number):
        content = random.Random(seed).randbytes(size)
        (tmp_path / str(seed)).write_bytes(content)
        made[hashlib.sha256(content).hexdigest()] = tmp_path / str(seed)
        del content
    files = [{"referral_uid": str(uuid.uuid4()), "sha256": sha, "size": size} for sha in made]
    contents = replace(ONE, files=files, key=container.new_key())
    path = tmp_path / "package"
    with held_at_most(size + 1024 * 1024), path.open("wb") as out:
        container.pack(
            contents,
            keys=VILLAGE,
            box_key=DISTRICT.box_key,
            out=out,
            read=lambda sha: made[sha].read_bytes(),
        )
    assert path.stat().st_size > number * size
    with held_at_most(1024 * 1024), path.open("rb") as file:
        found = container.unpack(file, keys=DISTRICT, sign_key=VILLAGE.sign_key)
        container.check(file, found)


@contextmanager
def held_at_most(most: int) -> Iterator[None]:
    """Let what is done inside hold at most so many more bytes than were held before."""
    tracemalloc.start()
    try:
        before, _peak = tracemalloc.get_traced_memory()
        yield
        assert tracemalloc.get_traced_memory()[1] - before <= most
    finally:
        tracemalloc.stop()


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
