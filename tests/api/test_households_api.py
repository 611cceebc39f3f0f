"""Family cards over REST: read, another head, another card, the house."""

import uuid

import pytest

from registry.models import Household
from registry.services import create_resident

KK, OTHER_KK = "3509990101100001", "3509990101100002"


@pytest.fixture
def child(cast):
    front = cast.actor("front")
    create_resident(actor=front, name="Siti Khodijah", kk=KK, relation="1")
    return create_resident(actor=front, name="Bagas", kk=KK, relation="4")


@pytest.fixture
def household(child):
    return Household.objects.get()


def test_a_household_over_rest(api, household, child):
    url = f"/api/v1/households/{household.uid}/"
    client = api("front")
    answer = client.get(url)
    body = answer.json()
    assert body["kk"] == "•" * 12 + KK[-4:]
    assert [member["name"] for member in body["members"]] == ["Siti Khodijah", "Bagas"]
    changed = client.post(
        f"{url}head/", {"resident": str(child.uid)}, format="json", HTTP_IF_MATCH=answer["ETag"]
    )
    assert changed.json()["members"][0]["name"] == "Bagas"
    key = str(uuid.uuid4())
    for _again in range(2):
        seen = client.post(
            f"{url}housing/",
            {"observed_on": "2026-01-05", "floor": "9", "evidence": "kunjungan"},
            format="json",
            HTTP_IDEMPOTENCY_KEY=key,
        )
        assert seen.status_code == 201
    assert [row["evidence"] for row in client.get(url).json()["housing"]] == ["kunjungan"]


def test_a_person_changes_cards_over_rest(api, household, child):
    url = f"/api/v1/people/{child.uid}/"
    client = api("front")
    version = client.get(url)["ETag"]
    body = {"evidence": "KK baru", "kk": OTHER_KK}
    answer = client.post(f"{url}card/", body, format="json", HTTP_IF_MATCH=version)
    assert answer.json()["household_uid"] != str(household.uid)
    again = client.post(f"{url}card/", body, format="json", HTTP_IF_MATCH=version)
    assert again.status_code == 409
