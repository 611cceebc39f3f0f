"""The papers programmes ask for, by code, as ``papers.toml`` names them."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.utils.translation import get_language, gettext_lazy

PAPERS = Path(__file__).with_name("papers.toml")


#: How a paper is to be brought, said beside its name; a copy goes without saying.
FORM_NOTES = {
    "original": gettext_lazy("bawa yang asli"),
    "either": gettext_lazy("asli atau fotokopi"),
}


def form_note(form: str) -> str:
    """Return in words how the paper is to be brought; "" where the name says it."""
    return str(FORM_NOTES.get(form, ""))


@dataclass(frozen=True)
class Paper:
    """A paper's code and names. ``by_office``: the officer makes it, nobody brings it."""

    code: str
    name_id: str
    name_en: str
    by_office: bool = False

    @property
    def name(self) -> str:
        return in_page_language(self.name_id, self.name_en)


def in_page_language(name_id: str, name_en: str) -> str:
    """Return the English name on English pages where there is one, else the Indonesian."""
    return name_en if name_en and (get_language() or "id").startswith("en") else name_id


@lru_cache(maxsize=1)
def papers() -> dict[str, Paper]:
    """Return every known paper by its code."""
    rows = tomllib.loads(PAPERS.read_text(encoding="utf-8"))["papers"]
    return {
        code: Paper(code, row["id"], row["en"], row.get("by_office", False))
        for code, row in rows.items()
    }


def paper_name(code: str) -> str:
    """Return a paper's name in the page's language; the code itself where nobody named it."""
    known = papers().get(code)
    return known.name if known else code
