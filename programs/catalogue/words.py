"""What a version lays down, in words: one list of lines a part, read, edited and compared alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from programs.papers import paper_name
from programs.terms.document import Condition, Exclusion, Requirement, Rule, Service, Step, Terms
from programs.terms.fields import YES_NO, field_of

FORMS = {
    "copy": gettext_lazy("fotokopi"),
    "original": gettext_lazy("asli"),
    "either": gettext_lazy("fotokopi atau asli"),
}
WHOSE = {
    "": gettext_lazy("satu untuk semua"),
    "adult": gettext_lazy("untuk setiap orang dewasa di KK"),
}
SEVERITIES = {
    "block": gettext_lazy("menahan penerusan sampai ada yang menjawabnya"),
    "warning": gettext_lazy("peringatan"),
    "info": gettext_lazy("keterangan"),
}
PURPOSES = {
    "new": gettext_lazy("permohonan baru"),
    "reactivation": gettext_lazy("reaktivasi"),
    "renewal": gettext_lazy("perpanjangan"),
}
STEPS = {
    "village": gettext_lazy("desa/kelurahan"),
    "health_centre": gettext_lazy("puskesmas"),
    "hospital": gettext_lazy("rumah sakit"),
    "kecamatan": gettext_lazy("kantor kecamatan"),
    "district": gettext_lazy("kabupaten/kota"),
    "owner": gettext_lazy("pemilik program"),
    "partner": gettext_lazy("mitra"),
}
PERIODS = {
    "month": gettext_lazy("sebulan"),
    "year": gettext_lazy("setahun"),
    "once": gettext_lazy("sekali saja"),
}
COLLECTORS = {
    "self": gettext_lazy("orangnya sendiri"),
    "same_kk": gettext_lazy("anggota KK yang sama"),
    "guardian": gettext_lazy("wali"),
    "proxy": gettext_lazy("orang dengan surat kuasa"),
    "officer_along": gettext_lazy("orangnya, didampingi petugas"),
    "brought_home": gettext_lazy("diantar petugas ke rumah"),
}
OVERRIDERS = {
    "koordinator": gettext_lazy("koordinator"),
    "penanggung_jawab": gettext_lazy("penanggung jawab"),
}
OPERATORS = {
    "is": gettext_lazy("adalah"),
    "is_not": gettext_lazy("bukan"),
    "in": gettext_lazy("salah satu dari"),
    "not_in": gettext_lazy("bukan salah satu dari"),
    "at_most": gettext_lazy("paling banyak"),
    "at_least": gettext_lazy("paling sedikit"),
    "is_empty": gettext_lazy("tidak ada"),
    "is_known": gettext_lazy("sudah diketahui"),
}
YES, NO = gettext_lazy("ya"), gettext_lazy("tidak")

_QUOTA = "quota"
PART_LABELS = {
    "basis": gettext_lazy("Dasar hukum dan tanggal"),
    "services": pgettext_lazy("bagian katalog", "Layanan"),
    "papers": gettext_lazy("Berkas"),
    "rules": gettext_lazy("Aturan"),
    "exclusions": gettext_lazy("Yang dikecualikan"),
    "limits": gettext_lazy("Desil dan kuota"),
    "path": gettext_lazy("Jalur rujukan"),
    "outputs": gettext_lazy("Hasil dan pengambilannya"),
}


@dataclass(frozen=True)
class Fact:
    """A detail of a line; ``lang`` "id" marks words somebody typed."""

    label: Any
    value: str
    lang: str = ""


@dataclass(frozen=True)
class Line:
    """A row of a part. ``key`` finds it again in another version; ``lang`` is of its title."""

    key: str
    title: str
    facts: tuple[Fact, ...] = ()
    lang: str = ""


@dataclass(frozen=True)
class Part:
    """A part of a version. ``service`` and ``service_name`` where it holds for one service only."""

    slug: str
    lines: list[Line] = field(default_factory=list)
    service: str = ""
    service_name: str = ""

    @property
    def label(self) -> str:
        label = str(PART_LABELS[self.slug])
        return f"{label}: {self.service_name}" if self.service else label


def spoken(name_id: str, name_en: str) -> tuple[str, str]:
    """Return a name in the page's language, and "id" where only the Indonesian one is there."""
    if (get_language() or "id").startswith("en"):
        return (name_en, "") if name_en else (name_id, "id")
    return name_id, ""


