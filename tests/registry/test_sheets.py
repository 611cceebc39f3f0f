"""Files of every kind: read when they are sheets, refused in words when they are not."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from puskesmas.errors import InvalidInput
from registry.imports import columns, sheets


def workbook(*lines):
    book = Workbook()
    for line in lines:
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def lines_of(content):
    with sheets.opened(content) as sheet:
        return list(sheet.lines)


def with_entry(content, name, data=b"x"):
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def test_a_workbook_is_read_with_its_printed_line_numbers():
    lines = lines_of(workbook(["A"], [], ["NIK", "NAMA"]))
    assert [number for number, line in lines if line[0] == "NIK"] == [3]


def test_empty_lines_above_the_table_still_count():
    lines = lines_of(workbook([], [], ["NIK", "NAMA"]))
    assert [number for number, line in lines if line and line[0] == "NIK"] == [3]


@pytest.mark.parametrize("mark", [";", ",", "\t", "|"])
def test_a_csv_is_read_whatever_separates_its_columns(mark):
    content = f"NIK{mark}NAMA\r\n1{mark}SITI\r\n2{mark}AGUS\r\n".encode("utf-8-sig")
    assert lines_of(content)[0] == (1, ["NIK", "NAMA"])


def test_a_csv_of_an_old_windows_is_read():
    content = "NAMA;ALAMAT\r\nRENÉ;Jl. Melati\r\n".encode("cp1252")
    assert lines_of(content)[1][1][0] == "RENÉ"


def test_a_workbook_with_macros_is_refused():
    content = with_entry(workbook(["NIK", "NAMA"]), "xl/vbaProject.bin")
    with pytest.raises(InvalidInput, match="makro"):
        lines_of(content)


def test_an_archive_of_an_unknown_zip_version_is_refused_with_what_to_do():
    content = bytearray(workbook(["NIK", "NAMA"]))
    needed_version = content.index(b"PK\x01\x02") + 6
    content[needed_version] = 99
    with pytest.raises(InvalidInput, match="simpan ulang"):
        lines_of(bytes(content))


def test_a_bomb_is_refused_before_it_is_unpacked():
    content = with_entry(workbook(["NIK", "NAMA"]), "xl/bomb.xml", b"\0" * 60_000_000)
    with pytest.raises(InvalidInput, match="lebih besar"):
        lines_of(content)


def test_a_locked_workbook_is_refused_with_what_to_do():
    locked = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    )
    with pytest.raises(InvalidInput, match="kata sandi"):
        lines_of(locked)


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken", b"\0\1\2 image"]
)
def test_what_is_no_sheet_is_refused_with_what_to_do(content):
    with pytest.raises(InvalidInput, match="simpan ulang"):
        lines_of(content)


def test_the_header_is_found_below_titles():
    lines = [(1, ["DATA PENDUDUK"]), (2, [""]), (3, ["NO", "NIK", "NAMA LENGKAP", "TGL LAHIR"])]
    found = columns.find_header(lines)
    assert found is not None
    assert found[0] == 3


def test_a_table_without_a_name_column_has_no_header():
    assert columns.find_header([(1, ["NIK", "ALAMAT", "RT"])]) is None


def test_mistyped_titles_are_recognised():
    assert columns.guess(["NOMER INDUK KEPENDUDUKAN", "NAMA LENGKAPP"]) == {"0": "nik", "1": "name"}


def test_of_two_columns_for_one_field_the_first_wins():
    assert columns.guess(["NIK", "NAMA", "NIK KTP"]) == {"0": "nik", "1": "name"}
