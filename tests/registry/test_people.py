"""Finding people, what the registers say of them, and who may write what."""

import uuid
from datetime import date, timedelta

import pytest
from django.utils import timezone

from puskesmas.crypto import blind_index
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, OwnFamily, StaleVersion
from puskesmas.models import AuditEntry
from registry.finding import find_people
from registry.models import (
    HouseholdMember,
    Register,
    RegisterCheck,
    RegisterRow,
    RegisterVersion,
    Resident,
)
from registry.selectors import household_of, is_family, person, register_answer
from registry.services import (
    change_resident,
    create_resident,
    keep_register_answer,
    record_register_check,
    reveal_numbers,
)

NIK, KK = "3509990101900001", "3509990101100001"
LISTED, NOT_LISTED, UNCERTAIN = RegisterCheck.Result


def make_person(actor, name="Siti Khodijah", **fields):
    return create_resident(actor=actor, name=name, **fields)


@pytest.fixture
def front(cast):
    return cast.actor("front")


@pytest.fixture
def siti(front):
    return make_person(front, nik=NIK, kk=KK, relation="1", phone="0812 0000 1111")


def make_version(office, *, days_old=10, whole=True, code="DTSEN", **row):
    register, _ = Register.objects.get_or_create(office=office, code=code, name_id=code)
    version = RegisterVersion.objects.create(
        office=office,
        register=register,
        data_date=office.today() - timedelta(days=days_old),
        whole_village=whole,
        file_sha256=uuid.uuid4().hex,
        published_at=timezone.now(),
    )
    if row:
        RegisterRow.objects.create(register_version=version, line=1, name="x", raw={}, **row)
    return version


@pytest.mark.parametrize(
    ("typed", "by"),
    [
        (NIK, "nik"),
        ("3509 9901 0190 0001", "nik"),
        (KK, "kk"),
        ("0812-0000-1111", "phone"),
        ("Siti Khodijah", "name"),
        ("siti kho", "name"),
        ("Sitti Hodijah", "name"),
        ("khodijah siti", "name"),
    ],
)
def test_a_person_is_found_by_number_or_by_a_misspelt_name(front, siti, typed, by):
    make_person(front, name="Bambang Sutrisno")
    hits = find_people(typed, actor=front)
    assert [(hit.resident.pk, hit.by) for hit in hits] == [(siti.pk, by)]


@pytest.mark.parametrize("typed", ["", "s", "3509990101900099", "zzzz", "%", "350999"])
def test_nothing_is_found_for_nothing(front, siti, typed):
    assert find_people(typed, actor=front) == []


def test_another_village_finds_nobody(cast, siti):
    stranger = cast.actor("stranger_front")
    assert find_people(NIK, actor=stranger) == []
    assert find_people("Siti Khodijah", actor=stranger) == []
    with pytest.raises(NotFound):
        person(siti.uid, actor=stranger)


def test_a_search_takes_a_fixed_number_of_queries(front, django_assert_max_num_queries):
    for n in range(15):
        make_person(front, name=f"Slamet {'abcdefghijklmno'[n]}riyadi", kk=KK)
    with django_assert_max_num_queries(6):
        hits = find_people("slamet", actor=front)
    assert len(hits) == 15


def test_the_nik_is_unique_in_the_office_and_free_in_another(cast, front, siti):
    with pytest.raises(InvalidInput) as caught:
        make_person(front, name="Orang Lain", nik=NIK)
    assert caught.value.field == "nik"
    assert make_person(cast.actor("stranger_front"), nik=NIK).pk != siti.pk


def test_a_person_without_any_number_is_accepted(front):
    assert make_person(front, name="Paijo").nik == ""


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "  "}, "name"),
        ({"nik": "123"}, "nik"),
        ({"nik": "3509993201900001"}, "nik"),
        ({"nik": "99" + NIK[2:]}, "nik"),
        ({"kk": "12"}, "kk"),
        ({"birth_date": date(2999, 1, 1)}, "birth_date"),
    ],
)
def test_an_impossible_value_is_refused_by_its_field(front, values, field):
    with pytest.raises(InvalidInput) as caught:
        make_person(front, **{"name": "Siti", **values})
    assert caught.value.field == field
    assert not Resident.objects.exists()


def test_a_repeat_with_the_same_uid_makes_no_second_person(front):
    uid = uuid.uuid4()
    first = make_person(front, client_uid=uid)
    assert make_person(front, client_uid=uid).pk == first.pk
    assert Resident.objects.count() == 1


@pytest.mark.parametrize("who", ["front", "back", "facilitator"])
def test_people_are_written_by_those_who_register(cast, who):
    assert make_person(cast.actor(who)).pk


@pytest.mark.parametrize("who", ["koordinator", "head", "kasun", "admin", "manager"])
def test_people_are_not_written_by_others(cast, who):
    with pytest.raises(NotYourRole):
        make_person(cast.actor(who))


