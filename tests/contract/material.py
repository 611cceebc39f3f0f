"""What the trial hands in: invented people with numbers nobody was assigned, and small pictures."""

import hashlib
import secrets
import struct
import uuid
import zlib
from datetime import UTC, datetime
from typing import Any


def referral(*pictures: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Return a submission nobody has seen yet; with pictures it is one of version 2."""
    today = datetime.now(UTC).date().isoformat()
    body = {
        "referral_uid": str(uuid.uuid4()),
        "submission": 1,
        "receipt_number": f"{secrets.randbelow(10**12):012d}",
        "received_on": today,
        "kind": "Kebutuhan program",
        "urgency": "normal",
        "urgency_reason": "",
        "programme": {"code": "contract_trial", "name": "Uji kontrak", "owner": "Dinas Kesehatan"},
        "destination": "SLRT",
        # Beyond ASCII: the hash is over the characters, not over their escapes.
        "need": "Berobat rutin – “kartu” belum punya; é ✓",
        "legal_basis": "consent",
        "office": {"code": "", "name": "Desa Uji Kontrak", "kecamatan": "", "phone": ""},
        "approved_by": {"name": "Uji Kontrak", "role": "coordinator"},
        "approved_on": today,
        "person": {
            "nik": f"350999{secrets.randbelow(10**10):010d}",
            "name": "Uji Kontrak",
            "sex": "P",
            "birth_place": "Jember",
            "birth_date": "1980-01-01",
            "address": "Jalan Uji 1",
            "dusun": "",
            "rt": "001",
            "rw": "002",
        },
        "household": {"kk": "", "size": 0, "members": []},
        "register_check": None,
        "finding": None,
        "papers": [],
        "programmes_held": [],
    }
    return body | ({"attachments": list(pictures)} if pictures else {}) | values


def mended(body: dict[str, Any]) -> dict[str, Any]:
    """Return the next submission of the same referral."""
    return body | {"submission": body["submission"] + 1, "need": f"{body['need']} (diperbaiki)"}


def picture(side: int = 150) -> bytes:
    """Return a PNG of noise, about three bytes a pixel, no two alike."""
    rows = b"".join(b"\0" + secrets.token_bytes(side * 3) for _row in range(side))

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def listed(content: bytes, **values: Any) -> dict[str, Any]:
    """Return the entry of a file in a submission's list."""
    return {
        "paper": "ktp",
        "label": "KTP",
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "media_type": "image/png",
    } | values


def address(body: dict[str, Any], number: int = 0) -> str:
    """Return where a submission's file goes."""
    return f"files/{body['referral_uid']}/{body['attachments'][number]['sha256']}/"
