"""An office's own words in its letters: text with named slots, never a template that runs.

The closed list of slots is filled when a letter is frozen; templates escape the result like any
other text. What a letter states and what makes it valid stands in the kind's template.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from puskesmas.errors import InvalidInput

#: What wording may name, with what a draft without a person shows.
SLOTS = (
    "nama",
    "nik",
    "keperluan",
    "berlaku_sampai",
    "pejabat",
    "desa",
    "kecamatan",
    "kabupaten",
)
LONGEST = 600
_SLOT = re.compile(r"\{(\w*)\}")


def check(text: str, *, field: str) -> None:
    """Refuse wording that is too long or names what is not in the list.

    Raises:
        InvalidInput: with what may be named.
    """
    rest = _SLOT.sub("", text)
    if not set(_SLOT.findall(text)).issubset(SLOTS) or "{" in rest or "}" in rest:
        raise InvalidInput(
            _("Ada isian yang tidak dikenal. Yang boleh: %(slots)s.")
            % {"slots": ", ".join(f"{{{slot}}}" for slot in SLOTS)},
            field=field,
        )
    if len(text) > LONGEST:
        raise InvalidInput(
            _("Paling panjang %(most)d huruf; ini %(now)d.") % {"most": LONGEST, "now": len(text)},
            field=field,
        )


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the wording with its slots filled; what a value holds is never filled again."""
    return _SLOT.sub(lambda slot: values[slot.group(1)], text)


def values_of(frozen: Mapping[str, Any]) -> dict[str, str]:
    """Return what the slots stand for in a letter; empty for what it does not say."""
    body, office = frozen["body"], frozen["office"]
    return {
        "nama": body["subject"]["name"],
        "nik": body["subject"].get("nik", ""),
        "keperluan": body.get("purpose", ""),
        "berlaku_sampai": frozen["valid_until"],
        "pejabat": office["head_title"],
        "desa": office["full_name"],
        "kecamatan": office["kecamatan"],
        "kabupaten": office["regency"],
    }
