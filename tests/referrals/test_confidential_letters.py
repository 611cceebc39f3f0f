"""A letter about a confidential case is not there for whoever may not read the case."""

import importlib
import uuid

import pytest
from django.apps import apps
from rest_framework.test import APIClient

from puskesmas import searching
from puskesmas.errors import NotFound
from puskesmas.models import Assignment
from puskesmas.officers import issue_token
from referrals import letters
from referrals.services import approval
from reports.letters import codes, render, services
from reports.letters.models import Letter
from reports.letters.words import masked
from tests.referrals.conftest import NIK

NEED = "Kartu untuk berobat rutin"


@pytest.fixture
def letter(cast, draft, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(render, "render_pdf", lambda *_args, **_kwargs: b"%PDF-1.7 stub")
    approved = approval.approve(actor=cast.actor("koordinator"), uid=draft().uid)
    signer = Assignment.objects.get(user=cast.koordinator)
    with django_capture_on_commit_callbacks(execute=True):
        return letters.issue(actor=cast.actor("back"), uid=approved.uid, signer=signer)


@pytest.fixture
def confidential(letter, case):
    case.kind.sensitive = True
    case.kind.save()
    return letter


@pytest.fixture
def taken_down_by_the_front(confidential, case, cast):
    case.entered_by = cast.front
    case.save()
    return confidential


PATHS = ["", "pdf/", "sign/"]


@pytest.mark.parametrize("path", PATHS)
def test_the_counter_does_not_open_it(confidential, login, path):
    assert login("front").get(f"/letters/{confidential.uid}/{path}").status_code == 404


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("who", ["back", "koordinator", "head"])
def test_who_reads_the_case_reads_its_letter(confidential, login, who, path):
    assert login(who).get(f"/letters/{confidential.uid}/{path}").status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_who_took_the_case_down_reads_its_letter(taken_down_by_the_front, login, path):
    url = f"/letters/{taken_down_by_the_front.uid}/{path}"
    assert login("front").get(url).status_code == 200


def test_who_issued_it_keeps_it(confidential, cast, login):
    Letter.objects.update(issued_by=cast.front)
    assert login("front").get(f"/letters/{confidential.uid}/").status_code == 200


def test_a_plain_case_is_the_whole_offices(letter, login):
    assert login("front").get(f"/letters/{letter.uid}/").status_code == 200


@pytest.mark.parametrize(
    ("verb", "said"),
    [("sign", {}), ("hand_over", {"receiver": "Sulastri"}), ("void", {"reason": "Salah"})],
)
def test_the_counter_changes_nothing_of_it(confidential, cast, verb, said):
    with pytest.raises(NotFound):
        getattr(services, verb)(
            actor=cast.actor("front"), uid=confidential.uid, version=None, **said
        )


def test_no_panel_and_no_search_shows_it_at_the_counter(confidential, resident, cast, login):
    front = login("front")
    uid = str(confidential.uid)
    assert uid not in front.get(f"/people/{resident.uid}/").text
    assert uid not in front.get("/").text
    assert searching.find(confidential.number, actor=cast.actor("front")) == []
    assert uid in login("back").get(f"/people/{resident.uid}/").text
    assert uid in login("head").get("/").text


def test_the_register_shows_its_number_and_date_and_nothing_else(confidential, login):
    page = login("front").get("/letters/")
    (row,) = page.context["rows"]
    assert row["letter"].number == confidential.number
    assert "Rahasia" in page.text
    for hidden in ("Sulastri", "Surat rujukan</td>", str(confidential.uid), "tanda tangan</span>"):
        assert hidden not in page.text
    assert "Sulastri" in login("back").get("/letters/").text


@pytest.mark.parametrize("query", ["kind=rujukan", "state=numbered"])
def test_asking_the_register_does_not_tell_what_it_is(confidential, login, query):
    assert login("front").get(f"/letters/?{query}").context["rows"] == []
    assert len(login("back").get(f"/letters/?{query}").context["rows"]) == 1


def test_programs_do_not_find_it_either(confidential, cast):
    def listed(who):
        _row, token = issue_token(
            actor=cast.actor(who), name="uji", roles=sorted(cast.actor(who).roles)
        )
        api = APIClient(headers={"Authorization": f"Bearer {token}"})
        one = api.get(f"/api/v1/letters/{confidential.uid}/").status_code
        return one, len(api.get("/api/v1/letters/").json()["results"])

    assert listed("front") == (404, 0)
    assert listed("back") == (200, 1)


def test_the_public_page_names_nobody(confidential, client):
    page = client.get(f"/verify/{codes.shown(confidential.token)}/")
    assert page.status_code == 200
    assert confidential.number in page.text.replace("\u2060", "").replace("<wbr>", "")
    for personal in ("Tentang", "<dd>S.</dd>", masked(NIK), NEED):
        assert personal not in page.text
    assert "bersifat rahasia" in page.text
    answer = client.get(f"/api/v1/verify/{codes.shown(confidential.token)}/").json()
    assert (answer["initials"], answer["nik"]) == ("", "")


def test_a_replacement_is_as_confidential(confidential, cast):
    old = services.sign(actor=cast.actor("back"), uid=confidential.uid, version=None)
    successor = services.void_and_replace(
        actor=cast.actor("back"),
        uid=old.uid,
        version=None,
        content=services.Content(body={**old.revisions.get().context["body"]}),
        reason="Salah",
    )
    assert successor.matter_uid == old.matter_uid


def test_letters_of_before_learn_their_case(confidential, case):
    Letter.objects.update(matter_uid=None)
    importlib.import_module("referrals.migrations.0004_letters_of_cases").fill(apps, None)
    assert Letter.objects.get().matter_uid == case.uid


def test_a_letter_about_an_unknown_case_stays_shut(letter, login):
    Letter.objects.update(matter_uid=uuid.uuid4())
    assert login("back").get(f"/letters/{letter.uid}/").status_code == 200  # he issued it
    assert login("head").get(f"/letters/{letter.uid}/").status_code == 404
