"""Criteria sets and surveys: met, not met, unknown; never a total."""

import uuid
from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from puskesmas.errors import InvalidInput, NotYourRole, OwnFamily
from puskesmas.models import AuditEntry
from registry.codes import HOUSING
from registry.criteria import selectors, services
from registry.criteria.prefill import answer_of, known_answers
from registry.models import CriteriaSet, Household, HousingFacts, Survey
from registry.services import create_resident

KK = "3509990101100021"


@pytest.fixture
def person(cast):
    return create_resident(actor=cast.actor("front"), name="Wagiyem", kk=KK, relation="1")


@pytest.fixture
def sets(cast):
    services.load_criteria(cast.village)
    return {one.code: one for one in CriteriaSet.objects.filter(office=cast.village)}


def house(cast, **facts):
    return HousingFacts.objects.create(
        office=cast.village,
        household=Household.objects.get(),
        observed_on=date(2026, 2, 3),
        source="kasun Krajan",
        **facts,
    )


def ask(cast, person, criteria_set, answers, who="kasun", **more):
    return services.record_survey(
        actor=cast.actor(who),
        resident=person,
        criteria_set=criteria_set,
        asked_on=cast.village.today(),
        answers=answers,
        **more,
    )


def results(survey):
    return {one.code: one.result for one in selectors.results_of(survey)}


def test_an_office_starts_with_the_three_sets_once(cast):
    assert services.load_criteria(cast.village) == 3
    assert services.load_criteria(cast.village) == 0


@pytest.mark.parametrize(
    ("code", "questions"), [("262-2022", 9), ("10-pertanyaan", 10), ("146-2013", 11)]
)
def test_a_set_has_the_criteria_its_source_lists(sets, code, questions):
    criteria = sets[code].criteria
    assert len(criteria) == questions
    assert len({one["code"] for one in criteria}) == questions
    assert {one["poor"] for one in criteria} <= {"yes", "no"}
    assert all(one["question_id"] and one["question_en"] for one in criteria)
    assert not any(key in one for one in criteria for key in ("weight", "points", "score"))


def test_the_two_shares_of_food_stand_as_their_sources_have_them(sets):
    by_code = {code: {one["code"] for one in row.criteria} for code, row in sets.items()}
    assert "food_half" in by_code["262-2022"]
    assert "food_70" in by_code["10-pertanyaan"]


@pytest.mark.parametrize(
    ("code", "answer", "result"),
    [
        # In the ten questions a home of one's own, work, clothes and a toilet speak against.
        ("home", "yes", "not_met"),
        ("home", "no", "met"),
        ("head_works", "no", "met"),
        ("clothes", "yes", "not_met"),
        ("toilet", "no", "met"),
        ("other_family", "yes", "met"),
        ("food_70", "yes", "met"),
        ("floor", "no", "not_met"),
        ("power", "unknown", "unknown"),
    ],
)
def test_the_answer_that_speaks_for_poverty_meets_the_criterion(
    cast, person, sets, code, answer, result
):
    filler = "wall" if code != "wall" else "floor"
    survey = ask(cast, person, sets["10-pertanyaan"], {filler: "yes", code: answer})
    assert results(survey)[code] == result


def test_nobody_surveys_his_own_family(cast, sets, login):
    sister = create_resident(
        actor=cast.actor("front"), name="Wagiyem", kk=KK, nik="3509994507800031", relation="1"
    )
    cast.kasun.kk = KK
    cast.kasun.save()
    with pytest.raises(OwnFamily):
        ask(cast, sister, sets["262-2022"], {"floor": "yes"})
    page = login("kasun").get(reverse("surveys:new", args=[sister.uid, "262-2022"]))
    assert "Mintalah petugas lain yang mensurvei." in page.content.decode()
    assert ask(cast, sister, sets["262-2022"], {"floor": "yes"}, who="facilitator").pk


def test_what_nobody_answered_is_unknown(cast, person, sets):
    survey = ask(cast, person, sets["262-2022"], {"floor": "yes"})
    assert results(survey).pop("floor") == "met"
    assert set(results(survey).values()) == {"met", "unknown"}


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({}, "answers"),
        ({"floor": "unknown"}, "answers"),
        ({"floor": "maybe"}, "answers"),
        ({"colour": "yes"}, "answers"),
    ],
)
def test_an_impossible_survey_is_refused_in_words(cast, person, sets, answers, field):
    with pytest.raises(InvalidInput) as caught:
        ask(cast, person, sets["262-2022"], answers)
    assert caught.value.field == field


@pytest.mark.parametrize("who", ["front", "back", "facilitator", "kasun"])
def test_who_meets_people_asks(cast, person, sets, who):
    assert ask(cast, person, sets["262-2022"], {"floor": "no"}, who=who).asked_by == cast.users[who]


@pytest.mark.parametrize("who", ["koordinator", "head", "admin", "manager"])
def test_others_do_not_ask(cast, person, sets, who):
    with pytest.raises(NotYourRole):
        ask(cast, person, sets["262-2022"], {"floor": "no"}, who=who)


def test_a_survey_sent_twice_is_kept_once(cast, person, sets):
    uid = uuid.uuid4()
    first = ask(cast, person, sets["262-2022"], {"floor": "yes"}, client_uid=uid)
    again = ask(cast, person, sets["262-2022"], {"floor": "no"}, client_uid=uid)
    assert again.pk == first.pk
    assert again.is_repeat
    assert Survey.objects.count() == 1


def test_answers_are_not_readable_in_the_database(cast, person, sets, connection_of):
    ask(cast, person, sets["262-2022"], {"food_worry": "yes"}, note="menangis")
    raw = connection_of("registry_survey", "answers", "note")
    assert b"food_worry" not in raw
    assert b"menangis" not in raw


