"""REST for letters: issue, sign, hand over, void, correct; and anybody's look at a paper."""

import pytest

from puskesmas.models import AuditEntry
from reports.letters.models import Letter
from tests.api.conftest import client_of, key, seen
from tests.world import NIK

LETTERS, VERIFY = "/api/v1/letters/", "/api/v1/verify/"


@pytest.fixture
def api(world):
    return lambda who: client_of(world.cast, who)


@pytest.fixture
def sktm(world):
    return f"/api/v1/people/{world.person.uid}/sktm/"


def test_an_sktm_is_issued_once_and_signed_by_the_head_unless_told_otherwise(api, sktm):
    header = key()
    body = {"purpose": "Keringanan biaya sekolah"}
    first, again = (api("front").post(sktm, body, **header) for _ in range(2))
    assert first.status_code == 201
    assert first.json()["uid"] == again.json()["uid"]
    assert (first.json()["state"], first.json()["signer"]) == ("numbered", "Petugas Head")
    assert Letter.objects.filter(kind="sktm").count() == 2
    by_hand = api("front").post(sktm, body | {"signer": None}, **key())
    assert by_hand.json()["signer"] == ""


def test_a_family_letter_names_its_dependants(api, sktm, world):
    body = {"purpose": "KIS", "for_family": True, "dependants": [str(world.child.uid)]}
    assert api("back").post(sktm, body, **key()).status_code == 201


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"purpose": " "}, ["purpose"]),
        ({"valid_months": 13}, ["valid_months"]),
        ({"valid_months": "tiga"}, ["valid_months"]),
        ({"for_family": True}, ["dependants"]),
        ({"dependants": ["x"]}, ["dependants.0"]),
        ({"papers": ["surat_cinta"]}, ["papers.0"]),
        ({"signer": "0193a2b0-0000-7000-8000-000000000000"}, ["signer"]),
        ({"introduction_date": "2199-01-01"}, ["introduction_date"]),
        ({"keperluan": "KIS"}, ["keperluan"]),
    ],
)
def test_a_wrong_field_is_named_and_takes_no_number(api, sktm, change, fields):
    answer = api("front").post(sktm, {"purpose": "KIS"} | change, **key())
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == fields
    assert Letter.objects.filter(kind="sktm").count() == 1


def test_signed_handed_over_and_void(api, world):
    url = f"{LETTERS}{world.letter.uid}/"
    front, back = api("front"), api("back")
    assert "sign" in front.get(url).json()["actions"]
    signed = front.post(f"{url}sign/", {}, **seen(front.get(url)))
    assert signed.json()["state"] == "signed"
    late = front.post(f"{url}sign/", {}, **seen(signed))
    assert (late.status_code, late.json()["state"]) == (409, "signed")
    handed = front.post(f"{url}hand_over/", {"receiver": "Sulastri"}, **seen(signed))
    assert handed.json()["handed_over_to"] == "Sulastri"
    assert front.post(f"{url}void/", {"reason": "Salah nama"}, **seen(handed)).status_code == 403
    void = back.post(f"{url}void/", {"reason": "Salah nama"}, **seen(handed))
    assert void.json()["state"] == "void"
    assert [move["action"] for move in void.json()["history"]] == [
        "issue",
        "sign",
        "hand_over",
        "void",
    ]


def test_an_unsigned_sktm_is_corrected_under_its_number(api, world):
    front, url = api("front"), f"{LETTERS}{world.letter.uid}/"
    before = front.get(url)
    body = {"purpose": "Beasiswa", "reason": "Salah keperluan"}
    after = front.post(f"{url}sktm/revise/", body, **seen(before))
    assert (after.json()["revision"], after.json()["number"]) == (2, before.json()["number"])


def test_a_signed_sktm_is_replaced_by_another(api, world):
    back, url = api("back"), f"{LETTERS}{world.letter.uid}/"
    signed = back.post(f"{url}sign/", {}, **seen(back.get(url)))
    body = {"purpose": "Beasiswa", "reason": "Salah keperluan"}
    successor = back.post(f"{url}sktm/replace/", body, **key(), **seen(signed))
    assert (successor.status_code, successor.json()["replaces"]) == (201, str(world.letter.uid))
    assert back.get(url).json()["replaced_by"] == successor.json()["uid"]


