"""Merging from a person's page and over REST."""

import pytest
from django.urls import reverse

from registry.merging import merge
from registry.models import Merge
from registry.services import create_resident

NIK, KK = "3509990101900001", "3509990101100001"


@pytest.fixture
def siti(cast):
    return create_resident(actor=cast.actor("front"), name="Siti Khodijah", nik=NIK, kk=KK)


@pytest.fixture
def twice(cast):
    return create_resident(actor=cast.actor("front"), name="Siti Kodijah", rt="02")


@pytest.fixture
def merged(cast, siti, twice):
    return merge(actor=cast.actor("back"), duplicate=twice.uid, canonical=siti.uid)


def test_the_other_record_is_found_compared_and_merged(login, siti, twice):
    client = login("back")
    found = client.post(reverse("registry:merge_find", args=[siti.uid]), {"q": "siti kodijah"})
    address = reverse("registry:merge", args=[siti.uid, twice.uid])
    assert address in found.content.decode()
    page = client.get(address).content.decode()
    assert NIK not in page
    assert f'value="{siti.uid}" required checked' in page or "checked" in page
    answer = client.post(address, {"canonical": str(siti.uid), "reason": "KK sudah dilihat"})
    assert answer.url == reverse("registry:person", args=[siti.uid])
    twice.refresh_from_db()
    assert twice.canonical == siti


def test_the_record_without_nik_cannot_be_the_one_that_stays(login, siti, twice):
    address = reverse("registry:merge", args=[siti.uid, twice.uid])
    answer = login("back").post(address, {"canonical": str(twice.uid), "reason": "Tertukar"})
    assert answer.status_code == 400
    assert "Tertukar" in answer.content.decode()
    assert not Merge.objects.exists()


def test_a_merged_records_page_is_the_persons(login, siti, twice, merged):
    answer = login("front").get(reverse("registry:person", args=[twice.uid]))
    assert answer.url == reverse("registry:person", args=[siti.uid])
    page = login("front").get(answer.url).content.decode()
    assert "Gabungan dari" in page
    assert "Pisahkan lagi" not in page, "the front office does not decide"
    assert "Pisahkan lagi" in login("koordinator").get(answer.url).content.decode()


def test_merged_records_are_separated_again(login, siti, twice, merged):
    client = login("koordinator")
    address = reverse("registry:unmerge", args=[twice.uid])
    assert "Siti Kodijah" in client.get(address).content.decode()
    assert client.post(address).url == reverse("registry:person", args=[twice.uid])
    twice.refresh_from_db()
    assert twice.canonical is None


def test_a_form_opened_before_the_merge_is_told(login, siti, twice, merged):
    address = reverse("registry:person_edit", args=[twice.uid])
    assert login("front").get(address).url == reverse("registry:person_edit", args=[siti.uid])
    answer = login("front").post(address, {"name": "Siti Baru", "version": twice.version})
    assert answer.status_code == 409
    assert "Siti Baru" in answer.content.decode()


def test_a_person_with_merged_records_takes_as_many_queries_as_one_with_many(
    login, cast, siti, twice, merged, django_assert_num_queries
):
    client = login("back")
    address = reverse("registry:person", args=[siti.uid])
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for n in range(4):
        more = create_resident(actor=cast.actor("front"), name=f"Siti {n}")
        merge(actor=cast.actor("back"), duplicate=more.uid, canonical=siti.uid)
    with django_assert_num_queries(len(few)):
        client.get(address)


def test_rest_merges_separates_and_names_the_person(login, siti, twice):
    client = login("back")
    person = f"/api/v1/people/{twice.uid}/"
    answer = client.post(f"{person}merge/", {"into": str(siti.uid)}, "application/json").json()
    assert (answer["uid"], answer["merged_into"]) == (str(siti.uid), str(siti.uid))
    assert client.get(person).json()["merged_into"] == str(siti.uid)
    assert client.get(f"/api/v1/people/{siti.uid}/").json()["merged_into"] is None
    answer = client.post(f"{person}unmerge/", {}, "application/json").json()
    assert (answer["uid"], answer["merged_into"]) == (str(twice.uid), None)
