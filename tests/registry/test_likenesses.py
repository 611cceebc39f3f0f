"""The work list: a doubtful pair is asked about once, decided by an officer, and never again."""

from datetime import date

import pytest
from django.urls import reverse

from programs.models import Participation, Programme
from puskesmas import furnishing
from puskesmas.errors import NotFound, NotYourRole, OwnFamily, WrongState
from puskesmas.models import AuditEntry
from registry.imports import services as imports
from registry.likeness.deciding import decide, reopen
from registry.likeness.selectors import open_questions
from registry.models import Import, Likeness, Register, RegisterRow, Resident
from registry.services import create_resident

HEADER = "NAMA;ALAMAT;RT;RW;PKH"
HOUSE = {"address": "Jl. Tamansari No. 12", "rt": "002", "rw": "003"}
ROW = "Siti;Jl. Taman Sari 12;002;003;YA"
KK = "3509990101100001"


@pytest.fixture
def office(cast):
    furnishing.furnish(cast.village)
    return cast.village


@pytest.fixture
def siti(cast, office):
    return create_resident(actor=cast.actor("front"), name="Siti Aminah", kk=KK, **HOUSE)


@pytest.fixture
def back(cast, office):
    return cast.actor("back")


def load(cast, *rows, kind=Import.Kind.REGISTER, day=1):
    register = Register.objects.get(office=cast.village, code="DTSEN")
    is_register = kind == Import.Kind.REGISTER
    return imports.import_list(
        actor=cast.actor("admin"),
        # Another row each time, for the same bytes again are the same list.
        content="\n".join([HEADER, *rows, f"Orang Lain;Gg. Jauh {day};09;09;"]).encode(),
        name="daftar.csv",
        kind=kind,
        register=register if is_register else None,
        data_date=date(2026, 10, day),
    )


@pytest.fixture
def asked(cast, siti, back):
    load(cast, ROW)
    return Likeness.objects.get()


def test_a_doubtful_row_is_asked_about_with_what_it_says(asked, siti):
    assert asked.resident == siti
    assert asked.verdict == ""
    assert 70 <= asked.score < 100
    assert "name_part" in asked.grounds
    assert asked.facts["name"] == "Siti"
    assert asked.register_row.resident is None


def test_the_same_person_is_linked_and_receives_what_the_row_says(back, asked, siti):
    decide(actor=back, uid=asked.uid, verdict="same")
    assert RegisterRow.objects.get(name="Siti").resident == siti
    held = Participation.objects.get(resident=siti, until=None)
    assert held.programme == Programme.objects.get(office=back.office, code="PKH")


def test_the_next_version_of_the_list_asks_nothing(cast, back, asked, siti):
    decide(actor=back, uid=asked.uid, verdict="same")
    load(cast, ROW, day=2)
    rows = RegisterRow.objects.filter(name="Siti")
    assert list(rows.values_list("resident", flat=True)) == [siti.pk] * 2
    assert Likeness.objects.count() == 1


def test_a_different_person_is_neither_linked_nor_asked_about_again(cast, back, asked):
    decide(actor=back, uid=asked.uid, verdict="different")
    load(cast, ROW, day=2)
    assert set(RegisterRow.objects.values_list("resident", flat=True)) == {None}
    assert Likeness.objects.count() == 1
    assert not open_questions(back).exists()


def test_a_decision_is_taken_back_with_all_that_followed(cast, back, asked, siti):
    decide(actor=back, uid=asked.uid, verdict="same")
    load(cast, ROW, day=2)
    reopen(actor=back, uid=asked.uid)
    assert set(RegisterRow.objects.values_list("resident", flat=True)) == {None}
    assert not Participation.objects.filter(resident=siti, until=None).exists()
    assert list(open_questions(back)) == [asked]


def test_one_row_is_one_person_at_most(cast, back, siti):
    other = create_resident(actor=cast.actor("front"), name="Siti Rohmah", **HOUSE)
    load(cast, ROW)
    first, second = Likeness.objects.order_by("resident")
    decide(actor=back, uid=first.uid, verdict="same")
    second.refresh_from_db()
    assert (second.resident, second.verdict) == (other, "different")
    reopen(actor=back, uid=first.uid)
    assert open_questions(back).count() == 2


def test_a_row_of_a_population_list_becomes_a_person_and_a_question(cast, back, siti):
    load(cast, ROW, kind=Import.Kind.RESIDENTS)
    asked = Likeness.objects.get()
    assert asked.other.name == "Siti"
    people = Resident.objects.exclude(name="Orang Lain")
    assert people.count() == 2
    load(cast, ROW, kind=Import.Kind.RESIDENTS, day=2)
    assert (people.count(), Likeness.objects.count()) == (2, 1)

    decide(actor=back, uid=asked.uid, verdict="same")
    asked.other.refresh_from_db()
    assert asked.other.canonical == siti
    load(cast, ROW, kind=Import.Kind.RESIDENTS, day=3)
    assert people.count() == 2

    reopen(actor=back, uid=asked.uid)
    asked.other.refresh_from_db()
    assert asked.other.canonical is None


