"""The search box: names with slips, addresses, neighbourhoods, numbers, and what bounds it."""

from random import Random
from threading import Event, current_thread, main_thread

import pytest
from django.db import OperationalError
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.slips import slip, two_slips
from puskesmas import searching
from puskesmas.models import AuditEntry
from registry import haystack as finder
from registry import search_terms
from registry.demo.names import JAVA_MADURA, SUNDA, full_name
from registry.finding import SHOWN, find_for_page, find_people
from registry.haystack import RESERVED, Haystack
from registry.models import Resident, SearchTerm
from registry.naming import address_key, name_key
from registry.services import change_resident, create_resident

NIK, OTHER_NIK, KK = "3509990101900001", "3509994101900002", "3509990101100001"


@pytest.fixture
def front(cast):
    return cast.actor("front")


def write_people(office, rows):
    """Write people as an import does: in bulk, their terms after them."""
    people = [
        Resident(
            office=office,
            name_key=name_key(row["name"]),
            address_key=address_key(row.get("address", "")),
            **row,
        )
        for row in rows
    ]
    made = Resident.objects.bulk_create(people)
    search_terms.remember(office.pk, people)
    return made


def names_of(hits):
    return [hit.resident.name for hit in hits]


@pytest.fixture
def village(cast):
    """Twelve people who share names, streets and neighbourhoods."""
    rows = [
        {"name": "Siti Aminah", "rt": "002", "rw": "001", "dusun": "Krajan"},
        {"name": "Siti Rahmawati", "rt": "02", "rw": "001", "dusun": "KRAJAN"},
        {"name": "Siti Zulaikha", "rt": "003", "rw": "001", "dusun": "Krajan"},
        {"name": "Siti Marhamah", "rt": "2", "rw": "04", "dusun": "Sumber Wadung"},
        {"name": "Bambang Sutrisno", "rt": "002", "rw": "001", "dusun": "Krajan"},
        {"name": "Slamet", "address": "Jl. Taman Sari No. 12", "rt": "001", "rw": "006"},
        {"name": "Suparmi", "address": "JL TAMAN SARI 12", "rt": "001", "rw": "006"},
        {"name": "Kartini", "address": "Jln Taman Sari No 14", "rt": "001", "rw": "006"},
        {"name": "Poniran", "address": "Gg. Mawar Bodas 3", "rt": "005", "rw": "006"},
    ]
    return write_people(cast.village, rows)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("siti aminah", ["Siti Aminah"]),
        ("aminah siti", ["Siti Aminah"]),
        ("SITI AMI", ["Siti Aminah"]),
        ("siit aminha", ["Siti Aminah"]),
        ("sitiaminah", ["Siti Aminah"]),
        ("sitia minah", ["Siti Aminah"]),
        ("bambng sutrsno", ["Bambang Sutrisno"]),
        ("sutri", ["Bambang Sutrisno"]),
        ("hj. siti aminah", ["Siti Aminah"]),
        ("taman sari 12", ["Slamet", "Suparmi"]),
        ("jalan tamn sari no 12", ["Slamet", "Suparmi"]),
        ("tamansari 14", ["Kartini"]),
        ("gang mawr bodas", ["Poniran"]),
        ("rt 2 rw 1", ["Bambang Sutrisno", "Siti Aminah", "Siti Rahmawati"]),
        ("rt/rw 02/01", ["Bambang Sutrisno", "Siti Aminah", "Siti Rahmawati"]),
        ("RT.002/RW.001", ["Bambang Sutrisno", "Siti Aminah", "Siti Rahmawati"]),
        ("siti rt 02", ["Siti Aminah", "Siti Marhamah", "Siti Rahmawati"]),
        ("siti rt2/1", ["Siti Aminah", "Siti Rahmawati"]),
        ("aminha rt 2 rw", ["Siti Aminah"]),
        ("rw 4", ["Siti Marhamah"]),
        ("siti krajan", ["Siti Aminah", "Siti Rahmawati", "Siti Zulaikha"]),
        ("dusun sumber wadung", ["Siti Marhamah"]),
        ("siti sumber wadung", ["Siti Marhamah"]),
        ("taman sari 12 rt 1 rw 6", ["Slamet", "Suparmi"]),
    ],
)
def test_one_box_finds_by_name_address_and_neighbourhood(front, village, typed, expected):
    found = names_of(find_people(typed, actor=front))
    assert sorted(found[: len(expected)]) == expected
    if "rt" in typed.split() or "rw" in typed.split():
        assert len(found) == len(expected)


