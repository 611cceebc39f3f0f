"""Rules against facts, purely: no database, no clock, the same answer every time."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from programs.models import Judgement, ProgrammeVersion
from programs.terms.document import Condition, Exclusion, Requirement, Rule, Terms
from programs.terms.fields import field_of, fits, is_of_kind, value_fits

Standing = Judgement.Standing


@dataclass(frozen=True)
class Fact:
    """What is known of one fact: its value (None: not known), whence, of which day.

    ``source`` is a code of :mod:`programs.eligibility.words`, ``detail`` names it closer (a
    register, who said it); ``why`` says why nothing is known.
    """

    value: Any = None
    source: str = ""
    detail: str = ""
    on: date | None = None
    why: str = ""

    @property
    def is_known(self) -> bool:
        return self.value is not None


Facts = Mapping[str, Fact]
NOTHING = Fact(why="nobody_asked")


class Result(StrEnum):
    """What a rule says. Only MET speaks for the person."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True)
class Check:
    """One condition against its fact. ``why`` says why it could not be evaluated."""

    condition: Condition
    fact: Fact
    result: Result
    why: str = ""


@dataclass(frozen=True)
class Answer:
    """What one rule says, with the facts it looked at. Of an exclusion NOT_MET means: left out."""

    rule: Rule
    result: Result
    checks: tuple[Check, ...]

    @property
    def is_exclusion(self) -> bool:
        return isinstance(self.rule, Exclusion)

    @property
    def blocks(self) -> bool:
        """Whether it stands in the way; of what is unknown nobody can say so."""
        return self.rule.severity == "block" and self.result == Result.NOT_MET

    @property
    def why(self) -> str:
        """Why it could not be evaluated, as a code; empty when it could."""
        return next((check.why for check in self.checks if check.why), "")


@dataclass(frozen=True)
class PaperAnswer:
    """One paper: whether it is needed, and handed in. ``given`` is the code that serves.

    ``missing_for`` names the members of the family who have none; ``unsure`` those of whom nobody
    asked yet, where that alone keeps the paper in doubt.
    """

    requirement: Requirement
    needed: Result
    result: Result
    given: str = ""
    missing_for: tuple[str, ...] = ()
    unsure: str = ""

    @property
    def is_missing(self) -> bool:
        """Whether the file may not go without it. A doubtful need counts as need."""
        return (
            self.requirement.mandatory
            and self.needed != Result.NOT_MET
            and self.result != Result.MET
        )


@dataclass(frozen=True)
class Verdict:
    """What a version's rules say of a person on a day: the whole answer, and each of its parts."""

    version: ProgrammeVersion
    service: str
    day: date
    facts: Facts
    answers: tuple[Answer, ...]
    papers: tuple[PaperAnswer, ...]

    @property
    def standing(self) -> str:
        results = {answer.result for answer in self.answers if answer.rule.severity == "block"}
        if Result.NOT_MET in results:
            return Standing.DOES_NOT_MEET
        if results - {Result.MET}:
            return Standing.UNKNOWN
        return Standing.MEETS

    @property
    def obstacles(self) -> list[Answer]:
        """The criteria that stand in the way: who goes on gives a reason."""
        return [one for one in self.answers if one.blocks and not one.is_exclusion]

    @property
    def exclusions(self) -> list[Answer]:
        """The exclusions that stand in the way: only who may override them lets the file pass."""
        return [one for one in self.answers if one.blocks and one.is_exclusion]

    @property
    def warnings(self) -> list[Answer]:
        return [
            one
            for one in self.answers
            if one.rule.severity == "warning" and one.result == Result.NOT_MET
        ]

    @property
    def missing_papers(self) -> list[PaperAnswer]:
        return [paper for paper in self.papers if paper.is_missing]

    @property
    def is_complete(self) -> bool:
        return not self.missing_papers

    @property
    def has_poverty_test(self) -> bool:
        return self.version.terms.poverty_test


