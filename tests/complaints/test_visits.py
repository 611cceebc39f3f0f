"""Visits to the house: planned, walked page by page, or typed from paper; never by the family."""

import uuid
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from complaints import services as cases
from complaints.models import EconomicReview, HouseVisit, VisitState
from complaints.verification import numbers, selectors, services, sheet
from complaints.verification.economy import record_economy
from puskesmas.attachments import may_see
from puskesmas.errors import (
    InvalidInput,
    NotFound,
    NotYourRole,
    OwnFamily,
    StaleVersion,
    WrongState,
)
from puskesmas.models import Assignment, Attachment
from registry.criteria.services import load_criteria
from registry.models import CriteriaSet, Survey
from tests.cast import SINCE
from tests.complaints.test_paper_review import photo

pytestmark = pytest.mark.django_db
SIDES = ("front", "right", "left", "inside", "toilet")


@pytest.fixture
def questions(cast):
    load_criteria(cast.village)
    return CriteriaSet.objects.get(office=cast.village, code="262-2022")


@pytest.fixture
def here(case, resident):
    """The case of a resident of the kasun's hamlet."""
    resident.dusun = "Krajan"
    resident.save()
    case.refresh_from_db()
    return case


@pytest.fixture
def visit(cast, here, questions):
    return services.plan_visit(actor=cast.actor("back"), uid=here.uid, criteria_set=questions)


def walk(cast, visit, who="kasun", *, sides=SIDES, answers=None, **more):
    """Fill in a visit page by page and finish it."""
    actor = cast.actor(who)
    services.save_answers(
        actor=actor, uid=visit.uid, answers=answers or {"floor": "yes", "wall": "no"}
    )
    for side in sides:
        services.add_photo(actor=actor, uid=visit.uid, side=side, photo=photo(told=True))
    services.save_economy(
        actor=actor, uid=visit.uid, income=1_250_000, members=4, source="keterangan istrinya"
    )
    values = {"visited_on": cast.village.today(), "surveyor_name": "Pak Kasun"} | more
    return services.finish_visit(actor=actor, uid=visit.uid, **values)


# --- Planning -----------------------------------------------------------------------------------


def test_a_visit_goes_to_who_looks_after_the_hamlet(cast, visit):
    assert visit.assigned_to == cast.kasun
    assert numbers.is_wellformed(visit.number)


def test_of_a_confidential_matter_somebody_says_to_whom(cast, here, questions, kinds):
    type(here).objects.filter(pk=here.pk).update(kind=kinds["protection"])
    planned = services.plan_visit(actor=cast.actor("back"), uid=here.uid, criteria_set=questions)
    assert planned.assigned_to is None


@pytest.mark.parametrize(
    ("dusun", "allowed"), [("Krajan", True), ("Sumber Wadung", False), ("", True)]
)
def test_a_kasun_is_sent_into_his_own_hamlet_only(cast, visit, resident, dusun, allowed):
    resident.dusun = dusun
    resident.rw = ""
    resident.save()
    assign = {"actor": cast.actor("back"), "uid": visit.uid, "officer": cast.kasun}
    if allowed:
        assert services.assign_visit(**assign).assigned_to == cast.kasun
    else:
        with pytest.raises(InvalidInput):
            services.assign_visit(**assign)
        facilitator = assign | {"officer": cast.facilitator}
        assert services.assign_visit(**facilitator).assigned_to == cast.facilitator


def test_a_visit_is_given_to_nobody_of_the_family(cast, here, questions, resident):
    cast.kasun.nik = resident.nik
    cast.kasun.save()
    planned = services.plan_visit(actor=cast.actor("back"), uid=here.uid, criteria_set=questions)
    assert planned.assigned_to is None
    with pytest.raises(InvalidInput):
        services.assign_visit(actor=cast.actor("back"), uid=planned.uid, officer=cast.kasun)


def test_a_case_has_one_visit_at_a_time_and_a_repeat_makes_no_second(cast, here, questions):
    given = {"actor": cast.actor("back"), "uid": here.uid, "criteria_set": questions}
    key = uuid.uuid4()
    first = services.plan_visit(client_uid=key, **given)
    assert services.plan_visit(client_uid=key, **given) == first
    with pytest.raises(WrongState):
        services.plan_visit(client_uid=uuid.uuid4(), **given)
    services.cancel_visit(actor=cast.actor("back"), uid=first.uid, reason="Warga pergi")
    assert services.plan_visit(client_uid=uuid.uuid4(), **given) != first