@pytest.mark.parametrize("typed", ["rt 9 rw 9", "siti rt 9", "zzzz", "rt", "s", "!!", "", "dusun"])
def test_what_nobody_is_meant_by_finds_nobody(front, village, typed):
    assert find_people(typed, actor=front) == []


def test_an_unknown_house_number_leaves_the_street(front, village):
    assert set(names_of(find_people("taman sari 99", actor=front))) == {
        "Slamet",
        "Suparmi",
        "Kartini",
    }


def test_the_neighbourhood_narrows_a_common_name(front, cast):
    rows = [
        {"name": "Slamet", "rt": f"{n % 9 + 1:03d}", "rw": f"{n // 9 + 1:03d}"} for n in range(81)
    ]
    write_people(cast.village, rows)
    found, more = find_for_page("slamet", actor=front)
    assert (len(found), more) == (SHOWN, True)
    found, more = find_for_page("slmaet rt 4 rw 7", actor=front)
    assert [(hit.resident.rt, hit.resident.rw) for hit in found] == [("004", "007")]
    assert not more


def test_the_living_come_before_the_dead_and_short_names_before_long(front, cast):
    rows = [
        {"name": "Siti Aminah Wati"},
        {"name": "Siti Aminah", "life": "deceased"},
        {"name": "Siti Aminah"},
    ]
    made = write_people(cast.village, rows)
    hits = find_people("siti aminah", actor=front)
    assert [hit.resident.pk for hit in hits] == [made[2].pk, made[1].pk, made[0].pk]


def test_a_merged_row_is_found_as_the_person_it_belongs_to(front, cast):
    person = create_resident(actor=front, name="Muhammad Holil", nik=NIK)
    double = create_resident(actor=front, name="Sukaryo", nik=OTHER_NIK)
    Resident.objects.filter(pk=double.pk).update(canonical=person)
    for typed in ("sukaryo", "holil", OTHER_NIK, NIK):
        assert [hit.resident.pk for hit in find_people(typed, actor=front)] == [person.pk]


def test_a_person_is_found_by_the_new_name_at_once(front, cast):
    person = create_resident(actor=front, name="Paijo")
    assert names_of(find_people("paijo", actor=front)) == ["Paijo"]
    change_resident(actor=front, uid=person.uid, version=person.version, name="Tukiran")
    assert names_of(find_people("tukirn", actor=front)) == ["Tukiran"]
    assert find_people("paijo", actor=front) == []


def test_another_village_shares_no_names(cast, village):
    assert find_people("siti aminah", actor=cast.actor("stranger_front")) == []
    assert find_people("rt 2 rw 1", actor=cast.actor("stranger_front")) == []


def test_terms_are_kept_once_and_known_ones_cost_one_query(
    cast, village, django_assert_num_queries
):
    before = SearchTerm.objects.count()
    # Names, addresses, hamlets: one look each, nothing to write.
    with django_assert_num_queries(3):
        search_terms.remember(cast.village.pk, village)
    assert SearchTerm.objects.count() == before


def test_a_term_committed_late_is_not_missed(front, cast, village):
    find_people("siti", actor=front)
    terms = SearchTerm.objects.filter(office=cast.village)
    last = terms.latest("pk")
    Resident.objects.create(office=cast.village, name="Ngatiman Wagiman")
    # A transaction that began before the newest one ends after it: its id is lower.
    free = last.pk - 1
    SearchTerm.objects.filter(pk=free).delete()
    search_terms.forget()
    find_people("siti", actor=front)
    SearchTerm.objects.create(pk=free, office=cast.village, kind="name", text="ngatiman wagiman")
    assert names_of(find_people("ngatimn", actor=front)) == ["Ngatiman Wagiman"]


def test_only_some_offices_stay_in_memory(cast, monkeypatch):
    monkeypatch.setattr(search_terms, "MOST_OFFICES", 1)
    first = search_terms.terms_of(cast.village.pk)
    assert search_terms.terms_of(cast.village.pk) is first
    search_terms.terms_of(cast.other_village.pk)
    assert search_terms.terms_of(cast.village.pk) is not first


@pytest.mark.parametrize(
    ("typed", "most"), [("slamet", 3), ("slmaet", 3), ("siti rt 2 rw 1", 4), ("siti krajan", 5)]
)
def test_a_search_takes_a_fixed_number_of_queries(
    front, cast, village, typed, most, django_assert_max_num_queries
):
    write_people(cast.village, [{"name": f"Slamet {chr(97 + n)}riyadi"} for n in range(15)])
    find_people(typed, actor=front)
    with django_assert_max_num_queries(most):
        assert find_people(typed, actor=front)