def test_two_officers_do_not_overwrite_each_other(cast, siti):
    change_resident(actor=cast.actor("back"), uid=siti.uid, version=1, name="Siti Hodijah")
    with pytest.raises(StaleVersion) as caught:
        change_resident(actor=cast.actor("front"), uid=siti.uid, version=1, name="Siti K")
    assert caught.value.details == {"yours": 1, "current": 2}
    siti.refresh_from_db()
    assert siti.name == "Siti Hodijah"


def test_audit_names_the_fields_and_never_the_values(cast, siti):
    change_resident(
        actor=cast.actor("back"), uid=siti.uid, version=1, name="Siti H", phone="081233334444"
    )
    entry = AuditEntry.objects.get(action="change_resident")
    assert entry.fields == ["name", "phone"]


def test_moving_to_another_card_closes_the_old_membership(front, siti):
    other = "3509990202110002"
    change_resident(actor=front, uid=siti.uid, version=1, name=siti.name, kk=other, relation="3")
    rows = HouseholdMember.objects.filter(resident=siti).order_by("pk")
    assert [row.until is None for row in rows] == [False, True]
    assert rows[1].household.kk == other


def test_the_household_lists_the_head_first(front, siti):
    child = make_person(front, name="Dewi", kk=KK, relation="4")
    wife = make_person(front, name="Ani", kk=KK, relation="3")
    assert [member.resident for member in household_of(child)] == [siti, wife, child]


def test_family_is_oneself_and_everyone_on_ones_card(cast, front, siti):
    sister = make_person(front, name="Aminah", kk=KK)
    neighbour = make_person(front, name="Tetangga", kk="3509990303120003")
    officer = cast.back
    assert not is_family(officer, siti)
    officer.nik = NIK
    officer.save()
    assert is_family(officer, siti)
    assert is_family(officer, sister)
    assert not is_family(officer, neighbour)
    officer.nik, officer.kk = "", KK
    officer.save()
    assert is_family(officer, sister)
    assert not is_family(officer, neighbour)


@pytest.mark.parametrize(
    ("version", "listed", "with_nik", "result", "why"),
    [
        ({}, True, True, LISTED, ""),
        ({}, False, True, NOT_LISTED, ""),
        ({"whole": False}, True, True, LISTED, ""),
        ({"whole": False}, False, True, UNCERTAIN, "partial"),
        ({"days_old": 400}, True, True, UNCERTAIN, "too_old"),
        ({"days_old": 400}, False, True, UNCERTAIN, "too_old"),
        ({}, False, False, UNCERTAIN, "no_nik"),
        ({}, True, False, LISTED, ""),
    ],
)
def test_what_a_list_can_say(cast, front, version, listed, with_nik, result, why):
    someone = make_person(front, nik=NIK if with_nik else "")
    row = {"resident": someone, "decile": 2} if listed else {}
    make_version(cast.village, **version, **row)
    answer = register_answer(someone, actor=front)
    assert (answer.result, answer.why) == (result, why)
    assert answer.decile == (2 if listed else None)


def test_without_any_list_nothing_is_certain(cast, front, siti):
    assert register_answer(siti, actor=front) is None
    Register.objects.create(office=cast.village, code="DTSEN", name_id="DTSEN")
    answer = register_answer(siti, actor=front)
    assert (answer.result, answer.why) == (UNCERTAIN, "no_list")


def test_what_it_said_on_a_day_ignores_later_lists(cast, front, siti):
    make_version(cast.village, days_old=60)
    make_version(cast.village, days_old=5, resident=siti, decile=3)
    today = cast.village.today()
    assert register_answer(siti, actor=front).result == LISTED
    assert register_answer(siti, actor=front, on=today - timedelta(days=30)).result == NOT_LISTED
    assert register_answer(siti, actor=front, on=today - timedelta(days=90)).why == "no_list"


def test_a_withdrawn_list_says_nothing(cast, front, siti):
    version = make_version(cast.village, resident=siti)
    version.withdrawn_at = timezone.now()
    version.save()
    assert register_answer(siti, actor=front).why == "no_list"


def test_a_check_by_hand_counts_like_a_list_of_its_day(cast, front, siti):
    make_version(cast.village, days_old=10)
    record_register_check(
        actor=front,
        resident=siti,
        register_code="DTSEN",
        method="siks_ng",
        result="listed",
        decile=4,
    )
    answer = register_answer(siti, actor=front)
    assert (answer.result, answer.decile, answer.method) == (LISTED, 4, "siks_ng")
    make_version(cast.village, days_old=-1)
    tomorrow = cast.village.today() + timedelta(days=1)
    assert register_answer(siti, actor=front, on=tomorrow).result == NOT_LISTED


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"decile": 11}, "decile"),
        ({"decile": 0}, "decile"),
        ({"decile": 3, "result": "not_listed"}, "decile"),
        ({"checked_at": timezone.now() + timedelta(days=1)}, "checked_at"),
    ],
)
def test_an_impossible_check_is_refused(cast, front, siti, values, field):
    Register.objects.create(office=cast.village, code="DTSEN", name_id="DTSEN")
    good = {"register_code": "DTSEN", "method": "siks_ng", "result": "listed"}
    with pytest.raises(InvalidInput) as caught:
        record_register_check(actor=front, resident=siti, **{**good, **values})
    assert caught.value.field == field