def parts_of(terms: Terms) -> list[Part]:
    """Return the whole version in words, in the order it is read and edited."""
    return [
        Part("basis", _basis(terms)),
        Part("services", [_service(one, key) for key, one in keyed(terms.services)]),
        Part("papers", _papers(terms.requirements)),
        *(
            Part("papers", _papers(one.requirements), one.code, one.name)
            for one in terms.services
            if one.requirements
        ),
        Part("rules", [_rule(one, key, terms) for key, one in keyed(terms.rules)]),
        Part("exclusions", [_rule(one, key, terms) for key, one in keyed(terms.exclusions)]),
        Part("limits", _limits(terms)),
        Part("path", [_step(one, key) for key, one in keyed(terms.path)]),
        Part("outputs", [_output(one, key) for key, one in keyed(terms.outputs)]),
    ]


def lines_of(terms: Terms, slug: str, service: str = "") -> list[Line]:
    """Return the lines of one part; of a service without papers of its own, none."""
    found = (one for one in parts_of(terms) if (one.slug, one.service) == (slug, service))
    part = next(found, None)
    return part.lines if part else []


def handed_out(terms: Terms) -> list[Line]:
    """Return what the programme hands out, who may collect it, and how many there are."""
    quota = [line for line in _limits(terms) if line.key == _QUOTA]
    return [*(_output(one, key) for key, one in keyed(terms.outputs)), *quota]


def keyed(rows: Iterable[Any]) -> list[tuple[str, Any]]:
    """Return each row with what names it in its list: its code, or its name; a second one "~2"."""
    seen: dict[str, int] = {}
    result = []
    for row in rows:
        values = row if isinstance(row, dict) else vars(row)
        base = str(values.get("code") or values.get("name_id", ""))
        seen[base] = seen.get(base, 0) + 1
        result.append((base if seen[base] == 1 else f"{base}~{seen[base]}", row))
    return result


def fact_label(code: str) -> str:
    """Return what a rule asks for, in words; a paper by its name."""
    family, _dot, name = code.partition(".")
    if family == "paper" and name:
        return _("Berkas ada: %s") % paper_name(name)
    known = field_of(code)
    return str(known.label) if known else _("fakta yang tidak dikenal (%s)") % code


def value_in_words(code: str, value: Any) -> str:
    """Return the value a fact is compared with; several are joined by commas."""
    if isinstance(value, tuple | list):
        return ", ".join(value_in_words(code, one) for one in value)
    if isinstance(value, bool):
        return str(YES if value else NO)
    known = field_of(code)
    return known.label_of(value) if known else str(value)


def condition_in_words(condition: Condition) -> str:
    """Return a condition as a short sentence: "Umur (tahun): paling sedikit 60"."""
    family, _dot, name = condition.field.partition(".")
    if family == "paper" and condition.operator == "is":
        at_hand = _("%s ada") if condition.value else _("%s tidak ada")
        return at_hand % paper_name(name)
    fact, value = fact_label(condition.field), value_in_words(condition.field, condition.value)
    if condition.value is None:
        value = ""
    known = field_of(condition.field)
    if known and known.kind == YES_NO and condition.operator == "is":
        return f"{fact}: {value}"
    operator = OPERATORS.get(condition.operator, condition.operator)
    return f"{fact}: {operator} {value}".strip()


def any_of_in_words(conditions: Sequence[Condition]) -> str:
    return _(" atau ").join(condition_in_words(one) for one in conditions)


def _basis(terms: Terms) -> list[Line]:
    test = _("ya") if terms.poverty_test else _("tidak: tanpa melihat desil")
    return [
        *(Line(f"law:{law}", law, lang="id") for law in terms.legal_bases),
        Line("poverty_test", _("Uji kemiskinan"), (Fact(_("Dipakai"), test),)),
    ]


