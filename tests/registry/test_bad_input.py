"""What is no list, or a hostile one, gets a clear answer, and eats nobody's memory or time."""

import io
import os
import zipfile
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import UploadedFile
from openpyxl import Workbook

from puskesmas.errors import InvalidInput
from registry.imports import services, sheets
from registry.imports.services import _Upload
from registry.models import Import

TEXT = "NIK;NAMA;ALAMAT\r\n3509995205800001;RENÉ SITI;JL. MELATI\r\n"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def workbook(*lines, title="Data"):
    book = Workbook()
    book.active.title = title
    for line in lines or (["NIK", "NAMA"], ["3509995205800001", "SITI"]):
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_entry(content, name, data=b"x"):
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def with_changed(content, name, change):
    """Return the archive with one entry's bytes changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for item in old.infolist():
            data = old.read(item)
            new.writestr(item, change(data) if item.filename == name else data)
    return out.getvalue()


def billion_laughs(sheet):
    entities = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))
    doctype = f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]>'.encode()
    head, mark, tail = sheet.partition(b"?>")
    body = (tail if mark else head).replace(b"<v>0</v>", b"<v>&l9;</v>")
    return (head + mark if mark else b"") + doctype + body


def encrypted_entry(content):
    """Return the archive with the first entry's flag of encryption set, in both its headers."""
    data = bytearray(content)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    return bytes(data)


def locked_ods():
    """Return an ODS as LibreOffice locks it: the manifest says how an entry is encrypted."""
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">'
        '<manifest:encryption-data manifest:checksum-type="SHA256/1K" manifest:checksum="eA==">'
        '<manifest:algorithm manifest:algorithm-name="http://www.w3.org/2001/04/xmlenc#aes256-cbc"'
        ' manifest:initialisation-vector="eA=="/></manifest:encryption-data>'
        "</manifest:file-entry></manifest:manifest>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", ODS)
        archive.writestr("content.xml", os.urandom(500))
        archive.writestr("META-INF/manifest.xml", manifest)
    return out.getvalue()


REFUSED = {
    "a picture called .csv": (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "foto.csv", "bukan lembar kerja"),
    "a PDF": (b"%PDF-1.7\n%....", "daftar.pdf", "bukan lembar kerja"),
    "a PDF called .csv": (b"%PDF-1.7\nteks saja\n", "daftar.csv", "bukan lembar kerja"),
    "a program": (b"MZ\0\0\0", "daftar.exe", "bukan lembar kerja"),
    "nothing": (b"", "kosong.xlsx", "kosong"),
    "a web page called .xls": (
        b"<html><table><tr><td>NAMA</td></tr></table></html>",
        "daftar.xls",
        "halaman web",
    ),
    "a workbook cut short": (workbook()[:900], "daftar.xlsx", "tidak dapat dibaca|bukan lembar"),
    "a locked workbook": (
        OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "daftar.xlsx",
        "kata sandi|bukan lembar",
    ),
    "a locked archive": (encrypted_entry(workbook()), "daftar.xlsx", "kata sandi"),
    "a locked ODS": (locked_ods(), "daftar.ods", "kata sandi"),
    "macros": (with_entry(workbook(), "xl/vbaProject.bin"), "daftar.xlsm", "makro|bukan lembar"),
    "a bomb": (with_entry(workbook(), "xl/b.xml", b"\0" * 60_000_000), "d.xlsx", "lebih besar"),
    "no line of titles": (b"A;B\n1;2\n", "daftar.csv", "judul kolom"),
    "too many columns": (workbook(["NAMA"] + ["x"] * 600), "daftar.xlsx", "terlalu banyak kolom"),
    "half UTF-16": (b"\xff\xfeN\0A\0M\0A", "daftar.csv", "tidak dapat dibaca|judul"),
}


def hand_in(cast, content, name):
    return services.hand_in(
        actor=cast.actor("back"),
        upload=_Upload(content, name),
        kind="residents",
        data_date=date(2026, 6, 30),
    )


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_list_is_refused_in_words(cast, what):
    content, name, words = REFUSED[what]
    with pytest.raises(InvalidInput, match=words) as refused:
        hand_in(cast, content, name)
    assert refused.value.field == "file"
    assert not Import.objects.exists()


