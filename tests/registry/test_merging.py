"""Merging two records of one person and taking it back: nothing is lost, nothing rewritten."""

import uuid

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from complaints import services as complaints
from complaints.models import ComplaintKind
from complaints.selectors import cases_of, live_cases
from programs.models import Participation, Programme
from programs.selectors import participations_of
from programs.services import record_participation
from puskesmas import furnishing
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, OwnFamily, WrongState
from puskesmas.models import AuditEntry
from registry.finding import find_people
from registry.identities import identities_of
from registry.letters import SktmFacts, issue_sktm
from registry.merging import better_kept, merge, merges_of, unmerge
from registry.models import HouseholdMember, Merge, Resident
from registry.selectors import family_of, household_of, person, register_answers
from registry.services import change_resident, create_resident, record_register_check
from reports.letters.selectors import letters_about, signers

NIK, OTHER_NIK = "3509990101900001", "3509990202910002"
KK, OTHER_KK = "3509990101100001", "3509990101100002"


def make(actor, name="Siti Khodijah", **fields):
    return create_resident(actor=actor, name=name, **fields)


@pytest.fixture
def front(cast):
    return cast.actor("front")


@pytest.fixture
def back(cast):
    return cast.actor("back")


@pytest.fixture
def siti(front):
    return make(front, nik=NIK, kk=KK, relation="1")


@pytest.fixture
def twice(front):
    return make(front, name="Siti Kodijah", phone="081200000077")


def merged(actor, duplicate, canonical, **more):
    made = merge(actor=actor, duplicate=duplicate.uid, canonical=canonical.uid, **more)
    duplicate.refresh_from_db()
    canonical.refresh_from_db()
    return made


def test_a_merged_record_leads_to_the_person(back, siti, twice):
    merged(back, twice, siti)
    assert person(twice.uid, actor=back) == siti
    assert identities_of(siti) == {siti.pk, twice.pk}
    assert [one.duplicate for one in merges_of(siti)] == [twice]


@pytest.mark.parametrize("text", ["siti kodijah", "081200000077", NIK, KK])
def test_the_search_finds_the_person_once_by_what_either_record_holds(back, siti, twice, text):
    merged(back, twice, siti)
    assert [hit.resident for hit in find_people(text, actor=back)] == [siti]


def test_the_search_finds_a_person_by_a_merged_records_nik(back, front, siti):
    other = make(front, name="Siti", nik=OTHER_NIK)
    merged(back, other, siti, reason="NIK ganda, kata Dukcapil")
    assert [hit.resident for hit in find_people(OTHER_NIK, actor=back)] == [siti]
    with pytest.raises(InvalidInput):
        make(front, name="Orang lain", nik=OTHER_NIK)


def test_taking_it_back_leaves_both_as_they_were(back, siti, twice):
    merged(back, twice, siti)
    unmerge(actor=back, uid=twice.uid)
    assert person(twice.uid, actor=back) == twice
    assert identities_of(siti) == {siti.pk}
    kept = Merge.objects.get()
    assert kept.unmerged_by == back.user


def test_what_hangs_on_either_record_is_read_as_the_persons(cast, back, front, siti, twice):
    furnishing.furnish(cast.village)
    kind = ComplaintKind.objects.get(office=cast.village, code="programme")
    programme = Programme.objects.get(office=cast.village, code="KIS-D")
    case = complaints.register_complaint(
        actor=front, client_uid=uuid.uuid4(), subject=twice, kind=kind, story="Kartu hilang"
    )
    for one in (siti, twice):
        record_participation(actor=front, resident=one, programme=programme, source="self")
    record_register_check(
        actor=front, resident=twice, register_code="DTSEN", method="siks_ng", result="listed"
    )
    letter = issue_sktm(
        actor=front,
        resident=twice,
        facts=SktmFacts(purpose="Berobat", valid_months=3),
        signer=signers(cast.village)[0],
    )
    merged(back, twice, siti)

    assert cases_of(siti, actor=back) == [case]
    assert live_cases([siti], actor=back) == {siti.pk: [case]}
    assert len(participations_of([siti])[siti.pk]) == 1
    answers = {one.register.code: one.result for one in register_answers(siti, actor=back)}
    assert answers["DTSEN"] == "listed"
    assert [one.uid for one in letters_about(back, siti.uid)] == [letter.uid]
    case.refresh_from_db()
    assert case.person == siti
    assert case.subject_id == twice.pk, "merging rewrites no reference"


