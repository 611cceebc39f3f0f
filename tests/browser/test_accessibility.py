"""The pages of the main path under axe (WCAG 2.2 AA), and none wider than its screen.

Each page is drawn on a phone (320 px) in Indonesian, as residents and kasun have it, and on a PC
(1280 px) in English, whose longer words wrap elsewhere: axe's rules look at structure, names and
contrast, which the language cannot change at one width and spare at the other. The densest pages
are drawn at 768 px too, where columns and tables stand between the two layouts. Pages come from the
walk, so that each is one that somebody really gets to.
"""

import pytest
from django.conf import settings
from playwright.sync_api import Page

from tests.accessibility import overflow, problems
from tests.browser.crawl import Visit
from tests.browser.people import PC, PHONE, People, Person

pytestmark = pytest.mark.browser

#: By who opens them: the home of every role, and the pages his work leads him to.
PAGES = {
    "": (
        *("home", "account_login", "account_reset_password"),
        *("status:check", "status:status", "verify:form", "verify:letter"),
    ),
    "fo": (
        *("home", "registry:search", "registry:person", "registry:person_new"),
        *("registry:household", "registry:housing_new", "registry:person_card"),
        *("registry:person_edit", "registry:register_check", "registry:life", "registry:sktm_new"),
        *("complaints:new", "complaints:registered", "complaints:question_new"),
        *("complaints:question", "letters:register", "letters:letter", "letters:sign"),
        *("account_change_password", "mfa_index"),
    ),
    "bo": (
        *("home", "complaints:queue", "complaints:case", "complaints:act", "referrals:draft"),
        *("referrals:referral", "referrals:resubmit", "referrals:deliveries"),
        *("registry:imports", "registry:import_new", "registry:import_columns"),
        *("registry:sktm_replace", "letters:void"),
    ),
    "bo2": (*("referrals:hand_over", "referrals:letter", "referrals:answer", "registry:import"),),
    "koordinator": (
        *("home", "referrals:approvals", "referrals:return", "referrals:refuse"),
        "referrals:reconciliation",
    ),
    "kepala": ("home",),
    "kasun": ("home",),
    "fasilitator": ("home",),
    "admin": (
        *("home", "office:office", "office:time_limits", "office:holidays", "office:officers"),
        *("office:officer_new", "office:officer_edit", "office:officer_role", "office:tokens"),
        *("office:officer_password", "office:assignment_end", "referrals:links"),
    ),
    "manajer": (
        *("home", "referrals:inbox", "referrals:received", "referrals:inbox_act"),
        *("referrals:overview", "referrals:quotas", "referrals:quota_set"),
        "referrals:realised_new",
    ),
    "admin_slrt": ("home", "referrals:villages", "referrals:chain", "referrals:chain_supervised"),
}
DENSE = {
    *("complaints:queue", "complaints:case", "complaints:new", "registry:person"),
    *("registry:import_columns", "referrals:received", "referrals:inbox", "office:time_limits"),
}
TABLET = 768


@pytest.fixture(scope="module")
def paths(visits: list[Visit]) -> dict[tuple[str, str], str]:
    """Where somebody finds a view's page: the first one he came to."""
    found: dict[tuple[str, str], str] = {}
    for visit in visits:
        if visit.is_shown and visit.step.sent is None:
            found.setdefault((visit.who, visit.view), visit.step.path)
    return found


@pytest.mark.parametrize("who", PAGES)
def test_pages_are_accessible_and_never_wider_than_the_screen(
    people: People, paths: dict[tuple[str, str], str], who: str
):
    person = people.another(who) if who else people.visitor()
    found = {}
    for view in PAGES[who]:
        for language, *widths in (("id", PHONE), ("en", PC, *([TABLET] if view in DENSE else []))):
            speaks(person, language)
            person.page.set_viewport_size({"width": widths[0], "height": 800})
            person.goes_to(paths[who, view])
            for width in widths:
                person.page.set_viewport_size({"width": width, "height": 800})
                found[view, language, width] = faults(person.page)
    person.context.close()
    assert {page: said for page, said in found.items() if said} == {}


def test_what_was_found_is_accessible_on_a_phone(people: People):
    fo = people.another("fo", width=PHONE)
    fo.page.fill("#cari", "siti")
    fo.page.press("#cari", "Enter")
    fo.page.wait_for_url("**/search/")
    assert faults(fo.page) == []
    fo.context.close()


def speaks(person: Person, language: str) -> None:
    """Let the person's pages speak a language from now on."""
    person.context.add_cookies(
        [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": person.url}]
    )


def faults(page: Page) -> list[str]:
    wide = overflow(page)
    return problems(page) + ([f"{wide} px wider than the screen"] if wide > 0 else [])
