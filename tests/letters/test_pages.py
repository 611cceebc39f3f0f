"""The officers' letter pages: whose they are, what they count, how they are found."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from puskesmas import searching
from puskesmas.models import AuditEntry
from reports.letters import render, services
from reports.letters.models import LetterRevision

pytestmark = pytest.mark.usefixtures("quick_print")

# Who may hand over or void is narrower: tests/test_permissions.py.
READ = ["", "pdf/", "sign/"]
ACTS = ["sign/", "hand-over/", "void/"]
ALL = [*READ, "hand-over/", "void/"]
READERS = ["front", "back", "koordinator", "head"]
NOT_READERS = ["kasun", "facilitator", "admin", "manager", "district_back"]
STRANGERS = ["stranger", "stranger_front", "stranger_koordinator"]


@pytest.fixture
def letter(issue):
    return issue()


@pytest.mark.parametrize("path", READ)
@pytest.mark.parametrize("who", READERS)
def test_the_own_office_opens_its_letters(login, letter, who, path):
    assert login(who).get(f"/letters/{letter.uid}/{path}").status_code == 200


@pytest.mark.parametrize("path", READ)
@pytest.mark.parametrize("who", STRANGERS)
def test_another_offices_letter_does_not_exist(login, letter, who, path):
    assert login(who).get(f"/letters/{letter.uid}/{path}").status_code == 404


@pytest.mark.parametrize("path", ACTS)
@pytest.mark.parametrize("who", STRANGERS)
def test_another_offices_letter_is_not_changed(login, letter, who, path):
    data = {"version": letter.version, "reason": "x", "receiver": "x"}
    assert login(who).post(f"/letters/{letter.uid}/{path}", data).status_code in {403, 404}
    letter.refresh_from_db()
    assert letter.state == "numbered"


@pytest.mark.parametrize("path", ["", *(f"{{uid}}/{item}" for item in ALL)])
@pytest.mark.parametrize("who", NOT_READERS)
def test_other_roles_see_no_letters(login, letter, who, path):
    assert login(who).get(f"/letters/{path.format(uid=letter.uid)}").status_code == 403


@pytest.mark.parametrize("path", ["", *(f"{{uid}}/{item}" for item in ALL)])
def test_visitors_are_asked_to_log_in(client, letter, path):
    answer = client.get(f"/letters/{path.format(uid=letter.uid)}")
    assert answer.status_code == 302
    assert "login" in answer.url


def test_a_look_at_the_file_is_audited(login, letter):
    page = login("front").get(f"/letters/{letter.uid}/pdf/")
    assert page["Content-Type"] == "application/pdf"
    assert "no-store" in page["Cache-Control"]
    actions = AuditEntry.objects.filter(subject_uid=letter.uid).values_list("action", flat=True)
    assert "letter.print" in actions


def test_a_file_that_is_missing_is_made_when_asked_for(login, letter):
    LetterRevision.objects.update(pdf_path="")
    assert login("front").get(f"/letters/{letter.uid}/pdf/").content.startswith(b"%PDF")


def test_a_file_that_cannot_be_made_is_said_in_words(login, letter, monkeypatch):
    LetterRevision.objects.update(pdf_path="")

    def broken(*_args, **_kwargs):
        raise OSError("no font")

    monkeypatch.setattr(render, "render_pdf", broken)
    page = login("front").get(f"/letters/{letter.uid}/pdf/")
    assert page.status_code == 503
    assert "belum siap" in page.text
    assert (
        "berkas surat sedang dibuat" in login("front").get(f"/letters/{letter.uid}/").text.lower()
    )


def test_the_page_offers_only_what_may_be_done_now(login, letter, cast):
    def offered(who):
        text = login(who).get(f"/letters/{letter.uid}/").text
        return {act for act in ("sign", "hand-over", "void") if f"/{act}/" in text}

    assert offered("front") == {"sign"}
    assert offered("koordinator") == {"sign", "void"}
    services.sign(actor=cast.actor("front"), uid=letter.uid, version=letter.version)
    assert offered("front") == {"hand-over"}
    assert offered("back") == {"hand-over", "void"}
    assert offered("head") == {"void"}


def test_an_act_out_of_turn_is_refused_beside_the_form(login, letter):
    page = login("front").post(
        f"/letters/{letter.uid}/hand-over/", {"version": letter.version, "receiver": "Siti"}
    )
    assert page.status_code == 409
    assert "tidak bisa dilakukan" in page.text
    assert 'value="Siti"' in page.text


def test_voiding_needs_a_reason(login, letter):
    page = login("back").post(f"/letters/{letter.uid}/void/", {"version": letter.version})
    assert page.status_code == 400
    letter.refresh_from_db()
    assert letter.state == "numbered"


def test_the_register_lists_filters_and_pages(login, issue, monkeypatch):
    monkeypatch.setattr("reports.letters.views.PAGE_SIZE", 2)
    letters = [issue() for _ in range(5)]
    browser = login("front")

    def shown(page):
        return [row["letter"].counter for row in page.context["rows"]]

    first = browser.get("/letters/")
    assert shown(first) == [5, 4]
    second = browser.get(f"/letters/{first.context['next_url']}")
    assert shown(second) == [3, 2]
    third = browser.get(f"/letters/{second.context['next_url']}")
    assert shown(third) == [1]
    assert not third.context["next_url"]
    back = browser.get(f"/letters/{third.context['previous_url']}")
    assert shown(back) == [3, 2]
    year = letters[0].dated.year
    assert shown(browser.get(f"/letters/?state=numbered&kind=uji&year={year}")) == [5, 4]
    assert "Tidak ada surat yang cocok" in browser.get("/letters/?state=void").text


def test_the_register_of_another_office_is_empty(login, letter):
    assert "Belum ada surat" in login("stranger").get("/letters/").text


@pytest.mark.parametrize("junk", ["?at=x", "?at=WyJuIl0", "?year=abc", "?kind=none"])
def test_junk_in_the_address_is_no_error(login, letter, junk):
    assert login("front").get(f"/letters/{junk}").status_code == 200


@pytest.mark.parametrize("path", ["/letters/", "/"])
def test_queries_do_not_grow_with_the_letters(login, issue, path):
    browser = login("front")

    def queries():
        with CaptureQueriesContext(connection) as captured:
            browser.get(path)
        return len(captured)

    issue()
    browser.get(path)
    few = queries()
    for _ in range(4):
        issue()
    assert queries() == few


def test_the_desk_shows_what_waits_for_a_signature(login, letter, cast):
    assert str(letter.uid) in login("head").get("/").text
    assert str(letter.uid) not in login("kasun").get("/").text
    services.sign(actor=cast.actor("front"), uid=letter.uid, version=letter.version)
    assert str(letter.uid) not in login("head").get("/").text


def test_the_search_box_finds_a_whole_number_in_the_own_office(letter, cast, login):
    assert [hit.exact for hit in searching.find(letter.number, actor=cast.actor("back"))] == [True]
    assert searching.find(letter.number, actor=cast.actor("stranger")) == []
    assert searching.find(letter.number, actor=cast.actor("kasun")) == []
    answer = login("front").post("/search/", {"q": f" {letter.number} "})
    assert answer.url == f"/letters/{letter.uid}/"
