"""The answer in words: the fact, where it comes from, and what would change the answer."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from programs.eligibility.judging import Answer, Check, Fact, Result
from programs.terms.document import Condition
from programs.terms.fields import CHOICE, DAY, NAMES, YES_NO, FactField, field_of

RESULTS: "dict[str, str | Promise]" = {
    Result.MET: _("Terpenuhi"),
    Result.NOT_MET: _("Tidak terpenuhi"),
    Result.UNKNOWN: _("Belum diketahui"),
    Result.IMPOSSIBLE: _("Tidak bisa dinilai"),
}
#: An exclusion speaks of a state that leaves somebody out: there "met" would read the wrong way.
EXCLUSION_RESULTS: "dict[str, str | Promise]" = {
    Result.MET: _("Tidak terkena"),
    Result.NOT_MET: _("Terkena pengecualian"),
    Result.UNKNOWN: _("Belum diketahui"),
    Result.IMPOSSIBLE: _("Tidak bisa dinilai"),
}
SOURCES: "dict[str, str | Promise]" = {
    "people": _("data warga"),
    "card": _("kartu keluarga"),
    "nik": _("NIK"),
    "house": _("data rumah"),
    "register": _("daftar sosial"),
    "list": _("daftar penerima"),
    "owner": _("jawaban pemilik program"),
    "self": _("pengakuan sendiri"),
    "stated": _("keterangan yang dicatat petugas"),
    "case": _("perkara ini"),
}
WHYS: "dict[str, str | Promise]" = {
    "nobody_asked": _("belum ada yang menanyakan"),
    "no_list": _("belum ada daftar yang dimuat"),
    "too_old": _("daftarnya terlalu lama"),
    "partial": _("daftarnya hanya sebagian desa"),
    "look_alike": _("ada nama yang mirip di daftar"),
    "no_nik": _("NIK belum diketahui"),
    "uncertain": _("pengecekan belum pasti"),
    "not_listed": _("tidak terdaftar, jadi tidak punya desil"),
    "no_decile": _("terdaftar, tetapi desilnya tidak tercantum"),
    "no_card": _("belum ada di kartu keluarga mana pun"),
    "no_birth_date": _("tanggal lahir belum lengkap"),
    "unknown_field": _("aturan ini menanyakan fakta yang tidak dikenal program"),
    "operator": _("pembanding di aturan ini tidak cocok dengan faktanya"),
    "value": _("nilai di aturan ini tidak cocok dengan faktanya"),
    "withheld": _("hanya dilihat petugas yang menangani perkaranya"),
    "fact_kind": _("keterangan yang dicatat bukan jenis yang diminta aturan"),
}


def label_of(code: str, names: Mapping[str, str] | None = None) -> str:
    """Return a fact's name. ``names`` are those of the programmes, by code."""
    family, _dot, programme = code.partition(".")
    if family == "holds" and names and programme in names:
        return gettext("Menerima %(programme)s") % {"programme": names[programme]}
    asked = field_of(code)
    return str(asked.label) if asked else code


def value_words(code: str, value: Any) -> str:
    """Return a fact's value as people say it."""
    asked = field_of(code)
    if value is None:
        return str(RESULTS[Result.UNKNOWN])
    return _of_kind(asked, value) if asked else str(value)


def _of_kind(asked: FactField, value: Any) -> str:
    if asked.kind == YES_NO:
        return gettext("ya") if value else gettext("tidak")
    if asked.kind == CHOICE:
        return asked.label_of(value)
    if asked.kind == NAMES:
        return ", ".join(value) or gettext("tidak ada")
    if asked.kind == DAY:
        return str(value)
    return str(value)


def source_words(fact: Fact) -> str:
    """Return where a fact comes from; empty when nothing is known. ``fact.detail`` names it."""
    return str(SOURCES.get(fact.source, fact.source))


def why_words(code: str) -> str:
    return str(WHYS.get(code, code))


_WANTED: dict[str, Callable[[str], str]] = {
    "is": lambda value: value,
    "is_not": lambda value: gettext("bukan %s") % value,
    "in": lambda value: gettext("salah satu dari %s") % value,
    "not_in": lambda value: gettext("bukan %s") % value,
    "at_most": lambda value: gettext("paling tinggi %s") % value,
    "at_least": lambda value: gettext("paling sedikit %s") % value,
    "is_empty": lambda _value: gettext("tidak ada lagi"),
    "is_known": lambda _value: gettext("diketahui"),
}
_REVERSED = {
    "is": "is_not",
    "is_not": "is",
    "in": "not_in",
    "not_in": "in",
}


def change_words(answer: Answer, names: Mapping[str, str] | None = None) -> str:
    """Return what would make the rule speak for the person; empty when it does.

    ``names`` are those of the programmes, by code.
    """
    if answer.result == Result.MET:
        return ""
    if answer.result == Result.IMPOSSIBLE:
        return gettext("Perbaiki aturannya di katalog: %s.") % why_words(answer.why)
    if answer.result == Result.UNKNOWN:
        open_ones = [one for one in answer.checks if one.result == Result.UNKNOWN]
        asked = "; ".join(label_of(one.condition.field, names) for one in open_ones)
        return gettext("Cari tahu: %s.") % asked
    if answer.is_exclusion:
        # What cannot be judged beside it has no opposite to wish for.
        held = [one for one in answer.checks if one.result == Result.MET]
        wished = [_wish(one, names, reverse=True) for one in held]
        return gettext("Berubah bila %s.") % gettext(" dan ").join(wished)
    wished = [_wish(one, names, reverse=False) for one in answer.checks]
    return gettext("Berubah bila %s.") % gettext(" atau ").join(wished)


def _wish(check: Check, names: Mapping[str, str] | None, *, reverse: bool) -> str:
    condition = _reversed(check.condition) if reverse else check.condition
    code = condition.field
    values = condition.value if isinstance(condition.value, tuple | list) else (condition.value,)
    named = ", ".join(value_words(code, value) for value in values)
    return f"{label_of(code, names)}: {_WANTED[condition.operator](named)}"


def _reversed(condition: Condition) -> Condition:
    if isinstance(condition.value, bool):
        return Condition(condition.field, "is", not condition.value)
    if condition.operator == "at_most":
        return Condition(condition.field, "at_least", condition.value + 1)
    if condition.operator == "at_least":
        return Condition(condition.field, "at_most", condition.value - 1)
    operator = _REVERSED.get(condition.operator, condition.operator)
    return Condition(condition.field, operator, condition.value)
