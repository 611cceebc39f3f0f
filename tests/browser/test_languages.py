"""Every page in each language: a crawl that fails on words of the other.

Indonesian is the source language, English the catalogue's. Names and codes are marked
``translate="no"`` in the pages, words that people wrote themselves with their ``lang``; both are
left out. Letters are always Indonesian and are not read here.
"""

import re
import tomllib
from functools import cache
from pathlib import Path

import polib
import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve, reverse

from tests.browser.crawl import FOR_PROGRAMS, LANGUAGES, PageReader, Visit, all_views
from tests.cast import PASSWORD, Cast
from tests.test_permissions import PAGES, _code
from tests.world import World

pytestmark = pytest.mark.browser

CATALOGUE = Path(settings.LOCALE_PATHS[0]) / "en" / "LC_MESSAGES" / "django.po"
#: Names of the demo in running text: places, who took a file, a column of a sender's sheet, a
#: distribution in the title of its page.
DEMO_NAMES = (
    *("Sumber Wadung", "Sukamaju Baru", "Bagian umum", "HASIL VERVAL"),
    "Beras CBP tahap 2",
)
#: Pages of the second step after the password.
BEFORE_SECOND_STEP = ("mfa_index", "mfa_activate_totp")
WITH_SECOND_STEP = (
    *("mfa_index", "mfa_deactivate_totp", "mfa_reauthenticate"),
    *("mfa_view_recovery_codes", "mfa_generate_recovery_codes"),
)
#: What stands in the address of a page behind a stage.
STAGES = (
    *("calls", "people", "/aid/", "override", "minutes", "outcomes", "/care/", "/trial/{"),
    *("/realised/{", "/verval/{verval_sheet"),
    *("packages/", "/letters/drafts/{", "/reconciliation/{", "/prints/{"),
    *("/figures/reports/{", "/figures/reports/actions/"),
)
#: Pages behind a stage or a choice the demo has no newest row for; the tests' own world does.
STAGED = (
    *("referrals:override", "referrals:care", "referrals:realised"),
    *("referrals:verval_sheet", "referrals:verval_give", "referrals:verval_correct"),
    *("referrals:call", "referrals:call_correct"),
    *("proposals:minutes", "proposals:outcomes"),
    *("programs:call_approve", "programs:call_return", "programs:call_hand_over"),
    *("programs:call_name", "programs:call_basis"),
    *("programs:distribution_settle", "programs:distribution_unlock", "programs:hand_replace"),
    *("programs:print", "programs:distribution_minutes", "programs:recipient_minutes"),
    *("registry:merge", "registry:unmerge", "programs:draft_trial_of"),
    *("registry:listing_letter_revise", "registry:listing_letter_replace"),
    *("proposals:minutes_revise", "letters:draft_drop"),
    *("referrals:package_make", "referrals:package", "referrals:package_letter"),
    "referrals:reconciliation_explain",
    *("figures:report", "figures:action_new", "figures:action_done"),
)
#: Of those below, what a slow walk comes to: the offices' cards are exchanged after ten minutes.
SOONER_OR_LATER = {"referrals:package_make"}
#: Views a walk cannot show, and why.
NOT_PAGES = {
    **dict.fromkeys(
        (
            *("choose_office", "set_language", "office:token_revoke", "registry:import_load"),
            *("registry:reveal", "referrals:approve", "referrals:reveal", "referrals:send_now"),
            *("referrals:send_link", "referrals:revoke_link", "partner:open", "partner:answer"),
            *("referrals:link_here", "referrals:tell_again", "referrals:package_take_in"),
            *("partner:reveal", "referrals:owner_link", "referrals:owner_code"),
            "referrals:owner_revoke",
            *("referrals:take_up", "status:details", "complaints:phones"),
            *("registry:household_head", "registry:likeness_reopen", "registry:import_cancel"),
            *("programs:call_strike", "proposals:answers_apply", "programs:overlap_remove"),
            "verification:find",
            *("programs:distribution_build", "programs:distribution_add_person"),
            *("programs:distribution_remove", "programs:slot_remove", "programs:hand_defer"),
            *("programs:hand_papers", "programs:print_ask", "programs:call_print"),
            *("programs:catalogue_take", "programs:draft_row_act"),
            *("referrals:chain_drop", "referrals:realised_apply"),
            *("referrals:verval_send", "referrals:verval_again", "referrals:call_again"),
            *("referrals:reconciliation_compare", "referrals:reconciliation_mend"),
            "referrals:reconciliation_mend_all",
        ),
        "takes a form and shows the page it stands on",
    ),
    **dict.fromkeys(STAGED, "stands behind a stage or a choice; read by the test of those below"),
    "registry:successor": "stands behind the record of a death or move; read in tests/registry",
    "partner:page": "stands behind a code of somebody's; read in tests/referrals",
    "styleguide_live": "an example that takes a form",
    "complaints:papers": "a part of the intake page, asked for by its script",
    **dict.fromkeys(
        ("registry:number_notes", "registry:number_notes_of"),
        "a part of the person's form, asked for by its script; read in tests/registry",
    ),
    **dict.fromkeys(("letters:month", "figures:report_pdf"), "a list to print"),
    "figures:report_sheet": "a sheet to take home",
    "referrals:together": "stands behind ticked rows; read in tests/referrals",
    "attachment": "a file of somebody's",
    **dict.fromkeys(
        ("referrals:realised_problems", "referrals:verval_download", "referrals:call_download"),
        "a sheet to take home",
    ),
    "verification:statement": "a form to sign, where a programme asks for one",
    "programs:print_file": "a print, drawn by a worker that no walk starts",
    **dict.fromkeys(("referrals:package_file", "referrals:package_sheet"), "a file to carry"),
    "referrals:received_file": "a file of somebody's",
    "mfa_download_recovery_codes": "a file of codes",
    "health": "for programs",
    **dict.fromkeys(
        ("account_confirm_email", "account_reset_password_from_key"),
        "stands behind a link in a letter; no letters are sent here",
    ),
    **dict.fromkeys(
        ("account_confirm_login_code", "account_set_password"),
        "never asked for: all log in by name",
    ),
    **dict.fromkeys(
        (
            *("mfa_activate_totp", "mfa_authenticate", "mfa_deactivate_totp"),
            *("mfa_generate_recovery_codes", "mfa_reauthenticate", "mfa_view_recovery_codes"),
        ),
        "read by the test of the second step below",
    ),
}