@pytest.mark.parametrize("who", ["front", "facilitator", "kasun", "head"])
def test_visits_are_planned_by_back_office_and_koordinator_only(cast, here, questions, who):
    with pytest.raises((NotYourRole, NotFound)):
        services.plan_visit(actor=cast.actor(who), uid=here.uid, criteria_set=questions)
    assert services.plan_visit(
        actor=cast.actor("koordinator"), uid=here.uid, criteria_set=questions
    ).pk


# --- Who sees it --------------------------------------------------------------------------------


def other_kasun(cast):
    user = type(cast.kasun).objects.create(username="kasun2", name="Kasun Dua")
    Assignment.objects.create(
        user=user, office=cast.village, role="kasun", dusun="Sumber Wadung", since=SINCE
    )
    cast.users["kasun2"] = user
    return cast.actor("kasun2")


def test_a_kasun_sees_the_visits_that_are_his_and_nothing_of_the_case(cast, visit, login, here):
    assert list(selectors.open_visits(cast.actor("kasun"))) == [visit]
    assert list(selectors.open_visits(other_kasun(cast))) == []
    with pytest.raises(NotFound):
        selectors.visit(visit.uid, actor=cast.actor("kasun2"))
    page = login("kasun").get(f"/verification/visits/{visit.uid}/").content.decode()
    assert here.receipt_number not in page.replace(" ", "")
    assert str(here.kind) not in page


def test_a_kasun_may_open_the_photos_of_his_visits_and_of_no_others(cast, visit):
    walk(cast, visit)
    picture = Attachment.objects.get(pk=visit.photos.first().attachment_id)
    assert may_see(cast.actor("kasun"), picture)
    assert not may_see(other_kasun(cast), picture)
    assert may_see(cast.actor("front"), picture)


def test_who_may_not_read_a_confidential_case_does_not_see_its_visit(cast, visit, kinds, here):
    type(here).objects.filter(pk=here.pk).update(kind=kinds["protection"])
    assert not selectors.visits(cast.actor("front")).exists()
    assert selectors.visits(cast.actor("back")).exists()
    assert selectors.visits(cast.actor("kasun")).exists()  # given to him, and it tells no kind


# --- Walking ------------------------------------------------------------------------------------


def test_a_finished_visit_becomes_survey_economic_review_and_papers_of_the_case(cast, visit, here):
    done = walk(cast, visit)
    assert done.state == VisitState.DONE
    assert done.survey.answers["floor"]["answer"] == "yes"
    assert done.economic_review.income_per_head == 312_500
    assert done.position == {"latitude": -8.123333, "longitude": 113.7}
    kept = here.papers.get(code="house_front")
    assert (kept.status, kept.attachment.position) == ("copied", done.position)
    with pytest.raises(WrongState):
        services.save_answers(actor=cast.actor("kasun"), uid=visit.uid, answers={"floor": "no"})


def test_what_is_missing_holds_nobody_up_but_says_why(cast, visit):
    with pytest.raises(InvalidInput) as refused:
        walk(cast, visit, sides=("front",))
    assert refused.value.field == "note"
    assert walk(cast, visit, sides=("front",), note="Tidak punya jamban").state == "done"


def test_a_typed_position_stands_before_the_cameras(cast, visit):
    services.save_position(actor=cast.actor("kasun"), uid=visit.uid, latitude=-8.2, longitude=113.8)
    assert walk(cast, visit).position == {"latitude": -8.2, "longitude": 113.8}


@pytest.mark.parametrize("away", [(0.0, 0.0), (51.5, 0.1)])
def test_a_photo_taken_where_no_house_of_ours_stands_does_not_place_it(cast, visit, away):
    told = photo(told=True, at=away)
    services.add_photo(actor=cast.actor("kasun"), uid=visit.uid, side="front", photo=told)
    visit.refresh_from_db()
    assert visit.position is None


def test_a_photo_may_be_chosen_from_the_phone_when_there_was_no_signal(visit, login):
    page = login("kasun").get(f"/verification/visits/{visit.uid}/photos/").text
    assert 'type="file"' in page
    assert "capture" not in page