@pytest.mark.parametrize(("typed", "queries"), [("slamet", 7), ("siti krajan", 9)])
def test_the_whole_page_of_the_search_takes_a_fixed_number_of_queries(
    login, cast, village, typed, queries, django_assert_num_queries
):
    browser, address = login("front"), reverse("registry:search")
    for more in (15, 15):
        write_people(cast.village, [{"name": "Slamet"}, {"name": "Siti", "dusun": "Krajan"}] * more)
        # What a process reads once.
        browser.post(address, {"q": typed})
        with django_assert_num_queries(queries):
            assert browser.post(address, {"q": typed}).status_code == 200


def population(size, seed):
    rng = Random(seed)
    for _ in range(size):
        yield full_name(
            rng.choice((JAVA_MADURA, SUNDA)),
            sex=rng.choice("LP"),
            birth_year=rng.randint(1940, 2020),
            father="",
            rng=rng,
        )


@pytest.fixture(scope="module")
def thousands():
    """The distinct names of four thousand people, as the search keeps them."""
    names = sorted({name_key(name) for name in population(4_000, seed=7)})
    return names, Haystack(names)


def test_names_with_two_slips_are_among_the_first_twenty(thousands):
    names, haystack = thousands
    rng = Random(11)
    asked = [(name, two_slips(name, rng)) for name in rng.choices(names, k=300)]
    hits = sum(
        name in [one.text for one in haystack.find(name_key(typed), limit=SHOWN)]
        for name, typed in asked
    )
    assert hits >= 0.95 * len(asked)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_name_is_found_whole_by_a_word_and_with_one_slip(thousands, data):
    names, haystack = thousands
    name = data.draw(st.sampled_from(names))
    assert haystack.find(name, limit=SHOWN)[0].text == name
    word = data.draw(st.sampled_from(name.split()))
    if len(word) > 2:
        by_word = [one.text for one in haystack.find(word, limit=SHOWN + 1)]
        assert name in by_word or len(by_word) > SHOWN
    slipped = slip(name, Random(data.draw(st.integers(0, 999))))
    if len(name) > 4:
        found = haystack.find(name_key(slipped), limit=SHOWN + 1)
        assert name in [one.text for one in found] or len(found) > SHOWN


@pytest.mark.parametrize(
    ("meant", "typed"),
    [
        ("juju", "jvuj"),
        ("heni", "hiin"),
        ("tri hakim", "ti hekim"),
        ("nisa gita hatuwili", "nisa gitaahautwili"),
        ("bima nizam anwar", "bima nizanmanwar"),
        ("siti aminah", "stiiaminah"),
        ("muhammad andika", "muhv anzdika"),
        ("muhammad imam", "mohamad imma"),
    ],
)
def test_short_words_lost_spaces_and_spellings_of_muhammad_take_slips_too(thousands, meant, typed):
    names, _haystack = thousands
    haystack = Haystack({**dict.fromkeys(names, 1), meant: 500})
    assert meant in [one.text for one in haystack.find(name_key(typed), limit=SHOWN)]


def test_of_names_equally_near_the_one_most_people_bear_comes_first():
    haystack = Haystack({"karni": 3, "karti": 900, "karmi": 40})
    assert [one.text for one in haystack.find("karsi", limit=3)] == ["karti", "karmi", "karni"]


def test_a_common_short_name_with_a_slip_is_shown_though_many_begin_like_it(cast, front):
    # Twenty-five names begin with "afi"; thirty people are called Rafi.
    rows = [{"name": f"Siti Afi{chr(97 + n)}na"} for n in range(25)]
    write_people(cast.village, [*rows, *[{"name": "Rafi"}] * 30])
    found = names_of(find_people("afi", actor=front))
    assert len(found) == SHOWN
    assert set(found[:15]) <= {row["name"] for row in rows}
    assert "Rafi" in found[15:]
    write_people(cast.village, [{"name": "Afi"}])
    assert names_of(find_people("afi", actor=front))[0] == "Afi"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("cause", ["many at once", "many one by one"])
