"""The answer as pages and programs show it: words beside every code."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from programs.eligibility.judging import Answer, Check, PaperAnswer, Result, Verdict
from programs.eligibility.options import Option, path_of
from programs.eligibility.way import STEP_WORDS
from programs.eligibility.words import (
    EXCLUSION_RESULTS,
    RESULTS,
    change_words,
    label_of,
    source_words,
    value_words,
    why_words,
)
from programs.models import Judgement
from programs.terms.fields import STATED, field_of

_TONES = {
    Result.MET: "success",
    Result.NOT_MET: "warning",
    Result.UNKNOWN: "waiting",
    Result.IMPOSSIBLE: "error",
}
_STANDING_TONES = {"meets": "success", "unknown": "waiting", "does_not_meet": "warning"}


@dataclass(frozen=True)
class FactRow:
    """One fact a rule looked at. ``question`` is its code where an officer may answer it."""

    code: str
    label: str
    value: str
    source: str
    detail: str
    on: Any
    why: str
    question: str


@dataclass(frozen=True)
class AnswerRow:
    """One rule: what it says, by which facts, what would change it."""

    code: str
    message: str
    severity: str
    is_exclusion: bool
    result: str
    words: str
    tone: str
    source: str
    why: str
    change: str
    facts: list[FactRow]


@dataclass(frozen=True)
class PaperRow:
    """One paper: needed, at hand, of whom it is still missing."""

    code: str
    name: str
    result: str
    mandatory: bool
    needed: str
    missing_for: list[str]


def answer_rows(verdict: Verdict, names: Mapping[str, str] | None = None) -> list[AnswerRow]:
    """Return every rule in the catalogue's order; ``names`` are the programmes' by code."""
    return [_answer(one, names) for one in verdict.answers]


def _answer(answer: Answer, names: Mapping[str, str] | None) -> AnswerRow:
    rule = answer.rule
    return AnswerRow(
        code=rule.code,
        message=rule.message,
        severity=rule.severity,
        is_exclusion=answer.is_exclusion,
        result=answer.result,
        words=str((EXCLUSION_RESULTS if answer.is_exclusion else RESULTS)[answer.result]),
        tone=_TONES[answer.result],
        source=rule.source,
        why=why_words(answer.why) if answer.why else "",
        change=change_words(answer, names),
        facts=[_fact(one, names) for one in answer.checks],
    )


def _fact(check: Check, names: Mapping[str, str] | None) -> FactRow:
    code, fact = check.condition.field, check.fact
    asked = field_of(code)
    may_be_stated = asked is not None and (asked.origin == STATED or code.startswith("holds."))
    # The months are counted from the day, and that is what one asks for.
    question = "card.deactivated_on" if code == "card.deactivated_months" else code
    return FactRow(
        code=code,
        label=label_of(code, names),
        value=value_words(code, fact.value),
        source=source_words(fact),
        detail=fact.detail,
        on=fact.on,
        why=why_words(fact.why) if fact.why else "",
        question=question if may_be_stated or question != code else "",
    )


def paper_rows(verdict: Verdict) -> list[PaperRow]:
    """Return the papers that are needed, or may be."""
    return [_paper(one) for one in verdict.papers if one.needed != Result.NOT_MET]


def _paper(paper: PaperAnswer) -> PaperRow:
    required = paper.requirement
    return PaperRow(
        code=required.code,
        name=required.name,
        result=paper.result,
        mandatory=required.mandatory,
        needed=paper.needed,
        missing_for=list(paper.missing_for),
    )


@dataclass(frozen=True)
class OptionRow:
    """One programme with everything the page says of it."""

    option: Option
    standing: str
    words: str
    tone: str
    answers: list[AnswerRow]
    papers: list[PaperRow]
    way: list[str]
    path: list[str]

    @property
    def legal_basis(self) -> str:
        return self.option.verdict.version.legal_basis


def option_rows(options: Iterable[Option]) -> list[OptionRow]:
    """Return the options in words; facts about other programmes carry these programmes' names."""
    judged = list(options)
    names = {one.programme.code: one.programme.name for one in judged}
    return [_option(one, names) for one in judged]


def _option(option: Option, names: Mapping[str, str]) -> OptionRow:
    verdict = option.verdict
    standing = Judgement.Standing(verdict.standing)
    return OptionRow(
        option=option,
        standing=standing.value,
        words=str(standing.label),
        tone=_STANDING_TONES[standing.value],
        answers=answer_rows(verdict, names),
        papers=paper_rows(verdict),
        way=[str(STEP_WORDS[step]) for step in option.way],
        path=[station.name for station in path_of(verdict.version.terms, verdict.facts)],
    )