@pytest.mark.parametrize(
    ("verb", "values"),
    [
        (services.save_answers, {"answers": {"floor": "maybe"}}),
        (services.save_answers, {"answers": {"other": "yes"}}),
        (services.save_position, {"latitude": 51.5, "longitude": 0.1}),
        (services.save_position, {"latitude": -8.1, "longitude": None}),
        (services.save_economy, {"income": 1_000_000}),
        (services.save_economy, {"members": 2, "earners": 3, "source": "istri"}),
        (services.save_economy, {"members": 0, "source": "istri"}),
        (services.finish_visit, {"visited_on": None, "surveyor_name": " "}),
    ],
)
def test_what_cannot_be_is_refused_in_words(cast, visit, verb, values):
    if values.get("visited_on", 1) is None:
        values = values | {"visited_on": cast.village.today(), "note": "tanpa foto"}
    with pytest.raises(InvalidInput):
        verb(actor=cast.actor("kasun"), uid=visit.uid, **values)


def test_only_who_was_sent_or_the_back_office_fills_it_in(cast, visit):
    answers = {"answers": {"floor": "yes"}}
    with pytest.raises(NotYourRole):
        services.save_answers(actor=cast.actor("facilitator"), uid=visit.uid, **answers)
    with pytest.raises(NotYourRole):
        services.save_answers(actor=cast.actor("koordinator"), uid=visit.uid, **answers)
    with pytest.raises(NotFound):
        services.save_answers(actor=other_kasun(cast), uid=visit.uid, **answers)
    assert services.save_answers(actor=cast.actor("back"), uid=visit.uid, **answers).pk


def test_nobody_surveys_his_own_family_by_page_or_program_the_head_does(
    cast, visit, resident, login
):
    for who in ("kasun", "back", "facilitator"):
        cast.users[who].nik = resident.nik
        cast.users[who].save()
    for who in ("kasun", "back"):
        with pytest.raises(OwnFamily):
            walk(cast, visit, who)
    page = login("kasun").get(f"/verification/visits/{visit.uid}/questions/").content.decode()
    assert "Mintalah petugas lain yang mensurvei." in page
    services.assign_visit(actor=cast.actor("koordinator"), uid=visit.uid, officer=cast.head)
    assert walk(cast, visit, "head").survey.asked_by == cast.head


def test_two_in_one_visit_see_each_other(cast, visit):
    services.save_answers(actor=cast.actor("back"), uid=visit.uid, answers={"floor": "yes"})
    with pytest.raises(StaleVersion):
        services.save_answers(
            actor=cast.actor("kasun"), uid=visit.uid, answers={}, version=visit.version
        )


def test_a_page_refused_keeps_what_was_typed(cast, visit, login):
    url = f"/verification/visits/{visit.uid}/economy/"
    answer = login("kasun").post(url, {"version": visit.version, "income": "Rp1.250.000"})
    assert answer.status_code == 400
    assert "Tulis dari mana angka ini diketahui." in answer.content.decode()
    box = BeautifulSoup(answer.content, "html.parser").find(id="id_income")
    assert box["value"] == "Rp1.250.000"


@pytest.mark.parametrize(
    ("page", "queries"),
    [
        ("", 6),
        ("questions/", 5),
        ("photos/", 5),
        ("position/", 5),
        ("economy/", 7),
        ("finish/", 5),
    ],
)
@pytest.mark.parametrize("sides", [(), SIDES])
def test_the_pages_of_a_visit_are_light_and_ask_a_fixed_number_of_queries(
    cast, visit, login, django_assert_num_queries, page, queries, sides
):
    for side in sides:
        services.add_photo(actor=cast.actor("kasun"), uid=visit.uid, side=side, photo=photo())
    client = login("kasun")
    with django_assert_num_queries(queries):
        answer = client.get(f"/verification/visits/{visit.uid}/{page}")
    assert answer.status_code == 200
    assert len(answer.content) < 40_000


# --- A case that ended, and one's own family ---------------------------------------------------


def test_a_visit_of_an_ended_case_waits_for_nobody_and_may_still_be_taken_back(
    cast, visit, here, login
):
    cases.withdraw(actor=cast.actor("front"), uid=here.uid, reason="Tidak jadi")
    assert list(selectors.open_visits(cast.actor("kasun"))) == []
    assert list(selectors.open_visits(cast.actor("back"))) == []
    page = login("back").get(f"/verification/visits/{visit.uid}/").text
    assert "Perkaranya sudah selesai." in page
    assert "Batalkan kunjungan" in page
    assert "Serahkan kepada petugas" not in page
    gone = services.cancel_visit(actor=cast.actor("back"), uid=visit.uid, reason="Selesai")
    assert gone.state == VisitState.CANCELLED
    cases.reopen(actor=cast.actor("back"), uid=here.uid, reason="Keliru")
    assert "Perkaranya sudah selesai." not in (
        login("back").get(f"/verification/visits/{visit.uid}/").text
    )


