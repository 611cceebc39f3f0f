"""Properties of the rule engine: unknown is never met, a rule more never helps, a why is given."""

from datetime import date

import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from programs.eligibility import words
from programs.eligibility.judging import Fact, Result, Standing, answer, check, judge
from programs.models import ProgrammeVersion
from programs.terms.document import Condition, Exclusion, Rule, Terms, read_terms, write_terms
from programs.terms.fields import (
    BARE,
    CHOICE,
    LISTS,
    NAMES,
    NUMBER,
    OPERATORS,
    YES_NO,
    fields,
    fits,
    value_fits,
)

DAY = date(2026, 11, 22)
RANK = [Standing.DOES_NOT_MEET, Standing.UNKNOWN, Standing.MEETS]

#: One or two facts of each kind: few, so that what is drawn as known is what the rules ask for.
_ASKED = [
    fields()[code]
    for code in (
        "person.alive",
        "case.emergency",
        "person.age",
        "care.class",
        "family.adults_without_ektp",
        "card.deactivated_on",
    )
]
#: How long drawing takes hangs on the machine, not on the rules.
patiently = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
long_enough = settings(patiently, max_examples=5000)


def values(field):
    """Return a strategy of values such a fact can have."""
    if field.kind == YES_NO:
        return st.booleans()
    if field.kind == NUMBER:
        return st.integers(0, 12)
    if field.kind == CHOICE:
        return st.sampled_from([code for code, _word in field.choices])
    if field.kind == NAMES:
        return st.lists(st.sampled_from(["Joko", "Siti"]), max_size=2).map(tuple)
    return st.just("2026-01-01")


@st.composite
def conditions(draw):
    """Return a condition, most of them sound, some that cannot be evaluated."""
    if draw(st.integers(0, 9)) == 0:
        return Condition("person.shoe_size", "is", 42)
    field = draw(st.sampled_from(_ASKED))
    sound = [operator for operator in OPERATORS if fits(field, operator)]
    operator = draw(st.sampled_from(sound * 4 + [*OPERATORS]))
    if operator in BARE:
        return Condition(field.code, operator)
    value = draw(values(field))
    return Condition(field.code, operator, (value,) if operator in LISTS else value)


@st.composite
def rules(draw):
    kind = draw(st.sampled_from([Rule, Exclusion]))
    return kind(
        code=draw(st.text("abcdefgh", min_size=8, max_size=8)),
        message_id="Aturan",
        any_of=tuple(draw(st.lists(conditions(), min_size=1, max_size=3))),
        severity=draw(st.sampled_from(["block", "warning", "info"])),
    )


@st.composite
def known(draw):
    """Return facts: some known, some unknown, some of the wrong kind."""
    facts = {}
    for field in _ASKED:
        wrong = st.sampled_from([None, None, "bukan"])
        value = draw(wrong if draw(st.integers(0, 2)) == 0 else values(field))
        facts[field.code] = Fact(value, "stated")
    return facts


def version_of(*more):
    """Return a version that lays down these rules, as it would be read from the database."""
    rules = tuple(one for one in more if type(one) is Rule)
    exclusions = tuple(one for one in more if isinstance(one, Exclusion))
    content = write_terms(Terms(rules=rules, exclusions=exclusions))
    return ProgrammeVersion(effective_from=DAY, content=content)


@pytest.mark.parametrize("result", Result)
@pytest.mark.parametrize("kind", [Rule, Exclusion])
def test_what_is_drawn_comes_to_every_answer(kind, result):
    """Else the properties below would hold of nothing."""
    drawn = st.tuples(rules().filter(lambda rule: type(rule) is kind), known())
    find(drawn, lambda both: answer(*both).result == result, settings=long_enough)


@patiently
@given(rules(), known())
def test_a_rule_is_met_only_by_what_is_known(rule, facts):
    said = answer(rule, facts)
    if said.result == Result.MET:
        deciding = Result.NOT_MET if said.is_exclusion else Result.MET
        checks = [one for one in said.checks if one.result == deciding]
        assert checks
        assert all(one.fact.is_known for one in checks)
        assert not said.is_exclusion or len(checks) == len(said.checks)


@patiently
@given(rules())
def test_nothing_is_met_by_somebody_of_whom_nothing_is_known(rule):
    assert answer(rule, {}).result in {Result.UNKNOWN, Result.IMPOSSIBLE}