def test_the_file_is_a_pdf_whatever_the_program_accepts_and_its_print_is_audited(api, world):
    url = f"{LETTERS}{world.letter.uid}/pdf/"
    for accept in ("application/pdf", "*/*", "application/json"):
        answer = api("front").get(url, HTTP_ACCEPT=accept)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert answer.content.startswith(b"%PDF")
    assert AuditEntry.objects.filter(action="letter.print").count() == 3
    refused = api("kasun").get(url, HTTP_ACCEPT="application/pdf")
    assert refused["Content-Type"] == "application/problem+json"


def test_the_receipt_is_a_pdf(api, world):
    answer = api("front").get(f"/api/v1/complaints/{world.fresh.uid}/receipt/")
    assert answer.content.startswith(b"%PDF")
    assert AuditEntry.objects.filter(action="print_receipt").exists()


def test_the_register_is_filtered_and_takes_the_same_queries_for_any_length(
    api, world, sktm, django_assert_num_queries
):
    front = api("front")
    front.post(sktm, {"purpose": "KIS"}, **key())
    assert len(front.get(f"{LETTERS}?kind=sktm&state=numbered").json()["results"]) == 2
    assert len(front.get(f"{LETTERS}?subject={world.person.uid}").json()["results"]) == 3
    assert front.get(f"{LETTERS}?year=2020").json()["results"] == []
    assert front.get(f"{LETTERS}?year=99999").status_code == 400
    for size in (1, 2):
        # Token, its use, the officer's posts; the page; the revisions.
        with django_assert_num_queries(5):
            front.get(f"{LETTERS}?page_size={size}")


def test_who_may_sign_is_listed(api, world):
    rows = api("front").get(f"{LETTERS}signers/").json()
    assert [row["role"] for row in rows] == ["penanggung_jawab", "koordinator"]


# --- For anybody --------------------------------------------------------------------------------


def _code(api, world):
    url = api("front").get(f"{LETTERS}{world.letter.uid}/").json()["verify_url"]
    return url.rstrip("/").rpartition("/")[2]


def test_anybody_may_ask_whether_a_paper_is_true(client, api, world):
    code = _code(api, world)
    answer = client.get(f"{VERIFY}{code}/")
    assert (answer.json()["status"], answer["Cache-Control"]) == ("unsigned", "no-store")
    assert NIK not in answer.content.decode()
    assert "Sulastri" not in answer.content.decode()
    assert client.get(f"{VERIFY}{code.lower().replace('-', ' ')}/").status_code == 200


@pytest.mark.parametrize(
    ("typed", "status", "code"),
    [("7Q2MK", 400, "mistyped_code"), ("7Q2MK-7Q2MK-7Q2MK-7Q2MK-7Q2MK", 404, "unknown_code")],
)
def test_a_mistyped_code_is_told_apart_from_an_unknown_one(client, world, typed, status, code):
    answer = client.get(f"{VERIFY}{typed}/")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"


def test_guesses_are_throttled(client, world):
    answers = [client.get(f"{VERIFY}7Q2MK/") for _ in range(31)]
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) > 0


STATUS = "/api/v1/status/"


def test_anybody_may_ask_where_a_case_stands_and_reads_nothing_personal(client, world):
    answer = client.get(f"{STATUS}{world.case.receipt_number}/")
    assert answer.status_code == 200
    assert answer.json()["sentence"]
    text = answer.content.decode()
    for secret in ("Sulastri", NIK, NIK[-4:], "Krajan", "berobat"):
        assert secret not in text


def test_a_mistyped_number_is_told_apart_from_an_unknown_one(client, world):
    number = world.case.receipt_number
    slipped = str((int(number[0]) + 1) % 10) + number[1:]
    assert client.get(f"{STATUS}{slipped}/").json()["code"] == "mistyped_number"
    assert client.get(f"{STATUS}123456789092/").json()["code"] == "unknown_number"
    spaced = f"{number[:4]} {number[4:8]}-{number[8:]}"
    assert client.get(f"{STATUS}{spaced}/").status_code == 200


def test_guessed_numbers_are_throttled(client, world):
    answers = [client.get(f"{STATUS}123456789092/") for _ in range(31)]
    assert (answers[0].status_code, answers[-1].status_code) == (404, 429)
