"""Encryption of single values, and lookups over values nobody may read.

AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D); the stored form is
``version(1) | key id length(1) | key id | nonce(12) | ciphertext and tag``. The column's name is
authenticated with the value, so a ciphertext copied into another column does not decrypt.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Callable
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_VERSION = 1
_NONCE = 12
# Setting a key up costs as much as encrypting a NIK.
_cipher = lru_cache(maxsize=16)(AESGCM)


def encrypt(plain: bytes, *, purpose: str) -> bytes:
    """Return the stored form of ``plain``, bound to ``purpose`` (``app.model.field``)."""
    return encryptor(purpose)(plain)


def encryptor(purpose: str) -> Callable[[bytes], bytes]:
    """Return :func:`encrypt` for many values of one purpose: the key is looked up once."""
    keys = settings.KEYS
    key_id = keys.active.encode()
    head, bound = bytes([_VERSION, len(key_id)]) + key_id, purpose.encode()
    seal = _cipher(keys.field_keys[keys.active]).encrypt

    def encrypt_one(plain: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return head + nonce + seal(nonce, plain, bound)

    return encrypt_one


def decrypt(stored: bytes, *, purpose: str) -> bytes:
    """Return the plain bytes of a stored form.

    Raises:
        cryptography.exceptions.InvalidTag: tampered with, or of another column.
        KeyError: the key id is not in the keys file.
        ValueError: not a stored form.
    """
    if len(stored) < 2 or stored[0] != _VERSION:
        raise ValueError("not an encrypted value")
    start = 2 + stored[1]
    key = settings.KEYS.field_keys[stored[2:start].decode()]
    nonce = stored[start : start + _NONCE]
    return _cipher(key).decrypt(nonce, stored[start + _NONCE :], purpose.encode())


def blind_index(value: str, *, purpose: str) -> str:
    """Return 43 characters that are equal for equal values and say nothing else.

    HMAC-SHA-256 under the installation's index key; empty in, empty out, so that "not known" never
    matches "not known".
    """
    return indexer(purpose)(value) if value else ""


def indexer(purpose: str) -> Callable[[str], str]:
    """Return :func:`blind_index` for many values of one purpose: the key is looked up once."""
    begun = _begun_mac(settings.KEYS.index_key, purpose)

    def index_one(value: str) -> str:
        if not value:
            return ""
        mac = begun.copy()
        mac.update(value.encode())
        return base64.urlsafe_b64encode(mac.digest())[:-1].decode()

    return index_one


@lru_cache(maxsize=64)
def _begun_mac(key: bytes, purpose: str) -> hmac.HMAC:
    # Setting it up costs more than the few bytes of a number do.
    return hmac.new(key, f"{purpose}\0".encode(), "sha256")


def token_hash(token: str) -> str:
    """Return the hex SHA-256 of a random token (256 bits of entropy need no salt)."""
    return hashlib.sha256(token.encode()).hexdigest()
