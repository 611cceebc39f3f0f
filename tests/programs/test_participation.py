"""Who receives what: of a person, of a programme, double cover and gaps."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from programs.models import Overlap, Participation, Programme
from programs.panels import household_panel
from programs.participation import cover, selectors, services
from programs.participation.overlaps import add_overlap, load_overlaps, remove_overlap
from programs.services import load_catalogue
from puskesmas.errors import (
    InvalidInput,
    NotFound,
    NotYourRole,
    OwnFamily,
    StaleVersion,
    WrongState,
)
from puskesmas.models import Reason
from registry.households.selectors import family
from registry.models import Household, HouseholdMember, Resident
from registry.services import create_resident
from tests.registry.test_people import make_version

KK, OTHER_KK = "3509990101100001", "3509990101100002"


@pytest.fixture
def front(cast):
    load_catalogue(cast.village)
    load_overlaps(cast.village)
    return cast.actor("front")


def programme(office, code):
    return Programme.objects.get(office=office, code=code)


def live(front, name, kk=KK, **more):
    return create_resident(actor=front, name=name, kk=kk, **more)


@pytest.fixture
def siti(front):
    return live(front, "Siti Khodijah", relation="1", rw="01", rt="02", dusun="Krajan")


@pytest.fixture
def bambang(front):
    return live(front, "Bambang", relation="4", rw="01", rt="02", dusun="Krajan")


def receives(front, resident, code, source="owner", since=None):
    return services.note_participation(
        actor=front,
        resident_uid=resident.uid,
        programme=programme(front.office, code),
        source=source,
        since=since,
    )


# --- Of a person ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "field"),
    [({"source": "register"}, "source"), ({"since": date(2099, 1, 1)}, "since")],
)
def test_what_cannot_be_is_not_written_down(front, siti, given, field):
    with pytest.raises(InvalidInput) as caught:
        receives(front, siti, "PKH", **given)
    assert caught.value.field == field
    assert not Participation.objects.exists()


@pytest.mark.parametrize("source", ["owner", "self"])
def test_nobody_writes_down_or_ends_what_his_own_family_receives(cast, front, siti, source):
    back = cast.actor("back")
    cast.front.kk = KK
    cast.front.save()
    with pytest.raises(OwnFamily):
        receives(cast.actor("front"), siti, "PKH", source)
    held = receives(back, siti, "PKH", source)
    with pytest.raises(OwnFamily):
        stop(cast.actor("front"), held)
    assert stop(back, held).until is not None


def test_the_same_said_again_changes_nothing(front, siti):
    first = receives(front, siti, "PKH", "self")
    again = receives(front, siti, "PKH", "self")
    assert (again, again.is_repeat, first.is_repeat) == (first, True, False)
    assert receives(front, siti, "PKH", "owner") != first


def test_nobody_dead_or_moved_begins_to_receive(front, siti):
    Resident.objects.update(life="moved")
    with pytest.raises(InvalidInput):
        receives(front, siti, "PKH")


def test_who_only_reads_writes_nothing_down(cast, front, siti):
    for who in ("koordinator", "head", "kasun"):
        with pytest.raises(NotYourRole):
            receives(cast.actor(who), siti, "PKH")


def stop(front, held, **more):
    given = {"version": held.version, "until": front.office.today(), "reason": "graduasi"}
    return services.stop_participation(actor=front, uid=held.uid, **(given | more))


def test_the_end_keeps_its_reason_in_the_history(front, siti):
    held = receives(front, siti, "PKH", since=date(2024, 1, 1))
    stop(front, held)
    assert not selectors.running(front).exists()
    assert "graduasi" in [one.text for one in Reason.objects.all()]
    with pytest.raises(WrongState):
        stop(front, held, version=None)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"until": date(2099, 1, 1)}, InvalidInput),
        ({"until": date(2023, 1, 1)}, InvalidInput),
        ({"reason": " "}, InvalidInput),
        ({"version": 7}, StaleVersion),
    ],
)
def test_an_impossible_end_is_refused(front, siti, given, error):
    held = receives(front, siti, "PKH", since=date(2024, 1, 1))
    with pytest.raises(error):
        stop(front, held, **given)
    assert selectors.running(front).count() == 1


def test_another_offices_participation_is_not_there(cast, front, siti):
    held = receives(front, siti, "PKH")
    with pytest.raises(NotFound):
        stop(cast.actor("stranger"), held)
    with pytest.raises(NotFound):
        selectors.participation(held.uid, actor=cast.actor("stranger"))


def test_the_page_marks_what_only_the_person_says_and_keeps_what_ended(login, front, siti):
    stop(front, receives(front, siti, "PKH", since=date(2024, 1, 1)))
    receives(front, siti, "BPNT", "self")
    page = login("front").get(reverse("programs:participation", args=[siti.uid])).text
    assert "belum dapat diandalkan" in page
    assert page.index("BPNT") < page.index("PKH")
    assert page.count("masih menerima") == 1


def test_the_forms_write_down_and_end(login, front, siti):
    browser = login("front")
    add = reverse("programs:participation_add", args=[siti.uid])
    chosen = {"programme": programme(front.office, "PKH").uid, "source": "self"}
    assert browser.post(add, {"source": "self"}).status_code == 400
    assert browser.post(add, chosen).status_code == 302
    held = Participation.objects.get()
    end = reverse("programs:participation_stop", args=[held.uid])
    given = {"version": 1, "until": f"{front.office.today():%d-%m-%Y}", "reason": "graduasi"}
    assert browser.post(end, given | {"version": 9}).status_code == 409
    assert browser.post(end, given).status_code == 302
    assert Participation.objects.get().until == front.office.today()


# --- Of a programme -------------------------------------------------------------------------------


def named(front, code, **more):
    found = selectors.recipients(front, programme(front.office, code), **more)
    return [one.name for one in found.order_by("name")]


def test_a_list_names_everybody_once_and_the_dead_apart(front, siti, bambang):
    for source in ("owner", "self"):
        receives(front, siti, "PKH", source)
    receives(front, bambang, "PKH")
    Resident.objects.filter(pk=bambang.pk).update(life="deceased")
    assert named(front, "PKH") == ["Siti Khodijah"]
    assert named(front, "PKH", dropped=True) == ["Bambang"]
    counts = {one.code: (here, gone) for one, here, gone in selectors.counted(front)}
    assert (counts["PKH"], counts["BPNT"]) == ((1, 1), (0, 0))
    assert next(iter(counts)) == "PKH", "what nobody receives comes after"


def test_two_records_of_one_person_are_one_recipient(front, siti):
    twin = live(front, "Siti K.", kk="")
    receives(front, twin, "PKH")
    Resident.objects.filter(pk=twin.pk).update(canonical=siti)
    receives(front, siti, "PKH", "self")
    assert named(front, "PKH") == ["Siti Khodijah"]
    (line,) = selectors.with_sources(programme(front.office, "PKH"), [siti])
    assert ({row.source for row in line.rows}, line.only_self_reported) == (
        {"owner", "self"},
        False,
    )


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"rw": "01"}, ["Siti Khodijah"]),
        ({"rt": "05"}, ["Paijo"]),
        ({"dusun": "krajan"}, ["Siti Khodijah"]),
        ({"source": "self"}, ["Paijo"]),
        ({"rw": "09"}, []),
    ],
)
def test_a_list_is_filtered_by_place_and_source(front, siti, filters, names):
    receives(front, siti, "PKH")
    receives(front, live(front, "Paijo", kk=OTHER_KK, rw="02", rt="05"), "PKH", "self")
    assert named(front, "PKH", filters=filters) == names


def test_the_list_page_masks_numbers_and_says_why_somebody_dropped_out(login, front, siti):
    Resident.objects.filter(pk=siti.pk).update(life_source="akta 12")
    nik = "3509994403500001"
    paijo = create_resident(actor=front, name="Paijo", nik=nik)
    receives(front, siti, "PKH")
    receives(front, paijo, "PKH")
    page = reverse("programs:recipients", args=[programme(front.office, "PKH").uid])
    text = login("back").get(page).text
    assert "Paijo" in text
    assert nik not in text
    assert "0001" in text
    Resident.objects.filter(pk=siti.pk).update(life="deceased")
    assert "Siti Khodijah" not in login("back").get(page).text
    dropped = login("back").get(page, {"show": "dropped"}).text
    assert "Siti Khodijah" in dropped
    assert "akta 12" in dropped


def queries_of(act):
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


def crowd(front, size):
    for at in range(size):
        one = live(front, f"Warga {chr(65 + at)}", kk=f"35099901011101{at:02}", rw="03", rt="01")
        receives(front, one, "PBI-JK")
        receives(front, one, "KIS-D")
        live(front, f"Tetangga {chr(65 + at)}", kk=f"35099901011201{at:02}", rw="03", rt="02")


@pytest.mark.parametrize("page", ["participations", "double", "gaps", "recipients"])
def test_lists_take_the_same_queries_however_many_people(login, front, page):
    pbi = programme(front.office, "PBI-JK")
    url = reverse(f"programs:{page}", args=[pbi.uid] if page == "recipients" else [])
    browser = login("back")
    crowd(front, 1)
    few = queries_of(lambda: browser.get(url))
    crowd(front, 9)
    assert queries_of(lambda: browser.get(url)) == few


# --- Double cover ---------------------------------------------------------------------------------


def doubles(front, **filters):
    return [
        (row.overlap.one.code, row.overlap.other.code, sorted(one.name for one in row.people))
        for row in cover.double_cover(front, filters)
    ]


def test_one_programme_from_two_sources_is_one(front, siti):
    receives(front, siti, "KIS-D", "owner")
    receives(front, siti, "KIS-D", "self")
    assert doubles(front) == []


def test_two_programmes_of_one_kind_are_double_for_the_person_only(front, siti, bambang):
    receives(front, siti, "KIS-D")
    receives(front, bambang, "PBI-JK")
    assert doubles(front) == []
    receives(front, siti, "PBI-JK")
    assert doubles(front) == [("KIS-D", "PBI-JK", ["Siti Khodijah"])]


def test_what_is_given_to_a_household_is_compared_in_the_family(front, siti, bambang):
    receives(front, siti, "PKH")
    receives(front, bambang, "BLT-DD")
    receives(front, live(front, "Paijo", kk=OTHER_KK), "BLT-DD")
    assert doubles(front) == [("BLT-DD", "PKH", ["Bambang", "Siti Khodijah"])]


@pytest.mark.parametrize("life", ["deceased", "moved"])
def test_who_died_or_moved_covers_nobody(front, siti, bambang, life):
    receives(front, siti, "PKH")
    receives(front, bambang, "BLT-DD")
    Resident.objects.filter(pk=siti.pk).update(life=life)
    assert doubles(front) == []


def test_a_merged_record_is_the_same_person(front, siti):
    twin = live(front, "Siti K.", kk="")
    receives(front, siti, "KIS-D")
    receives(front, twin, "PBI-JK")
    assert doubles(front) == []
    Resident.objects.filter(pk=twin.pk).update(canonical=siti)
    assert doubles(front) == [("KIS-D", "PBI-JK", ["Siti Khodijah"])]


def test_doubles_are_filtered_by_place_and_pair(front, siti):
    receives(front, siti, "KIS-D")
    receives(front, siti, "PBI-JK")
    of_pair = Overlap.objects.get(one__code="KIS-D", other__code="PBI-JK")
    assert len(doubles(front, rw="01", overlap=str(of_pair.uid))) == 1
    assert doubles(front, rw="02") == []
    other = Overlap.objects.exclude(pk=of_pair.pk)[0]
    assert doubles(front, overlap=str(other.uid)) == []


def test_what_is_double_is_the_offices_setting(cast, front, siti):
    back = cast.actor("back")
    for code in ("PKH", "PIP"):
        receives(front, siti, code)
    assert doubles(front) == []
    pkh, pip = (programme(front.office, code) for code in ("PKH", "PIP"))
    made = add_overlap(actor=back, one=pip, other=pkh, why="uji")
    assert add_overlap(actor=back, one=pkh, other=pip) == made
    assert len(doubles(front)) == 1
    with pytest.raises(NotFound):
        remove_overlap(actor=cast.actor("stranger"), uid=made.uid)
    remove_overlap(actor=back, uid=made.uid)
    assert doubles(front) == []


def test_a_programme_is_no_pair_with_itself_or_anothers(cast, front):
    load_catalogue(cast.other_village)
    pkh = programme(front.office, "PKH")
    for other in (pkh, programme(cast.other_village, "PIP")):
        with pytest.raises(InvalidInput):
            add_overlap(actor=front, one=pkh, other=other)


def test_an_office_keeps_its_pairs_when_it_is_furnished_again(front):
    Overlap.objects.exclude(one__code="PIP").delete()
    assert load_overlaps(front.office) == 0
    assert Overlap.objects.count() == 1


# --- Gaps -----------------------------------------------------------------------------------------


def families(front, **filters):
    found = list(cover.gaps(front, filters))
    members = cover.heads_of(found)
    return sorted(members[one.pk][0].resident.name for one in found)


def test_a_family_is_covered_when_anybody_living_on_its_card_is(front, siti, bambang):
    live(front, "Paijo", kk=OTHER_KK, rw="02")
    assert families(front) == ["Paijo", "Siti Khodijah"]
    held = receives(front, bambang, "PIP")
    assert families(front) == ["Paijo"]
    stop(front, held)
    assert families(front) == ["Paijo", "Siti Khodijah"]


def test_a_family_of_which_nobody_is_left_is_no_gap(front, siti):
    Resident.objects.update(life="deceased")
    assert families(front) == []


def test_a_merged_record_covers_its_persons_family(front, siti):
    twin = live(front, "Siti K.", kk="")
    receives(front, twin, "PKH")
    Resident.objects.filter(pk=twin.pk).update(canonical=siti)
    assert families(front) == []


def test_gaps_are_filtered_by_place_and_decile(front, cast, siti):
    live(front, "Paijo", kk=OTHER_KK, rw="02")
    make_version(cast.village, resident=siti, decile=2)
    assert families(front, rw="02") == ["Paijo"]
    assert families(front, max_decile=2) == ["Siti Khodijah"]
    assert families(front, max_decile=1) == []
    assert [one.decile for one in cover.gaps(front, {"rw": "01"})] == [2]


def test_who_left_a_card_covers_it_no_more(front, siti, bambang):
    receives(front, bambang, "PIP")
    yesterday = front.office.today() - timedelta(days=1)
    HouseholdMember.objects.filter(resident=bambang).update(until=yesterday)
    assert families(front) == ["Siti Khodijah"]


# --- The family's panel ---------------------------------------------------------------------------


def panel(front, django_assert_num_queries):
    loaded = family(Household.objects.get().uid, actor=front)
    with django_assert_num_queries(3):
        return household_panel(front, loaded)


def test_the_family_shows_who_is_covered_double_and_not_at_all(
    login, front, siti, bambang, django_assert_num_queries
):
    assert panel(front, django_assert_num_queries)["uncovered"]
    receives(front, siti, "PKH")
    receives(front, bambang, "BLT-DD")
    shown = panel(front, django_assert_num_queries)
    assert not shown["uncovered"]
    assert [len(rows) for _one, rows in shown["rows"]] == [1, 1]
    assert [len(one.people) for one in shown["doubles"]] == [2]
    page = login("front").get(reverse("registry:household", args=[Household.objects.get().uid]))
    assert "tidak semestinya bersama" in page.text
