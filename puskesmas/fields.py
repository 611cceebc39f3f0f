"""Model fields: encrypted text and JSON, and the blind index beside them."""

import json
from collections.abc import Callable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from puskesmas import crypto


class EncryptedField(models.Field):
    """Bytes at rest, a Python value in memory. It cannot be filtered on; use a BlindIndexField."""

    _loads: Callable[[bytes], Any]
    _dumps: Callable[[Any], bytes]

    def get_internal_type(self) -> str:
        return "BinaryField"

    @property
    def _purpose(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if value is None:
            return None
        stored = bytes(value)
        return self._loads(crypto.decrypt(stored, purpose=self._purpose) if stored else b"")

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        stored = self.sealer()(value)
        return None if stored is None else connection.Database.Binary(stored)

    def sealer(self) -> Callable[[Any], bytes | None]:
        """Return what makes the stored form of a value, for as many as there are."""
        encrypt, dumps = crypto.encryptor(self._purpose), self._dumps

        def seal(value: Any) -> bytes | None:
            plain = None if value is None else dumps(value)
            return encrypt(plain) if plain else plain

        return seal

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError("encrypted fields are not dumped in clear")


class EncryptedBytesField(EncryptedField):
    """Bytes stored with AES-GCM."""

    def _loads(self, plain: bytes) -> bytes:
        return plain

    def _dumps(self, value: bytes) -> bytes:
        return value


class EncryptedTextField(EncryptedField):
    """Text stored with AES-GCM; the empty string is stored as no bytes."""

    def _loads(self, plain: bytes) -> str:
        return plain.decode()

    def _dumps(self, value: str) -> bytes:
        return str(value).encode()


# One encoder for all: making one takes longer than a small value does.
_as_json = DjangoJSONEncoder(ensure_ascii=False).encode


class EncryptedJSONField(EncryptedField):
    """A JSON value stored with AES-GCM."""

    def _loads(self, plain: bytes) -> Any:
        return json.loads(plain) if plain else None

    def _dumps(self, value: Any) -> bytes:
        return _as_json(value).encode()


class BlindIndexField(models.CharField):
    """The HMAC of another field of the row, kept in step whenever the row is saved.

    ``source`` names the field; ``last`` keeps only its last characters (four, for the public
    check). ``purpose`` names the value's kind, the same wherever it is looked up: "nik", "kk".
    """

    def __init__(
        self, *args: Any, source: str = "", purpose: str = "", last: int = 0, **kwargs: Any
    ) -> None:
        self.source, self.purpose, self.last = source, purpose, last
        kwargs.setdefault("max_length", 43)
        kwargs.setdefault("default", "")
        kwargs.setdefault("blank", True)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.update(source=self.source, purpose=self.purpose, last=self.last)
        return name, path, args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = self.indexer()(getattr(model_instance, self.source) or "")
        setattr(model_instance, self.attname, value)
        return value

    def indexer(self) -> Callable[[str], str]:
        """Return what makes the index of a value of the source field."""
        index, last = crypto.indexer(self.purpose), self.last
        return (lambda plain: index(plain[-last:])) if last else index