#: allauth's Indonesian says "e-mail"; our catalogue's only in English.
SHARED = {"mail"}


@cache
def vocabulary(language: str) -> set[str]:
    """Return the words that only the catalogue's sentences of ``language`` use."""
    said: dict[str, set[str]] = {"id": set(), "en": set()}
    for entry in polib.pofile(str(CATALOGUE)):
        said["id"] |= _words(f"{entry.msgid} {entry.msgid_plural}")
        said["en"] |= _words(" ".join([entry.msgstr, *entry.msgstr_plural.values()]))
    return said.pop(language) - said.popitem()[1] - SHARED


@cache
def names() -> re.Pattern[str]:
    """Return what matches names: they travel between offices as they were written."""
    catalogue = tomllib.loads((settings.BASE_DIR / "programs" / "catalogue.toml").read_text())
    known = {one[key] for one in catalogue["programmes"] for key in ("name_id", "owner")}
    known |= set(DEMO_NAMES)
    return re.compile("|".join(map(re.escape, sorted(known, key=len, reverse=True))), re.IGNORECASE)


def _words(text: str) -> set[str]:
    without_slots = re.sub(r"%\(\w+\)[sd]|<[^>]+>", " ", text)
    return set(re.findall(r"[a-z]{3,}", without_slots.casefold()))


def foreign_words(texts: tuple[str, ...], language: str) -> list[str]:
    """Return the texts of a page in ``language`` that hold a word only the other one has."""
    other = "en" if language == "id" else "id"
    return [text for text in texts if _words(names().sub(" ", text)) & vocabulary(other)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_speaks_two_languages(visits: list[Visit], language: str):
    mixed = {
        f"{visit.view} ({visit.who or 'visitor'}): {text}"
        for visit in visits
        if visit.texts and visit.language == language
        for text in foreign_words(visit.texts, language)
    }
    assert sorted(mixed) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_of_the_second_step_speaks_two_languages(client: Client, cast: Cast, language: str):
    """Nobody in the demo has one: here an officer without and one with it open what is theirs."""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    without, having = cast.users["front"], cast.users["back"]
    RecoveryCodes.activate(having)
    TOTP.activate(having, generate_totp_secret())
    mixed = {}
    for user, views in ((without, BEFORE_SECOND_STEP), (having, WITH_SECOND_STEP)):
        client.force_login(user)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        mixed |= {view: _mixed(client.get(reverse(view)), language) for view in views}
    client.logout()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    asked = {"login": having.username, "password": PASSWORD}
    mixed["mfa_authenticate"] = _mixed(client.post("/account/login/", asked, follow=True), language)
    assert not any(mixed.values()), mixed


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_behind_a_stage_speaks_two_languages(world: World, language: str):
    known = {**vars(world), "code": _code(world), "today": world.cast.village.today()}
    client, mixed = Client(), {}
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    for row in PAGES:
        # Few addresses hold names that only other tests fill in.
        if row.method != "GET" or not any(part in row.path for part in STAGES):
            continue
        path = row.path.format(**known)
        view = resolve(path.partition("?")[0]).view_name
        if view in STAGED:
            client.force_login(world.cast.users[sorted(row.allowed)[0]])
            mixed[view] = _mixed(client.get(path), language, cast=world.cast)
    assert set(mixed) == set(STAGED)
    assert not any(mixed.values()), mixed


def _mixed(answer: HttpResponse, language: str, cast: Cast | None = None) -> list[str]:
    page = PageReader(answer.content.decode())
    assert (answer.status_code, page.language) == (200, language)
    people = "|".join(user.name for user in cast.users.values()) if cast else "(?!)"
    return foreign_words(tuple(re.sub(people, "", text) for text in page.texts), language)


def test_no_page_fails(visits: list[Visit]):
    assert [visit for visit in visits if visit.status >= 500] == []


def test_the_walk_opened_every_page_there_is(visits: list[Visit]):
    opened = {visit.view for visit in visits if visit.is_shown}
    pages = {view for view in all_views() if not view.startswith(FOR_PROGRAMS)}
    assert pages - opened - set(NOT_PAGES) == set(), "pages nobody walked to"
    assert opened & set(NOT_PAGES) <= SOONER_OR_LATER, "pages after all"