@pytest.fixture
def connection_of(db):
    from django.db import connection

    def stored(table, *columns):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(columns)} FROM {table}")  # noqa: S608
            return b"".join(bytes(value) for row in cursor.fetchall() for value in row)

    return stored


@pytest.mark.parametrize(
    ("rule", "facts", "answer"),
    [
        ({}, {}, "unknown"),
        ({"field": "floor", "yes": ["a"]}, {"floor": "a"}, "yes"),
        ({"field": "floor", "yes": ["a"]}, {"floor": "b"}, "no"),
        ({"field": "floor", "yes": ["a"]}, {"floor": ""}, "unknown"),
        ({"field": "floor", "yes": ["a"], "unsure": ["b"]}, {"floor": "b"}, "unknown"),
        ({"field": "toilet", "no": ["own"]}, {"toilet": "own"}, "no"),
        ({"field": "toilet", "no": ["own"]}, {"toilet": "none"}, "yes"),
        (
            {"field": "lighting", "yes": ["none"], "power_at_most": 450},
            {"lighting": "none"},
            "yes",
        ),
        (
            {"field": "lighting", "yes": ["none"], "power_at_most": 450},
            {"lighting": "pln", "power_va": 450},
            "yes",
        ),
        (
            {"field": "lighting", "yes": ["none"], "power_at_most": 450},
            {"lighting": "pln", "power_va": 900},
            "no",
        ),
        # PLN without a known meter says nothing of 450 W.
        (
            {"field": "lighting", "yes": ["none"], "power_at_most": 450},
            {"lighting": "pln"},
            "unknown",
        ),
        ({"field": "area_m2", "per_head_below": 8}, {"area_m2": 24}, "no"),
        ({"field": "area_m2", "per_head_below": 8}, {"area_m2": 23}, "yes"),
        ({"field": "area_m2", "per_head_below": 8}, {}, "unknown"),
    ],
)
def test_a_fact_of_the_house_answers_what_it_can(rule, facts, answer):
    assert answer_of(rule, HousingFacts(**facts), heads=3) == answer


def test_the_newest_facts_answer_with_their_day_and_source(cast, person, sets):
    house(cast, toilet="1")
    known = known_answers(sets["262-2022"], person)
    assert known["no_toilet"].answer == "no"
    survey = ask(cast, person, sets["262-2022"], {"no_toilet": "no", "floor": "yes"})
    said = {one.code: one for one in selectors.results_of(survey)}
    assert (said["no_toilet"].on, said["no_toilet"].source) == (date(2026, 2, 3), "kasun Krajan")
    assert said["floor"].on is None


def test_an_answer_other_than_the_fact_carries_no_source_of_it(cast, person, sets):
    house(cast, toilet="1")
    survey = ask(cast, person, sets["262-2022"], {"no_toilet": "yes"})
    assert {one.on for one in selectors.results_of(survey)} == {None}


def test_the_form_is_filled_in_from_the_facts_and_says_so(cast, person, sets, login):
    house(cast, toilet="1")
    url = reverse("surveys:new", args=[person.uid, "262-2022"])
    page = login("kasun").get(url).content.decode()
    assert "kasun Krajan" in page
    chosen = BeautifulSoup(page, "html.parser").select("input[type=radio][checked]")
    answers = {one["name"].removeprefix("q_"): one["value"] for one in chosen}
    codes = [one["code"] for one in sets["262-2022"].criteria]
    assert answers == dict.fromkeys(codes, "unknown") | {"no_toilet": "no"}


def filled(criteria_set, **more):
    """Return the form as a browser sends it: the floor answered, the rest not known."""
    answers = {f"q_{one['code']}": "unknown" for one in criteria_set.criteria}
    return answers | {"client_uid": str(uuid.uuid4()), "q_floor": "yes"} | more


def test_the_page_keeps_the_answers_and_shows_each_result(cast, person, sets, login):
    url = reverse("surveys:new", args=[person.uid, "262-2022"])
    browser = login("kasun")
    form = filled(sets["262-2022"], asked_on="01-02-2026")
    answer = browser.post(url, form)
    assert answer.status_code == 302
    page = browser.get(answer["Location"]).content.decode()
    assert page.count("Terpenuhi") == 1
    assert page.count("Belum diketahui") == 8
    assert AuditEntry.objects.filter(action="open_survey").exists()


def test_a_refused_form_keeps_what_was_chosen(cast, person, sets, login):
    url = reverse("surveys:new", args=[person.uid, "262-2022"])
    form = filled(sets["262-2022"], asked_on="01-02-2126")
    answer = login("kasun").post(url, form)
    assert answer.status_code == 400
    assert "belum terjadi" in answer.content.decode()
    chosen = BeautifulSoup(answer.content, "html.parser").select_one("[name=q_floor][checked]")
    assert chosen["value"] == "yes"


def test_the_family_s_surveys_stand_on_each_member_s_page(cast, person, sets):
    child = create_resident(actor=cast.actor("front"), name="Slamet", kk=KK, relation="4")
    survey = ask(cast, person, sets["262-2022"], {"floor": "yes"})
    assert list(selectors.surveys_about(child, actor=cast.actor("front"))) == [survey]
    assert not selectors.surveys_about(child, actor=cast.actor("stranger_front"))


def test_every_code_of_a_rule_is_one_the_house_s_facts_can_have():
    rules = [
        one["housing"]
        for row in services.starter_sets()
        for one in row["criteria"]
        if "housing" in one
    ]
    for rule in rules:
        codes = {*rule.get("yes", ()), *rule.get("no", ()), *rule.get("unsure", ())}
        known = set(HOUSING[rule["field"]].words) if rule["field"] in HOUSING else set()
        assert codes <= known
