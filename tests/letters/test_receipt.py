"""The receipt a resident takes home, and the referral letter that is carried by hand."""

import io

import pikepdf
import pytest

from puskesmas.models import Office
from reports.letters import kinds, render
from reports.letters.contexts import ReceiptContext, freeze, office_head
from reports.letters.styles import form_of, style_of
from tests.letters.conftest import body
from tests.letters.test_issuing import pdf_text

OFFICE = Office(
    code="35.09.99.2003",
    kind="desa",
    name="Tegalsari Makmur",
    kecamatan="Sukamaju Baru",
    regency="Kabupaten Jember",
    phone="0331 555 0147",
)


def receipt(**changes) -> ReceiptContext:
    plain: ReceiptContext = {
        "number": "482109375561",
        "status_url": "http://127.0.0.1:8000/status/482109375561/",
        "status_page": "127.0.0.1:8000/status",
        "office": office_head(OFFICE, letterhead="puskesos"),
        "opening_hours": "Senin–Jumat 08.00–15.00",
        "received": "22 November 2026, 09.15 WIB",
        "received_by": "Lestari",
        "kind": "Kebutuhan program",
        "channel": "Datang ke kantor",
        "name": "Siti Maimunah",
        "nik_masked": "•••• •••• •••• 0001",
        "reporter": "",
        "emergency": False,
        "missing": [{"label": "Salinan KK"}],
        "next_steps": ["Petugas memeriksa data Anda."],
        "promise": "Jawaban paling lambat 25 November 2026.",
    }
    return {**plain, **changes}  # type: ignore[typeddict-item]


def flat(pdf: bytes) -> str:
    return " ".join(pdf_text(pdf).split())


def test_a_receipt_says_everything_it_must():
    text = flat(render.render_receipt(receipt()))
    for words in (
        "Surat Resi Keluhan",
        "4821 0937 5561",
        "Desa Tegalsari Makmur",
        "22 November 2026, 09.15 WIB",
        "Salinan KK",
        "Petugas memeriksa data Anda.",
        "Jawaban paling lambat 25 November 2026.",
        "Resi ini bukan bukti penerimaan bantuan.",
        "UU 27/2022",
        "0331 555 0147",
    ):
        assert words in text, words
    # The address may break after a slash.
    assert "127.0.0.1:8000/status" in text.replace(" ", "")


def test_a_receipt_without_missing_papers_says_so():
    assert "Tidak ada berkas yang perlu dilengkapi." in flat(
        render.render_receipt(receipt(missing=[]))
    )


def test_an_emergency_is_marked():
    assert "DARURAT" in flat(render.render_receipt(receipt(emergency=True)))
    assert "DARURAT" not in flat(render.render_receipt(receipt()))


def test_the_same_receipt_is_the_same_file():
    assert render.render_receipt(receipt()) == render.render_receipt(receipt())


@pytest.mark.parametrize("papers", [0, 12])
def test_a_receipt_is_one_sheet(papers):
    many = [{"label": f"Foto rumah tampak {n}"} for n in range(papers)]
    pdf = render.render_receipt(receipt(missing=many, name="Raden Ajeng " * 10))
    assert len(pikepdf.open(io.BytesIO(pdf)).pages) == 1


def referral(cast, **changes) -> bytes:
    kind = kinds.get("rujukan")
    frozen = freeze(
        kind=kind,
        office=cast.village,
        style=style_of(cast.village),
        form=form_of(cast.village, "rujukan"),
        body=body(**changes),
        dated=cast.village.today(),
        number="400.9.14/0001/35.09.99.2003/XI/2026",
        valid_until=None,
        signer=cast.koordinator.assignments.get(),
        acknowledger=cast.head.assignments.get(),
    )
    return render.render_letter(kind, frozen)


def test_a_referral_letter_is_a_correspondence_letter(cast):
    text = flat(referral(cast, enclosed="2 (dua) berkas", copies=["Arsip"]))
    for words in (
        "Nomor",
        "Sifat",
        "2 (dua) berkas",
        "Hal",
        "Yth. Kepala Dinas Sosial",
        "KOORDINATOR PUSKESOS",
        "Mengetahui,",
        "KEPALA DESA TEGALSARI MAKMUR",
        "Tembusan",
        "sepenuhnya ada pada penyelenggara program",
    ):
        assert words in text, words


def test_a_hand_carried_bundle_lists_its_files_with_a_slip_for_the_receiver(cast):
    files = [{"label": "Salinan KTP", "sha256": "ab" * 32}, {"label": "Foto rumah", "sha256": ""}]
    pdf = referral(cast, files=files)
    text = flat(pdf)
    assert "DAFTAR BERKAS" in text.upper()
    assert "abababab" in text
    assert "Tanda terima" in text
    assert "Nomor agenda penerima" in text
    assert len(pikepdf.open(io.BytesIO(pdf)).pages) == 2
