"""The published JSON Schemas of the office protocol, one file a message kind and version.

A published file never changes; a new shape is a new version beside it.
"""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

_FOLDER = Path(__file__).resolve().parent
_formats = FormatChecker()


@_formats.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@cache
def names() -> tuple[str, ...]:
    """Return the names of all schemas, such as "referral.submitted-v1"."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.json")))


@cache
def text(name: str) -> str:
    """Return a schema as published. Raises KeyError when there is none of that name."""
    if name not in names():
        raise KeyError(name)
    return (_FOLDER / f"{name}.json").read_text()


@cache
def versions(kind: str) -> tuple[int, ...]:
    """Return the versions of a message kind this installation understands."""
    found = (name.rpartition("-v") for name in names())
    return tuple(sorted(int(number) for stem, _, number in found if stem == kind))


def faults(name: str, value: Any) -> list[dict[str, str]]:
    """Return where ``value`` breaks the schema: field and broken rule, never the value itself."""
    errors = sorted(_validator(name).iter_errors(value), key=lambda error: error.json_path)
    found = dict.fromkeys(_fault(error) for error in errors)
    return [{"field": field, "detail": detail} for field, detail in found]


@cache
def _validator(name: str) -> Draft202012Validator:
    schema = json.loads(text(name))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=_formats)


def _fault(error: ValidationError) -> tuple[str, str]:
    # The library's own message quotes the value, which may be somebody's NIK.
    field = error.json_path.removeprefix("$").lstrip(".")
    rule = str(error.validator)
    if rule == "required":
        missing = set(error.validator_value) - set(error.instance)
        return field, f"required: {', '.join(sorted(missing))}"
    return field, rule
