"""Writing TOML (the standard library only reads it): plain values, the same text every time."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

#: Lists of tables that get headings of their own; others stand in one line a row.
_WITH_HEADINGS = {
    "agreements",
    "exclusions",
    "outputs",
    "partners",
    "path",
    "programmes",
    "rules",
    "services",
    "versions",
}


def dumps(table: Mapping[str, Any]) -> str:
    """Return the table as TOML. Values: text, numbers, days, lists and tables of them; no None."""
    return "\n".join(_lines(table, ())).strip() + "\n"


def _lines(table: Mapping[str, Any], way: tuple[str, ...]) -> list[str]:
    lines = [
        f"{_key(name)} = {_value(value)}"
        for name, value in table.items()
        if not _has_headings(name, value)
    ]
    for name, rows in table.items():
        if _has_headings(name, rows):
            heading = (*way, name)
            for row in rows:
                lines += ["", f"[[{'.'.join(heading)}]]", *_lines(row, heading)]
    return lines


def _has_headings(name: str, value: Any) -> bool:
    # A rule's services are plain codes, a version's are tables.
    return name in _WITH_HEADINGS and bool(value) and isinstance(value[0], Mapping)


def _key(name: str) -> str:
    plain = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if plain else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(name)} = {_value(item)}" for name, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return _list(list(value))
    return _text(value)


def _list(items: list[Any]) -> str:
    if any(isinstance(item, Mapping) for item in items):
        return "[\n" + "".join(f"  {_one_line(item)},\n" for item in items) + "]"
    return f"[{', '.join(_value(item) for item in items)}]"


def _one_line(value: Any) -> str:
    return _value(value).replace("\n", "")


def _text(value: str) -> str:
    # JSON's escapes are TOML's; only DEL may stand bare in the one and not in the other.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
