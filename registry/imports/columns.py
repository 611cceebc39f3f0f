"""Which column holds what: guessed from the titles, corrected by a person.

A mapping is ``{column index as text: field}``; programme columns are ``programme:CODE``. Titles in
two lines ("TEMPAT" over "LAHIR", "ALAMAT" over "RT" and "RW") become one: "ALAMAT › RT".
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, pairwise

from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz, process

from registry import codes
from registry.imports import cells
from registry.imports.sections import heading_of
from registry.imports.sheets import Cell, Line, Sheet

HEADER_WITHIN = 40
"""A header further down than this many lines is not looked for."""
_GUESS_AT = 90.0
_COMPARED = 6
_OVER = " › "
_NO_LETTER = re.compile(r"[^a-z0-9]+")
_BETWEEN_NAMES = re.compile(r"[,;/+&]| dan ", re.IGNORECASE)

FIELDS = {
    "nik": _("NIK"),
    "kk": _("Nomor KK"),
    "name": _("Nama"),
    "relation": _("Hubungan keluarga"),
    "relation:KRT": _("Hubungan dengan kepala rumah tangga"),
    "sex": _("Jenis kelamin"),
    "sex:L": _("Kolom centang: laki-laki"),
    "sex:P": _("Kolom centang: perempuan"),
    "birth_place": _("Tempat lahir"),
    "birth_date": _("Tanggal lahir"),
    "birth": _("Tempat dan tanggal lahir"),
    "marital_status": _("Status kawin"),
    "religion": _("Agama"),
    "education": _("Pendidikan"),
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
    "programmes": _("Program (nama-namanya)"),
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
    "kk": "kk, no kk, nomor kk, nomor kartu keluarga, no kartu keluarga, nkk",
    "name": "nama, nama lengkap, nama penduduk, nama warga, nama anggota keluarga, nama art, "
    "nama penerima, nama peserta, nama lengkap anggota keluarga, nama lgkp, nama individu",
    "relation": "hubungan keluarga, shdk, hubungan, hub keluarga, status hubungan, hubkel, "
    "status hubungan dalam keluarga, hubungan dengan kepala keluarga, stat hbkel",
    "relation:KRT": "hub krt, hdkrt, hubungan dengan krt, hubungan dengan kepala rumah tangga, "
    "hubungan krt, status hubungan dengan krt",
    "sex": "jenis kelamin, jk, l/p, lp, kelamin, sex, jns kelamin, jenkel, jenis klmin, jnskel",
    "sex:L": "l, lk, laki, laki laki, pria",
    "sex:P": "p, pr, perempuan, wanita",
    "birth_place": "tempat lahir, tmp lahir, tmpt lahir, tempat, kota lahir, tmpt lhr",
    "birth_date": "tanggal lahir, tgl lahir, tgl lhr, tanggal, tgllahir",
    "birth": "tempat tanggal lahir, ttl, tempat/tgl lahir, tempat tgl lahir, tmp tgl lahir",
    "marital_status": "status kawin, status perkawinan, status pernikahan, kawin, "
    "stat kwn, sta kawin",
    "religion": "agama",
    "education": "pendidikan, pendidikan terakhir, pendidikan akhir, pddk akhir, pddk akh, pddk, "
    "pendidikan tertinggi, ijazah tertinggi, ijazah terakhir",
    "occupation": "pekerjaan, jenis pekerjaan, mata pencaharian, jns pekerjaan, jenis pkrjn",
    "mother_name": "nama ibu, nama ibu kandung, ibu kandung, ibu, nm ibu, nama lgkp ibu",
    "address": "alamat, alamat rumah, alamat lengkap, jalan, alamat tinggal, alamat domisili",
    "dusun": "dusun, dukuh, kampung, lingkungan, nama dusun, padukuhan",
    "rt": "rt, no rt, nomor rt",
    "rw": "rw, no rw, nomor rw",
    "rt_rw": "rt/rw, rtrw, rt rw, rt dan rw, nama sls, sls",
    "phone": "no hp, hp, telepon, telp, no telp, no telepon, nomor hp, no wa, whatsapp, handphone",
    "disability": "disabilitas, jenis disabilitas, kode jenis disabilitas, cacat, jenis cacat, "
    "kelainan fisik mental, penyandang cacat",
    "remark": "keterangan, ket, catatan, status penduduk",
    "decile": "desil, decile, desil nasional, desil kesejahteraan, peringkat kesejahteraan, "
    "status kesejahteraan",
    "programmes": "program bansos, bansos, jenis bansos, program, program bantuan, jenis bantuan",
    "programme:PBI-JK": "pbi, pbi jk, pbi jkn, bpjs pbi, kis pbi, pbi apbn, kis nasional",
    "programme:KIS-D": "kis daerah, pbi apbd, pbid, pbi d, jamkesda, kis d, jkn daerah",
    "programme:PKH": "pkh, program keluarga harapan",
    "programme:BPNT": "bpnt, sembako, sembako/bpnt, bpnt/sembako, bansos sembako, bnpt",
    "programme:BST": "bst, bantuan sosial tunai",
    "programme:PIP": "pip, kip, kartu indonesia pintar",
    "programme:BLT-DD": "blt, blt dd, blt dana desa, bltdd",
}


#: A bare title of many meanings, and which fields its values may tell.
_MANY_MEANINGS = {"status": ("marital_status", "relation", "remark")}
_MEANING_AT = 0.6
"""Share of the values, looked at with :data:`SAMPLE` lines, that must tell a field."""
SAMPLE = 50
_TELLS: Mapping[str, Callable[[str], object]] = {
    # A bare number is nobody's code yet.
    "marital_status": lambda text: not text.isdigit() and codes.MARITAL.code_of(text),
    "relation": cells.is_relation,
    "remark": cells.is_remark_of_life,
}


def _plain(title: Cell) -> str:
    return _NO_LETTER.sub("", str(title or "").lower())


_FIELD_OF = {
    _plain(alias): field for field, aliases in _ALIASES.items() for alias in aliases.split(",")
}


def find_header(lines: Iterable[tuple[int, Line]]) -> tuple[int, Line] | None:
    """Return (line number, titles) of the line that names the most columns, the name among them.

    ``lines`` should be the first :data:`HEADER_WITHIN` of the sheet. Of titles in two lines it is
    the upper one's number.
    """
    best: tuple[int, Line] | None = None
    most = 1
    nothing_below: tuple[int, Line] = (0, [])
    for (number, line), (_number, below) in pairwise(chain(lines, [nothing_below])):
        titles = _joined(line, below) or line
        known = set(guess(titles).values())
        if "name" in known and len(known) > most:
            best, most = (number, titles), len(known)
    return best


def after_header(sheet: Sheet, header_row: int) -> tuple[Line, Iterator[tuple[int, Line]]]:
    """Return the titles, and the lines below them; before these, headings that stand above.

    "DAFTAR WARGA RT 02 RW 03" over the titles says where everybody lives.
    """
    above = list(islice(sheet.lines, header_row))
    titles: Line = above.pop()[1] if len(above) == header_row else []
    headings = [(number, line) for number, line in above if heading_of(line)]
    following = list(islice(sheet.lines, 1))
    if following and (joined := _joined(titles, following[0][1])):
        return joined, chain(headings, sheet.lines)
    return titles, chain(headings, following, sheet.lines)


def _joined(upper: Line, lower: Line) -> Line:
    """Return the two lines as one line of titles, nothing when the lower one is no titles.

    Titles have no digits; each tells a column we know, by itself or with what stands over it; and
    a person's name in the name column is none. A group's title stands over its first column only.
    """
    tops = [_words(cell) for cell in upper]
    subs = [_words(cell) for cell in lower]
    if sum(map(bool, tops)) < 2 or not any(subs) or any(":" in top for top in tops):
        return []
    if any(char.isdigit() for sub in subs for char in sub) or Header(upper).is_again(lower):
        return []
    width = max(len(tops), len(subs))
    tops += [""] * (width - len(tops))
    subs += [""] * (width - len(subs))
    joined, group = [], ""
    for top, sub in zip(tops, subs, strict=True):
        group = (top if sub else "") or (group if not top else "")
        joined.append(f"{group}{_OVER}{sub}" if group and sub else top or sub)
    told = [_field_of(title) for title, sub in zip(joined, subs, strict=True) if sub]
    names = [
        sub == "" or _field_of(title) == "name"
        for top, sub, title in zip(tops, subs, joined, strict=True)
        if _field_of(top) == "name"
    ]
    if not all(names) or 2 * sum(map(bool, told)) <= len(told):
        return []
    return joined


def guess(titles: Line, sample: Sequence[Line] = ()) -> dict[str, str]:
    """Return the mapping the titles suggest; of two columns for one field the first wins.

    A bare "STATUS" says nothing: the first lines of data, ``sample``, tell what it holds, or it
    stays unused. Of the columns "L" and "P" one alone is not about sex.
    """
    mapping: dict[str, str] = {}
    for index, title in enumerate(titles):
        field = _field_of(title)
        if field and field not in mapping.values():
            mapping[str(index)] = field
    for index, title in enumerate(titles):
        field = _by_values(title, [line[index] for line in sample if index < len(line)])
        if field and field not in mapping.values():
            mapping[str(index)] = field
    told = set(mapping.values())
    if "sex" in told or not told >= _TICKS:
        return {at: field for at, field in mapping.items() if field not in _TICKS}
    return mapping


_TICKS = {"sex:L", "sex:P"}


def _by_values(title: Cell, values: Iterable[Cell]) -> str:
    """Return which of a title's many meanings most of the values have, "" for none."""
    told = [text for text in map(cells.value_of, values) if text]
    for field in _MANY_MEANINGS.get(_plain(title), ()):
        if told and sum(bool(_TELLS[field](text)) for text in told) >= _MEANING_AT * len(told):
            return field
    return ""


