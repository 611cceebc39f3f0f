"""An office's keys for what is carried by hand: one pair signs, one receives (ADR 23).

libsodium's own constructions, nothing of ours: ``crypto_sign`` (Ed25519, RFC 8032) around the
content, ``crypto_box_seal`` (X25519, XSalsa20-Poly1305) around the signed content. Keys are 32
bytes in standard base64 (44 characters). The private halves are encrypted columns.
"""

import base64
import hashlib
import uuid

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.signing import SigningKey, VerifyKey

from puskesmas.models import Office, OfficeKeys


class NotOurs(ValueError):
    """The seal does not open: made for another key, cut short, or changed on the way."""


class NotTheirs(ValueError):
    """The seal opened, but the content was not signed by the office it claims to be from."""


def keys_of(office: Office) -> OfficeKeys:
    """Return the office's keys, made on first use."""
    found = OfficeKeys.objects.filter(office=office).first()
    if found is not None:
        return found
    signing, receiving = SigningKey.generate(), PrivateKey.generate()
    keys, _created = OfficeKeys.objects.get_or_create(
        office=office,
        defaults={
            "sign_secret": _text(bytes(signing)),
            "sign_key": _text(bytes(signing.verify_key)),
            "box_secret": _text(bytes(receiving)),
            "box_key": _text(bytes(receiving.public_key)),
        },
    )
    return keys


def fingerprint(office_uid: uuid.UUID | str, sign_key: str, box_key: str) -> str:
    """Return what two people compare by telephone: 80 bits of SHA-256, "A1B2 C3D4 …"."""
    said = f"{uuid.UUID(str(office_uid))}\n{sign_key}\n{box_key}"
    digest = hashlib.sha256(said.encode()).hexdigest()[:20].upper()
    return " ".join(digest[at : at + 4] for at in range(0, 20, 4))


def seal(content: bytes, *, keys: OfficeKeys, box_key: str) -> bytes:
    """Return the content signed by ``keys`` and readable only by the owner of ``box_key``."""
    signed = SigningKey(_bytes(keys.sign_secret)).sign(content)
    return SealedBox(PublicKey(_bytes(box_key))).encrypt(bytes(signed))


def unseal(sealed: bytes, *, keys: OfficeKeys, sign_key: str) -> bytes:
    """Return the content of what the owner of ``sign_key`` sealed for us.

    Raises:
        NotOurs, NotTheirs.
    """
    try:
        signed = SealedBox(PrivateKey(_bytes(keys.box_secret))).decrypt(sealed)
    except (CryptoError, ValueError, TypeError) as error:
        raise NotOurs from error
    try:
        return VerifyKey(_bytes(sign_key)).verify(signed)
    except (CryptoError, ValueError, TypeError) as error:
        raise NotTheirs from error


def is_key(text: str) -> bool:
    """Return whether a text is a public key: 32 bytes in standard base64."""
    try:
        return len(base64.b64decode(text, validate=True)) == 32
    except ValueError:
        return False


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _bytes(key: str) -> bytes:
    return base64.b64decode(key, validate=True)
