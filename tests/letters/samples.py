"""One letter of every kind the program prints, of invented people, and the hard cases of each.

The test that walks them fails when an app registers a kind without a sample here.
"""

from datetime import date
from typing import Any

from reports.letters import kinds
from reports.letters.contexts import FrozenLetter
from reports.letters.words import counted

DAY = date(2026, 11, 22)
_PERSON = {
    "name": "Siti Maimunah",
    "nik": "3509990101700001",
    "kk": "3509990101100001",
    "birth": "Jember, 1 Januari 1970",
    "sex": "Perempuan",
    "religion": "Islam",
    "marital_status": "Kawin",
    "occupation": "Buruh tani",
    "address": "Jalan Melati 3, Dusun Krajan, RT 001 RW 002, Desa Tegalsari Makmur",
}
_RECIPIENT = ["Kepala Dinas Sosial", "Kabupaten Jember", "di Jember"]
_CASE = "4821 0937 5561"
_FILES = [
    {"label": "Salinan KTP", "sha256": "ab" * 32},
    {"label": "Foto rumah tampak depan", "sha256": ""},
]


def dependants(count: int) -> list[dict[str, str]]:
    """Return so many rows of a family's table."""
    return [
        {
            "name": f"Muhammad Nur'aini Abdurrahman Wahid {place}",
            "nik": f"35099901010{place:05d}",
            "relation": "Anak",
            "birth_date": f"{place % 28 + 1:02d}-03-2010",
        }
        for place in range(1, count + 1)
    ]


def family(count: int, **subject: str) -> dict[str, Any]:
    """Return the body of an SKTM for a family with so many dependants."""
    rows = dependants(count)
    return {
        "subject": _PERSON | subject,
        "scope": "family",
        "dependants": rows,
        "dependants_counted": counted(len(rows), "orang"),
        "basis": "surat pengantar RT 001 RW 002 nomor 12/RT/2026 tanggal 20 November 2026",
        "register": "Menurut data DTSEN per 1 Oktober 2026, yang bersangkutan terdaftar "
        "pada desil\u00a02.",
        "purpose": "pengurusan beasiswa",
    }


def _listing(listed: bool) -> dict[str, Any]:
    return {
        "subject": _PERSON,
        "listed": listed,
        "register": "DTSEN",
        "decile": "2" if listed else "",
        "data_date": "1 Oktober 2026",
        "source": "SIKS-NG",
        "purpose": "pendaftaran sekolah",
    }


_TOTAL = {"enter": 2, "change": 1, "leave": 0, "agreed": 3, "not_agreed": 1}
_SHARE = "beras 10 kg"