def test_what_is_recorded_after_merging_is_recorded_once(cast, back, front, siti, twice):
    furnishing.furnish(cast.village)
    programme = Programme.objects.get(office=cast.village, code="KIS-D")
    record_participation(actor=front, resident=twice, programme=programme, source="self")
    merged(back, twice, siti)
    record_participation(actor=front, resident=siti, programme=programme, source="self")
    assert Participation.objects.count() == 1


def test_the_family_shows_a_person_once(back, front, siti):
    again = make(front, name="Siti K", kk=KK, relation="3")
    child = make(front, name="Bagas", kk=KK, relation="4")
    merged(back, again, siti)
    assert [row.resident for row in household_of(child)] == [siti, child]
    assert [row.resident for row in household_of(siti)] == [siti, child]


def test_a_card_only_the_merged_record_is_on_is_the_persons(back, front, twice):
    on_card = make(front, name="Siti K", kk=OTHER_KK, relation="1")
    merged(back, on_card, twice)
    assert [row.resident for row in household_of(twice)] == [twice]


def test_the_persons_own_card_comes_before_a_merged_records(back, front, siti):
    elsewhere = make(front, name="Siti K", kk=OTHER_KK, relation="1")
    neighbour = make(front, name="Bagas", kk=OTHER_KK, relation="4")
    merged(back, elsewhere, siti)
    assert [row.household.kk for row in household_of(siti)] == [KK]
    assert [row.resident for row in household_of(neighbour)] == [neighbour]


def test_every_record_of_a_relative_is_family(cast, back, front, siti, twice):
    officer = cast.back
    officer.kk = KK
    officer.save()
    assert twice.pk not in family_of(officer, cast.village.pk)
    merged(cast.actor("koordinator"), twice, siti)
    assert {siti.pk, twice.pk} <= family_of(officer, cast.village.pk)


def test_nobody_merges_his_own_family(cast, back, siti, twice):
    officer = cast.back
    officer.kk = KK
    officer.save()
    with pytest.raises(OwnFamily):
        merge(actor=cast.actor("back"), duplicate=twice.uid, canonical=siti.uid)
    merged(cast.actor("koordinator"), twice, siti)
    with pytest.raises(OwnFamily):
        unmerge(actor=cast.actor("back"), uid=twice.uid)


@pytest.mark.parametrize("who", ["front", "facilitator", "head", "kasun", "admin"])
def test_other_posts_do_not_merge(cast, siti, twice, who):
    with pytest.raises(NotYourRole):
        merge(actor=cast.actor(who), duplicate=twice.uid, canonical=siti.uid)
    with pytest.raises(NotYourRole):
        unmerge(actor=cast.actor(who), uid=twice.uid)


def test_another_offices_person_is_not_found(cast, siti, twice):
    with pytest.raises(NotFound):
        merge(actor=cast.actor("stranger"), duplicate=twice.uid, canonical=siti.uid)
    with pytest.raises(NotFound):
        unmerge(actor=cast.actor("stranger"), uid=twice.uid)


def test_two_niks_are_two_people_until_somebody_says_why_not(back, front, siti):
    other = make(front, name="Siti", nik=OTHER_NIK)
    with pytest.raises(InvalidInput) as refused:
        merged(back, other, siti, reason="  ")
    assert refused.value.code == "two_niks"
    merged(back, other, siti, reason="NIK ganda, surat Dukcapil 12/2026")
    assert Merge.objects.get().reason.startswith("NIK ganda")


def test_the_record_with_the_nik_stays(back, siti, twice):
    with pytest.raises(InvalidInput):
        merge(actor=back, duplicate=siti.uid, canonical=twice.uid)
    assert better_kept(twice, siti) == (siti, twice)