def test_a_case_opened_again_has_its_visit_again(cast, visit, here):
    cases.withdraw(actor=cast.actor("front"), uid=here.uid, reason="Tidak jadi")
    cases.reopen(actor=cast.actor("back"), uid=here.uid, reason="Keliru")
    assert list(selectors.open_visits(cast.actor("kasun"))) == [visit]


def test_nobody_plans_gives_away_or_takes_back_a_visit_to_his_own_family(
    cast, here, questions, resident, login
):
    back, koordinator = cast.actor("back"), cast.actor("koordinator")
    cast.back.nik = resident.nik
    cast.back.save()
    with pytest.raises(OwnFamily):
        services.plan_visit(actor=back, uid=here.uid, criteria_set=questions)
    visit = services.plan_visit(actor=koordinator, uid=here.uid, criteria_set=questions)
    with pytest.raises(OwnFamily):
        services.assign_visit(actor=back, uid=visit.uid, officer=cast.head)
    with pytest.raises(OwnFamily):
        services.cancel_visit(actor=back, uid=visit.uid, reason="Tidak perlu")
    assert "Batalkan" not in login("back").get(f"/verification/visits/{visit.uid}/").text
    services.assign_visit(actor=koordinator, uid=visit.uid, officer=cast.head)
    assert services.cancel_visit(actor=koordinator, uid=visit.uid, reason="Pindah").pk


# --- Paper --------------------------------------------------------------------------------------


def typed(visit, **more):
    return {
        "version": visit.version,
        "visited_on": visit.office.today().strftime("%d-%m-%Y"),
        "surveyor_name": "Pak Wiryo",
        "q_floor": "1",
        "q_wall": "2",
        "q_power": "0",
        "income": "900.000",
        "members": "3",
        "source": "keterangan kepala keluarga",
    } | more


def test_the_sheet_has_a_box_for_every_question_and_no_nik_kind_or_story(cast, visit, here):
    shown = sheet.sheet_context(selectors.visit(visit.uid, actor=cast.actor("back")))
    assert len(shown["questions"]) == 9
    assert shown["sheet_number"].replace(" ", "") == visit.number
    assert here.person.nik not in str(shown)
    assert str(here.kind) not in str(shown)
    for paper in ("f4", "a4"):
        pdf = sheet.render(selectors.visit(visit.uid, actor=cast.actor("back")), paper=paper)
        assert pdf.startswith(b"%PDF")


def test_a_sheet_is_found_by_its_number_and_typed_on_one_screen(cast, visit, login):
    client = login("front")
    url = f"/verification/visits/{visit.uid}/entry/"
    found = client.post("/verification/visits/find/", {"number": numbers.shown(visit.number)})
    assert found["Location"] == url
    assert client.post(url, typed(visit)).status_code == 302
    visit.refresh_from_db()
    assert (visit.state, visit.from_paper, visit.surveyor_name) == ("done", True, "Pak Wiryo")
    assert (visit.recorded_by, visit.visited_on) == (cast.front, cast.village.today())
    answers = visit.survey.answers
    assert [answers[code]["answer"] for code in ("floor", "wall", "power")] == [
        "yes",
        "no",
        "unknown",
    ]
    assert visit.economic_review.income_per_head == 300_000


