"""REST for the catalogue: versions on a day, a programme's history, the file out and in."""

from datetime import date

import pytest

from programs.catalogue import services
from programs.models import Programme, ProgrammeVersion

URL = "/api/v1/catalogue/"


@pytest.fixture
def pkh(cast, furnished):
    return Programme.objects.get(office=cast.village, code="PKH")


@pytest.fixture
def later(cast, pkh):
    """A version of PKH that is in force from 2027 on."""
    admin = cast.actor("admin")
    draft = services.draft_version(
        actor=admin, programme_uid=pkh.uid, effective_from=date(2027, 1, 1)
    )
    return services.publish(actor=admin, uid=draft.uid, version=None)


@pytest.mark.parametrize(("day", "is_later"), [("2026-12-31", False), ("2027-01-01", True)])
def test_the_catalogue_is_read_with_the_versions_of_a_day(day, is_later, api, pkh, later):
    rows = api("front").get(URL, {"day": day}).json()
    found = next(row for row in rows if row["code"] == "PKH")
    assert (found["in_force"]["uid"] == str(later.uid)) == is_later
    assert found["in_force"]["content"]["legal_bases"]


def test_before_its_first_version_a_programme_lays_down_nothing(api, pkh):
    rows = api("front").get(URL, {"day": "1990-01-01"}).json()
    assert {row["in_force"] for row in rows} == {None}
    wrong = api("front").get(URL, {"day": "kemarin"})
    assert wrong.status_code == 400
    assert "day" in wrong.text


def test_the_catalogue_costs_the_same_queries_whatever_its_size(
    api, pkh, django_assert_num_queries
):
    visitor = api("front")
    visitor.get(URL)
    with django_assert_num_queries(5):
        visitor.get(URL)


def test_a_programmes_versions_are_listed_newest_first_without_its_draft(api, cast, pkh, later):
    services.draft_version(
        actor=cast.actor("admin"), programme_uid=pkh.uid, effective_from=date(2028, 1, 1)
    )
    versions = api("front").get(f"/api/v1/programmes/{pkh.uid}/versions/").json()
    assert versions[0]["effective_from"] == "2027-01-01"
    assert len(versions) == pkh.versions.published().count() == 2
    assert api("stranger").get(f"/api/v1/programmes/{pkh.uid}/versions/").status_code == 404


def test_the_file_goes_out_and_in_and_a_trial_changes_nothing(api, pkh, cast):
    keeper = api("koordinator")
    text = keeper.get(f"{URL}file/").json()["text"]
    same = keeper.post(f"{URL}import/", {"text": text}).json()
    assert same["changes"] == []
    other = text.replace("Permensos", "Peraturan Menteri Sosial")
    tried = keeper.post(f"{URL}import/", {"text": other}).json()
    assert {row["kind"] for row in tried["changes"]} == {"changed"}
    assert tried["counts"]["versions_drafted"] == len(tried["changes"])
    drafts = ProgrammeVersion.objects.filter(published_at=None, office=cast.village)
    assert not drafts.exists()
    keeper.post(f"{URL}import/", {"text": other, "dry_run": False})
    assert drafts.count() == len(tried["changes"])
    refused = keeper.post(f"{URL}import/", {"text": '[[programmes]]\ncode = "A"\n'})
    assert refused.status_code == 400
    assert "A: name_id" in refused.text


def test_who_does_not_keep_the_catalogue_takes_no_file(api, pkh):
    assert api("front").post(f"{URL}import/", {"text": ""}).status_code == 403