def test_a_whole_list_is_read_anew_beside_the_requests_not_within_one(
    cast, front, login, monkeypatch, cause
):
    monkeypatch.setattr(search_terms, "AT_ONCE", 3 if cause == "many at once" else 50)
    monkeypatch.setattr(search_terms, "MOST_ADDED", 50 if cause == "many at once" else 12)
    is_free, read = Event(), search_terms.OfficeTerms._load

    def read_later(terms):
        if current_thread() is not main_thread():
            assert is_free.wait(30)
        read(terms)

    monkeypatch.setattr(search_terms.OfficeTerms, "_load", read_later)
    write_people(cast.village, [{"name": "Karni"}])
    assert names_of(find_people("karsi", actor=front)) == ["Karni"]
    others = [{"name": f"Wagiman {chr(97 + n)}u"} for n in range(12)]
    write_people(cast.village, [*[{"name": "Karti"}] * 3, *others])
    # What was known is answered, and the newest of the list; the page says that there is more.
    assert "Karni" in names_of(find_people("karsi", actor=front))
    assert names_of(find_people("wagiman lu", actor=front))[0] == "Wagiman lu"
    page = login("front").post(reverse("registry:search"), {"q": "karni"}).text
    assert "masih dibaca" in page
    is_free.set()
    search_terms.finish_reading()
    found = names_of(find_people("karsi", actor=front))
    # Three bear the one name, so it is the likelier; its namesakes leave a place for the other.
    assert found[0] == "Karti"
    assert sorted(found) == ["Karni", "Karti", "Karti", "Karti"]
    page = login("front").post(reverse("registry:search"), {"q": "karni"}).text
    assert "masih dibaca" not in page


@pytest.mark.django_db(transaction=True)
def test_a_list_that_could_not_be_read_is_read_by_the_next_search(cast, front, monkeypatch):
    monkeypatch.setattr(search_terms, "AT_ONCE", 3)
    read, tries = search_terms.OfficeTerms._load, []

    def fail_once(terms):
        tries.append(terms)
        if len(tries) == 2:
            raise OperationalError("the database is away")
        read(terms)

    monkeypatch.setattr(search_terms.OfficeTerms, "_load", fail_once)
    assert find_people("karni", actor=front) == []
    others = [{"name": f"Wagiman {chr(97 + n)}u"} for n in range(12)]
    write_people(cast.village, [{"name": "Karni"}, *others])
    for found in ([], [], ["Karni"]):
        assert names_of(find_people("karni", actor=front)) == found
        search_terms.finish_reading()
    assert len(tries) == 3


@settings(max_examples=60, deadline=None)
@given(typed=st.text(max_size=40))
def test_whatever_is_typed_gets_an_answer(thousands, typed):
    _names, haystack = thousands
    assert len(haystack.find(typed, limit=SHOWN)) <= SHOWN + RESERVED


@pytest.mark.parametrize("weighed", [400, 20])
def test_texts_added_later_are_found_like_those_there_from_the_start(monkeypatch, weighed):
    monkeypatch.setattr(finder, "WEIGHED", weighed)
    names = sorted({name_key(name) for name in population(300, seed=3)})
    grown = Haystack(names[:150])
    for name in names[150:]:
        grown.add(name)
    assert len(grown) == len(names)
    for name in names:
        assert grown.find(name, limit=3)[0].text == name
        assert name in [one.text for one in grown.find(name[:-1], limit=SHOWN)]


@pytest.mark.parametrize("weighed", [400, 20])
def test_an_added_name_is_weighed_though_many_hold_all_of_its_words(monkeypatch, weighed):
    monkeypatch.setattr(finder, "WEIGHED", weighed)
    haystack = Haystack([f"siti aminah {chr(97 + n)}{chr(97 + n)}i" for n in range(26)])
    haystack.add("siti amin")
    assert haystack.find("siti amin", limit=SHOWN)[0].text == "siti amin"


@pytest.mark.parametrize("number", [NIK, KK, "081200001111"])
def test_looking_up_a_number_is_audited_a_name_is_not(front, number):
    create_resident(actor=front, name="Siti", nik=NIK, kk=KK, phone="081200001111")
    assert find_for_page("siti", actor=front)[0]
    assert not AuditEntry.objects.filter(action="lookup_number").exists()
    assert find_for_page(number, actor=front)[0]
    assert AuditEntry.objects.get(action="lookup_number").fields


@pytest.mark.parametrize("digits", ["350999010190000", "35099901019000011"])
def test_the_search_box_of_every_page_tells_a_number_of_wrong_length(login, front, digits):
    page = login("front").post(reverse("search"), {"q": digits}).content.decode()
    assert f"yang diketik {len(digits)}" in page
    assert searching.explanation("siti") == ""


def test_pages_say_when_more_people_match_than_are_shown(login, front, cast):
    write_people(cast.village, [{"name": "Slamet"}] * (SHOWN + 1))
    hint = "Tambahkan nama lengkap, alamat, atau RT dan RW"
    for address in ("registry:search", "complaints:new", "search"):
        page = login("front").post(reverse(address), {"q": "slamet"}).content.decode()
        assert hint in page
        page = login("front").post(reverse(address), {"q": "slamet rt 1"}).content.decode()
        assert hint not in page
