"""The English of the program: collect its sentences, say what is missing.

``python -m tests.catalogue`` (``make messages-check``) prints every sentence without good English
and changes nothing; ``--write`` (``make messages``) puts new sentences into the catalogue and takes
out those no longer said. Neither needs gettext on the machine. docs/translating.md is for people.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = Path("puskesmas/locale/en/LC_MESSAGES/django.po")
FOLDERS = (
    *("puskesmas", "registry", "programs", "complaints", "referrals", "reports", "moving"),
    "templates",
)

# What stays Indonesian in English too: names, and the field's own words.
SAME = {
    *("Menu", "Puskesos", "Status"),
    *("Back office", "Front office", "Fasilitator", "Kepala dusun", "Koordinator"),
    *("Dusun", "dusun", "KIS Daerah", "Islam"),
}

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")
_STRING = r"u?(\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')"
_CALL = re.compile(rf"\b(_|n?p?gettext)\(\s*{_STRING}(?:,\s*{_STRING})?(?:,\s*{_STRING})?")


class Sentence(NamedTuple):
    """What a page says: the Indonesian, its plural and its context, both "" when there is none."""

    indonesian: str
    plural: str = ""
    context: str = ""


def collect(root: Path = ROOT) -> set[Sentence]:
    """Return every sentence the Python and the templates under ``root`` mark for translation."""
    found: set[Sentence] = set()
    for folder in FOLDERS:
        for path in (root / folder).rglob("*.py"):
            found.update(sentences_of_python(path.read_text()))
        for path in (root / folder).rglob("*.html"):
            found.update(sentences_of_template(path.read_text()))
    counted = {(sentence.indonesian, sentence.context) for sentence in found if sentence.plural}
    return {one for one in found if one.plural or (one.indonesian, one.context) not in counted}


def sentences_of_python(source: str) -> Iterator[Sentence]:
    """Yield what ``_()``, ``gettext()`` and their kin say in one module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
            words = [
                argument.value
                for argument in node.args
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            ]
            yield from _sentence(name.removesuffix("_lazy").removesuffix("_noop"), words)


def sentences_of_template(source: str) -> Iterator[Sentence]:
    """Yield what the translation tags and ``_("…")`` say in one template."""
    for call in _CALL.finditer(templatize(source)):
        name, *words = call.groups()
        yield from _sentence(name, [ast.literal_eval(word) for word in words if word])


def _sentence(name: str, words: list[str]) -> Iterator[Sentence]:
    match name, words:
        case "_" | "gettext", [indonesian, *_]:
            yield Sentence(indonesian)
        case "ngettext", [indonesian, plural, *_]:
            yield Sentence(indonesian, plural)
        case "pgettext", [context, indonesian, *_]:
            yield Sentence(indonesian, context=context)
        case "npgettext", [context, indonesian, plural, *_]:
            yield Sentence(indonesian, plural, context)


def problems_of(sentences: Iterable[Sentence], catalogue: Iterable[polib.POEntry]) -> list[str]:
    """Return a line for every sentence whose English is missing, a guess, or wrong."""
    entries = {_sentence_of(entry): entry for entry in catalogue if not entry.obsolete}
    wanted = set(sentences)
    problems = [f"no English: {one.indonesian!r}" for one in sorted(wanted - entries.keys())]
    problems += [f"no longer said: {one.indonesian!r}" for one in sorted(entries.keys() - wanted)]
    for sentence in sorted(wanted & entries.keys()):
        if problem := _problem_of(entries[sentence]):
            problems.append(f"{problem}: {sentence.indonesian!r}")
    return problems


def _sentence_of(entry: polib.POEntry) -> Sentence:
    return Sentence(entry.msgid, entry.msgid_plural, entry.msgctxt or "")


def _problem_of(entry: polib.POEntry) -> str:
    forms = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    slots = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
    if entry.fuzzy:
        return "only guessed"
    if not all(forms):
        return "no English"
    # "One day left" may leave its number out; the plural may not.
    if any(set(PLACEHOLDER.findall(form)) - slots for form in forms) or (
        set(PLACEHOLDER.findall(forms[-1])) != slots
    ):
        return "other placeholders"
    only_initials_and_slots = not re.search("[a-z]", PLACEHOLDER.sub("", entry.msgid))
    same = entry.msgid in forms and entry.msgid not in SAME
    return "still Indonesian" if same and not only_initials_and_slots else ""


def write(sentences: Iterable[Sentence], path: Path) -> polib.POFile:
    """Bring the catalogue at ``path`` up to date, in alphabetical order; return it."""
    catalogue = polib.pofile(str(path), wrapwidth=98)
    known = {_sentence_of(entry): entry for entry in catalogue}
    catalogue.clear()
    for sentence in sorted(sentences, key=lambda one: (one.indonesian.lower(), *one)):
        catalogue.append(known.get(sentence) or _new_entry(sentence))
    catalogue.save(str(path))
    return catalogue


def _new_entry(sentence: Sentence) -> polib.POEntry:
    entry = polib.POEntry(msgid=sentence.indonesian, msgctxt=sentence.context or None)
    if sentence.plural:
        entry.msgid_plural, entry.msgstr_plural = sentence.plural, {0: "", 1: ""}
    if "%" in sentence.indonesian:
        entry.flags.append("python-format")
    return entry


def main(arguments: list[str]) -> int:
    """Print what needs attention; return 1 when something does."""
    path = ROOT / CATALOGUE
    sentences = collect()
    catalogue = write(sentences, path) if "--write" in arguments else polib.pofile(str(path))
    problems = problems_of(sentences, catalogue)
    for problem in problems:
        print(problem)
    print(f"{len(problems)} sentences need attention." if problems else "English is complete.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
