"""The public page behind the QR: what it says in each state, and what it never says."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.letters import codes, public, services
from reports.letters.models import Letter
from tests.letters.conftest import NIK

pytestmark = pytest.mark.usefixtures("quick_print")

UNKNOWN = "/verify/AAAAA-AAAAA-AAAAA-AAAAA-AAAAA/"


def url_of(letter: Letter) -> str:
    return f"/verify/{codes.shown(letter.token)}/"


@pytest.fixture
def letter(issue):
    return issue()


@pytest.fixture
def signed(letter, cast):
    return services.sign(actor=cast.actor("front"), uid=letter.uid, version=letter.version)


def test_a_letter_that_waits_for_its_signature_says_so(client, letter):
    page = client.get(url_of(letter))
    assert page.status_code == 200
    assert "belum ditandatangani" in page.text


def test_a_signed_letter_is_valid(client, signed):
    page = client.get(url_of(signed))
    assert "sah dan masih berlaku" in page.text
    assert signed.number.rpartition("/")[2] in page.text
    assert "S. M." in page.text
    assert "•••• •••• •••• 0001" in page.text


def test_a_letter_is_valid_through_its_last_day_and_expired_after(client, signed, cast):
    today = cast.village.today()
    Letter.objects.update(valid_until=today)
    assert "sah dan masih berlaku" in client.get(url_of(signed)).text
    Letter.objects.update(valid_until=today - timedelta(days=1))
    assert "sudah lewat" in client.get(url_of(signed)).text


def test_a_letter_without_an_end_stays_valid(client, signed):
    Letter.objects.update(valid_until=None)
    assert "sah dan masih berlaku" in client.get(url_of(signed)).text


def test_a_void_letter_says_so(client, signed, cast):
    services.void(actor=cast.actor("back"), uid=signed.uid, version=signed.version, reason="Salah")
    page = client.get(url_of(signed))
    assert "Surat ini dibatalkan" in page.text
    assert "Salah" not in page.text


def test_a_replaced_letter_names_its_successor(client, signed, cast, content):
    successor = services.void_and_replace(
        actor=cast.actor("back"),
        uid=signed.uid,
        version=signed.version,
        content=content,
        reason="Salah",
    )
    assert successor.number in client.get(url_of(signed)).text


def test_an_unknown_code_is_unknown(client, db):
    page = client.get(UNKNOWN)
    assert page.status_code == 404
    assert "tidak dikenal" in page.text


@pytest.mark.parametrize("junk", ["x", "'; DROP TABLE", "<script>", "A" * 500, "%00"])
def test_junk_is_unknown_too(client, db, junk):
    page = client.get(f"/verify/{junk}/")
    assert page.status_code == 404
    assert "<script>alert" not in page.text


def test_the_page_never_shows_name_nik_or_need(client, signed):
    for path in (url_of(signed), f"{url_of(signed)}?lang=en"):
        text = client.get(path).text
        assert NIK not in text
        assert NIK[:12] not in text
        assert "Siti" not in text
        assert "KIS" not in text


def test_known_and_unknown_codes_take_the_same_road(client, signed):
    with CaptureQueriesContext(
        connection,
    ) as known:
        client.get(url_of(signed))
    with CaptureQueriesContext(connection) as unknown:
        client.get(UNKNOWN)

    def shape(queries):
        return [query["sql"].split("WHERE")[0] for query in queries]

    assert len(known) == len(unknown)
    assert shape(known)[-1] == shape(unknown)[-1]


def test_guessing_is_slowed_down(client, db):
    answers = [client.get(UNKNOWN).status_code for _ in range(35)]
    assert answers[:30] == [404] * 30
    late = client.get(UNKNOWN)
    assert late.status_code == 429
    assert int(late["Retry-After"]) > 0


def test_one_address_does_not_slow_down_another(client, db):
    for _ in range(31):
        client.get(UNKNOWN)
    assert client.get(UNKNOWN, REMOTE_ADDR="192.0.2.7").status_code == 404


def test_an_invented_forwarding_header_does_not_help(client, db):
    for number in range(31):
        last = client.get(UNKNOWN, HTTP_X_FORWARDED_FOR=f"192.0.2.{number}")
    assert last.status_code == 429


def test_the_page_is_kept_nowhere_and_tells_no_other_site(client, signed):
    page = client.get(url_of(signed))
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"


def test_a_typed_code_leads_to_the_letter(client, signed):
    typed = codes.shown(signed.token).lower().replace("-", " ").replace("0", "o").replace("1", "l")
    answer = client.post("/verify/", {"code": typed})
    assert answer.url == url_of(signed)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "field-error"),
        ("ABCDE", "yang diketik 5"),
        ("U" * 25, "huruf yang tidak dipakai"),
    ],
)
def test_a_mistyped_code_is_told_apart_from_an_unknown_one(client, db, typed, words):
    page = client.post("/verify/", {"code": typed})
    assert page.status_code == 200
    assert words in page.text
    assert f'value="{typed}"' in page.text or not typed


def test_codes_are_stored_hashed_and_encrypted(letter):
    with connection.cursor() as cursor:
        cursor.execute("SELECT token, token_hash FROM letters_letter")
        stored, digest = cursor.fetchone()
    assert letter.token.encode() not in bytes(stored)
    assert letter.token not in digest
    assert public.public_letter(letter.token).number == letter.number


def test_codes_have_no_look_alikes():
    assert not set("ILOU") & set(codes.ALPHABET)
    assert len(codes.ALPHABET) == 32
    assert len({codes.new_code() for _ in range(500)}) == 500
    assert all(codes.is_wellformed(codes.new_code()) for _ in range(50))


def test_an_office_with_an_address_of_its_own_prints_that_one(issue, cast):
    cast.village.public_base_url = "https://puskesos.example"
    cast.village.save()
    verification = issue(actor=cast.actor("front")).revisions.get().context["verification"]
    assert verification["url"].startswith("https://puskesos.example/verify/")
    assert verification["page"] == "puskesos.example/verify"