BODIES: dict[str, dict[str, Any]] = {
    "rujukan": {
        "subject": _PERSON,
        "recipient": _RECIPIENT,
        "nature": "Segera",
        "about": "Rujukan kepesertaan KIS PBI-JK",
        "programme": "KIS PBI-JK",
        "case": _CASE,
        "enclosed": "2 (dua) berkas",
        "needs": ["Kartu KIS aktif", "Rawat jalan di RSUD"],
        "finding": "Memenuhi kriteria",
        "paragraphs": ["Warga tersebut sedang berobat jalan dan belum memiliki jaminan kesehatan."],
        "files": _FILES,
        "copies": ["Camat", "Arsip"],
    },
    "pengingat": {
        "subject": _PERSON,
        "recipient": _RECIPIENT,
        "nature": "Segera",
        "about": "Permintaan keterangan rujukan",
        "programme": "KIS PBI-JK",
        "case": _CASE,
        "received_on": "1 November 2026",
        "their_number": "B/77/2026",
        "earlier": ["400.9.14/0099/35.09.99.2003/X/2026"],
    },
    "sktm": family(3),
    "terdaftar": _listing(True),
    "tidak_terdaftar": _listing(False),
    "ba_verifikasi": {
        "subject": _PERSON,
        "case": _CASE,
        "held": "Minggu, 22 November 2026",
        "verifier": "Dewi Lestari",
        "papers": [{"name": "KTP", "state": "Ada dan sesuai"}],
        "visited": "Sabtu, 21 November 2026",
        "surveyor": "Agus Salim",
        "from_paper": True,
        "answered_by": "Siti Maimunah",
        "criteria_set": "Kriteria fakir miskin",
        "criteria": [{"question": "Lantai tanah?", "answer": "Ya", "result": "Terpenuhi"}],
        "position": "-8,1700, 113,7000",
        "photos": ["Depan", "Dapur"],
        "economy": [("Penghasilan sebulan", "Rp900.000")],
        "finding": "Memenuhi",
        "reason": "Semua kriteria terpenuhi.",
        "override": "",
    },
    "ba_musdes": {
        "subject": {"name": "Musyawarah desa 22 November 2026", "nik": ""},
        "meeting": "Musyawarah Desa",
        "held": "Minggu, 22 November 2026",
        "place": "Balai Desa",
        "chair": "H. Abdul Ghofur",
        "present": "31 (tiga puluh satu) orang",
        "heard": "4 (empat) usulan",
        "totals": [_TOTAL | {"programme": "PKH"}],
        "sum": _TOTAL | {"programme": "Jumlah"},
        "rows": [
            {
                "name": "Siti Maimunah",
                "nik": "3509990101700001",
                "place": "001/002",
                "kind": "Masuk",
                "register": "DTSEN",
                "programme": "PKH",
                "outcome": "Disetujui",
                "reason": "",
            }
        ],
    },
    "ba_penyaluran": {
        "subject": {"name": "Beras November 2026", "nik": ""},
        "owner": "Dinas Sosial Kabupaten Jember",
        "share": _SHARE,
        "slots": ["Senin, 23 November 2026, 08.00–10.00"],
        "closed": "Senin, 23 November 2026",
        "named": "2 orang",
        "taken": "1 orang",
        "not_taken": "1 orang",
        "struck": "0 orang",
        "given": "10 kg",
        "left": "10 kg",
        "left_note": "",
        "rows": [
            {
                "number": 1,
                "name": "Siti Maimunah",
                "nik": "3509990101700001",
                "place": "001/002",
                "result": "Diterima sendiri",
            }
        ],
    },
    "ba_penerima": {
        "subject": {"name": "Siti Maimunah", "nik": "3509990101700001"},
        "address": "RT 001 RW 002",
        "distribution": "Beras November 2026",
        "owner": "Dinas Sosial Kabupaten Jember",
        "share": _SHARE,
        "held": "Senin, 23 November 2026",
        "gone": "meninggal dunia",
        "since": "1 November 2026",
        "note": "",
        "never_again": True,
        "replacement": {
            "name": "Budi Santoso",
            "nik": "3509990101700002",
            "address": "RT 001 RW 002",
            "named_by": "surat Dinas Sosial nomor 12/2026",
        },
        "rule": "Petunjuk teknis 2026",
    },
    "pengantar_berkas": {
        "subject": {"name": "Berkas 12 untuk Dinas Sosial", "nik": ""},
        "recipient": _RECIPIENT,
        "file": "puskesos-12.bin",
        "size": "48213",
        "sha256": "cd" * 32,
        "enclosed": "2 (dua) berkas",
        "receipts": 1,
        "files": _FILES,
    },
}

_SIGNATURE = {
    "heading": ["a.n. KEPALA DESA TEGALSARI MAKMUR", "Koordinator Puskesos"],
    "name": "Hendra Wijaya, S.Sos.",
    "rank": "Penata Muda",
    "number": "NIP 19800101 200501 1 001",
}
_CODE = "7Q2MK-00000-11111-22222-X3PD9"


def sample(kind: str, body: dict[str, Any] | None = None, **changes: Any) -> FrozenLetter:
    """Return a frozen letter of the kind; ``body`` and ``changes`` replace what is usual."""
    frozen: dict[str, Any] = {
        "kind": kind,
        "title": kinds.get(kind).title,
        "draft": False,
        "profile": "pdf/a-3a",
        "paper": "f4",
        "number": "400.9.14.1/0128/35.09.99.2003/XI/2026",
        "dated_on": DAY.isoformat(),
        "dated": "22 November 2026",
        "place": "Tegalsari Makmur",
        "valid_until": "22 Februari 2027",
        "office": {
            "lines": [
                "PEMERINTAH KABUPATEN JEMBER",
                "KECAMATAN SUKOWONO",
                "DESA TEGALSARI MAKMUR",
            ],
            "address": "Jalan Raya 1, Kode Pos 68194",
            "contact": "Telepon 0331-555 · desa@contoh.example",
            "full_name": "Desa Tegalsari Makmur",
            "kecamatan": "Sukowono",
            "regency": "Kabupaten Jember",
            "head_title": "Kepala Desa",
        },
        "signature": _SIGNATURE,
        "acknowledged": None,
        "verification": {
            "url": f"https://puskesos.example/verify/{_CODE}/",
            "page": "puskesos.example/verify",
            "code": _CODE,
        },
        "body": body or BODIES[kind],
    }
    return frozen | changes  # type: ignore[return-value]
