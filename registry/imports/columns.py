"""Which column holds what: guessed from the titles, corrected by a person.

A mapping is ``{column index as text: field}``; programme columns are ``programme:CODE``.
"""

import re
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz, process

from registry.imports.sheets import Cell, Line

HEADER_WITHIN = 40
"""A header further down than this many lines is not looked for."""
_GUESS_AT = 90.0
_COMPARED = 6

FIELDS = {
    "nik": _("NIK"),
    "kk": _("Nomor KK"),
    "name": _("Nama"),
    "relation": _("Hubungan keluarga"),
    "sex": _("Jenis kelamin"),
    "birth_place": _("Tempat lahir"),
    "birth_date": _("Tanggal lahir"),
    "birth": _("Tempat dan tanggal lahir"),
    "marital_status": _("Status kawin"),
    "religion": _("Agama"),
    "occupation": _("Pekerjaan"),
    "mother_name": _("Nama ibu kandung"),
    "address": _("Alamat"),
    "dusun": _("Dusun"),
    "rt": _("RT"),
    "rw": _("RW"),
    "rt_rw": _("RT/RW"),
    "phone": _("Telepon"),
    "disability": _("Disabilitas"),
    "remark": _("Keterangan"),
    "decile": _("Desil"),
    "programme:PBI-JK": _("Program: PBI-JK"),
    "programme:KIS-D": _("Program: KIS Daerah"),
    "programme:PKH": _("Program: PKH"),
    "programme:BPNT": _("Program: BPNT/Sembako"),
    "programme:BST": _("Program: BST"),
    "programme:PIP": _("Program: PIP/KIP"),
    "programme:BLT-DD": _("Program: BLT Dana Desa"),
}

_ALIASES = {
    "nik": "nik, no nik, nomor nik, no ktp, nomor ktp, nomor induk kependudukan, nik ktp, nik ektp",
    "kk": "kk, no kk, nokk, nomor kk, nomor kartu keluarga, no kartu keluarga, nkk",
    "name": "nama, nama lengkap, nama penduduk, nama warga, nama anggota keluarga, nama art, "
    "nama penerima, nama peserta, nama lengkap anggota keluarga",
    "relation": "hubungan keluarga, shdk, hubungan, hub keluarga, status hubungan, hubkel, "
    "status hubungan dalam keluarga, hubungan dengan kepala keluarga, stat hbkel, hdkrt",
    "sex": "jenis kelamin, jk, l/p, lp, kelamin, sex, jns kelamin, jenkel",
    "birth_place": "tempat lahir, tmp lahir, tmpt lahir, tempat, kota lahir",
    "birth_date": "tanggal lahir, tgl lahir, tgl lhr, tanggal, tgllahir",
    "birth": "tempat tanggal lahir, ttl, tempat/tgl lahir, tempat tgl lahir, tmp tgl lahir",
    "marital_status": "status kawin, status perkawinan, status pernikahan, status, kawin",
    "religion": "agama",
    "occupation": "pekerjaan, jenis pekerjaan, mata pencaharian, jns pekerjaan",
    "mother_name": "nama ibu, nama ibu kandung, ibu kandung, ibu, nm ibu",
    "address": "alamat, alamat rumah, alamat lengkap, jalan, alamat tinggal, alamat domisili",
    "dusun": "dusun, dukuh, kampung, lingkungan, nama dusun, padukuhan",
    "rt": "rt, no rt, nomor rt",
    "rw": "rw, no rw, nomor rw",
    "rt_rw": "rt/rw, rtrw, rt rw, rt dan rw",
    "phone": "no hp, hp, telepon, telp, no telp, no telepon, nomor hp, no wa, whatsapp, handphone",
    "disability": "disabilitas, jenis disabilitas, cacat, kelainan fisik mental, penyandang cacat",
    "remark": "keterangan, ket, catatan, status penduduk",
    "decile": "desil, decile, desil nasional, desil kesejahteraan, peringkat kesejahteraan",
    "programme:PBI-JK": "pbi, pbi jk, pbi jkn, bpjs pbi, kis pbi, pbi apbn, kis nasional",
    "programme:KIS-D": "kis daerah, pbi apbd, pbid, pbi d, jamkesda, kis d, jkn daerah",
    "programme:PKH": "pkh, program keluarga harapan",
    "programme:BPNT": "bpnt, sembako, sembako/bpnt, bpnt/sembako, bansos sembako, bnpt",
    "programme:BST": "bst, bantuan sosial tunai",
    "programme:PIP": "pip, kip, kartu indonesia pintar",
    "programme:BLT-DD": "blt, blt dd, blt dana desa, bltdd",
}


def _plain(title: Cell) -> str:
    return re.sub(r"[^a-z0-9]+", "", str(title or "").lower())


_FIELD_OF = {
    _plain(alias): field for field, aliases in _ALIASES.items() for alias in aliases.split(",")
}


def find_header(lines: Iterable[tuple[int, Line]]) -> tuple[int, Line] | None:
    """Return (line number, titles) of the line that names the most columns, the name among them.

    ``lines`` should be the first :data:`HEADER_WITHIN` of the sheet.
    """
    best: tuple[int, Line] | None = None
    most = 1
    for number, line in lines:
        known = set(guess(line).values())
        if "name" in known and len(known) > most:
            best, most = (number, line), len(known)
    return best


def guess(titles: Line) -> dict[str, str]:
    """Return the mapping the titles suggest; of two columns for one field the first wins."""
    mapping: dict[str, str] = {}
    for index, title in enumerate(titles):
        field = _field_of(_plain(title))
        if field and field not in mapping.values():
            mapping[str(index)] = field
    return mapping


def recall(titles: Line, remembered: Mapping[str, str]) -> dict[str, str]:
    """Return the guess, corrected by what the source's titles meant last time."""
    known = {
        str(at): remembered[_plain(t)] for at, t in enumerate(titles) if _plain(t) in remembered
    }
    guessed = {
        at: field
        for at, field in guess(titles).items()
        if at not in known and field not in known.values()
    }
    return guessed | {at: field for at, field in known.items() if field}


def to_remember(titles: Line, mapping: Mapping[str, str]) -> dict[str, str]:
    """Return what each title means now, "" where its column is not used."""
    return {
        _plain(title): mapping.get(str(at), "") for at, title in enumerate(titles) if _plain(title)
    }


def is_header_again(line: Line, header: Line) -> bool:
    """Return whether a line of data repeats the header: most of the titles, each in its place."""
    texts = [(cell, title) for cell, title in zip(line, header, strict=False) if title]
    # A title is text: a line of numbers and dates needs no closer look.
    if sum(isinstance(cell, str) for cell, _title in texts) < len(texts) // 2:
        return False
    same = sum(cell == title or _plain(cell) == _plain(title) for cell, title in texts[:_COMPARED])
    return same >= max(2, min(len(texts), _COMPARED) // 2)


def _field_of(title: str) -> str:
    if not title or title in _FIELD_OF:
        return _FIELD_OF.get(title, "")
    if len(title) < 5:
        return ""
    found = process.extractOne(title, _FIELD_OF.keys(), scorer=fuzz.ratio, score_cutoff=_GUESS_AT)
    return _FIELD_OF[found[0]] if found else ""