def test_a_sheet_keeps_what_was_saved_from_the_phone_and_writes_over_what_was_typed(
    cast, visit, login
):
    kasun = cast.actor("kasun")
    asked = [criterion["code"] for criterion in visit.criteria_set.criteria]
    untyped = next(code for code in asked if code not in {"floor", "wall", "power"})
    services.save_answers(
        actor=kasun, uid=visit.uid, answers={"floor": "no", untyped: "yes"}, answered_by="istrinya"
    )
    services.save_economy(actor=kasun, uid=visit.uid, income=1, spending=700_000, source="istri")
    services.save_position(actor=kasun, uid=visit.uid, latitude=-8.1, longitude=113.7)
    visit.refresh_from_db()
    client, url = login("front"), f"/verification/visits/{visit.uid}/entry/"
    boxes = BeautifulSoup(client.get(url).content, "html.parser")
    assert boxes.find(id="id_q_floor")["value"] == "2"
    assert boxes.find(id="id_latitude")["value"] == "-8,1"
    assert boxes.find(id="id_answered_by")["value"] == "istrinya"
    assert client.post(url, typed(visit, latitude="-8,2", longitude="113,8")).status_code == 302
    visit.refresh_from_db()
    assert (visit.answers["floor"], visit.answers[untyped]) == ("yes", "yes")
    assert visit.position == {"latitude": -8.2, "longitude": 113.8}
    assert visit.answered_by == "istrinya"
    assert visit.economic_review.facts["income"] == 900_000
    assert visit.economic_review.facts["spending"] == 700_000


def test_a_sheet_without_a_position_leaves_the_one_there_is_and_half_a_one_is_refused(cast, visit):
    front = cast.actor("front")
    given = {
        "answers": {"floor": "yes"},
        "visited_on": cast.village.today(),
        "surveyor_name": "Pak Wiryo",
    }
    services.save_position(actor=cast.actor("kasun"), uid=visit.uid, latitude=-8.1, longitude=113.7)
    with pytest.raises(InvalidInput) as refused:
        services.enter_sheet(actor=front, uid=visit.uid, latitude=-8.2, **given)
    assert refused.value.field == "longitude"
    kept = services.enter_sheet(actor=front, uid=visit.uid, **given)
    assert kept.position == {"latitude": -8.1, "longitude": 113.7}


def test_a_sheet_signed_with_a_name_of_the_house_is_refused(cast, visit, resident):
    with pytest.raises(InvalidInput) as refused:
        services.enter_sheet(
            actor=cast.actor("front"),
            uid=visit.uid,
            answers={"floor": "yes"},
            visited_on=cast.village.today(),
            surveyor_name=f" {resident.name.upper()} ",
        )
    assert refused.value.field == "surveyor_name"


def test_a_wrong_key_or_number_is_told_and_nothing_typed_is_lost(visit, login):
    client = login("front")
    answer = client.post(f"/verification/visits/{visit.uid}/entry/", typed(visit, q_floor="7"))
    assert answer.status_code == 400
    assert "Ketik 1 untuk ya, 2 untuk tidak, 0 untuk belum tahu." in answer.content.decode()
    assert BeautifulSoup(answer.content, "html.parser").find(id="id_income")["value"] == "900.000"
    slip = str((int(visit.number[0]) + 1) % 10) + visit.number[1:]
    wrong = client.post("/verification/visits/find/", {"number": slip})
    assert "salah ketik" in wrong.content.decode()


def test_photos_of_a_typed_sheet_may_come_later_and_replace_none(cast, visit, here, login):
    login("front").post(f"/verification/visits/{visit.uid}/entry/", typed(visit))
    front = cast.actor("front")
    services.add_photo(actor=front, uid=visit.uid, side="front", photo=photo(told=True))
    assert here.papers.get(code="house_front").status == "copied"
    with pytest.raises(WrongState):
        services.add_photo(actor=front, uid=visit.uid, side="front", photo=photo())


def test_a_sheet_of_ones_own_family_is_typed_by_somebody_else(cast, visit, resident, login):
    cast.front.nik = resident.nik
    cast.front.save()
    answer = login("front").post(f"/verification/visits/{visit.uid}/entry/", typed(visit))
    assert answer.status_code == 403
    assert not Survey.objects.exists()
    assert (
        login("facilitator")
        .post(f"/verification/visits/{visit.uid}/entry/", typed(visit))
        .status_code
        == 302
    )


@pytest.mark.parametrize("number", ["00000098", "12345650"])
def test_a_sheet_number_catches_every_single_slip(number):
    number = number[:6] + numbers.check_digits(number[:6])
    assert numbers.is_wellformed(number)
    for place in range(8):
        for digit in "0123456789":
            slip = number[:place] + digit + number[place + 1 :]
            assert slip == number or not numbers.is_wellformed(slip)


# --- The economic review at the counter ---------------------------------------------------------