@patiently
@given(st.lists(rules(), max_size=4), rules(), known())
def test_a_rule_more_never_makes_anybody_meet_more(before, one, facts):
    fewer = judge(version_of(*before), facts, "", DAY)
    more = judge(version_of(*before, one), facts, "", DAY)
    assert RANK.index(more.standing) <= RANK.index(fewer.standing)


@patiently
@given(rules(), known())
def test_a_rule_that_cannot_be_evaluated_says_why(rule, facts):
    said = answer(rule, facts)
    assert (said.result == Result.IMPOSSIBLE) <= bool(said.why)
    if said.result == Result.IMPOSSIBLE:
        assert words.why_words(said.why) != said.why


@patiently
@given(rules(), known())
def test_every_answer_but_met_says_what_would_change_it(rule, facts):
    said = answer(rule, facts)
    assert bool(words.change_words(said)) is (said.result != Result.MET)


@patiently
@given(rules(), known(), known())
def test_to_learn_more_settles_doubt_and_turns_nothing_round(rule, facts, learned):
    sure = {code: fact for code, fact in facts.items() if fact.is_known}
    before = answer(rule, sure).result
    after = answer(rule, learned | sure).result
    if before in {Result.MET, Result.NOT_MET}:
        assert after in {before, Result.MET, Result.NOT_MET}
        if len(rule.conditions) == 1:
            assert after == before


@patiently
@given(st.lists(rules(), max_size=4, unique_by=lambda rule: rule.code))
def test_what_is_written_is_read_back_the_same(some):
    sound = [
        rule
        for rule in some
        if all(
            (field := fields().get(one.field)) is not None
            and fits(field, one.operator)
            and value_fits(field, one.operator, one.value)
            for one in rule.conditions
        )
    ]
    terms = Terms(
        rules=tuple(one for one in sound if type(one) is Rule),
        exclusions=tuple(one for one in sound if isinstance(one, Exclusion)),
    )
    assert read_terms(write_terms(terms)) == terms


@pytest.mark.parametrize(
    ("condition", "fact", "why"),
    [
        (Condition("person.shoe_size", "is", 42), None, "unknown_field"),
        (Condition("person.age", "is_empty"), 3, "operator"),
        (Condition("person.age", "at_most", "tua"), 3, "value"),
        (Condition("person.age", "at_most", 17), "tujuh belas", "fact_kind"),
    ],
)
def test_what_stands_in_the_way_of_evaluating_is_named(condition, fact, why):
    facts = {condition.field: Fact(fact)} if fact is not None else {}
    assert check(condition, facts).why == why


def test_the_highest_decile_is_a_rule_of_the_purpose_the_service_serves():
    content = {
        "max_deciles": {"new": 4, "reactivation": 6},
        "services": [
            {"code": "baru", "name_id": "Baru"},
            {"code": "aktif", "name_id": "Aktif kembali", "purpose": "reactivation"},
        ],
    }
    version = ProgrammeVersion(effective_from=DAY, content=content)
    facts = {"register.decile": Fact(5, "register", "DTSEN", DAY)}
    assert judge(version, facts, "baru", DAY).standing == Standing.DOES_NOT_MEET
    assert judge(version, facts, "aktif", DAY).standing == Standing.MEETS


def test_the_change_is_said_in_both_languages_and_says_nothing_of_receiving():
    rule = Rule("desil", "Desil", "register.decile", "at_most", 4)
    said = answer(rule, {"register.decile": Fact(7, "register", "DTSEN", DAY)})
    assert words.change_words(said) == "Berubah bila Desil: paling tinggi 4."
    out = Exclusion("pbi", "PBI", "holds.PBI-JK", "is", True)
    left_out = answer(out, {"holds.PBI-JK": Fact(True, "owner")})
    assert words.change_words(left_out) == "Berubah bila Menerima PBI-JK: tidak."
    with override("en"):
        assert words.change_words(said) == "Would change if Decile: at most 4."


def test_an_exclusion_that_holds_is_told_though_a_condition_beside_it_cannot_be_judged():
    unsound = Condition("card.deactivated_on", "at_most", "2026-01-01")
    met = Condition("person.alive", "is", value=False)
    rule = Exclusion(code="mati", message_id="Aturan", any_of=(unsound, met), severity="block")
    said = answer(rule, {"person.alive": Fact(False, "stated")})
    assert said.result == Result.NOT_MET
    assert words.change_words(said)
