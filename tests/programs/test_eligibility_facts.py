"""Facts from everything the office holds: with source and date, unknown where nobody knows."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from programs.catalogue import services as catalogue
from programs.catalogue.exchange import export_catalogue, import_catalogue, load_catalogue
from programs.catalogue.file import parse
from programs.catalogue.plan import plan
from programs.eligibility import judging
from programs.eligibility.gathering import facts_of
from programs.eligibility.judging import Result, Standing, judge
from programs.eligibility.options import options_for
from programs.eligibility.services import keep, kept_verdict, state_fact
from programs.models import Participation, Programme, StatedFact
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, OwnFamily
from registry.models import (
    Household,
    HouseholdMember,
    Register,
    RegisterRow,
    RegisterVersion,
    Resident,
)
from tests.programs.conftest import DAY


def known(somebody, day=DAY):
    office = somebody.office
    return facts_of([somebody.resident], office=office, day=day)[somebody.resident.pk]


def registered(office, resident, decile=3, code="DTSEN", programme=""):
    register, _made = Register.objects.get_or_create(
        office=office, code=code, defaults={"name_id": code, "programme": programme}
    )
    version = RegisterVersion.objects.create(
        office=office,
        register=register,
        data_date=DAY - timedelta(days=30),
        published_at="2026-11-01T00:00Z",
        file_sha256=code,
    )
    if resident:
        RegisterRow.objects.create(
            register_version=version, line=1, name="SULASTRI", decile=decile, resident=resident,
            raw={},
        )  # fmt: skip
    return version


def test_the_register_answers_with_its_name_and_date(somebody):
    registered(somebody.office, somebody.resident)
    fact = known(somebody)["register.decile"]
    assert (fact.value, fact.source, fact.detail) == (3, "register", "DTSEN")
    assert fact.on == DAY - timedelta(days=30)


def test_without_a_list_the_register_is_unknown_and_says_why(somebody):
    Register.objects.create(office=somebody.office, code="DTSEN", name_id="DTSEN")
    fact = known(somebody)["register.listed"]
    assert (fact.value, fact.why) == (None, "no_list")


def test_who_is_not_on_the_list_has_no_decile_and_is_not_thereby_poor_or_rich(somebody):
    registered(somebody.office, None)
    facts = known(somebody)
    assert facts["register.listed"].value is False
    assert facts["register.decile"].value is None
    assert facts["register.decile"].why == "not_listed"


def test_not_being_recorded_as_a_recipient_is_no_no(somebody):
    assert "holds.PKH" not in known(somebody)


def test_a_list_of_recipients_says_no_of_who_is_not_on_it(somebody):
    registered(somebody.office, None, code="PBI-JK", programme="PBI-JK")
    fact = known(somebody)["holds.PBI-JK"]
    assert (fact.value, fact.source, fact.detail) == (False, "list", "PBI-JK")


def test_an_owners_yes_goes_before_a_list_and_before_the_persons_word(somebody):
    registered(somebody.office, None, code="PBI-JK", programme="PBI-JK")
    somebody.holds("PBI-JK", source="self")
    assert known(somebody)["holds.PBI-JK"].source == "self"
    somebody.holds("PBI-JK", source="owner")
    assert known(somebody)["holds.PBI-JK"].source == "owner"


def test_a_persons_word_never_overrides_a_yes_of_the_owner_or_the_register(somebody):
    for source, told in (("register", "list"), ("owner", "owner")):
        somebody.holds("PBI-JK", source=source)
        somebody.says("holds.PBI-JK", False)
        fact = known(somebody)["holds.PBI-JK"]
        assert (fact.value, fact.source) == (True, told)
    blocked = somebody.judged("KIS-D")
    assert [one.rule.code for one in blocked.exclusions] == ["pbi"]
    assert blocked.standing == Standing.DOES_NOT_MEET


def test_a_persons_word_never_overrides_a_list(somebody):
    registered(somebody.office, None, code="PBI-JK", programme="PBI-JK")
    somebody.says("holds.PBI-JK", False)
    assert known(somebody)["holds.PBI-JK"].source == "list"


def test_what_nobody_else_answers_a_persons_word_does(somebody):
    somebody.says("holds.PBI-JK", False)
    fact = known(somebody)["holds.PBI-JK"]
    assert (fact.value, fact.source) == (False, "stated")


def test_a_persons_yes_is_his_participation_and_his_later_no_ends_it(somebody):
    somebody.says("holds.PKH", True)
    held = Participation.objects.get()
    assert (held.programme.code, held.source, held.until) == ("PKH", "self", None)
    assert not StatedFact.objects.exists()
    assert known(somebody)["holds.PKH"].source == "self"
    somebody.says("holds.PKH", False)
    fact = known(somebody)["holds.PKH"]
    assert (fact.value, fact.source) == (False, "stated")
    held.refresh_from_db()
    assert held.until == DAY


def test_nobody_states_facts_of_himself_or_of_his_own_card(cast, somebody):
    said = {"resident": somebody.resident, "field": "person.laid_off", "value": True, "on": DAY}
    cast.front.kk = somebody.resident.memberships.get().household.kk
    cast.front.save()
    with pytest.raises(OwnFamily):
        state_fact(actor=cast.actor("front"), **said)
    with pytest.raises(OwnFamily):
        state_fact(actor=cast.actor("front"), **said | {"field": "holds.PKH"})
    assert state_fact(actor=cast.actor("back"), **said).value is True


@pytest.mark.parametrize("value", [True, False])
@pytest.mark.parametrize("code", ["LAIN", "X" * 80])
def test_nobody_receives_a_programme_the_catalogue_has_not(somebody, code, value):
    with pytest.raises(InvalidInput, match="katalog"):
        somebody.says(f"holds.{code}", value)


def in_the_family_of(somebody, **fields):
    """Return the same family with its mother receiving, as somebody else stands at the counter."""
    father = somebody.member("Joko", born=date(1978, 1, 1), **fields)
    return replace(somebody, resident=father)


@pytest.mark.parametrize("source", ["owner", "register", "self"])
def test_what_a_family_receives_everybody_on_its_card_receives(somebody, source):
    father = in_the_family_of(somebody)
    somebody.holds("PKH", source=source)
    fact = known(father)["holds.PKH"]
    assert (fact.value, fact.detail) == (True, "Sulastri")
    assert [one.rule.code for one in father.judged("BLT-DD").exclusions] == ["pkh"]
    assert option_of(father, "PKH").is_held
    assert option_of(somebody, "PKH").is_held


def test_what_a_person_receives_nobody_else_on_the_card_does(somebody):
    father = in_the_family_of(somebody)
    somebody.holds("PBI-JK")
    assert "holds.PBI-JK" not in known(father)


def test_who_left_the_card_receives_no_more_with_the_family(somebody):
    father = in_the_family_of(somebody)
    somebody.holds("PKH")
    father.resident.memberships.update(until=DAY - timedelta(days=1))
    assert "holds.PKH" not in known(father)


def test_ones_own_participation_is_told_before_a_relatives(somebody):
    father = in_the_family_of(somebody)
    somebody.holds("PKH")
    father.holds("PKH")
    assert known(father)["holds.PKH"].detail == ""


def test_a_merged_record_of_a_relative_counts_for_the_family(somebody):
    father = in_the_family_of(somebody)
    again = Resident.objects.create(
        office=somebody.office, name="Sulastri", canonical=somebody.resident
    )
    programme = Programme.objects.get(office=somebody.office, code="PKH")
    Participation.objects.create(
        office=somebody.office, resident=again, programme=programme, source="owner"
    )
    assert known(father)["holds.PKH"].value is True


def test_a_list_says_no_of_a_family_only_when_it_says_it_of_everybody_living_on_the_card(somebody):
    registered(somebody.office, None, code="PKH", programme="PKH")
    father = in_the_family_of(somebody, nik="3509990101780001")
    assert known(father)["holds.PKH"].value is False
    son = father.member("Bagas", born=date(2005, 1, 1))
    assert "holds.PKH" not in known(father)
    Resident.objects.filter(pk=son.pk).update(life="deceased")
    assert known(father)["holds.PKH"].value is False


def test_the_newest_word_of_a_person_counts_and_one_of_later_does_not_yet(somebody):
    somebody.says("person.laid_off", True, on=DAY - timedelta(days=9))
    somebody.says("person.laid_off", False, on=DAY - timedelta(days=2))
    assert known(somebody)["person.laid_off"].value is False
    assert known(somebody, DAY - timedelta(days=5))["person.laid_off"].value is True


def test_a_word_said_for_one_case_is_not_said_of_the_person(somebody):
    matter = somebody.resident.uid
    somebody.says("care.class", "II", matter_uid=matter)
    assert "care.class" not in known(somebody)
    people = [somebody.resident]
    facts = facts_of(people, office=somebody.office, day=DAY, matters=[matter])
    assert facts[somebody.resident.pk]["care.class"].value == "II"


@pytest.mark.parametrize(
    ("ektp", "value"), [(True, ()), (False, ("Joko",)), (None, None)]
)  # fmt: skip
def test_who_was_not_asked_for_his_e_ktp_leaves_it_unknown(somebody, ektp, value):
    somebody.member("Joko", born=date(1978, 1, 1), ektp=ektp)
    fact = known(somebody)["family.adults_without_ektp"]
    assert fact.value == value
    assert fact.detail == ("Joko" if ektp is None else "")


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("person.shoe_size", 42, InvalidInput),
        ("register.decile", 1, InvalidInput),
        ("person.laid_off", "ya", InvalidInput),
        ("card.deactivated_on", "kemarin", InvalidInput),
    ],
)
def test_only_what_no_register_holds_is_written_down_and_of_its_kind(somebody, field, value, error):
    with pytest.raises(error):
        somebody.says(field, value)


def test_another_offices_person_and_a_readers_word_are_refused(cast, somebody):
    said = {"resident": somebody.resident, "field": "person.laid_off", "value": True, "on": DAY}
    with pytest.raises(NotFound):
        state_fact(actor=cast.actor("stranger"), **said)
    with pytest.raises(NotYourRole):
        state_fact(actor=cast.actor("head"), **said)


def option_of(somebody, code):
    options = options_for([somebody.resident], office=somebody.office, day=DAY)
    return next(one for one in options[somebody.resident.pk] if one.programme.code == code)


def test_village_regency_and_partners_are_offered_before_national_programmes(somebody):
    options = options_for([somebody.resident], office=somebody.office, day=DAY)
    tiers = [option.programme.tier for option in options[somebody.resident.pk]]
    assert tiers == sorted(tiers, key=["village", "regency", "partner", "national"].index)


def test_what_somebody_receives_already_is_not_offered_again(somebody):
    somebody.holds("PKH")
    options = options_for([somebody.resident], office=somebody.office, day=DAY)
    pkh = next(one for one in options[somebody.resident.pk] if one.programme.code == "PKH")
    assert pkh.is_held
    assert not pkh.may_be_asked


def test_an_answer_that_was_used_can_be_shown_years_later(cast, somebody):
    registered(somebody.office, somebody.resident, decile=7)
    verdict = somebody.judged("PKH")
    kept = keep(
        actor=cast.actor("back"),
        verdict=verdict,
        resident=somebody.resident,
        matter=somebody.resident,
        moment="draft",
        reason="Rumahnya roboh",
    )
    Resident.objects.filter(pk=somebody.resident.pk).update(birth_date=date(2020, 1, 1))
    kept.refresh_from_db()
    shown = kept_verdict(kept)
    assert shown.standing == kept.standing == Standing.DOES_NOT_MEET
    assert [one.result for one in shown.answers] == [one.result for one in verdict.answers]
    assert shown.facts["register.decile"].detail == "DTSEN"
    assert "person.sex" not in shown.facts
    assert json.dumps(kept.answers)


def test_a_kept_answer_is_never_judged_again(cast, somebody, monkeypatch):
    somebody.member("Joko", born=date(1978, 1, 1), ektp=False)
    registered(somebody.office, somebody.resident, decile=7)
    verdict = somebody.judged("PKH", papers=("ktp",))
    kept = keep(
        actor=cast.actor("back"),
        verdict=verdict,
        resident=somebody.resident,
        matter=somebody.resident,
        moment="draft",
    )
    # A later program reads every rule and paper otherwise.
    monkeypatch.setitem(judging._HOLDS, "at_most", lambda _fact, _value: True)
    monkeypatch.setattr(judging, "any_of", lambda _results: Result.MET)
    kept.refresh_from_db()
    shown = kept_verdict(kept)
    assert shown.standing == Standing.DOES_NOT_MEET
    assert shown.answers == verdict.answers
    assert shown.papers == tuple(one for one in verdict.papers if one.needed != Result.NOT_MET)


def people(office, count):
    made = Resident.objects.bulk_create(
        Resident(
            office=office,
            name=f"Warga {place}",
            name_key=f"warga {place}",
            nik=f"35099945078{place:05d}",
            birth_date=date(1950 + place % 60, 1, 1),
        )
        for place in range(count)
    )
    cards = Household.objects.bulk_create(
        Household(office=office, kk=f"35099901011{place:05d}") for place in range(count)
    )
    HouseholdMember.objects.bulk_create(
        HouseholdMember(household=card, resident=one, relation="1")
        for card, one in zip(cards, made, strict=True)
    )
    return made


def test_a_thousand_residents_against_the_whole_catalogue_cost_fifteen_queries(
    cast, django_assert_num_queries
):
    office = cast.village
    load_catalogue(office)
    version = registered(office, None)
    for code in ("PBI-JK", "PKH"):
        registered(office, None, code=code, programme=code)
    crowd = people(office, 1000)
    RegisterRow.objects.bulk_create(
        RegisterRow(register_version=version, line=one.pk, name="W", decile=3, resident=one, raw={})
        for one in crowd[:600]
    )
    newborn = Resident.objects.create(office=office, name="Bayu", birth_date=date(2026, 1, 1))
    HouseholdMember.objects.create(
        household=crowd[0].memberships.get().household, resident=newborn, relation="4"
    )
    with django_assert_num_queries(15):
        options = options_for(crowd, office=office, day=DAY)
    assert len(options) == 1000
    programmes = Programme.objects.filter(office=office).count()
    assert {len(one) for one in options.values()} == {programmes}
    first, last = options[crowd[0].pk], options[crowd[-1].pk]
    assert any(a.verdict.standing != b.verdict.standing for a, b in zip(first, last, strict=True))


def test_one_resident_costs_as_many_queries_as_a_thousand(somebody, django_assert_num_queries):
    for code in ("PBI-JK", "PKH"):
        registered(somebody.office, None, code=code, programme=code)
    somebody.member("Joko", born=date(1978, 1, 1))
    with django_assert_num_queries(15):
        options_for([somebody.resident], office=somebody.office, day=DAY)


def test_the_catalogue_goes_out_and_in_exactly(cast):
    admin = cast.actor("admin")
    load_catalogue(cast.village)
    pkh = Programme.objects.get(office=cast.village, code="PKH")
    partner = catalogue.save_partner(
        actor=admin, code="rs-uji", name_id='RS "Uji" \\ Sehat', kind="hospital"
    )
    catalogue.record_agreement(
        actor=admin, partner_uid=partner.uid, programme_uid=pkh.uid, since=date(2026, 1, 1)
    )
    text = export_catalogue(cast.village)
    stranger = cast.actor("stranger_koordinator")
    counts = import_catalogue(actor=stranger, text=text)
    assert counts["programmes_new"] == Programme.objects.filter(office=cast.village).count()
    assert export_catalogue(cast.other_village) == text
    again = import_catalogue(actor=stranger, text=text)
    assert not [name for name in again if not name.endswith("_same")]


def test_a_trial_import_changes_nothing_and_a_mended_version_stands_beside_the_first(cast):
    admin = cast.actor("admin")
    load_catalogue(cast.village)
    text = export_catalogue(cast.village).replace("max_deciles = { new = 4 }", "", 1)
    before = export_catalogue(cast.village)
    counts = import_catalogue(actor=admin, text=text, dry_run=True)
    assert counts["versions_changed"] == 1
    assert export_catalogue(cast.village) == before
    import_catalogue(actor=admin, text=text)
    assert export_catalogue(cast.village) != before


GOOD = """
[[programmes]]
code = "UJI"
name_id = "Uji"
owner = "Desa"
tier = "village"
[[programmes.versions]]
effective_from = 2026-01-01
"""


AGREED = f"""
[[partners]]
code = "rs"
name_id = "RS Uji"
{GOOD}
[[programmes.agreements]]
partner = "rs"
since = 2026-02-01
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[programmes]\n", "TOML"),
        (GOOD.replace('"village"', '"planet"'), "UJI: tier"),
        (GOOD.replace('owner = "Desa"\n', ""), "UJI: owner"),
        (GOOD.replace("2026-01-01", '"besok"'), "UJI, versi besok: effective_from"),
        (GOOD + "colour = 3\n", "UJI, versi 2026-01-01: colour"),
        (GOOD + "max_deciles = { new = 40 }\n", "UJI, versi 2026-01-01: max_deciles.new"),
        (GOOD + '[[programmes.versions.rules]]\ncode = "a"\nmessage_id = "b"\n'
         'field = "person.age"\noperator = "at_most"\n',
         "UJI, versi 2026-01-01: rules[1].value"),
        (GOOD + '[[programmes.versions.exclusions]]\ncode = "a"\nmessage_id = "b"\n'
         'field = "holds.LAIN"\noperator = "is"\nvalue = true\n',
         "UJI, versi 2026-01-01: exclusions"),
        (GOOD + GOOD, "UJI"),
        (GOOD.replace("2026-01-01", "2026-01-01T00:00:00"), "effective_from"),
        (GOOD + f"quota = {{ number = {'9' * 5000} }}\n", "TOML"),
        (GOOD + f'requirements = [{{ code = "{"k" * 31}" }}]\n',
         "UJI, versi 2026-01-01: requirements[1].code"),
        (GOOD + f'[[programmes.versions.services]]\ncode = "{"k" * 31}"\nname_id = "A"\n',
         "UJI, versi 2026-01-01: services[1].code"),
        (GOOD + 'legal_bases = ["UU\\u0000"]\n', "UJI, versi 2026-01-01: legal_bases[1]"),
        (GOOD.replace('"Uji"', '"Uji\\u0000"'), "UJI: name_id"),
        (AGREED.replace("2026-02-01", "2026-02-01T00:00:00"), "UJI: agreements[1].since"),
        (AGREED + f'number = "{"9" * 81}"\n', "UJI: agreements[1].number"),
        (AGREED + "until = 2026-01-31\n", "UJI: agreements[1].until"),
        (AGREED.replace('"RS Uji"', f'"RS Uji"\ncontact = "{"8" * 161}"'), "rs: contact"),
        ("programmes = 3\n", "programmes"),
        ("rahasia = 3\n", "rahasia"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_file_is_told_with_programme_version_and_field(cast, text, said):
    with pytest.raises(InvalidInput) as refused:
        import_catalogue(actor=cast.actor("admin"), text=text)
    assert said in str(refused.value.message)
    assert not Programme.objects.filter(office=cast.village).exists()


def test_the_file_all_those_mistakes_were_made_in_is_taken(cast):
    counts = import_catalogue(actor=cast.actor("admin"), text=AGREED)
    assert counts["agreements_new"] == counts["versions_new"] == 1


def test_a_file_leaves_the_offices_own_order_and_new_programmes_come_last(cast):
    admin = cast.actor("admin")
    load_catalogue(cast.village)
    text = export_catalogue(cast.village)
    last = Programme.objects.filter(office=cast.village).last()
    catalogue.place_programme(actor=admin, uid=last.uid, after=None)
    own = list(Programme.objects.filter(office=cast.village).values_list("code", flat=True))
    counts = import_catalogue(actor=admin, text=GOOD + text)
    assert not counts["programmes_changed"]
    assert list(Programme.objects.filter(office=cast.village).values_list("code", flat=True)) == [
        *own, "UJI"
    ]  # fmt: skip


def test_what_a_file_says_of_agreements_is_shown_before_it_is_taken(cast):
    admin = cast.actor("admin")
    import_catalogue(actor=admin, text=AGREED)
    assert plan(cast.village, parse(AGREED)).is_empty
    ended = plan(cast.village, parse(AGREED + "until = 2026-12-31\n"))
    [(agreement, kind)] = ended.changes[0].agreements
    assert (agreement.until, kind) == (date(2026, 12, 31), "changed")
    again = plan(cast.village, parse(AGREED.replace("2026-02-01", "2026-03-01")))
    assert [kind for _one, kind in again.changes[0].agreements] == ["new"]


def test_only_who_keeps_the_catalogue_takes_one_over(cast):
    with pytest.raises(NotYourRole):
        import_catalogue(actor=cast.actor("front"), text=GOOD)


def test_a_rule_nobody_can_evaluate_any_more_says_so_and_helps_nobody(somebody):
    version = somebody.judged("BAZNAS").version
    version.content = version.content | {
        "rules": [{"code": "x", "message_id": "X", "field": "old.fact", "operator": "is",
                   "value": True}]
    }  # fmt: skip
    del version.terms
    verdict = judge(version, {}, "", DAY)
    assert verdict.answers[0].result == Result.IMPOSSIBLE
    assert verdict.standing == Standing.UNKNOWN