def test_an_economic_review_shows_income_per_head_with_its_source(cast, case, login):
    today = cast.village.today()
    record_economy(
        actor=cast.actor("front"),
        uid=case.uid,
        income=1_000_000,
        members=3,
        source="slip upah pabrik",
        observed_on=today,
    )
    page = login("front").get(f"/cases/{case.uid}/").content.decode()
    assert "Rp333.333" in page
    assert "slip upah pabrik" in page


@pytest.mark.parametrize(
    ("facts", "per_head"),
    [({"income": 0, "members": 2}, 0), ({"income": 5}, None), ({"members": 5}, None)],
)
def test_income_per_head_is_told_only_when_both_are_known(facts, per_head):
    assert EconomicReview(facts=facts).income_per_head == per_head


def test_an_economic_review_is_nobodys_of_his_own_family_nor_of_a_day_to_come(cast, case, resident):
    given = {"uid": case.uid, "income": 1, "source": "istri"}
    with pytest.raises(InvalidInput):
        record_economy(
            actor=cast.actor("front"),
            observed_on=cast.village.today() + timedelta(days=1),
            **given,
        )
    cast.front.nik = resident.nik
    cast.front.save()
    with pytest.raises(OwnFamily):
        record_economy(actor=cast.actor("front"), observed_on=cast.village.today(), **given)
    with pytest.raises(NotYourRole):
        record_economy(actor=cast.actor("kasun"), observed_on=cast.village.today(), **given)
    assert record_economy(actor=cast.actor("back"), observed_on=cast.village.today(), **given).pk


# --- The finding --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "finding", "must_say"),
    [
        ({"floor": "yes", "wall": "yes"}, "does_not_meet", True),
        ({"floor": "no", "wall": "no"}, "meets", True),
        ({"floor": "yes", "wall": "yes"}, "meets", False),
        # Where criteria differ there is nothing to go against: no source counts them.
        ({"floor": "yes", "wall": "no"}, "meets", False),
        ({"floor": "yes", "wall": "no"}, "does_not_meet", False),
    ],
)
def test_criteria_never_reject_but_going_against_all_of_them_is_written_down(
    cast, visit, here, answers, finding, must_say, login
):
    walk(cast, visit, answers=answers)
    given = {"actor": cast.actor("back"), "uid": here.uid, "finding": finding, "reason": "Dilihat"}
    if must_say:
        with pytest.raises(InvalidInput) as refused:
            cases.record_finding(**given)
        assert refused.value.field == "override"
        given["override"] = "Rumahnya bagus, tetapi milik orang"
    found = cases.record_finding(**given)
    assert found.finding == finding
    page = login("back").get(f"/cases/{here.uid}/").content.decode()
    assert ("Menyimpang dari kriteria karena:" in page) is must_say


def test_a_word_on_going_against_criteria_is_kept_only_where_somebody_does(cast, visit, here):
    walk(cast, visit, answers={"floor": "yes", "wall": "yes"})
    found = cases.record_finding(
        actor=cast.actor("back"), uid=here.uid, finding="meets", reason="Dilihat", override="–"
    )
    assert found.finding_override == ""


def test_the_penanggung_jawab_verifies_only_where_nobody_of_the_back_office_may(
    cast, here, resident, login
):
    head = cast.actor("head")
    with pytest.raises(NotYourRole):
        cases.examine(actor=head, uid=here.uid)
    url = f"/cases/{here.uid}/"
    assert "Mulai verifikasi" not in login("head").get(url).content.decode()
    cast.back.nik = resident.nik
    cast.back.save()
    with pytest.raises(OwnFamily):
        cases.examine(actor=cast.actor("back"), uid=here.uid)
    assert "Mulai verifikasi" in login("head").get(url).content.decode()
    assert cases.examine(actor=head, uid=here.uid).state == "in_verification"
    # A dated deputy of the back office comes before him.
    Assignment.objects.create(
        user=cast.front,
        office=cast.village,
        role="back_office",
        since=SINCE,
        until=cast.village.today() + timedelta(days=7),
        is_deputy=True,
    )
    with pytest.raises(NotYourRole):
        cases.record_finding(actor=head, uid=here.uid, finding="meets", reason="Uji")


def test_visits_of_the_other_village_do_not_exist(cast, visit):
    assert not HouseVisit.objects.visible_to(cast.actor("stranger")).exists()
    with pytest.raises(NotFound):
        selectors.visit(visit.uid, actor=cast.actor("stranger"))