def programmes_named(text: str) -> list[str]:
    """Return the codes of the programmes a cell names ("PKH, BPNT"), each once."""
    fields = [_FIELD_OF.get(_plain(word), "") for word in _BETWEEN_NAMES.split(text)]
    kind = "programme:"
    return list(dict.fromkeys(one.removeprefix(kind) for one in fields if one.startswith(kind)))


def recall(
    titles: Line, remembered: Mapping[str, str], sample: Sequence[Line] = ()
) -> dict[str, str]:
    """Return the guess, corrected by what the source's titles meant last time."""
    known = {
        str(at): remembered[_plain(t)] for at, t in enumerate(titles) if _plain(t) in remembered
    }
    guessed = {
        at: field
        for at, field in guess(titles, sample).items()
        if at not in known and field not in known.values()
    }
    return guessed | {at: field for at, field in known.items() if field}


def to_remember(titles: Line, mapping: Mapping[str, str]) -> dict[str, str]:
    """Return what each title means now, "" where its column is not used."""
    return {
        _plain(title): mapping.get(str(at), "") for at, title in enumerate(titles) if _plain(title)
    }


class Header:
    """The titles of a list, ready to be known again among its lines."""

    def __init__(self, titles: Line) -> None:
        # Of titles in two lines, each of the two as well.
        self._titles = [
            (title, {_plain(part) for part in (title, *str(title or "").split(_OVER))} - {""})
            for title in titles
        ]

    def is_again(self, line: Line) -> bool:
        """Return whether a line repeats the header: most of the titles, each in its place."""
        pairs = [(cell, *told) for cell, told in zip(line, self._titles, strict=False)]
        filled = [(cell, said) for cell, _title, said in pairs if cell not in (None, "")]
        if filled and all(_plain(cell) in said for cell, said in filled):
            return True
        texts = [pair for pair in pairs if pair[1]]
        # A title is text: a line of numbers and dates needs no closer look.
        if sum(isinstance(cell, str) for cell, _title, _said in texts) < len(texts) // 2:
            return False
        same = sum(cell == title or _plain(cell) in said for cell, title, said in texts[:_COMPARED])
        return same >= max(2, min(len(texts), _COMPARED) // 2)


def _words(cell: Cell) -> str:
    return " ".join(str(cell or "").split())


def _field_of(title: Cell) -> str:
    """Return the field a title means: by all of its words, else by the lower of its two lines."""
    lower = str(title or "").rpartition(_OVER)[2]
    readings = [plain for plain in (_plain(title), _plain(lower)) if plain]
    for plain in readings:
        if plain in _FIELD_OF:
            return _FIELD_OF[plain]
    return next(filter(None, map(_alike, readings)), "")


def _alike(plain: str) -> str:
    """Return the field whose alias differs from the title by a slip of the finger."""
    if len(plain) < 5:
        return ""
    found = process.extractOne(plain, _FIELD_OF.keys(), scorer=fuzz.ratio, score_cutoff=_GUESS_AT)
    return _FIELD_OF[found[0]] if found else ""
