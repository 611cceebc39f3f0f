"""The installation's secrets: Django's key, the field-encryption keys and the lookup key.

They live in one JSON file with mode 0600 beside the data (or where ``PUSKESOS_KEYS_FILE``
says), never in the repository. Losing the file means losing every encrypted field, so the
backup guide treats it as data.
"""

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Keys:
    """What the keys file holds.

    ``field_keys`` maps a short key id to 32 bytes; ``active`` is the id used for new values, the
    others only decrypt. ``index_key`` (32 bytes) feeds the blind indexes and never rotates.
    """

    secret_key: str
    field_keys: dict[str, bytes]
    active: str
    index_key: bytes


def load_or_create(path: Path) -> Keys:
    """Read the keys file, creating it on first use.

    Two processes may start at once, so the file is written aside and linked into place: the first
    wins and the other reads the winner's keys.

    Raises:
        OSError: the file cannot be read or its folder cannot be written.
        KeyError, ValueError: the file is not a keys file.
    """
    if not path.exists():
        _create(path)
    data = json.loads(path.read_text())
    return Keys(
        secret_key=data["secret_key"],
        field_keys={name: base64.b64decode(key) for name, key in data["field_keys"].items()},
        active=data["active"],
        index_key=base64.b64decode(data["index_key"]),
    )


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "secret_key": secrets.token_urlsafe(48),
        "field_keys": {"k1": base64.b64encode(secrets.token_bytes(32)).decode()},
        "active": "k1",
        "index_key": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    aside = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(aside, path)
    except FileExistsError:
        return
    finally:
        aside.unlink()