def test_two_officers_on_one_pair_are_told(cast, back, asked):
    decide(actor=back, uid=asked.uid, verdict="same")
    assert decide(actor=back, uid=asked.uid, verdict="same").verdict == "same"
    with pytest.raises(WrongState) as refused:
        decide(actor=cast.actor("koordinator"), uid=asked.uid, verdict="different")
    assert "Petugas Back" in str(refused.value.message)


def test_nobody_decides_about_his_own_family(cast, asked):
    officer = cast.back
    officer.kk = KK
    officer.save()
    back = cast.actor("back")
    with pytest.raises(OwnFamily):
        decide(actor=back, uid=asked.uid, verdict="same")
    assert not open_questions(back).exists()
    assert open_questions(cast.actor("koordinator")).exists()


@pytest.mark.parametrize("who", ["front", "head", "admin", "kasun", "facilitator"])
def test_other_posts_do_not_decide(cast, asked, who):
    with pytest.raises(NotYourRole):
        decide(actor=cast.actor(who), uid=asked.uid, verdict="same")
    with pytest.raises(NotYourRole):
        reopen(actor=cast.actor(who), uid=asked.uid)


def test_another_office_finds_nothing(cast, asked):
    with pytest.raises(NotFound):
        decide(actor=cast.actor("stranger"), uid=asked.uid, verdict="same")


def test_decisions_are_in_the_history(back, asked):
    decide(actor=back, uid=asked.uid, verdict="different")
    reopen(actor=back, uid=asked.uid)
    actions = AuditEntry.objects.filter(subject_uid=asked.uid).values_list("action", flat=True)
    assert {"likeness_different", "likeness_reopened"} == set(actions)


def page(name, *args):
    return reverse(f"registry:{name}", args=args)


def test_the_pair_is_shown_decided_and_the_next_one_comes(cast, login, back, siti):
    create_resident(actor=cast.actor("front"), name="Siti Rohmah", **HOUSE)
    load(cast, ROW)
    first, second = open_questions(back).order_by("-score", "pk")
    client = login("back")
    assert "Siti Aminah" in client.get(page("likenesses")).content.decode()
    assert "Orang yang mirip" in client.get("/").content.decode()
    shown = client.get(page("likeness", first.uid)).content.decode()
    assert "Bukan orang yang sama" in shown
    assert page("likeness", second.uid) in shown, "later leads on"
    answer = client.post(page("likeness", first.uid), {"verdict": "different"})
    assert answer.url == page("likeness", second.uid)
    answer = client.post(page("likeness", second.uid), {"verdict": "different"})
    assert answer.url == page("likenesses")
    assert "Petugas Back" in client.get(f"{page('likenesses')}?tab=decided").content.decode()


def test_who_comes_second_reads_who_decided(cast, login, back, asked):
    decide(actor=back, uid=asked.uid, verdict="same")
    answer = login("koordinator").post(page("likeness", asked.uid), {"verdict": "different"})
    assert answer.status_code == 409
    assert "Petugas Back" in answer.content.decode()
    login("koordinator").post(page("likeness_reopen", asked.uid))
    asked.refresh_from_db()
    assert asked.verdict == ""


def test_the_list_takes_the_same_queries_however_long(
    cast, login, siti, django_assert_max_num_queries
):
    client = login("back")
    load(cast, *[f"Siti{'' if n else ' A.'};Jl. Taman Sari 12;002;003;YA" for n in range(1)])
    for n in range(8):
        Likeness.objects.create(
            office=cast.village, resident=siti, fingerprint=str(n), score=70 + n, grounds=[]
        )
    with django_assert_max_num_queries(14):
        client.get(page("likenesses"))


def test_rest_lists_decides_and_reopens(login, asked):
    client = login("koordinator")
    (listed,) = client.get("/api/v1/likenesses/").json()["results"]
    assert (listed["uid"], listed["other_name"]) == (str(asked.uid), "Siti")
    path = f"/api/v1/likenesses/{asked.uid}/"
    answer = client.post(f"{path}decide/", {"verdict": "same"}, "application/json")
    assert answer.json()["verdict"] == "same"
    answer = login("back").post(f"{path}decide/", {"verdict": "different"}, "application/json")
    assert answer.status_code == 409
    assert client.post(f"{path}reopen/", {}, "application/json").json()["verdict"] == ""
