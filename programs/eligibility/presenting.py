"""The answer as pages and programs show it: words beside every code."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.catalogue.words import OVERRIDERS, Line, any_of_in_words, handed_out
from programs.eligibility.judging import Answer, Check, Fact, PaperAnswer, Result, Verdict
from programs.eligibility.options import Option, Station, path_of
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
from programs.papers import form_note, paper_name
from programs.terms.document import Exclusion
from programs.terms.fields import STATED, field_of

#: Returns the address where an officer may write down a fact; None where he may not.
Ask = Callable[[str], str]

_TONES = {
    Result.MET: "success",
    Result.NOT_MET: "danger",
    Result.UNKNOWN: "waiting",
    Result.IMPOSSIBLE: "info",
}
#: What only warns or informs must not look as if it stood in the way.
_MILD_TONES = {"warning": "warning", "info": "neutral"}
_PAPER_WORDS = {
    Result.MET: (gettext_lazy("sudah ada"), "success"),
    Result.NOT_MET: (gettext_lazy("belum ada"), "warning"),
}
_STANDING_TONES = {"meets": "success", "unknown": "waiting", "does_not_meet": "warning"}


#: Stands for a fact this officer is not shown.
WITHHELD = Fact(why="withheld")


@dataclass(frozen=True)
class FactRow:
    """One fact a rule looked at. ``ask_url`` is where this officer may answer it."""

    code: str
    label: str
    value: str
    source: str
    detail: str
    on: Any
    why: str
    ask_url: str


@dataclass(frozen=True)
class AnswerRow:
    """One rule: what it says, by which facts, what would change it.

    ``weight`` says what follows where it is not met: who may go on, and how.
    """

    code: str
    message: str
    severity: str
    is_exclusion: bool
    result: str
    words: str
    tone: str
    weight: str
    source: str
    why: str
    change: str
    facts: list[FactRow]


@dataclass(frozen=True)
class PaperRow:
    """One paper: needed, at hand (``substitute`` names what serves), of whom it is missing.

    ``unsure`` names those of whom nobody asked yet, ``form`` how it is to be brought where the
    name does not say it.
    """

    code: str
    name: str
    result: str
    mandatory: bool
    needed: str
    missing_for: list[str]
    words: str
    tone: str
    substitute: str
    unsure: str
    form: str


def answer_rows(
    verdict: Verdict, names: Mapping[str, str] | None = None, ask: Ask | None = None
) -> list[AnswerRow]:
    """Return every rule in the catalogue's order; ``names`` are the programmes' by code."""
    return [_answer(one, names or {}, ask) for one in verdict.answers]


def _answer(answer: Answer, names: Mapping[str, str], ask: Ask | None) -> AnswerRow:
    rule = answer.rule
    mild = answer.result == Result.NOT_MET and rule.severity in _MILD_TONES
    return AnswerRow(
        code=rule.code,
        message=rule.message,
        severity=rule.severity,
        is_exclusion=answer.is_exclusion,
        result=answer.result,
        words=str((EXCLUSION_RESULTS if answer.is_exclusion else RESULTS)[answer.result]),
        tone=_MILD_TONES[rule.severity] if mild else _TONES[answer.result],
        weight=_weight(answer),
        source=rule.source,
        why=why_words(answer.why) if answer.why else "",
        change=change_words(answer, names),
        facts=[_fact(one, names, ask) for one in answer.checks],
    )


def _weight(answer: Answer) -> str:
    rule = answer.rule
    if answer.result == Result.MET:
        return ""
    if rule.severity == "warning":
        return _("Hanya peringatan: tidak menahan rujukan.")
    if rule.severity == "info":
        return _("Hanya keterangan: tidak menahan rujukan.")
    if isinstance(rule, Exclusion):
        return _("Yang boleh mengesampingkannya, dengan alasan: %s.") % OVERRIDERS[rule.override]
    return _("Back office boleh tetap mengajukan, dengan alasan.")


def _fact(check: Check, names: Mapping[str, str], ask: Ask | None) -> FactRow:
    code, fact = check.condition.field, check.fact
    asked = field_of(code)
    may_be_stated = asked is not None and (asked.origin == STATED or code.startswith("holds."))
    # The months are counted from the day, and that is what one asks for.
    question = "card.deactivated_on" if code == "card.deactivated_months" else code
    may_be_stated = may_be_stated or question != code
    return FactRow(
        code=code,
        label=label_of(code, names),
        value="" if fact == WITHHELD else value_words(code, fact.value),
        source=source_words(fact),
        detail=fact.detail,
        on=fact.on,
        why=why_words(fact.why) if fact.why else "",
        ask_url=ask(question) if ask and may_be_stated else "",
    )


def paper_rows(verdict: Verdict) -> list[PaperRow]:
    """Return the papers that are needed, or may be."""
    return _needed(verdict.papers)


def _needed(papers: Iterable[PaperAnswer]) -> list[PaperRow]:
    return [_paper(one) for one in papers if one.needed != Result.NOT_MET]


def _paper(paper: PaperAnswer) -> PaperRow:
    required = paper.requirement
    words, tone = _PAPER_WORDS.get(paper.result, ("", ""))
    return PaperRow(
        code=required.code,
        name=required.name,
        result=paper.result,
        mandatory=required.mandatory,
        needed=paper.needed,
        missing_for=list(paper.missing_for),
        words=str(words),
        tone=tone,
        substitute=paper_name(paper.given) if paper.given not in ("", required.code) else "",
        unsure=paper.unsure,
        form=form_note(required.form),
    )


@dataclass(frozen=True)
class ServiceRow:
    """What is so for one service of a programme, beside what is so for all of them."""

    code: str
    name: str
    standing: str
    words: str
    tone: str
    answers: list[AnswerRow]
    papers: list[PaperRow]


@dataclass(frozen=True)
class OptionRow:
    """One programme with everything the page says of it.

    ``answers`` and ``papers`` are those of every service; ``services`` says what each adds, and is
    empty where there is only one. ``handed`` is what is handed out, to whom, and how many.
    """

    option: Option
    standing: str
    words: str
    tone: str
    answers: list[AnswerRow]
    papers: list[PaperRow]
    services: list[ServiceRow]
    way: list[str]
    path: list[str]
    handed: list[Line]

    @property
    def legal_basis(self) -> str:
        return self.option.verdict.version.legal_basis

    @property
    def has_rules(self) -> bool:
        return bool(self.answers or any(one.answers for one in self.services))


def option_rows(
    options: Iterable[Option], ask: Ask | None = None, withheld: Collection[str] = ()
) -> list[OptionRow]:
    """Return the options in words; facts about other programmes carry these programmes' names.

    Of the facts ``withheld`` only what the rule says of them is told.
    """
    judged = [_withhold(one, withheld) for one in options]
    names = {one.programme.code: one.programme.name for one in judged}
    return [_option(one, names, ask) for one in judged]


def _withhold(option: Option, codes: Collection[str]) -> Option:
    def shown(check: Check) -> Check:
        hidden = check.condition.field in codes and check.fact.is_known
        return replace(check, fact=WITHHELD) if hidden else check

    def told(answer: Answer) -> Answer:
        return replace(answer, checks=tuple(shown(one) for one in answer.checks))

    return replace(
        option,
        verdicts=tuple(
            replace(verdict, answers=tuple(told(one) for one in verdict.answers))
            for verdict in option.verdicts
        ),
    )


def _option(option: Option, names: Mapping[str, str], ask: Ask | None) -> OptionRow:
    verdict, verdicts = option.verdict, option.verdicts
    shared = [row for row in verdict.answers if all(row in one.answers for one in verdicts)]
    papers = [row for row in verdict.papers if all(row in one.papers for one in verdicts)]
    path = path_of(verdict.version.terms, verdict.facts, option.agreements, verdict.day)
    words, tone = standing_words(option.standing)
    return OptionRow(
        option=option,
        standing=option.standing,
        words=words,
        tone=tone,
        answers=[_answer(one, names, ask) for one in shared],
        papers=_needed(papers),
        services=[_service(one, shared, papers, names, ask) for one in verdicts]
        if len(verdicts) > 1
        else [],
        way=[str(STEP_WORDS[step]) for step in option.way],
        path=[station_words(one) for one in path],
        handed=handed_out(verdict.version.terms),
    )


def _service(
    verdict: Verdict,
    shared: Sequence[Answer],
    papers: Sequence[PaperAnswer],
    names: Mapping[str, str],
    ask: Ask | None,
) -> ServiceRow:
    words, tone = standing_words(verdict.standing)
    return ServiceRow(
        code=verdict.service,
        name=service_name(verdict),
        standing=verdict.standing,
        words=words,
        tone=tone,
        answers=[_answer(one, names, ask) for one in verdict.answers if one not in shared],
        papers=_needed(one for one in verdict.papers if one not in papers),
    )


def service_name(verdict: Verdict) -> str:
    """Return the name of the service a verdict is about; empty where the programme names none."""
    service = verdict.version.terms.service(verdict.service)
    return service.name if service else verdict.service


def standing_words(standing: str) -> tuple[str, str]:
    """Return a standing in words, and the badge's tone."""
    return str(Judgement.Standing(standing).label), _STANDING_TONES[standing]


def station_words(station: Station) -> str:
    """Return a step by its name, with the condition of one nobody knows yet to be taken."""
    if not station.depends_on:
        return station.name
    condition = any_of_in_words(station.depends_on)
    return _("%(step)s (bila %(condition)s)") % {"step": station.name, "condition": condition}