def judge(version: ProgrammeVersion, facts: Facts, service: str, day: date) -> Verdict:
    """Return what the version says of somebody with these facts who asks for this service."""
    terms = version.terms
    return Verdict(
        version=version,
        service=service,
        day=day,
        facts=facts,
        answers=tuple(answer(rule, facts) for rule in rules_of(terms, service)),
        papers=tuple(_paper(one, facts) for one in terms.requirements_of(service)),
    )


def rules_of(terms: Terms, service: str) -> list[Rule]:
    """Return the rules and exclusions of a service, the highest decile among them."""
    rules: list[Rule] = [
        rule
        for rule in (*terms.rules, *terms.exclusions)
        if not rule.services or service in rule.services
    ]
    highest = terms.max_decile(service)
    if highest is not None:
        rules.insert(0, _decile_rule(highest, "; ".join(terms.legal_bases)))
    return rules


def _decile_rule(highest: int, source: str) -> Rule:
    return Rule(
        code="max_decile",
        field="register.decile",
        operator="at_most",
        value=highest,
        message_id=f"Desil paling tinggi {highest}",
        message_en=f"Decile {highest} at most",
        source=source,
    )


def answer(rule: Rule, facts: Facts) -> Answer:
    """Return what one rule says of the facts."""
    checks = tuple(check(condition, facts) for condition in rule.conditions)
    result = any_of(one.result for one in checks)
    if isinstance(rule, Exclusion):
        result = _OPPOSITE.get(result, result)
    return Answer(rule, result, checks)


_OPPOSITE = {Result.MET: Result.NOT_MET, Result.NOT_MET: Result.MET}


def any_of(results: Iterable[Result]) -> Result:
    """Return whether one of several holds: one that does settles it, one in doubt keeps doubt."""
    found = set(results)
    for one in (Result.MET, Result.IMPOSSIBLE, Result.UNKNOWN):
        if one in found:
            return one
    return Result.NOT_MET


def check(condition: Condition, facts: Facts) -> Check:
    """Return whether one condition holds; what is not known never does."""
    field = field_of(condition.field)
    fact = facts.get(condition.field, NOTHING)
    why = ""
    if field is None:
        why = "unknown_field"
    elif not fits(field, condition.operator):
        why = "operator"
    elif not value_fits(field, condition.operator, condition.value):
        why = "value"
    elif fact.is_known and not is_of_kind(field, fact.value):
        why = "fact_kind"
    if why:
        return Check(condition, fact, Result.IMPOSSIBLE, why)
    if not fact.is_known:
        return Check(condition, fact, Result.UNKNOWN)
    holds = _HOLDS[condition.operator](fact.value, condition.value)
    return Check(condition, fact, Result.MET if holds else Result.NOT_MET)


_HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "is": lambda fact, value: fact == value,
    "is_not": lambda fact, value: fact != value,
    "in": lambda fact, value: fact in value,
    "not_in": lambda fact, value: fact not in value,
    "at_most": lambda fact, value: fact <= value,
    "at_least": lambda fact, value: fact >= value,
    "is_empty": lambda fact, _value: not fact,
    "is_known": lambda _fact, _value: True,
}


def needed(conditions: tuple[Condition, ...], facts: Facts) -> Result:
    """Return whether a paper or step that depends on conditions is called for."""
    if not conditions:
        return Result.MET
    return any_of(check(condition, facts).result for condition in conditions)


def _paper(requirement: Requirement, facts: Facts) -> PaperAnswer:
    serving = (requirement.code, *requirement.substitutes)
    known = {code: facts.get(f"paper.{code}", NOTHING).value for code in serving}
    given = next((code for code in serving if known[code]), "")
    result = Result.MET if given else Result.NOT_MET
    if not given and known[requirement.code] is None:
        result = Result.UNKNOWN
    missing_for: tuple[str, ...] = ()
    unsure = ""
    if requirement.each:
        without = facts.get("family.adults_without_ektp", NOTHING)
        missing_for = tuple(without.value or ())
        if missing_for:
            result = Result.NOT_MET
        elif not without.is_known and result == Result.MET:
            result, unsure = Result.UNKNOWN, without.detail
    return PaperAnswer(
        requirement, needed(requirement.needed_when, facts), result, given, missing_for, unsure
    )