READ = {
    "UTF-8": TEXT.encode(),
    "UTF-8 with its mark": TEXT.encode("utf-8-sig"),
    "old Windows": TEXT.encode("cp1252"),
    "UTF-16 of Excel": TEXT.encode("utf-16"),
    "UTF-16 the other way": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "commas": TEXT.replace(";", ",").encode(),
    "tabs": TEXT.replace(";", "\t").encode(),
    "bars": TEXT.replace(";", "|").encode(),
    "Unix lines": TEXT.replace("\r\n", "\n").encode(),
    "quotes": TEXT.replace("JL. MELATI", '"JL. MELATI; GANG 2"').encode(),
}


@pytest.mark.parametrize("how", READ)
def test_text_is_read_however_it_is_written(cast, how):
    batch = hand_in(cast, READ[how], "daftar.csv")
    assert batch.mapping == {"0": "nik", "1": "name", "2": "address"}
    with sheets.opened(READ[how]) as sheet:
        assert list(sheet.lines)[1][1][1] == "RENÉ SITI"


@pytest.mark.parametrize("name", ["daftar.txt", "daftar.xls"])
def test_text_is_read_whatever_it_is_called(cast, name):
    assert hand_in(cast, READ["tabs"], name).mapping["1"] == "name"


def test_entities_that_multiply_are_not_followed():
    content = with_changed(workbook(["NAMA", 0]), "xl/worksheets/sheet1.xml", billion_laughs)
    with sheets.opened(content) as sheet:
        assert len(str(list(sheet.lines))) < 100


def test_a_sheet_of_300_mb_is_refused_unread(cast):
    class Huge(UploadedFile):
        def read(self, *args):
            raise AssertionError("read")

    upload = Huge(file=io.BytesIO(), name="besar.xlsx", size=300 * 1024 * 1024)
    with pytest.raises(InvalidInput, match="paling besar 60 MB"):
        services.hand_in(
            actor=cast.actor("back"), upload=upload, kind="residents", data_date=date(2026, 6, 30)
        )


def reader_with(tmp_path, monkeypatch, **limits):
    """Let the child run with other limits."""
    text = sheets._READER.read_text()
    for name, value in limits.items():
        before = next(line for line in text.splitlines() if line.startswith(f"{name} = "))
        text = text.replace(before, f"{name} = {value}")
    own = tmp_path / "reader.py"
    own.write_text(text)
    monkeypatch.setattr(sheets, "_READER", own)


LONG = "NAMA\n" + "SITI AMINAH\n" * 3_000_000


def test_a_sheet_that_wants_too_much_memory_is_refused_in_words(tmp_path, monkeypatch):
    reader_with(tmp_path, monkeypatch, MAX_MEMORY=120 * 1024**2)
    with pytest.raises(InvalidInput, match="terlalu besar"), sheets.opened(LONG.encode()) as sheet:
        list(sheet.lines)


_ENDLESS = "    while True:\n        pass\n    try:\n        about,"


def test_a_sheet_that_wants_too_much_time_is_refused_in_words(tmp_path, monkeypatch):
    reader_with(tmp_path, monkeypatch, MAX_SECONDS=1)
    slow = sheets._READER.read_text().replace("    try:\n        about,", _ENDLESS)
    sheets._READER.write_text(slow)
    with pytest.raises(InvalidInput, match="terlalu besar"), sheets.opened(b"NAMA\nSITI\n"):
        pass


def test_a_sheet_that_is_not_opened_in_time_is_refused_in_words(monkeypatch):
    monkeypatch.setattr(sheets, "OPENS_WITHIN", 0.0)
    with pytest.raises(InvalidInput, match="terlalu besar"), sheets.opened(LONG.encode()):
        pass


def children():
    return Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()


def test_a_sheet_left_in_the_middle_leaves_no_child():
    before = children()
    with sheets.opened(LONG.encode()) as sheet:
        next(sheet.lines)
        assert len(children()) == len(before) + 1
    assert children() == before
