"""The search for readable numbers finds one in every place and dress, or it proves nothing."""

import base64
import io
import json
import os
import sqlite3
import zipfile
import zlib
from contextlib import closing

import pytest
from django.core import signing
from django.db import connection

from tests import leaks

NIK, OTHER = "3509994507804711", "3509990101150815"
WANTED = {NIK, OTHER}


def packed(content: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sheet1.xml", content)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        f"nik {NIK} ada".encode(),
        f"35099{NIK}0001".encode(),
        b"nik 350999 450780 4711",
        b"nik 3509.9945.0780.4711",
        f"nik {NIK}".encode("utf-16-le"),
        f"nik {NIK}".encode("utf-16-be"),
        "3509 9945 0780 4711".encode("utf-16-le"),
        base64.b64encode(f'[["{NIK}"], {{}}]'.encode()),
        b"x" + base64.b64encode(f"nik {NIK}".encode()),
        base64.urlsafe_b64encode(zlib.compress(f"nik {NIK}".encode())),
        signing.dumps({"nik": NIK, "sentence": "a" * 200}, compress=True).encode(),
        packed(f"<v>{NIK}</v>"),
    ],
)
def test_a_number_is_found_in_every_dress(content):
    assert leaks.numbers_in(content, WANTED) == {NIK}


def test_numbers_without_a_gap_are_all_found():
    assert leaks.numbers_in(f"{NIK}{OTHER}".encode(), WANTED) == WANTED


@pytest.mark.parametrize(
    "content", [b"3509994507804712", b"350999\n4507804711", NIK[:15].encode(), os.urandom(100_000)]
)
def test_what_is_nobodys_number_is_not_found(content):
    assert leaks.numbers_in(content, WANTED) == set()


def test_files_are_searched_with_what_a_database_has_not_yet_written_back(tmp_path):
    with closing(sqlite3.connect(tmp_path / "office.sqlite3")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE person (name, number)")
        database.execute("INSERT INTO person VALUES ('Siti', ?)", [NIK])
        database.commit()
        (tmp_path / "log").mkdir()
        (tmp_path / "log" / "web.log").write_text(f"kk {OTHER}")
        found = leaks.readable(leaks.files_under(tmp_path), WANTED)
    assert found == {
        "office.sqlite3, person": {NIK},
        "office.sqlite3-wal": {NIK},
        "log/web.log": {OTHER},
    }


def test_a_number_kept_as_a_number_is_found_in_its_row(tmp_path):
    with closing(sqlite3.connect(tmp_path / "office.sqlite3")) as database:
        database.execute("CREATE TABLE person (number INTEGER)")
        database.execute("INSERT INTO person VALUES (?)", [int(NIK)])
        database.commit()
    assert leaks.readable(leaks.files_under(tmp_path), WANTED) == {"office.sqlite3, person": {NIK}}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "value"), [("text", NIK), ("bytea", NIK.encode()), ("bigint", NIK), ("jsonb", [NIK])]
)
def test_a_number_is_found_in_every_kind_of_column(kind, value):
    if connection.vendor == "sqlite":
        kind = {"jsonb": "text", "bytea": "blob"}.get(kind, kind)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE planted (cell {kind})")
        value = json.dumps(value) if isinstance(value, list) else value
        cursor.execute("INSERT INTO planted VALUES (%s)", [value])
    assert {NIK} in leaks.readable(leaks.rows_in(connection), WANTED).values()
