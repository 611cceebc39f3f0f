"""The eye of a printer: what belongs together stays together, and nothing leaves the sheet."""

import re
import subprocess

import pytest

from puskesmas.errors import InvalidInput
from reports.letters import kinds, render
from reports.letters.models import Letter, LetterSeries
from reports.letters.services import Content
from tests.letters.samples import BODIES, dependants, family, sample
from tests.letters.test_issuing import pdf_text

_POINTS = 72 / 25.4
#: The sheet's left and right edge and the margins, in millimetres: letter.css.
LEFT, RIGHT = 25, {"f4": 215 - 20, "a4": 210 - 20}
_WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)<')

NAMES = [
    "Nur'aini",
    "Ma’ruf bin ‘Abd ar-Raḥmān aṣ-Ṣiddīq",
    "Raden Mas Muhammad Abdurrahman Wahid Kusumadiningrat Sastrowardoyo bin Haji Abdul Ghofur",
    "W" * 120,
    "I",
]
ADDRESSES = [
    "Jalan Kiai Haji Abdurrahman Wahid Gang Masjid Baiturrahman " * 5 + "RT 001 RW 002",
    "Dusun" + "x" * 300,
]


def drawn(kind: str = "sktm", **changes) -> bytes:
    return render.render_letter(kinds.get(kind), sample(kind, **changes))


def sheets(pdf: bytes) -> list[str]:
    return [" ".join(sheet.split()) for sheet in pdf_text(pdf).split("\f")[:-1]]


def words(pdf: bytes) -> list[tuple[float, float, str]]:
    """Return (left edge, right edge, text) of every word, in millimetres."""
    out = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    return [
        (float(left) / _POINTS, float(right) / _POINTS, text)
        for left, _top, right, _bottom, text in _WORD.findall(out)
    ]


def assert_on_the_sheet(pdf: bytes, paper: str = "f4") -> None:
    placed = words(pdf)
    assert len(placed) > 50
    out = [word for word in placed if word[0] < LEFT - 1 or word[1] > RIGHT[paper] + 1]
    assert not out


@pytest.mark.parametrize("paper", ["f4", "a4"])
@pytest.mark.parametrize("count", range(0, 41, 2))
def test_the_signature_never_stands_alone(count, paper):
    body = family(max(count, 1))
    found = sheets(drawn(body=body, paper=paper))
    (last,) = [sheet for sheet in found if "Hendra Wijaya" in sheet]
    assert last == found[-1]
    assert "Demikian surat keterangan ini" in last
    assert "Koordinator Puskesos" in last


@pytest.mark.parametrize("paper", ["f4", "a4"])
def test_twenty_dependants_run_over_two_sheets_whole(paper):
    found = sheets(drawn(body=family(20), paper=paper))
    assert len(found) == 2
    for row in dependants(20):
        (sheet,) = [sheet for sheet in found if row["nik"] in sheet]
        assert row["birth_date"] in sheet
    assert "20 (dua puluh) orang" in found[0]
    assert "halaman 2" in found[1]


def test_the_tables_head_is_repeated_on_the_next_sheet():
    for sheet in sheets(drawn(body=family(60)))[:-1]:
        assert "No. Nama NIK Hubungan" in sheet


@pytest.mark.parametrize("kind", ["sktm", "terdaftar", "rujukan", "ba_verifikasi"])
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_printed_whole_and_stays_on_the_sheet(kind, name):
    body = BODIES[kind] | {"subject": BODIES[kind]["subject"] | {"name": name}}
    pdf = drawn(kind, body=body)
    assert_on_the_sheet(pdf)
    assert "".join(name.split()) in "".join(" ".join(sheets(pdf)).split())


@pytest.mark.parametrize("paper", ["f4", "a4"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_very_long_address_stays_on_the_sheet(address, paper):
    body = family(3, address=address)
    pdf = drawn(body=body, paper=paper)
    assert_on_the_sheet(pdf, paper)
    assert "".join(address.split()) in "".join(" ".join(sheets(pdf)).split())


@pytest.mark.parametrize("kind", BODIES)
def test_every_letter_stays_on_the_sheet(kind):
    for paper in RIGHT:
        assert_on_the_sheet(drawn(kind, paper=paper), paper)


def test_a_very_long_signer_and_office_stay_on_the_sheet():
    usual = sample("sktm")
    signature = usual["signature"] | {"name": "Prof. Dr. Raden Ajeng " * 6, "rank": "Penata " * 12}
    office = usual["office"] | {"lines": ["PEMERINTAH KABUPATEN " * 4] * 3, "address": "Jl. " * 80}
    assert_on_the_sheet(drawn(signature=signature, office=office))


def test_letters_and_their_marks_come_together(issue):
    subject = BODIES["sktm"]["subject"] | {"name": "Mas\u0323 ud"}
    letter = issue(kind="sktm", content=Content(body=BODIES["sktm"] | {"subject": subject}))
    assert letter.revisions.get().context["body"]["subject"]["name"] == "Ma\u1e63 ud"


@pytest.mark.parametrize("name", ["سيتي ميمونة", "西蒂", "Siti 😀"])
def test_what_no_font_of_ours_can_draw_is_refused_in_words_and_takes_no_number(issue, name):
    subject = BODIES["sktm"]["subject"] | {"name": name}
    strange = next(char for char in name if not char.isascii())
    with pytest.raises(InvalidInput, match="huruf Latin") as refused:
        issue(kind="sktm", content=Content(body=BODIES["sktm"] | {"subject": subject}))
    assert strange in str(refused.value.message)
    assert not Letter.objects.exists()
    assert not LetterSeries.objects.exists()
