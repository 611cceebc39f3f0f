"""Dataclasses read from plain values and written back, with the place of every mistake.

The annotations of a frozen dataclass are its schema: ``str``, ``int``, ``bool``, ``Any``, other
dataclasses, ``tuple[X, ...]``, ``dict[str, X]``, ``X | None`` and ``Annotated[str, Choice(…)]``.
"""

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from django.utils.translation import gettext as _

Record = TypeVar("Record")


class BadDocument(ValueError):
    """A value is missing, misplaced or of the wrong kind. ``where``: its way, "rules[2].field"."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.where, self.message = where, message


@dataclass(frozen=True)
class Choice:
    """The words a text may be."""

    words: tuple[str, ...]

    def check(self, value: str, where: str) -> None:
        if value not in self.words:
            raise BadDocument(where, _("harus salah satu dari: %s.") % ", ".join(self.words))


def read(record: type[Record], value: Any, where: str = "") -> Record:
    """Return the record the plain value describes.

    Raises:
        BadDocument: something is missing, unknown or of another kind.
    """
    if not isinstance(value, Mapping):
        raise BadDocument(where, _("harus berupa tabel."))
    known = {field.name: field for field in fields(record)}  # type: ignore[arg-type]
    for name in value:
        if name not in known:
            raise BadDocument(_way(where, str(name)), _("isian ini tidak dikenal."))
    hints: dict[str, Any] = _hints(record)  # type: ignore[arg-type]
    values = {}
    for name, field in known.items():
        if name in value:
            values[name] = _value(hints[name], value[name], _way(where, name))
        elif field.default is MISSING and field.default_factory is MISSING:
            raise BadDocument(_way(where, name), _("wajib diisi."))
    return record(**values)


def dump(record: Any) -> Any:
    """Return the record as plain values; what has its default is left out."""
    if is_dataclass(record):
        return {
            field.name: dump(value)
            for field in fields(record)
            if (value := getattr(record, field.name)) != _default(field)
        }
    if isinstance(record, tuple | list):
        return [dump(item) for item in record]
    if isinstance(record, Mapping):
        return {key: dump(item) for key, item in record.items()}
    return record


def _default(field: "Field[Any]") -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default


@cache
def _hints(record: type) -> dict[str, Any]:
    return get_type_hints(record, include_extras=True)


def _way(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _value(hint: Any, value: Any, where: str) -> Any:
    if hint is Any:
        return _frozen(value)
    if is_dataclass(hint):
        return read(hint, value, where)  # type: ignore[arg-type]
    return _READERS.get(get_origin(hint), _plain)(hint, value, where)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _plain(hint: Any, value: Any, where: str) -> Any:
    # Exactly: to Python a bool is an int and a moment a day, not to whoever writes a catalogue.
    if type(value) is not hint:
        raise BadDocument(where, _("harus berupa %s.") % _NAMES[hint]())
    if hint is str and "\0" in value:
        raise BadDocument(where, _("berisi tanda yang tidak bisa disimpan."))
    return value


def _annotated(hint: Any, value: Any, where: str) -> Any:
    inner, *checks = get_args(hint)
    result = _value(inner, value, where)
    for check in checks:
        check.check(result, where)
    return result


def _optional(hint: Any, value: Any, where: str) -> Any:
    inner = next(one for one in get_args(hint) if one is not type(None))
    return None if value is None else _value(inner, value, where)


def _tuple(hint: Any, value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise BadDocument(where, _("harus berupa daftar."))
    inner = get_args(hint)[0]
    return tuple(_value(inner, item, f"{where}[{place}]") for place, item in enumerate(value, 1))


def _dict(hint: Any, value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise BadDocument(where, _("harus berupa tabel."))
    inner = get_args(hint)[1]
    return {str(key): _value(inner, item, _way(where, str(key))) for key, item in value.items()}


_READERS = {
    Annotated: _annotated,
    types.UnionType: _optional,
    tuple: _tuple,
    dict: _dict,
}
_NAMES = {
    date: lambda: _("tanggal (2018-08-27)"),
    str: lambda: _("teks"),
    int: lambda: _("bilangan bulat"),
    bool: lambda: _("true atau false"),
}