def test_a_case_keeps_the_answer_of_its_day(cast, front, siti):
    version = make_version(cast.village, days_old=5, resident=siti, decile=1)
    kept = keep_register_answer(actor=front, resident=siti, on=cast.village.today())
    version.rows.all().delete()
    kept.refresh_from_db()
    assert (kept.result, kept.decile, kept.data_date) == (LISTED, 1, version.data_date)


def test_revealing_numbers_needs_a_reason_and_is_audited(cast, front, siti):
    with pytest.raises(InvalidInput):
        reveal_numbers(actor=front, uid=siti.uid, reason=" ")
    assert reveal_numbers(actor=front, uid=siti.uid, reason="cek SIKS-NG") == {
        "nik": NIK,
        "kk": KK,
        "phone": siti.phone,
    }
    assert siti.phone
    entry = AuditEntry.objects.get(action="reveal")
    assert (entry.actor, entry.fields) == (cast.front, ["kk", "nik", "phone"])
    with pytest.raises(NotFound):
        reveal_numbers(actor=cast.actor("stranger"), uid=siti.uid, reason="x")


def test_somebody_registered_after_the_list_came_is_found_on_it_by_nik(cast, front):
    make_version(cast.village, nik_index=blind_index(NIK, purpose="nik"), decile=2)
    answer = register_answer(make_person(front, nik=NIK), actor=front)
    assert answer is not None
    assert (answer.result, answer.decile) == (LISTED, 2)


def test_a_namesake_without_a_nik_on_the_list_leaves_the_answer_open(cast, front, siti):
    make_version(cast.village, name_key=siti.name_key, decile=2)
    answer = register_answer(siti, actor=front)
    assert answer is not None
    assert (answer.result, answer.why, answer.decile) == (UNCERTAIN, "look_alike", None)


def test_a_namesake_with_another_nik_on_the_list_is_another_person(cast, front, siti):
    other = blind_index("3509990101900077", purpose="nik")
    make_version(cast.village, name_key=siti.name_key, nik_index=other)
    answer = register_answer(siti, actor=front)
    assert answer is not None
    assert answer.result == NOT_LISTED


def test_a_like_name_on_the_same_card_leaves_the_answer_open(cast, front, siti):
    # One digit of the NIK is wrong on the list; the card and nearly the name are his.
    make_version(
        cast.village,
        name_key=siti.name_key[:-1],
        nik_index=blind_index("3509990101900077", purpose="nik"),
        kk_index=blind_index(KK, purpose="kk"),
    )
    answer = register_answer(siti, actor=front)
    assert answer is not None
    assert (answer.result, answer.why) == (UNCERTAIN, "look_alike")


def test_a_slip_in_a_name_without_nik_leaves_the_answer_open(cast, front, siti):
    make_version(cast.village, name_key=siti.name_key[:-1])
    answer = register_answer(siti, actor=front)
    assert answer is not None
    assert answer.result == UNCERTAIN


def test_the_register_in_force_answers_before_a_former_one(cast, front, siti):
    make_version(cast.village, days_old=30, resident=siti, decile=1)
    make_version(cast.village, days_old=1, code="DTKS")
    Register.objects.filter(code="DTKS").update(in_force=False)
    answer = register_answer(siti, actor=front)
    assert answer is not None
    assert (answer.register.code, answer.result) == ("DTSEN", LISTED)


def test_a_look_that_found_nothing_out_does_not_outrank_a_list(cast, front, siti):
    make_version(cast.village, days_old=10, resident=siti, decile=1)
    record_register_check(
        actor=front, resident=siti, register_code="DTSEN", method="siks_ng", result="uncertain"
    )
    answer = register_answer(siti, actor=front)
    assert answer is not None
    assert (answer.result, answer.decile) == (LISTED, 1)


def test_nobody_checks_his_own_family(cast, front, siti):
    Register.objects.create(office=cast.village, code="DTSEN", name_id="DTSEN")
    cast.front.kk = KK
    cast.front.save()
    with pytest.raises(OwnFamily):
        record_register_check(
            actor=cast.actor("front"),
            resident=siti,
            register_code="DTSEN",
            method="siks_ng",
            result="listed",
        )
