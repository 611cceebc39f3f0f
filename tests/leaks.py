"""Where a program keeps things, is anybody's NIK or KK readable there?

Looks at raw bytes: files as they lie on disk, every row of a database, every value of a Redis.
What is only packed (base64, zlib, zip) counts as readable, and so do numbers in UTF-16 and numbers
written with spaces, dots or dashes. Only encryption hides a number from this search.
"""

import base64
import binascii
import io
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import redis
from django.db.backends.base.base import BaseDatabaseWrapper

#: What a place is called, and what lies there.
Place = tuple[str, bytes]

# Sixteen digits from every digit on, for numbers may follow one another without a gap. A zero byte
# between two digits is UTF-16, low byte first or last.
_DIGITS = re.compile(rb"(?=(\d(?:[\x00 .\-]{0,3}\d){15}))")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{22,}")
_SQLITE, _ZIP = b"SQLite format 3\0", b"PK\x03\x04"


def readable(places: Iterable[Place], numbers: set[str]) -> dict[str, set[str]]:
    """Return which of the numbers can be read, by the place."""
    found = ((place, numbers_in(content, numbers)) for place, content in places)
    return {place: read for place, read in found if read}


def numbers_in(content: bytes, numbers: set[str]) -> set[str]:
    """Return which of the numbers the bytes hold, plain or packed."""
    return {
        number
        for unpacked in _unpacked(content)
        for match in _DIGITS.finditer(unpacked)
        if (number := re.sub(rb"\D", b"", match[1]).decode()) in numbers
    }


def _unpacked(content: bytes) -> Iterator[bytes]:
    yield content
    if content.startswith(_ZIP):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    for match in _BASE64.finditer(content):
        yield from _from_base64(match[0].translate(bytes.maketrans(b"-_", b"+/")))


def _from_base64(text: bytes) -> Iterator[bytes]:
    # What stands before it may belong to the alphabet too: try each way to cut it in fours.
    for start in range(4):
        cut = text[start : start + (len(text) - start) // 4 * 4 + 4]
        try:
            decoded = base64.b64decode(cut + b"=" * (-len(cut) % 4))
        except binascii.Error:  # one letter too many at the end
            decoded = base64.b64decode(cut[:-1])
        yield decoded
        if decoded.startswith(b"\x78"):
            try:
                yield zlib.decompressobj().decompress(decoded)
            except zlib.error:  # begins like zlib, and is not
                continue


# --- The places ----------------------------------------------------------------------------------


def files_under(folder: Path) -> Iterator[Place]:
    """Yield every file as it lies on disk and, of SQLite databases, also every row."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # a process that still runs took it away
            continue
        place = str(path.relative_to(folder))
        yield place, content
        if content.startswith(_SQLITE):
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
                # Damaged text must be searched too.
                database.text_factory = bytes
                rows = sqlite_rows(database.cursor())
                yield from ((f"{place}, {table}", content) for table, content in rows)


def rows_in(database: BaseDatabaseWrapper) -> Iterator[Place]:
    """Yield each table's rows as the transaction of Django's connection sees them."""
    read = {"sqlite": sqlite_rows, "postgresql": postgres_rows}[database.vendor]
    with database.cursor() as cursor:
        yield from read(cursor)


def sqlite_rows(cursor: Any) -> Iterator[Place]:
    """Yield each table's rows: whole numbers in digits, long values in one piece."""
    cursor.execute("SELECT CAST(name AS BLOB) FROM sqlite_master WHERE type = 'table'")
    for (name,) in cursor.fetchall():
        yield name.decode(), _rows(cursor, f'"{name.decode()}"')


def postgres_rows(cursor: Any) -> Iterator[Place]:
    """Yield each table's rows as the cursor's transaction sees them."""
    cursor.execute(
        "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    for (name,) in cursor.fetchall():
        yield name, _rows(cursor, name)


def _rows(cursor: Any, table: str) -> bytes:
    cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 (its name comes from the database)
    return b"\n".join(_bytes_of(value) for row in cursor.fetchall() for value in row)


def _bytes_of(value: Any) -> bytes:
    return bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()


def redis_values(url: str) -> Iterator[Place]:
    """Yield each key of the URL's database with its value."""
    with closing(redis.Redis.from_url(url)) as store:
        read = {
            b"string": store.get,
            b"list": lambda key: store.lrange(key, 0, -1),
            b"hash": store.hgetall,
            b"set": store.smembers,
            b"zset": lambda key: store.zrange(key, 0, -1, withscores=True),
            b"stream": store.xrange,
        }
        for key in store.scan_iter():
            kind = store.type(key)
            # A key that ran out meanwhile has no kind any more.
            value = read[kind](key) if kind != b"none" else b""
            yield f"redis {key!r}", key + b"\n" + repr(value).encode()