def _service(service: Service, key: str) -> Line:
    title, lang = spoken(service.name_id, service.name_en)
    facts = [Fact(_("Keperluan"), str(PURPOSES[service.purpose]))]
    if service.follows:
        facts.append(Fact(_("Lanjutan dari"), service.follows, "id"))
    return Line(key, title, tuple(facts), lang)


def _papers(rows: Sequence[Requirement]) -> list[Line]:
    return [_paper(one, key) for key, one in keyed(rows)]


def _paper(paper: Requirement, key: str) -> Line:
    title, lang = spoken(paper.name_id, paper.name_en)
    facts = [
        Fact(_("Wajib"), _("ya") if paper.mandatory else _("tidak")),
        Fact(_("Bentuk"), str(FORMS[paper.form])),
    ]
    if paper.each:
        facts.append(Fact(_("Berapa"), str(WHOSE[paper.each])))
    if paper.needed_when:
        facts.append(Fact(_("Hanya bila"), any_of_in_words(paper.needed_when)))
    if paper.substitutes:
        names = _(" atau ").join(paper_name(code) for code in paper.substitutes)
        facts.append(Fact(_("Boleh diganti"), names))
    if paper.by_office:
        facts.append(Fact(_("Dibuat oleh"), _("petugas")))
    return Line(key, title, tuple(facts), lang)


def _rule(rule: Rule, key: str, terms: Terms) -> Line:
    title, lang = spoken(rule.message_id, rule.message_en)
    asked = _("Terkena bila") if isinstance(rule, Exclusion) else _("Terpenuhi bila")
    facts = [
        Fact(asked, any_of_in_words(rule.conditions)),
        Fact(_("Akibat"), str(SEVERITIES[rule.severity])),
    ]
    if rule.services:
        named = (terms.service(code) for code in rule.services)
        facts.append(Fact(_("Untuk layanan"), ", ".join(one.name for one in named if one)))
    if isinstance(rule, Exclusion):
        facts.append(Fact(_("Boleh dilewati oleh"), str(OVERRIDERS[rule.override])))
    facts.append(Fact(_("Sumber"), rule.source or _("belum ditulis"), "id" if rule.source else ""))
    return Line(key, title, tuple(facts), lang)


def _limits(terms: Terms) -> list[Line]:
    lines = [
        Line(f"decile:{purpose}", _("Desil paling tinggi"), (Fact(PURPOSES[purpose], str(number)),))
        for purpose, number in terms.max_deciles.items()
    ]
    if quota := terms.quota:
        places = f"{quota.number} {PERIODS[quota.period]}"
        facts = [Fact(_("Jumlah"), places)]
        if quota.note:
            facts.append(Fact(_("Catatan"), quota.note, "id"))
        lines.append(Line(_QUOTA, _("Kuota"), tuple(facts)))
    return lines


def _step(step: Step, key: str) -> Line:
    title, lang = spoken(step.name_id, step.name_en)
    facts = [Fact(_("Di"), str(STEPS[step.kind]))]
    if step.when:
        facts.append(Fact(_("Hanya bila"), any_of_in_words(step.when)))
    if step.emergency_skips:
        facts.append(Fact(_("Keadaan darurat"), _("langkah ini dilewati")))
    return Line(key, title, tuple(facts), lang)


def _output(output: Any, key: str) -> Line:
    title, lang = spoken(output.name_id, output.name_en)
    takers = ", ".join(str(COLLECTORS[one]) for one in output.collectors)
    facts = [Fact(_("Boleh diambil oleh"), takers)]
    if output.note_id:
        note, note_lang = spoken(output.note_id, output.note_en)
        facts.append(Fact(_("Catatan"), note, note_lang))
    return Line(key, title, tuple(facts), lang)


def day_in_words(day: Any) -> str:
    return str(date_format(day)) if day else _("tanpa batas")