def test_without_niks_the_record_with_more_references_stays(front, twice):
    on_card = make(front, name="Siti K", kk=OTHER_KK)
    assert better_kept(twice, on_card) == (on_card, twice)
    assert better_kept(on_card, twice) == (on_card, twice)


def test_merging_twice_is_merging_once(back, siti, twice):
    first = merged(back, twice, siti)
    assert merged(back, twice, siti) == first
    assert Merge.objects.count() == 1


def test_what_is_merged_into_somebody_else_meanwhile_is_said(back, front, siti, twice):
    third = make(front, name="Siti Kodijah Baru")
    merged(back, twice, third)
    with pytest.raises(WrongState) as refused:
        merge(actor=back, duplicate=twice.uid, canonical=siti.uid)
    assert refused.value.details["merged_into"] == str(third.uid)
    with pytest.raises(InvalidInput):
        merge(actor=back, duplicate=siti.uid, canonical=siti.uid)


def test_a_merged_record_is_not_edited(back, front, siti, twice):
    merged(back, twice, siti)
    with pytest.raises(WrongState):
        change_resident(actor=front, uid=twice.uid, version=None, name="Lain")


def test_a_nik_given_away_meanwhile_stops_the_taking_back(back, front, siti):
    other = make(front, name="Siti", nik=OTHER_NIK)
    merged(back, other, siti, reason="NIK ganda")
    change_resident(actor=front, uid=siti.uid, version=None, name=siti.name, nik=OTHER_NIK)
    with pytest.raises(InvalidInput):
        unmerge(actor=back, uid=other.uid)
    assert Merge.objects.get().unmerged_at is None


def test_both_acts_are_in_the_history(back, siti, twice):
    merged(back, twice, siti, reason="Satu orang, kata ketua RT")
    unmerge(actor=back, uid=twice.uid)
    acts = AuditEntry.objects.filter(subject_uid=twice.uid).values_list("action", flat=True)
    assert {"merge_resident", "unmerge_resident"} <= set(acts)


def test_memberships_are_not_touched(back, front, siti):
    again = make(front, name="Siti K", kk=OTHER_KK, relation="1")
    before = list(HouseholdMember.objects.order_by("pk").values())
    merged(back, again, siti)
    unmerge(actor=back, uid=again.uid)
    assert list(HouseholdMember.objects.order_by("pk").values()) == before


PEOPLE = 6
STEPS = st.lists(
    st.tuples(st.sampled_from(["merge", "unmerge"]), *[st.integers(0, PEOPLE - 1)] * 2),
    max_size=14,
)


def standing(office):
    rows = Resident.objects.filter(office=office)
    return dict(rows.values_list("pk", "canonical"))


def act(actor, people, step):
    what, one, other = step
    try:
        if what == "merge":
            merge(actor=actor, duplicate=people[one].uid, canonical=people[other].uid)
        else:
            unmerge(actor=actor, uid=people[one].uid)
    except (InvalidInput, WrongState):
        return False
    return True


def root_of(pk, into):
    while pk in into:
        pk = into[pk]
    return pk


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=STEPS,
    last=st.tuples(*[st.integers(0, PEOPLE - 1)] * 2),
    order=st.permutations(range(PEOPLE)),
)
def test_merging_and_taking_back_is_as_if_nothing_was(cast, back, front, steps, last, order):
    with transaction.atomic():
        people = [make(front, name=f"Warga {n}") for n in range(PEOPLE)]
        for step in steps:
            act(back, people, step)
        now = standing(cast.village)

        running = Merge.objects.filter(unmerged_at__isnull=True)
        into = dict(running.values_list("duplicate", "canonical"))
        kept = {pk: canonical or pk for pk, canonical in now.items()}
        assert kept == {pk: root_of(pk, into) for pk in now}, "canonical follows from the merges"

        one, other = last
        if now[people[one].pk] is None and act(back, people, ("merge", one, other)):
            unmerge(actor=back, uid=people[one].uid)
            assert standing(cast.village) == now

        for n in order:
            unmerge(actor=back, uid=people[n].uid)
        assert set(standing(cast.village).values()) == {None}
        transaction.set_rollback(True)
