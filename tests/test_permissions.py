"""Who may do what: every address of the program × every post × own office, other village, nobody.

The table below is written by hand, a row per address and method. An address without a row fails;
so does one that answers a post otherwise than its row says. ``tests/world.py`` made the rows of the
database that addresses name.

- A post in the row is let in: anything but 401, 403, 404, 405 and 5xx.
- Any other post of an office gets 403 — 404 where the row says ``hidden``.
- Who holds an allowed post elsewhere gets 404 where the address names a row of the village.
- Nobody: the log-in page, 401 over REST.
"""

import re
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver, resolve

from complaints import receipts
from complaints.acts import ACTS
from puskesmas.models import OfficeRowQuerySet
from puskesmas.officers import issue_token
from referrals.forms import InboxActForm
from reports.letters.selectors import last_revision
from reports.letters.selectors import letter as find_letter
from tests.world import World, picture

COUNTER = {"front", "back", "facilitator"}
DECIDE = {"koordinator", "head"}
READERS = COUNTER | DECIDE
PEOPLE = READERS | {"kasun"}
DESK = {"front", "back"}
KEEPERS = {"back", "koordinator"}
LETTERS = DESK | DECIDE
LISTS = {"back", "koordinator", "admin"}
#: Who says of two records whether they are one person.
DECIDERS = {"back", "koordinator"}
DISTRICT = {"manager", "district_back"}
WHOLE_DISTRICT = DISTRICT | {"district_front"}
INBOX_READERS = WHOLE_DISTRICT | {"supervisor"}
REVIEWERS = {"supervisor", "manager"}
#: Who sets up how the district works.
SETTERS = {"manager", "district_admin"}
ADMINS = {"admin", "district_admin"}
#: Who issues and reads the fixed reports, in the village and at the district.
REPORTERS = {"back", "koordinator", "head"} | DISTRICT
#: Who compares the village's referrals with the tier above's.
COMPARERS = {"koordinator", "admin"}
#: Who carries files on a stick, in the village and at the district.
CARRIERS = LETTERS | {"admin"}
CARRIERS_ABOVE = DISTRICT | {"district_front", "district_admin"}
EVERYONE = PEOPLE | INBOX_READERS | ADMINS
#: What only villages have does not exist for the district's administrator, nor their rows.
ABOVE = {"district_admin"}
NOBODY: set[str] = set()

#: Who holds the same post elsewhere.
ELSEWHERE = {
    "front": "stranger_front",
    "back": "stranger",
    "facilitator": "stranger_facilitator",
    "koordinator": "stranger_koordinator",
    "head": "stranger_head",
    "kasun": "stranger_kasun",
    "admin": "stranger_admin",
    "supervisor": "stranger_supervisor",
    "manager": "stranger_manager",
    "district_back": "stranger_district_back",
    "district_front": "stranger_district_front",
    "district_admin": "stranger_district_admin",
}


@dataclass(frozen=True)
class Row:
    """An address: what each post gets. ``data`` is a valid form or body; ``{…}`` is filled in.

    ``version`` names the row whose version the sender has seen. ``hidden`` posts get 404.
    ``public`` answers anybody; ``files`` makes it an upload.
    """

    method: str
    path: str
    allowed: frozenset[str]
    data: dict[str, Any]
    version: str = ""
    hidden: frozenset[str] = frozenset()
    public: bool = False
    files: bool = False

    @property
    def is_rest(self) -> bool:
        return self.path.startswith(("/api/v1/", "/exchange/"))

    @property
    def names_a_row(self) -> bool:
        return "{" in self.path and not self.public

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def row(
    methods: str,
    path: str,
    allowed: set[str],
    data: dict[str, Any] | None = None,
    *,
    version: str = "",
    hidden: set[str] = NOBODY,
    public: bool = False,
    files: bool = False,
) -> list[Row]:
    """Return a row for each of the methods, in words: ``row("GET POST", …)``."""
    return [
        Row(
            method,
            path,
            frozenset(allowed),
            data or {},
            version=version,
            hidden=frozenset(hidden),
            public=public,
            files=files,
        )
        for method in methods.split()
    ]


def anybody(methods: str, path: str, data: dict[str, Any] | None = None) -> list[Row]:
    return row(methods, path, EVERYONE, data, public=True)


def rows(*groups: list[Row]) -> list[Row]:
    return [item for group in groups for item in group]


def keepers(
    methods: str, path: str, data: dict[str, Any] | None = None, version: str = ""
) -> list[Row]:
    """Return rows of who keeps the village's catalogue; the district's keeper finds nothing."""
    return row(methods, path, VILLAGE_CATALOGUERS, data, version=version, hidden=ABOVE)


def read_by_all(path: str) -> list[Row]:
    """Return a row every post of the village reads and the district does not find."""
    above = INBOX_READERS | ABOVE
    return row("GET", path, EVERYONE - above, hidden=above)


#: Who keeps the catalogue, in any office and in the village.
CATALOGUERS = {"koordinator"} | ADMINS
VILLAGE_CATALOGUERS = CATALOGUERS - ABOVE
VERVAL_SHEET = "/referrals/verval/{verval_sheet.uid}"
DRAFT = "/programmes/catalogue/drafts/{draft.uid}/"
OWN_PROGRAMME = {"code": "UJI", "name_id": "Uji", "owner": "Desa", "tier": "village"}
PARTNER = {"code": "uji", "name_id": "Mitra uji", "kind": "other"}

REASON = {"reason": "Alasan uji"}
SAID = {"said_on": "{today}", "source": "letter", "owner": "Dinkes", "reason": "Kuota"}
TOLD = {"said_on": "{today}", "owner": "Dinkes", "reason": "Kuota", "instructions": "Loket 2"}
TERMS = {"need": "Berobat", "road": "district", "legal_basis": "public_duty"}
CARED = {"value": "not_emergency", "on": "{today}"}
CARRIED = {"receiver": "Ibu Rini", "handed_on": "{today}"}
VERVAL = {"back", "koordinator", "facilitator", "kasun"}
#: Who walks, but not there.
OTHERS = {"facilitator"}
ASKED = {"owner": "Dinkes", "wanted": 10, "criteria": "Lansia", "received_on": "{today}"}
CHOICE = {"result": "chosen", "told_on": "{today}"}
NAMED_REGISTER = {"code": "UJI", "name_id": "Daftar uji", "in_force": "yes"}
LISTING = {"register": "DTSEN", "purpose": "KIP"}
LAID_OFF = {"value": "yes", "source": "Surat PHK", "on": "{today}"}
FACT = {"fact": "person.laid_off", "value": True, "evidence": "Surat PHK"}
VISITORS = {"back", "facilitator", "kasun", "head"}
SURVEYED = {"visited_on": "{today}", "surveyor_name": "Pak Kasun", "note": "Tanpa foto"}
LIFE = {"kind": "moved_away", "on": "{today}", "source": "surat pindah"}
RICE = {"name": "Beras", "owner": "Dinsos", "kind": "goods", "item": "beras", "amount": 1}
STRUCK = REASON | {"gone": "owner"}
AT = {"day": "{today}", "place": "Balai"}
SEEN = {"observed_on": "{today}", "floor": "9"}

PAGES = rows(
    anybody("GET", "/"),
    anybody("GET", "/health/"),
    row("POST", "/office/choose/", EVERYONE, {"office": "{own.uid}"}),
    row("POST", "/search/", EVERYONE, {"q": "Sulastri"}),
    row("GET", "/attachments/{paper.attachment.uid}/", READERS, hidden=EVERYONE - READERS),
    row("GET", "/styleguide/", EVERYONE),
    row("POST", "/styleguide/live/", EVERYONE),
    row("GET", "/styleguide/public/", EVERYONE),
    # The office
    row("GET POST", "/office/", ADMINS),
    row("GET POST", "/office/time-limits/", ADMINS),
    row("GET POST", "/office/holidays/", ADMINS),
    row("GET", "/office/officers/", ADMINS),
    row("GET POST", "/office/officers/new/", ADMINS),
    row("GET POST", "/office/officers/{officer.uid}/", {"admin"}, hidden=ABOVE),
    row("GET POST", "/office/officers/{officer.uid}/role/", {"admin"}, hidden=ABOVE),
    row("GET POST", "/office/officers/{officer.uid}/password/", {"admin"}, hidden=ABOVE),
    row(
        "GET POST",
        "/office/assignments/{post.uid}/end/",
        {"admin"},
        {"until": "{today}"},
        hidden=ABOVE,
    ),
    row("GET POST", "/office/tokens/", EVERYONE),
    row(
        "POST",
        "/office/tokens/{token.uid}/revoke/",
        {"front", "admin"},
        hidden=EVERYONE - {"front", "admin"},
    ),
    # People
    row("GET POST", "/people/", PEOPLE, {"q": "Sulastri"}),
    row("GET POST", "/people/new/", COUNTER),
    row("POST", "/people/new/notes/", COUNTER),
    row("POST", "/people/{person.uid}/edit/notes/", COUNTER),
    row("GET", "/people/{person.uid}/", PEOPLE),
    row("GET POST", "/people/{person.uid}/edit/", COUNTER, {"name": "Sulastri"}, version="person"),
    row("GET POST", "/people/{person.uid}/check/", COUNTER),
    row("GET POST", "/people/{person.uid}/life/", COUNTER, LIFE, version="person"),
    row("GET", "/people/{person.uid}/successor/", COUNTER),
    row("GET POST", "/people/{person.uid}/card/", COUNTER, {"source": "KK baru"}, version="person"),
    row("POST", "/people/{person.uid}/reveal/", PEOPLE, REASON),
    row("GET", "/people/likenesses/", DECIDERS),
    row("GET", "/people/likenesses/{likeness.uid}/", DECIDERS),
    row("POST", "/people/likenesses/{likeness.uid}/", DECIDERS, {"verdict": "different"}),
    row("POST", "/people/likenesses/{likeness.uid}/reopen/", DECIDERS),
    row("GET POST", "/people/{person.uid}/merge/", DECIDERS, {"q": "Bagas"}),
    row("GET POST", "/people/{person.uid}/merge/{child.uid}/", DECIDERS),
    row("GET POST", "/people/{child.uid}/unmerge/", DECIDERS),
    row("GET", "/people/households/{household.uid}/", PEOPLE),
    row(
        "POST",
        "/people/households/{household.uid}/head/",
        COUNTER,
        {"resident": "{child.uid}"},
        version="household",
    ),
    row("GET POST", "/people/households/{household.uid}/housing/", COUNTER | {"kasun"}, SEEN),
    row("GET POST", "/people/{person.uid}/sktm/", DESK),
    row("GET POST", "/people/sktm/{letter.uid}/revise/", DESK, version="letter"),
    row("GET POST", "/people/sktm/{letter.uid}/replace/", {"back"}, version="letter"),
    row("GET", "/surveys/{survey.uid}/", PEOPLE),
    row("GET POST", "/surveys/people/{person.uid}/262-2022/", COUNTER | {"kasun"}),
    row("GET", "/people/{person.uid}/registers/", PEOPLE),
    row("GET POST", "/people/{person.uid}/listing/", DESK),
    row("GET POST", "/people/listing/{listing.uid}/revise/", DESK, version="listing"),
    row("GET POST", "/people/listing/{listing.uid}/replace/", {"back"}, version="listing"),
    # Verification
    row(
        "GET POST",
        "/verification/cases/{case.uid}/papers/kk/",
        COUNTER,
        {"review": "fits"},
        version="case",
    ),
    row(
        "GET POST",
        "/verification/cases/{case.uid}/visit/",
        KEEPERS,
        {"criteria_set": "{survey.criteria_set.uid}"},
        version="case",
    ),
    row(
        "GET POST",
        "/verification/cases/{case.uid}/economy/",
        COUNTER,
        {"observed_on": "{today}"},
        version="case",
    ),
    row("GET POST", "/verification/cases/{case.uid}/minutes/", KEEPERS | {"head"}),
    row("GET", "/verification/visits/", PEOPLE),
    row("POST", "/verification/visits/find/", PEOPLE),
    row("GET", "/verification/visits/{visit.uid}/", PEOPLE),
    # Who visits at all may look; filling in is for who was sent, and the back office.
    *(
        row("GET", f"/verification/visits/{{visit.uid}}/{page}/", VISITORS)
        for page in ("questions", "position", "economy", "finish")
    ),
    *(
        row(
            "POST",
            f"/verification/visits/{{visit.uid}}/{page}/",
            {"back", "kasun"},
            data,
            version="visit",
        )
        for page, data in (
            ("questions", {"q_floor": "yes"}),
            ("position", {}),
            ("economy", {}),
            ("finish", SURVEYED),
        )
    ),
    row("GET POST", "/verification/visits/{visit.uid}/photos/", VISITORS | {"front"}),
    row(
        "GET POST",
        "/verification/visits/{visit.uid}/entry/",
        COUNTER,
        SURVEYED | {"q_floor": "1"},
        version="visit",
    ),
    row("GET POST", "/verification/visits/{visit.uid}/assign/", KEEPERS, version="visit"),
    row("GET POST", "/verification/visits/{visit.uid}/cancel/", KEEPERS, REASON, version="visit"),
    row("GET", "/verification/cases/{case.uid}/papers/sptjm/form.pdf", COUNTER),
    row("GET", "/verification/visits/{visit.uid}/sheet.pdf", PEOPLE),
    # Proposals
    row("GET", "/proposals/", READERS),
    row("GET POST", "/proposals/people/{person.uid}/new/", COUNTER),
    row("GET", "/proposals/{proposal.uid}/", READERS),
    row("GET POST", "/proposals/{proposal.uid}/edit/", COUNTER, version="proposal"),
    row("GET POST", "/proposals/{proposal.uid}/submit/", COUNTER, version="proposal"),
    row("GET POST", "/proposals/{proposal.uid}/withdraw/", COUNTER, REASON, version="proposal"),
    row("GET POST", "/proposals/{proposal.uid}/reopen/", COUNTER, REASON, version="proposal"),
    *(
        row(
            "GET POST",
            f"/proposals/{{proposal.uid}}/{act}/",
            {"back"},
            REASON | {"finding": "meets", "forward": "yes"},
            version="proposal",
        )
        for act in ("finding", "weigh", "resubmit")
    ),
    row(
        "GET POST",
        "/proposals/{sent_proposal.uid}/answer/",
        KEEPERS,
        {"answer": "accept", "answered_on": "{today}"},
        version="sent_proposal",
    ),
    row("GET", "/proposals/meetings/", READERS),
    row("GET POST", "/proposals/meetings/new/", KEEPERS),
    row("GET", "/proposals/meetings/{meeting.uid}/", READERS),
    row("GET POST", "/proposals/meetings/{meeting.uid}/outcomes/", KEEPERS, version="meeting"),
    row("GET POST", "/proposals/meetings/{meeting.uid}/minutes/", KEEPERS),
    row("GET POST", "/proposals/minutes/{minutes.uid}/revise/", {"back"}, version="minutes"),
    row("GET", "/proposals/sheets/", KEEPERS),
    row("GET POST", "/proposals/sheets/new/", KEEPERS),
    row("GET POST", "/proposals/sheets/profile/", {"koordinator", "admin"}, hidden=ABOVE),
    row("GET", "/proposals/sheets/{sheet.uid}/", KEEPERS),
    row("GET", "/proposals/sheets/{sheet.uid}/file/", KEEPERS),
    row("GET POST", "/proposals/answers/new/", KEEPERS),
    row("GET", "/proposals/answers/{answers.uid}/", KEEPERS),
    row("GET POST", "/proposals/answers/{answers.uid}/columns/", KEEPERS, version="answers"),
    row("POST", "/proposals/answers/{answers.uid}/apply/", KEEPERS, version="answers"),
    # Lists
    row("GET", "/people/verval/", VERVAL),
    row("GET POST", "/people/verval/new/", KEEPERS),
    row("GET", "/people/verval/{verval.uid}/", VERVAL - {"facilitator"}, hidden={"facilitator"}),
    row("GET POST", "/people/verval/{verval.uid}/columns/", KEEPERS, version="verval"),
    row(
        "GET POST",
        "/people/verval/{verval.uid}/assign/",
        KEEPERS,
        {"place": "0", "officer": "{officer.uid}"},
        version="verval",
    ),
    row("GET POST", "/people/verval/{verval.uid}/send/", KEEPERS, version="verval"),
    row("GET", "/people/verval/{verval.uid}/sheet/", KEEPERS),
    row("GET", "/people/verval/{verval.uid}/photos/", KEEPERS),
    row("GET", "/people/verval/rows/{door.uid}/", {"back", "koordinator", "kasun"}, hidden=OTHERS),
    row(
        "POST",
        "/people/verval/rows/{door.uid}/",
        {"back", "kasun"},
        {"outcome": "not_found"},
        version="door",
        hidden=OTHERS,
    ),
    row("GET", "/people/registers/", LISTS, hidden=ABOVE),
    row("GET POST", "/people/registers/new/", LISTS, NAMED_REGISTER, hidden=ABOVE),
    row("GET", "/people/registers/{register.uid}/", LISTS, hidden=ABOVE),
    row(
        "GET POST",
        "/people/registers/{register.uid}/edit/",
        LISTS,
        {"name_id": "DTSEN", "in_force": "yes"},
        version="register",
        hidden=ABOVE,
    ),
    row("GET", "/people/imports/", LISTS, hidden=ABOVE),
    row("GET POST", "/people/imports/new/", LISTS, hidden=ABOVE),
    row("GET", "/people/imports/{batch.uid}/", LISTS, hidden=ABOVE),
    row("GET POST", "/people/imports/{batch.uid}/columns/", LISTS, version="batch", hidden=ABOVE),
    row("POST", "/people/imports/{batch.uid}/load/", LISTS, hidden=ABOVE),
    row("POST", "/people/imports/{batch.uid}/cancel/", LISTS, hidden=ABOVE),
    row("GET POST", "/people/imports/{batch.uid}/undo/", LISTS, version="batch", hidden=ABOVE),
    row("GET", "/people/imports/{batch.uid}/reasons/", LISTS, hidden=ABOVE),
    # Figures
    row("GET", "/figures/", READERS | INBOX_READERS),
    row("GET", "/figures/cases-received/", READERS, hidden=INBOX_READERS),
    row("GET", "/figures/cases-received/list/", READERS, hidden=INBOX_READERS),
    row("GET", "/figures/inbox-received/list/", INBOX_READERS, hidden=READERS),
    row("GET", "/figures/reports/", REPORTERS),
    row("GET POST", "/figures/reports/new/", REPORTERS),
    row("GET", "/figures/reports/{report.uid}/", REPORTERS - DISTRICT, hidden=DISTRICT),
    row("GET", "/figures/reports/{report.uid}/report.pdf", REPORTERS - DISTRICT, hidden=DISTRICT),
    row("GET", "/figures/reports/{report.uid}/report.xlsx", REPORTERS - DISTRICT, hidden=DISTRICT),
    row(
        "GET POST",
        "/figures/reports/{report.uid}/actions/new/",
        REPORTERS - DISTRICT,
        {"what": "Latih RT", "who": "Bu Rini", "due_on": "{today}"},
        hidden=DISTRICT,
    ),
    row(
        "GET POST",
        "/figures/reports/actions/{action.uid}/done/",
        REPORTERS - DISTRICT,
        {"done_on": "{today}"},
        version="action",
        hidden=DISTRICT,
    ),
    # Cases
    row("GET", "/cases/", READERS),
    row("GET POST", "/cases/new/", COUNTER, {"q": "Sulastri"}),
    row("GET", "/cases/new/papers/", COUNTER),
    row("GET POST", "/cases/questions/new/", COUNTER),
    row("GET", "/cases/questions/{question.uid}/", READERS),
    row("GET", "/cases/questions/{question.uid}/receipt.pdf", READERS),
    row("GET", "/cases/{case.uid}/", READERS),
    row("GET", "/cases/{case.uid}/registered/", COUNTER),
    row("GET", "/cases/{case.uid}/receipt.pdf", READERS),
    row("GET", "/cases/{fresh.uid}/examine/", READERS),
    row("POST", "/cases/{fresh.uid}/examine/", {"back"}, version="fresh"),
    row(
        "POST",
        "/cases/{case.uid}/tell/",
        COUNTER,
        {"means": "face", "reached": "yes"},
        version="case",
    ),
    row("POST", "/cases/{case.uid}/papers-received/", COUNTER, version="case"),
    row(
        "POST",
        "/cases/{case.uid}/finding/",
        {"back"},
        REASON | {"finding": "meets"},
        version="case",
    ),
    row("POST", "/cases/{case.uid}/answer/", {"back"}, {"answer": "Sudah"}, version="case"),
    row("POST", "/cases/{case.uid}/ask-papers/", COUNTER, REASON, version="case"),
    row("POST", "/cases/{case.uid}/record-only/", {"back"}, REASON, version="case"),
    row("POST", "/cases/{case.uid}/reopen/", DESK, REASON, version="case"),
    row(
        "POST",
        "/cases/{case.uid}/urgency/",
        COUNTER,
        REASON | {"urgency": "emergency"},
        version="case",
    ),
    row("POST", "/cases/{case.uid}/withdraw/", DESK, REASON, version="case"),
    row("POST", "/cases/{case.uid}/lapse/", {"back"}, REASON, version="case"),
    row("POST", "/cases/{case.uid}/close-unreachable/", DESK, REASON, version="case"),
    row("POST", "/cases/{case.uid}/papers/", COUNTER, version="case"),
    row("POST", "/cases/{case.uid}/phones/", COUNTER, REASON),
    row("POST", "/cases/{case.uid}/upload/", COUNTER, {"code": "kk"}, version="case", files=True),
    # Referrals
    row("GET", "/referrals/approvals/", DECIDE),
    row("GET", "/referrals/deliveries/", READERS | {"admin"}, hidden=ABOVE),
    row("GET", "/referrals/reconciliation/", COMPARERS, hidden=ABOVE),
    row("POST", "/referrals/reconciliation/compare/", COMPARERS, hidden=ABOVE),
    row(
        "POST",
        "/referrals/reconciliation/mend/",
        COMPARERS,
        {"kind": "missing_above"},
        hidden=ABOVE,
    ),
    row("POST", "/referrals/reconciliation/{difference.uid}/mend/", COMPARERS, hidden=ABOVE),
    row(
        "GET POST",
        "/referrals/reconciliation/{difference.uid}/explain/",
        COMPARERS,
        REASON,
        hidden=ABOVE,
    ),
    row("GET POST", "/referrals/links/", {"admin"}, hidden=ABOVE),
    row("POST", "/referrals/links/tell-again/", {"admin"}, hidden=ABOVE),
    row("GET POST", "/referrals/villages/", SETTERS, hidden={"admin"}),
    row(
        "GET",
        "/referrals/villages/overview/",
        WHOLE_DISTRICT | {"district_admin"},
        hidden={"admin"},
    ),
    row("GET POST", "/referrals/realised/new/", DISTRICT),
    row("GET", "/referrals/realised/{cards.uid}/", DISTRICT),
    row("POST", "/referrals/realised/{cards.uid}/apply/", DISTRICT, version="cards"),
    row("GET", "/referrals/realised/{cards.uid}/problems/", DISTRICT),
    row("GET", "/referrals/calls/", DISTRICT),
    row("GET POST", "/referrals/calls/new/", DISTRICT),
    row("GET", "/referrals/calls/{issued_call.uid}/", DISTRICT),
    row(
        "GET POST",
        "/referrals/calls/{issued_call.uid}/correct/",
        DISTRICT,
        {"criteria": "Lansia"},
        version="issued_call",
    ),
    row("GET", "/referrals/calls/{issued_call.uid}/sheet/", DISTRICT),
    row("POST", "/referrals/calls/shares/{call_share.uid}/again/", DISTRICT),
    row("GET", "/referrals/verval/", DISTRICT),
    row("GET POST", "/referrals/verval/new/", DISTRICT),
    row("GET", f"{VERVAL_SHEET}/", DISTRICT),
    row("GET POST", f"{VERVAL_SHEET}/give/", DISTRICT, version="verval_sheet"),
    row("GET POST", f"{VERVAL_SHEET}/correct/", DISTRICT, version="verval_sheet"),
    row("POST", f"{VERVAL_SHEET}/send/", DISTRICT, version="verval_sheet"),
    row("GET", f"{VERVAL_SHEET}/sheet/", DISTRICT),
    row("POST", "/referrals/verval/shares/{share.uid}/again/", DISTRICT),
    row("GET", "/referrals/quotas/", WHOLE_DISTRICT | {"district_admin"}, hidden={"admin"}),
    row("GET", "/referrals/quotas/{quota.uid}/", WHOLE_DISTRICT),
    row(
        "GET POST",
        "/referrals/quotas/set/",
        SETTERS,
        {"programme_code": "KIS-D", "places": "5"},
        hidden={"admin"},
    ),
    row("GET POST", "/referrals/chain/", SETTERS, {"manager": "on"}, hidden={"admin"}),
    row("POST", "/referrals/chain/{rule.uid}/drop/", SETTERS, hidden={"admin"}),
    row("GET POST", "/referrals/chain/supervisors/{supervisor.uid}/", SETTERS, hidden={"admin"}),
    row("GET POST", "/referrals/links/card/", {"manager"} | ADMINS, {"fingerprint": "x"}),
    row("GET", "/referrals/links/card/file/", {"manager"} | ADMINS),
    row("GET POST", "/referrals/packages/", CARRIERS | CARRIERS_ABOVE),
    row("GET POST", "/referrals/packages/for/{upstream.uid}/", CARRIERS, hidden=CARRIERS_ABOVE),
    row("GET", "/referrals/packages/{carried.uid}/", CARRIERS, hidden=CARRIERS_ABOVE),
    row("GET", "/referrals/packages/{carried.uid}/file/", CARRIERS, hidden=CARRIERS_ABOVE),
    row("GET", "/referrals/packages/{carried.uid}/sheet/", CARRIERS, hidden=CARRIERS_ABOVE),
    row("GET POST", "/referrals/packages/{carried.uid}/letter/", LETTERS, {"signer": "by_hand"}),
    row("POST", "/referrals/packages/{brought.uid}/take-in/", CARRIERS_ABOVE, hidden=CARRIERS),
    row(
        "POST",
        "/referrals/links/here/",
        {"admin"},
        {"office": "{cast.district.uid}"},
        hidden={"manager", "district_admin"},
    ),
    row(
        "POST",
        "/referrals/links/here/",
        {"manager", "district_admin"},
        {"office": "{cast.village.uid}"},
        hidden={"admin"},
    ),
    row("GET POST", "/referrals/draft/{case.uid}/", {"back"}, version="case"),
    row("GET", "/referrals/{referral.uid}/", READERS),
    # The koordinator is there and may: the penanggung jawab does not step in.
    row("POST", "/referrals/{referral.uid}/approve/", {"koordinator"}, version="referral"),
    row("GET", "/referrals/options/{case.uid}/", READERS),
    row(
        "GET POST",
        "/referrals/options/{case.uid}/facts/care.class/",
        COUNTER,
        {"value": "III", "source": "Surat rawat inap", "on": "{today}"},
    ),
    row("GET", "/referrals/{referral.uid}/override/", DECIDE),
    row(
        "POST",
        "/referrals/{referral.uid}/override/",
        {"koordinator"},
        {"override_reason": "Kartunya mati"},
        version="referral",
    ),
    row("GET", "/referrals/{referral.uid}/return/", DECIDE),
    row("POST", "/referrals/{referral.uid}/return/", {"koordinator"}, REASON, version="referral"),
    row("GET", "/referrals/{referral.uid}/refuse/", DECIDE),
    row("POST", "/referrals/{referral.uid}/refuse/", {"koordinator"}, REASON, version="referral"),
    row("GET POST", "/referrals/{referral.uid}/resubmit/", {"back"}, TERMS, version="referral"),
    row("GET POST", "/referrals/{sent.uid}/hand-over/", DESK, CARRIED, version="sent"),
    row(
        "GET POST",
        "/referrals/{sent.uid}/care/",
        COUNTER,
        CARED | {"source": "IGD RSUD"},
        version="sent",
    ),
    row("POST", "/referrals/{sent.uid}/take-up/", DESK, version="sent"),
    row(
        "GET POST",
        "/referrals/{sent.uid}/answer/",
        DESK,
        SAID | {"value": "approved"},
        version="sent",
    ),
    row(
        "GET POST",
        "/referrals/{sent.uid}/realisation/",
        COUNTER,
        SAID | {"value": "collected"},
        version="sent",
    ),
    row("GET POST", "/referrals/{sent.uid}/letter/", DESK, {"signer": ""}),
    row("GET POST", "/referrals/{sent.uid}/remind/", DESK, {"signer": ""}),
    row("POST", "/referrals/{sent.uid}/send-now/", LETTERS | {"admin"}, hidden=ABOVE),
    row("POST", "/referrals/{helping.uid}/send-link/", LETTERS, version="helping"),
    row("POST", "/referrals/{helping.uid}/revoke-link/", LETTERS, version="helping"),
    # The district's inbox
    row("GET", "/referrals/inbox/", INBOX_READERS),
    row(
        "POST",
        "/referrals/inbox/together/",
        {"manager"},
        TOLD | {"action": "recommend", "pick": "{received.uid}.{received.version}"},
    ),
    row("GET", "/referrals/inbox/{received.uid}/", INBOX_READERS),
    row("POST", "/referrals/inbox/{received.uid}/reveal/", INBOX_READERS, REASON),
    # There is no owner with a page in this world: the verb says so, to those it is for.
    *(
        row("POST", f"/referrals/inbox/{{received.uid}}/owner-{act}/", DISTRICT, version="received")
        for act in ("link", "code", "revoke")
    ),
    row("GET", "/referrals/inbox/{received.uid}/files/{received_file.sha256}/", INBOX_READERS),
    row(
        "GET POST",
        "/referrals/inbox/{received.uid}/recommend/",
        {"manager"},
        TOLD,
        version="received",
    ),
    *(
        row(
            "GET POST",
            f"/referrals/inbox/{{received.uid}}/{action}/",
            DISTRICT,
            TOLD,
            version="received",
        )
        for action in ("return", "study", "approve", "refuse")
    ),
    *(
        row(
            "GET POST",
            f"/referrals/inbox/{{received.uid}}/{action}/",
            REVIEWERS,
            TOLD,
            version="received",
        )
        for action in ("pass", "send_back")
    ),
    *(
        row(
            "GET POST",
            f"/referrals/inbox/{{received.uid}}/{action}/",
            DISTRICT,
            TOLD,
            version="received",
        )
        for action in ("promised", "ready", "temporary", "collected", "never")
    ),
    # Calls for candidates
    row("GET", "/programmes/catalogue/", EVERYONE),
    row("GET POST", "/programmes/catalogue/new/", CATALOGUERS, OWN_PROGRAMME),
    row("GET", "/programmes/catalogue/file/", EVERYONE),
    row("GET POST", "/programmes/catalogue/import/", CATALOGUERS, {"text": "x"}),
    row("POST", "/programmes/catalogue/import/take/", CATALOGUERS, {"text": "x"}),
    row("GET", "/programmes/catalogue/partners/", EVERYONE),
    row("GET POST", "/programmes/catalogue/partners/new/", CATALOGUERS, PARTNER),
    keepers("GET POST", "/programmes/catalogue/partners/{partner.uid}/", PARTNER, "partner"),
    keepers(
        "GET POST",
        "/programmes/catalogue/partners/{partner.uid}/agreement/",
        {"programme_uid": "{pkh.uid}", "since": "01-01-2020"},
    ),
    keepers("GET POST", "/programmes/catalogue/agreements/{agreement.uid}/", {}, "agreement"),
    read_by_all("/programmes/catalogue/versions/{draft.uid}/"),
    keepers("GET", f"{DRAFT}"),
    keepers("GET POST", f"{DRAFT}publish/", {}, "draft"),
    keepers("GET POST", f"{DRAFT}drop/", {}, "draft"),
    # Who keeps the catalogue and may read people.
    row("GET POST", f"{DRAFT}trial/", {"koordinator"}, {"q": "Sulastri"}),
    row("GET", f"{DRAFT}trial/{{person.uid}}/", {"koordinator"}),
    keepers("GET POST", f"{DRAFT}basis/", {"effective_from": "{today}"}, "draft"),
    keepers("GET POST", f"{DRAFT}limits/", {"quota_period": "year"}, "draft"),
    keepers("GET", f"{DRAFT}rules/"),
    keepers("GET POST", f"{DRAFT}rules/row/", {"message_id": "Uji"}, "draft"),
    keepers("POST", f"{DRAFT}papers/act/", {"act": "down", "row": "ktp"}, "draft"),
    read_by_all("/programmes/catalogue/{pkh.uid}/"),
    keepers("GET POST", "/programmes/catalogue/{pkh.uid}/change/", {"name_id": "PKH"}, "pkh"),
    keepers("GET POST", "/programmes/catalogue/{pkh.uid}/place/", {"after": ""}),
    keepers("GET POST", "/programmes/catalogue/{pkh.uid}/draft/", {"effective_from": "{today}"}),
    row("GET", "/programmes/calls/", READERS),
    row("GET POST", "/programmes/calls/new/", DESK, ASKED),
    row("GET", "/programmes/calls/{call.uid}/", READERS),
    row("GET", "/programmes/calls/{call.uid}/find/", COUNTER),
    row("GET POST", "/programmes/calls/{call.uid}/name/{person.uid}/", COUNTER, REASON),
    row("GET POST", "/programmes/calls/{call.uid}/submit/", {"back"}, version="call"),
    row("GET", "/programmes/calls/{waiting_call.uid}/approve/", DECIDE),
    # The koordinator is there and may: the penanggung jawab does not step in.
    row(
        "POST",
        "/programmes/calls/{waiting_call.uid}/approve/",
        {"koordinator"},
        version="waiting_call",
    ),
    row("GET", "/programmes/calls/{waiting_call.uid}/return/", DECIDE),
    row(
        "POST",
        "/programmes/calls/{waiting_call.uid}/return/",
        {"koordinator"},
        REASON,
        version="waiting_call",
    ),
    row(
        "GET POST",
        "/programmes/calls/{handed_call.uid}/hand-over/",
        DESK,
        CARRIED | {"legal_basis": "consent"},
        version="handed_call",
    ),
    row(
        "GET POST",
        "/programmes/calls/{handed_call.uid}/basis/",
        DESK,
        {"legal_basis": "consent"},
        version="handed_call",
    ),
    row("GET", "/programmes/calls/{handed_call.uid}/sheet/", LETTERS),
    row("POST", "/programmes/calls/{handed_call.uid}/print/", LETTERS),
    row("GET", "/programmes/prints/{call_print.uid}/", LETTERS),
    row("GET", "/programmes/prints/{call_print.uid}/file/", LETTERS),
    row("POST", "/programmes/calls/candidates/{candidate.uid}/strike/", COUNTER),
    row(
        "GET POST",
        "/programmes/calls/candidates/{chosen.uid}/result/",
        DESK,
        CHOICE | {"source": "surat"},
        version="chosen",
    ),
    # Participation
    row("GET", "/programmes/people/{person.uid}/", PEOPLE),
    row("GET", "/programmes/people/{person.uid}/options/", READERS),
    row("GET POST", "/programmes/people/{person.uid}/facts/person.laid_off/", COUNTER, LAID_OFF),
    row(
        "GET POST",
        "/programmes/people/{person.uid}/add/",
        COUNTER,
        {"programme": "{pkh.uid}", "source": "self"},
    ),
    row("GET", "/programmes/participations/", READERS),
    row(
        "GET POST",
        "/programmes/participations/{participation.uid}/stop/",
        COUNTER,
        REASON | {"until": "{today}"},
        version="participation",
    ),
    row("GET", "/programmes/recipients/{pkh.uid}/", READERS),
    row("GET", "/programmes/cover/double/", READERS),
    row("GET", "/programmes/cover/gaps/", READERS),
    row(
        "GET POST",
        "/programmes/cover/pairs/",
        KEEPERS,
        {"one": "{pkh.uid}", "other": "{kip.uid}"},
    ),
    row("POST", "/programmes/cover/pairs/{overlap.uid}/remove/", KEEPERS),
    # Distribution of aid
    row("GET", "/programmes/aid/", READERS),
    row("GET POST", "/programmes/aid/new/", {"back"}, RICE),
    row("GET", "/programmes/aid/{aid.uid}/", READERS),
    row("POST", "/programmes/aid/{draft_aid.uid}/build/", {"back"}),
    row("GET POST", "/programmes/aid/{draft_aid.uid}/add/", {"back"}, {"q": "Bagas"}),
    row("POST", "/programmes/aid/{draft_aid.uid}/add/{child.uid}/", {"back"}),
    row(
        "GET POST",
        "/programmes/aid/{draft_aid.uid}/schedule/",
        {"back"},
        AT | {"start": "09.00"},
    ),
    row("POST", "/programmes/aid/slots/{slot.uid}/remove/", {"back"}),
    row("GET POST", "/programmes/aid/{draft_aid.uid}/settle/", KEEPERS, version="draft_aid"),
    row("GET POST", "/programmes/aid/{aid.uid}/unlock/", KEEPERS, REASON, version="aid"),
    row(
        "GET POST",
        "/programmes/aid/{aid.uid}/close/",
        KEEPERS,
        {"left_over": 1, "left_note": "kembali"},
        version="aid",
    ),
    row("GET", "/programmes/aid/{aid.uid}/families/", READERS),
    row(
        "POST",
        "/programmes/aid/{aid.uid}/print/",
        COUNTER | {"koordinator"},
        {"print": "tickets-a4"},
    ),
    row("GET", "/programmes/prints/{aid_print.uid}/", COUNTER | {"koordinator"}),
    row("GET", "/programmes/prints/{aid_print.uid}/file/", COUNTER | {"koordinator"}),
    row("GET POST", "/programmes/aid/{closed_aid.uid}/minutes/", KEEPERS),
    row("GET POST", "/programmes/aid/{aid.uid}/table/", COUNTER, {"q": "Bagas"}),
    row("GET", "/programmes/aid/recipients/{waiting_aid.uid}/", READERS),
    row("POST", "/programmes/aid/recipients/{named_aid.uid}/remove/", {"back"}),
    row(
        "GET POST",
        "/programmes/aid/recipients/{waiting_aid.uid}/hand/",
        COUNTER,
        {"way": "identity", "receiver": "{person.uid}"},
    ),
    row("POST", "/programmes/aid/recipients/{waiting_aid.uid}/defer/", COUNTER),
    row(
        "GET POST",
        "/programmes/aid/recipients/{taken_aid.uid}/undo/",
        COUNTER,
        REASON,
        version="taken_aid",
    ),
    row("POST", "/programmes/aid/recipients/{taken_aid.uid}/papers/", COUNTER),
    row(
        "GET POST",
        "/programmes/aid/recipients/{waiting_aid.uid}/death/",
        COUNTER,
        {"on": "{today}", "source": "Ketua RT"},
        version="waiting_aid",
    ),
    row(
        "GET POST",
        "/programmes/aid/recipients/{waiting_aid.uid}/strike/",
        {"back"},
        STRUCK,
        version="waiting_aid",
    ),
    row(
        "GET POST",
        "/programmes/aid/recipients/{struck_aid.uid}/replace/",
        {"back"},
        {"resident_uid": "{person.uid}", "named_by": "surat 2"},
        version="struck_aid",
    ),
    row("GET POST", "/programmes/aid/recipients/{struck_aid.uid}/minutes/", KEEPERS),
    # Letters
    row("GET", "/letters/", LETTERS),
    row("GET", "/letters/month/", LETTERS),
    row("GET", "/letters/drafts/", DESK | {"koordinator"}),
    row(
        "GET POST",
        "/letters/drafts/{letter_draft.uid}/drop/",
        DESK | {"koordinator"},
        REASON,
        version="letter_draft",
    ),
    row(
        "GET POST",
        "/people/{person.uid}/letter-request/",
        DESK | {"koordinator"},
        {"kind": "sktm", "asked_by": "Ketua RT"},
    ),
    row(
        "GET POST",
        "/letters/forms/sktm/",
        {"admin"},
        {"witnesses": "1", "closing": "Sekian."},
        hidden={"district_admin"},
    ),
    row(
        "GET POST",
        "/letters/numbers/",
        {"admin"},
        {"last_number": "12"},
        hidden={"district_admin"},
    ),
    row(
        "GET POST",
        "/letters/style/",
        {"admin"},
        {"profile": "pdf/ua-1", "paper": "a4"},
        hidden={"district_admin"},
    ),
    row("GET", "/letters/{letter.uid}/", LETTERS),
    row("GET", "/letters/{letter.uid}/pdf/", LETTERS),
    row("GET POST", "/letters/{letter.uid}/sign/", LETTERS, version="letter"),
    row(
        "GET POST",
        "/letters/{letter.uid}/hand-over/",
        DESK,
        {"receiver": "Sulastri"},
        version="letter",
    ),
    row(
        "GET POST",
        "/letters/{letter.uid}/void/",
        {"back", "koordinator", "head"},
        REASON,
        version="letter",
    ),
    # For anybody
    anybody("GET POST", "/status/", {"number": "{case.receipt_number}"}),
    anybody("GET", "/status/{case.receipt_number}/"),
    anybody("GET POST", "/status/{case.receipt_number}/details/", {"last4": "0011"}),
    anybody("GET POST", "/verify/", {"code": "{code}"}),
    anybody("GET", "/verify/{code}/"),
    anybody("GET POST", "/partner/", {"code": "{partner_code}"}),
    anybody("GET", "/partner/{partner_code}/"),
    anybody("POST", "/partner/{partner_code}/open/"),
    anybody("POST", "/partner/{partner_code}/reveal/"),
    anybody("POST", "/partner/{partner_code}/answer/", {"value": "approved", "name": "Rini"}),
    anybody("GET", "/api/schema/"),
    anybody("GET", "/api/docs/"),
    anybody("GET", "/exchange/v1/schemas/"),
    anybody("GET", "/exchange/v1/schemas/envelope-v1.json"),
)

VISIT = "/api/v1/visits/{visit.uid}/"
CASE, REFERRAL, INBOX = (
    "/api/v1/complaints/{case.uid}/",
    "/api/v1/referrals/{referral.uid}/",
    "/api/v1/inbox/{received.uid}/",
)
USULAN = "/api/v1/proposals/{proposal.uid}/"
PROFILE = {
    "number": 1,
    "name": "Uji",
    "sheet_name": "DATA",
    "columns": [{"title": "NIK", "source": "nik"}],
}
WAITING = "/api/v1/calls/{waiting_call.uid}/"
AID, LISTING_AID, WAITING_AID, TAKEN_AID = (
    "/api/v1/distributions/{aid.uid}/",
    "/api/v1/distributions/{draft_aid.uid}/",
    "/api/v1/aid-recipients/{waiting_aid.uid}/",
    "/api/v1/aid-recipients/{taken_aid.uid}/",
)
SENT, LETTER, STATED, PERSON = (
    "/api/v1/referrals/{sent.uid}/",
    "/api/v1/letters/{letter.uid}/",
    "/api/v1/letters/{listing.uid}/",
    "/api/v1/people/{person.uid}/",
)
HELPING = "/api/v1/referrals/{helping.uid}/"
LIST = "/api/v1/lists/{batch.uid}/"
COLUMNS = {"columns": [{"column": 0, "field": "name"}]}
HOUSEHOLD = "/api/v1/households/{household.uid}/"

REST = rows(
    row("GET", "/api/v1/me/", EVERYONE),
    row("GET", "/api/v1/attachments/{paper.attachment.uid}/", READERS, hidden=EVERYONE - READERS),
    row("GET", "/api/v1/programmes/", EVERYONE),
    row("GET", "/api/v1/catalogue/", EVERYONE),
    row("GET", "/api/v1/catalogue/file/", EVERYONE),
    row("POST", "/api/v1/catalogue/import/", CATALOGUERS, {"text": "partners = []"}),
    read_by_all("/api/v1/programmes/{pkh.uid}/versions/"),
    row("GET", "/api/v1/registers/", EVERYONE),
    row(
        "POST",
        "/api/v1/registers/",
        LISTS | ABOVE,
        {"code": "UJI", "name_id": "Daftar uji"},
    ),
    row("GET", "/api/v1/calls/", READERS),
    row("POST", "/api/v1/calls/", DESK, ASKED),
    row("GET", "/api/v1/calls/{call.uid}/", READERS),
    row(
        "POST",
        "/api/v1/calls/{call.uid}/candidates/",
        COUNTER,
        REASON | {"person": "{person.uid}"},
    ),
    row("POST", "/api/v1/calls/{call.uid}/submit/", {"back"}, version="call"),
    row("POST", f"{WAITING}approve/", {"koordinator"}, version="waiting_call"),
    row("POST", f"{WAITING}return/", {"koordinator"}, REASON, version="waiting_call"),
    row(
        "POST",
        "/api/v1/calls/{handed_call.uid}/basis/",
        DESK,
        {"legal_basis": "consent"},
        version="handed_call",
    ),
    row(
        "POST",
        "/api/v1/calls/{handed_call.uid}/hand_over/",
        DESK,
        CARRIED | {"legal_basis": "consent"},
        version="handed_call",
    ),
    row("POST", "/api/v1/candidates/{candidate.uid}/strike/", COUNTER, version="candidate"),
    row(
        "POST",
        "/api/v1/candidates/{chosen.uid}/result/",
        DESK,
        CHOICE | {"evidence": "surat"},
        version="chosen",
    ),
    row("GET", "/api/v1/distributions/", READERS),
    row("POST", "/api/v1/distributions/", {"back"}, RICE),
    row("GET", f"{AID}", READERS),
    row("GET", f"{AID}recipients/", READERS),
    row("POST", f"{LISTING_AID}recipients/", {"back"}, {"person": "{child.uid}"}),
    row("POST", f"{AID}find/", COUNTER, {"q": "Bagas"}),
    row("POST", f"{LISTING_AID}build/", {"back"}, version="draft_aid"),
    row("POST", f"{LISTING_AID}slots/", {"back"}, AT | {"start": "09:00"}),
    row("POST", f"{LISTING_AID}settle/", KEEPERS, version="draft_aid"),
    row("POST", f"{AID}unlock/", KEEPERS, REASON, version="aid"),
    row("POST", f"{AID}close/", KEEPERS, {"left_over": 1, "left_note": "x"}, version="aid"),
    row("GET", f"{WAITING_AID}", READERS),
    row("POST", f"{WAITING_AID}hand/", COUNTER, {"way": "identity"}),
    row("POST", f"{WAITING_AID}defer/", COUNTER, version="waiting_aid"),
    row(
        "POST",
        f"{WAITING_AID}death/",
        COUNTER,
        {"on": "{today}", "evidence": "Ketua RT"},
        version="waiting_aid",
    ),
    row("POST", f"{WAITING_AID}strike/", {"back"}, STRUCK, version="waiting_aid"),
    row(
        "POST", "/api/v1/aid-recipients/{taken_aid.uid}/undo/", COUNTER, REASON, version="taken_aid"
    ),
    row("POST", "/api/v1/aid-recipients/{taken_aid.uid}/papers/", COUNTER, version="taken_aid"),
    row(
        "POST",
        "/api/v1/aid-recipients/{struck_aid.uid}/replace/",
        {"back"},
        {"person": "{person.uid}", "named_by": "surat 2"},
        version="struck_aid",
    ),
    row("GET", "/api/v1/verval/", VERVAL),
    row(
        "GET",
        "/api/v1/verval/{verval.uid}/rows/",
        VERVAL - {"facilitator"},
        hidden={"facilitator"},
    ),
    row("POST", "/api/v1/verval/", KEEPERS, files=True),
    row(
        "POST",
        "/api/v1/verval/{verval.uid}/assign/",
        KEEPERS,
        {"officer": "kasun", "dusun": "KRAJAN"},
        version="verval",
    ),
    row("GET", "/api/v1/verval/{verval.uid}/columns/", KEEPERS),
    row("PUT", "/api/v1/verval/{verval.uid}/columns/", KEEPERS, {"columns": []}, version="verval"),
    row("POST", "/api/v1/verval/{verval.uid}/send/", KEEPERS, version="verval"),
    row("GET", "/api/v1/verval/rows/{door.uid}/", KEEPERS | {"kasun"}, hidden=OTHERS),
    row(
        "POST",
        "/api/v1/verval/rows/{door.uid}/",
        {"back", "kasun"},
        {"outcome": "not_found"},
        version="door",
        hidden=OTHERS,
    ),
    row("GET", "/api/v1/registers/{register.uid}/", LISTS, hidden=ABOVE),
    row(
        "PUT",
        "/api/v1/registers/{register.uid}/",
        LISTS,
        {"name_id": "DTSEN"},
        version="register",
        hidden=ABOVE,
    ),
    row("GET", "/api/v1/complaint-kinds/", EVERYONE),
    # People
    row("POST", "/api/v1/people/", COUNTER, {"name": "Warga Baru"}),
    row("POST", "/api/v1/people/search/", PEOPLE, {"q": "Sulastri"}),
    row("GET", PERSON, PEOPLE),
    row("PATCH", PERSON, COUNTER, {"name": "Sulastri"}, version="person"),
    row(
        "POST",
        f"{PERSON}checks/",
        COUNTER,
        {"register_code": "DTSEN", "method": "siks_ng", "result": "listed"},
    ),
    row(
        "POST",
        f"{PERSON}life/",
        COUNTER,
        {"kind": "moved_away", "on": "{today}", "evidence": "surat"},
        version="person",
    ),
    row("POST", f"{PERSON}card/", COUNTER, {"evidence": "KK baru"}, version="person"),
    row("GET", HOUSEHOLD, PEOPLE),
    row("POST", f"{HOUSEHOLD}head/", COUNTER, {"resident": "{child.uid}"}, version="household"),
    row("POST", f"{HOUSEHOLD}housing/", COUNTER | {"kasun"}, SEEN),
    row("GET", f"{PERSON}options/", READERS),
    row("POST", f"{PERSON}facts/", COUNTER, FACT),
    row("GET", f"{PERSON}programmes/", PEOPLE),
    row("POST", f"{PERSON}programmes/", COUNTER, {"programme": "PKH", "evidence": "self"}),
    row(
        "POST",
        "/api/v1/participations/{participation.uid}/stop/",
        COUNTER,
        REASON | {"until": "{today}"},
        version="participation",
    ),
    row("GET", "/api/v1/programmes/{pkh.uid}/recipients/", READERS),
    row("GET", "/api/v1/cover/double/", READERS),
    row("GET", "/api/v1/cover/gaps/", READERS),
    row("POST", f"{PERSON}numbers/", PEOPLE, REASON),
    row("GET", "/api/v1/likenesses/", DECIDERS),
    row(
        "POST",
        "/api/v1/likenesses/{likeness.uid}/decide/",
        DECIDERS,
        {"verdict": "different"},
    ),
    row("POST", "/api/v1/likenesses/{likeness.uid}/reopen/", DECIDERS),
    row("POST", f"{PERSON}merge/", DECIDERS, REASON | {"into": "{child.uid}"}),
    row("POST", f"{PERSON}unmerge/", DECIDERS),
    row("POST", f"{PERSON}sktm/", DESK, {"purpose": "KIS"}),
    row("GET", "/api/v1/criteria-sets/", EVERYONE),
    row("GET", f"{PERSON}surveys/", PEOPLE),
    row(
        "POST",
        f"{PERSON}surveys/",
        COUNTER | {"kasun"},
        {"criteria_set": "262-2022", "answers": {"floor": "yes"}},
    ),
    row("GET", f"{PERSON}registers/", PEOPLE),
    row("POST", f"{PERSON}listing/", DESK, LISTING),
    # Cases
    row("GET", "/api/v1/complaints/", READERS),
    row(
        "POST",
        "/api/v1/complaints/",
        COUNTER,
        {"subject": "{person.uid}", "kind": "programme", "story": "Uji"},
    ),
    row("POST", "/api/v1/questions/", COUNTER, {"kind": "question", "answer": "Ya"}),
    row("GET", "/api/v1/questions/{question.uid}/receipt/", READERS),
    row("GET", CASE, READERS),
    row("GET", f"{CASE}receipt/", READERS),
    row("POST", "/api/v1/complaints/{fresh.uid}/examine/", {"back"}, version="fresh"),
    row("POST", f"{CASE}ask_papers/", COUNTER, REASON, version="case"),
    row("POST", f"{CASE}papers_received/", COUNTER, {"seen": ["kk"]}, version="case"),
    row("POST", f"{CASE}record_finding/", {"back"}, REASON | {"finding": "meets"}, version="case"),
    row("POST", f"{CASE}phones/", COUNTER, REASON),
    row("POST", f"{CASE}record_only/", {"back"}, REASON, version="case"),
    row("POST", f"{CASE}answer_here/", {"back"}, {"answer": "Sudah"}, version="case"),
    row("POST", f"{CASE}close_unreachable/", DESK, REASON, version="case"),
    row("POST", f"{CASE}lapse/", {"back"}, REASON, version="case"),
    row("POST", f"{CASE}withdraw/", DESK, REASON, version="case"),
    row("POST", f"{CASE}reopen/", DESK, REASON, version="case"),
    row("POST", f"{CASE}urgency/", COUNTER, REASON | {"urgency": "emergency"}, version="case"),
    row("POST", f"{CASE}papers/", COUNTER, {"seen": ["kk"]}, version="case"),
    row("POST", f"{CASE}papers/upload/", COUNTER, {"code": "kk"}, version="case", files=True),
    row(
        "POST",
        f"{CASE}papers/review/",
        COUNTER,
        {"code": "kk", "review": "fits"},
        version="case",
    ),
    row("GET", f"{CASE}visits/", READERS),
    row("POST", f"{CASE}visits/", KEEPERS, {"criteria_set": "262-2022"}, version="case"),
    row("GET", f"{CASE}economy/", READERS),
    row("POST", f"{CASE}economy/", COUNTER, {"income": 1, "source": "Istri"}, version="case"),
    row("POST", f"{CASE}minutes/", KEEPERS | {"head"}),
    row("GET", "/api/v1/visits/", PEOPLE),
    row("GET", VISIT, PEOPLE),
    row("GET", f"{VISIT}sheet/", PEOPLE),
    *(
        row("POST", f"{VISIT}{act}/", allowed, data, version="visit")
        for act, allowed, data in (
            ("answers", {"back", "kasun"}, {"answers": {"floor": "yes"}}),
            ("position", {"back", "kasun"}, {"latitude": None, "longitude": None}),
            ("economy", {"back", "kasun"}, {}),
            ("finish", {"back", "kasun"}, SURVEYED),
            ("entry", COUNTER, SURVEYED | {"answers": {"floor": "yes"}}),
            ("assign", KEEPERS, {"officer": "{officer.uid}"}),
            ("cancel", KEEPERS, REASON),
        )
    ),
    row(
        "POST",
        f"{VISIT}photos/",
        COUNTER | {"kasun", "head"},
        {"side": "front"},
        version="visit",
        files=True,
    ),
    row("POST", f"{CASE}tellings/", COUNTER, {"means": "face", "reached": True}, version="case"),
    row(
        "POST",
        f"{CASE}referrals/",
        {"back"},
        {"programme": "KIS-D", "road": "district", "need": "Berobat"},
        version="case",
    ),
    row("GET", f"{CASE}options/", READERS),
    row("POST", f"{CASE}facts/", COUNTER, FACT),
    # Referrals
    row("GET", "/api/v1/referrals/", READERS),
    row("GET", REFERRAL, READERS),
    row("POST", f"{REFERRAL}approve/", {"koordinator"}, version="referral"),
    row("POST", f"{REFERRAL}return/", {"koordinator"}, REASON, version="referral"),
    row("POST", f"{REFERRAL}refuse/", {"koordinator"}, REASON, version="referral"),
    row("POST", f"{REFERRAL}resubmit/", {"back"}, TERMS, version="referral"),
    row("POST", f"{SENT}hand_over/", DESK, CARRIED, version="sent"),
    row("POST", f"{SENT}letter/", DESK),
    row("POST", f"{SENT}care/", COUNTER, CARED | {"evidence": "IGD RSUD"}, version="sent"),
    row("POST", f"{SENT}take_up/", DESK, version="sent"),
    row("POST", f"{SENT}send_now/", LETTERS),
    row("POST", f"{HELPING}send_link/", LETTERS, version="helping"),
    row("POST", f"{HELPING}revoke_link/", LETTERS, version="helping"),
    row("POST", f"{SENT}answer/", DESK, SAID | {"value": "approved"}, version="sent"),
    row("POST", f"{SENT}realisation/", COUNTER, SAID | {"value": "collected"}, version="sent"),
    # The district's inbox
    row("GET", "/api/v1/inbox/", INBOX_READERS),
    row("GET", INBOX, INBOX_READERS),
    row("GET", f"{INBOX}files/{{received_file.sha256}}/", INBOX_READERS),
    row("POST", f"{INBOX}numbers/", INBOX_READERS, REASON),
    row("POST", f"{INBOX}pass/", REVIEWERS, {"said_on": "{today}"}, version="received"),
    row(
        "POST",
        f"{INBOX}send_back/",
        REVIEWERS,
        {"said_on": "{today}"} | REASON,
        version="received",
    ),
    row("POST", f"{INBOX}return/", DISTRICT, {"said_on": "{today}"} | REASON, version="received"),
    row("POST", f"{INBOX}recommend/", {"manager"}, {"said_on": "{today}"}, version="received"),
    *(
        row(
            "POST",
            f"{INBOX}{action}/",
            DISTRICT,
            {"said_on": "{today}", "owner": "Dinkes"} | REASON,
            version="received",
        )
        for action in ("study", "approve", "refuse")
    ),
    row("POST", f"{INBOX}realisation/", DISTRICT, TOLD | {"value": "ready"}, version="received"),
    # Proposals
    row("GET", "/api/v1/proposals/", READERS),
    row(
        "POST",
        "/api/v1/proposals/",
        COUNTER,
        {
            "subject": "{person.uid}",
            "register": "DTSEN",
            "kind": "change",
            "origin": "rt_rw",
            "reason": "Uji",
        },
    ),
    row("GET", USULAN, READERS),
    row("PUT", USULAN, COUNTER, REASON, version="proposal"),
    row("POST", f"{USULAN}submit/", COUNTER, version="proposal"),
    row("POST", f"{USULAN}finding/", {"back"}, REASON | {"finding": "meets"}, version="proposal"),
    row("POST", f"{USULAN}weigh/", {"back"}, REASON | {"forward": True}, version="proposal"),
    row("POST", f"{USULAN}resubmit/", {"back"}, REASON, version="proposal"),
    row("POST", f"{USULAN}reopen/", COUNTER, REASON, version="proposal"),
    row("POST", f"{USULAN}withdraw/", COUNTER, REASON, version="proposal"),
    row(
        "POST",
        "/api/v1/proposals/{sent_proposal.uid}/answer/",
        KEEPERS,
        {"answer": "accept", "answered_on": "{today}"},
        version="sent_proposal",
    ),
    row("GET", "/api/v1/meetings/", READERS),
    row(
        "POST",
        "/api/v1/meetings/",
        KEEPERS,
        {"held_on": "{today}", "place": "Balai", "chair": "Pak Kades", "present": 9},
    ),
    row("GET", "/api/v1/meetings/{meeting.uid}/", READERS),
    # The district's administrator has no tier above: nothing differs, and nothing is compared.
    row("GET", "/api/v1/differences/", COMPARERS | ABOVE),
    row("POST", "/api/v1/differences/compare/", COMPARERS | ABOVE),
    row(
        "POST",
        "/api/v1/differences/{difference.uid}/mend/",
        COMPARERS,
        version="difference",
        hidden=ABOVE,
    ),
    row(
        "POST",
        "/api/v1/differences/{difference.uid}/explain/",
        COMPARERS,
        REASON,
        version="difference",
        hidden=ABOVE,
    ),
    # The district's administrator finds an empty shelf, and may put nothing there.
    row("GET", "/api/v1/lists/", LISTS | ABOVE),
    row(
        "POST",
        "/api/v1/lists/",
        LISTS,
        {"kind": "residents", "data_date": "{today}"},
        files=True,
    ),
    row("GET", LIST, LISTS, hidden=ABOVE),
    row("GET", f"{LIST}columns/", LISTS, hidden=ABOVE),
    row("PUT", f"{LIST}columns/", LISTS, COLUMNS, version="batch", hidden=ABOVE),
    row("POST", f"{LIST}check/", LISTS, version="batch", hidden=ABOVE),
    row("POST", f"{LIST}load/", LISTS, version="batch", hidden=ABOVE),
    row("POST", f"{LIST}cancel/", LISTS, version="batch", hidden=ABOVE),
    row("POST", f"{LIST}undo/", LISTS, version="batch", hidden=ABOVE),
    row("GET", f"{LIST}rows/", LISTS, hidden=ABOVE),
    row("GET", f"{LIST}reasons/", LISTS, hidden=ABOVE),
    row("POST", "/api/v1/meetings/{meeting.uid}/outcomes/", KEEPERS, version="meeting"),
    row("POST", "/api/v1/meetings/{meeting.uid}/minutes/", KEEPERS, {"signer": "{sheet.uid}"}),
    row("GET", "/api/v1/proposal-sheets/", KEEPERS),
    row(
        "POST",
        "/api/v1/proposal-sheets/",
        KEEPERS,
        {"month": "{today}", "register": "DTSEN", "kind": "leave"},
    ),
    row("GET", "/api/v1/proposal-sheets/{sheet.uid}/file/", KEEPERS),
    row("POST", "/api/v1/proposal-answers/", KEEPERS, files=True),
    row("GET", "/api/v1/proposal-answers/{answers.uid}/", KEEPERS),
    row("POST", "/api/v1/proposal-answers/{answers.uid}/apply/", KEEPERS, version="answers"),
    row("GET", "/api/v1/proposal-answers/{answers.uid}/columns/", KEEPERS),
    row(
        "PUT",
        "/api/v1/proposal-answers/{answers.uid}/columns/",
        KEEPERS,
        {"columns": [{"column": 0, "field": "nik"}, {"column": 1, "field": "answer"}]},
        version="answers",
    ),
    row("GET", "/api/v1/proposal-profile/", KEEPERS | {"admin"}, hidden=ABOVE),
    row("PUT", "/api/v1/proposal-profile/", {"koordinator", "admin"}, PROFILE, hidden=ABOVE),
    row(
        "POST",
        "/api/v1/letters/{minutes.uid}/minutes/revise/",
        {"back"},
        REASON | {"place": "Balai", "chair": "Pak Kades", "present": 9},
        version="minutes",
    ),
    # Letters
    row("GET", "/api/v1/letters/", LETTERS),
    row("GET", "/api/v1/letters/signers/", LETTERS),
    row("GET", LETTER, LETTERS),
    row("GET", f"{LETTER}pdf/", LETTERS),
    row("POST", f"{LETTER}sign/", LETTERS, version="letter"),
    row("POST", f"{LETTER}hand_over/", DESK, {"receiver": "Sulastri"}, version="letter"),
    row("POST", f"{LETTER}void/", {"back", "koordinator", "head"}, REASON, version="letter"),
    row("POST", f"{LETTER}sktm/revise/", DESK, {"purpose": "KIS"} | REASON, version="letter"),
    row("POST", f"{LETTER}sktm/replace/", {"back"}, {"purpose": "KIS"} | REASON, version="letter"),
    row("POST", f"{STATED}listing/revise/", DESK, LISTING | REASON, version="listing"),
    row("POST", f"{STATED}listing/replace/", {"back"}, LISTING | REASON, version="listing"),
    # For anybody
    anybody("GET", "/api/v1/status/{case.receipt_number}/"),
    anybody("POST", "/api/v1/status/{case.receipt_number}/details/", {"last4": "0011"}),
    anybody("GET", "/api/v1/verify/{code}/"),
    # For linked offices by their own tokens, never for officers
    row("GET POST", "/exchange/v1/office/", NOBODY),
    row("GET POST", "/exchange/v1/messages/", NOBODY),
    row("GET POST", "/exchange/v1/referrals/", NOBODY),
    row("GET", "/exchange/v1/referrals/{received.referral_uid}/answers/", NOBODY),
    row("POST", "/exchange/v1/messages/{received.uid}/ack/", NOBODY),
    row("GET PATCH", "/exchange/v1/files/{received.referral_uid}/{received_file.sha256}/", NOBODY),
)

TABLE = PAGES + REST

#: Other people's addresses: Django's own language switch, and allauth's, which tests of its own try
#: (tests/puskesmas/test_account_pages.py).
THIRD_PARTY = re.compile(r"set_language|account_\w+|mfa_\w+")


# --- The walker ----------------------------------------------------------------------------------


class Visitors:
    """Everybody's browser and program; each visit is undone."""

    def __init__(self, world: World) -> None:
        self.known = {
            **vars(world),
            "officer": world.officer,
            "supervisor": world.supervisor,
            "code": _code(world),
            "today": world.cast.village.today(),
        }
        self.browsers = {who: Client() for who in (*ELSEWHERE, *ELSEWHERE.values())}
        self.offices = {"": world.cast.village}
        self.tokens = {}
        for who, browser in self.browsers.items():
            browser.force_login(world.cast.users[who])
            actor = world.cast.actor(who)
            self.offices[who] = actor.office
            self.tokens[who] = issue_token(actor=actor, name="uji", roles=actor.roles)[1]

    def visit(self, row: Row, who: str = "") -> int:
        """Return the status somebody gets; nobody without a name. To the log-in page is 401."""
        answer = self.answer(row, who)
        to_login = answer.status_code == 302 and answer["Location"].startswith("/account/login/")
        return 401 if to_login and row.method == "POST" else answer.status_code

    def answer(self, row: Row, who: str = "") -> HttpResponse:
        """Return what somebody gets, and undo what it did."""
        known = {**self.known, "own": self.offices[who]}
        data = {name: _filled(value, known) for name, value in row.data.items()}
        path = row.path.format(**known)
        version = known[row.version].version if row.version else 0
        send = self._program if row.is_rest else self._browser
        with transaction.atomic():
            answer = send(row.method, path, data, version, who, files=row.files)
            transaction.set_rollback(True)
        return answer

    def _program(
        self, method: str, path: str, data: Any, version: int, who: str, *, files: bool
    ) -> HttpResponse:
        headers = {"Idempotency-Key": str(uuid.uuid4()), "If-Match": f'"{version}"'}
        if who:
            headers["Authorization"] = f"Bearer {self.tokens[who]}"
        call = getattr(Client(), method.lower())
        if files:
            return call(path, {**data, "upload": picture()}, headers=headers)
        body = {} if method == "GET" else {"data": data, "content_type": "application/json"}
        return call(path, headers=headers, **body)

    def _browser(
        self, method: str, path: str, data: Any, version: int, who: str, *, files: bool
    ) -> HttpResponse:
        call = getattr(self.browsers[who] if who else Client(), method.lower())
        if method == "GET":
            return call(path)
        sent = {**data, "version": version, "client_uid": str(uuid.uuid4())}
        if files:
            sent["upload"] = picture()
        return call(path, sent)


def _filled(value: Any, known: dict[str, Any]) -> Any:
    return value.format(**known) if isinstance(value, str) else value


def _code(world: World) -> str:
    letter = find_letter(world.cast.actor("front"), world.letter.uid)
    return last_revision(letter).context["verification"]["code"]


def _let_in(status: int) -> bool:
    return status < 500 and status not in {401, 403, 404, 405}


def complaints_about(row: Row, visitors: Visitors) -> list[str]:
    """Return what posts of the own offices and nobody get otherwise than the row says."""
    wrong = []
    for who in ["front"] if row.public else sorted(ELSEWHERE):
        status = visitors.visit(row, who)
        if who in row.allowed:
            right, wanted = _let_in(status), "let in"
        else:
            expected = 404 if who in row.hidden else 403
            right, wanted = status == expected, str(expected)
        if not right:
            wrong.append(f"{who}: {status} instead of {wanted}")
    status = visitors.visit(row)
    if row.public:
        right, wanted = _let_in(status), "let in"
    else:
        right, wanted = status in ({401} if row.is_rest else {302, 401}), "asked to log in"
    return wrong if right else [*wrong, f"nobody: {status} instead of {wanted}"]


def leaks_of(row: Row, visitors: Visitors) -> list[str]:
    """Return who of elsewhere gets anything but 404 at an address that names a row."""
    found = []
    for who in sorted(row.allowed):
        status = visitors.visit(row, ELSEWHERE[who])
        if status != 404:
            found.append(f"{ELSEWHERE[who]}: {status}")
    return found


@pytest.fixture(scope="module")
def everybody(world_of_the_module, django_db_blocker):
    with django_db_blocker.unblock():
        return Visitors(world_of_the_module)


@pytest.fixture
def visitors(everybody, world):
    return everybody


# --- The tests -----------------------------------------------------------------------------------


@pytest.mark.sweep
@pytest.mark.parametrize("row", TABLE, ids=str)
def test_every_post_gets_what_the_table_says(row, visitors):
    assert complaints_about(row, visitors) == []


@pytest.mark.parametrize("row", [item for item in TABLE if item.names_a_row], ids=str)
def test_other_offices_find_nothing(row, visitors):
    assert leaks_of(row, visitors) == []


#: Addresses that stay shut without the scope filter, for a second rule asks for the office too:
#: officers, posts and tokens are found among the office's own, and whoever changes a case is asked
#: again whether he may read it; whose participation is written down, asks the verb again.
SHUT_TWICE = re.compile(
    r"(GET|POST) /office/.*|POST /cases/{.*|(GET|POST) /referrals/chain/supervisors/{.*"
    r"|POST /programmes/people/{.*|POST /api/v1/people/{person.uid}/(programmes|facts)/"
    r"|(GET|POST) /referrals/packages/for/.*"
    r"|POST /referrals/options/{.*|POST /verification/cases/{(?!.*/minutes/).*"
    r"|POST /api/v1/complaints/{(?!.*/(referrals|minutes)/).*"
)


@pytest.mark.sweep
def test_without_the_scope_filter_every_address_leaks(visitors, monkeypatch):
    """One filter carries the tenancy; an address that does not use it would not change here."""
    monkeypatch.setattr(OfficeRowQuerySet, "visible_to", lambda rows, actor: rows)
    named = [row for row in TABLE if row.names_a_row and row.allowed]
    shut = {str(row) for row in named if not leaks_of(row, visitors)}
    assert shut == {str(row) for row in named if SHUT_TWICE.fullmatch(str(row))}


#: Addresses that name no row, but show rows of the office.
LISTS = {
    "GET /",
    "GET /cases/",
    "GET /figures/cases-received/list/",
    "GET /figures/inbox-received/list/",
    "GET /letters/",
    "GET /letters/drafts/",
    "GET /people/imports/",
    "GET /people/likenesses/",
    "GET /people/verval/",
    "GET /programmes/aid/",
    "GET /programmes/calls/",
    "GET /programmes/catalogue/partners/",
    "GET /programmes/cover/double/",
    "GET /referrals/approvals/",
    "GET /referrals/chain/",
    "GET /referrals/deliveries/",
    "GET /proposals/",
    "GET /proposals/meetings/",
    "GET /proposals/sheets/",
    "GET /referrals/inbox/",
    "GET /referrals/packages/",
    "GET /referrals/calls/",
    "GET /referrals/verval/",
    "GET /referrals/reconciliation/",
    "GET /verification/visits/",
    "GET /api/v1/complaints/",
    "GET /api/v1/differences/",
    "GET /api/v1/inbox/",
    "GET /api/v1/likenesses/",
    "GET /api/v1/letters/",
    "GET /api/v1/lists/",
    "GET /api/v1/meetings/",
    "GET /api/v1/proposal-sheets/",
    "GET /api/v1/proposals/",
    "GET /api/v1/referrals/",
    "GET /api/v1/verval/",
    "GET /api/v1/visits/",
    "GET /api/v1/calls/",
    "GET /api/v1/distributions/",
    "GET /api/v1/cover/double/",
}


def _marks(world: World) -> set[str]:
    """Return what a page that shows anything of the village's rows would say."""
    rows = (world.person, world.child, world.case, world.referred, world.gone, world.referral)
    rows += (world.proposal, world.meeting, world.sheet, world.answers)
    rows += (world.sent, world.received, world.letter, world.question, world.batch, world.post)
    rows += (world.carried, world.brought, world.difference)
    numbers = {world.case.receipt_number, receipts.shown(world.case.receipt_number)}
    return {"Ningsih", world.letter.number, *numbers, *(str(row.uid) for row in rows)}


def listed_elsewhere(visitors: Visitors, world: World) -> set[str]:
    """Return the addresses without a row in their name that tell a stranger of the village's."""
    marks = _marks(world)
    plain = [item for item in TABLE if item.method == "GET" and "{" not in item.path]
    pages = (
        # A file (the agenda on paper) is no text; its own test looks inside.
        (str(item), visitors.answer(item, ELSEWHERE[who]).content.decode(errors="replace"))
        for item in plain
        for who in item.allowed
    )
    return {item for item, text in pages if any(mark in text for mark in marks)}


@pytest.mark.sweep
def test_no_list_shows_another_offices_rows(visitors, world):
    assert listed_elsewhere(visitors, world) == set()


@pytest.mark.sweep
def test_without_the_scope_filter_every_list_leaks(visitors, world, monkeypatch):
    monkeypatch.setattr(OfficeRowQuerySet, "visible_to", lambda rows, actor: rows)
    assert listed_elsewhere(visitors, world) == LISTS


@pytest.mark.parametrize("who", sorted(ELSEWHERE))
def test_the_search_box_names_no_case_to_a_post_that_may_not_open_it(who, visitors, world):
    answer = visitors.browsers[who].post("/search/", {"q": world.case.receipt_number})
    opened = answer.status_code == 302 and str(world.case.uid) in answer["Location"]
    assert opened == (who in READERS)
    assert "Sulastri" not in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("/api/v1/complaints/", {"subject": "{person.uid}", "kind": "other", "story": "x"}, 400),
        ("/api/v1/questions/", {"kind": "other", "answer": "x", "resident": "{person.uid}"}, 400),
        ("/cases/new/?person={person.uid}", {}, 404),
        ("/cases/questions/new/?person={person.uid}", {}, 404),
        ("/office/choose/", {"office": "{cast.village.uid}"}, 404),
    ],
)
def test_a_form_or_body_cannot_name_a_row_of_another_office(path, data, status, visitors):
    assert visitors.visit(row("POST", path, {"front"}, data)[0], "stranger_front") == status


# --- The table is whole --------------------------------------------------------------------------


def _patterns(resolver: Any, spaces: tuple[str, ...] = ()) -> Any:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield ":".join([*spaces, entry.name or entry.lookup_str]), entry.callback
        else:
            yield from _patterns(entry, (*spaces, entry.namespace) if entry.namespace else spaces)


def _methods(view: Any) -> set[str]:
    """Return what a view answers to, besides HEAD and OPTIONS.

    Raises:
        AssertionError: a function that does not say (``require_http_methods`` and its kin do).
    """
    by_class = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if by_class is not None:
        names = {name.upper() for name in by_class.http_method_names if hasattr(by_class, name)}
        return names - {"HEAD", "OPTIONS"}
    free = dict(zip(view.__code__.co_freevars, view.__closure__ or (), strict=True))
    assert "request_method_list" in free, f"{view.__module__}.{view.__name__} takes any method"
    return set(free["request_method_list"].cell_contents) - {"HEAD"}


def _addresses() -> dict[str, set[str]]:
    """Return every named address of ours with its methods."""
    found = {
        name: view for name, view in _patterns(get_resolver()) if not THIRD_PARTY.fullmatch(name)
    }
    return {name: _methods(view) for name, view in found.items()}


def _sample(path: str) -> str:
    """Return the path with something of the right shape in its gaps."""
    return re.sub(r"{[^}]*}", "0193a2b0-0000-7000-8000-000000000000", path)


def _rows_by_address() -> dict[str, set[str]]:
    methods: dict[str, set[str]] = {}
    for item in TABLE:
        name = resolve(_sample(item.path)).view_name
        methods.setdefault(name, set()).add(item.method)
    return methods


def test_every_address_and_method_has_a_row():
    """A new address? Add its row to the table above: who may, and which row it names."""
    assert _rows_by_address() == _addresses()


def test_every_act_of_a_page_has_a_row():
    """Two addresses serve many acts: each act is tried."""
    posts = {item.path for item in TABLE if item.method == "POST"}
    cases = {path.rstrip("/").rpartition("/")[2] for path in posts if path.startswith("/cases/{")}
    assert cases - {"phones"} == set(ACTS)
    inbox = "/referrals/inbox/{received.uid}/"
    received = {path.removeprefix(inbox).rstrip("/") for path in posts if path.startswith(inbox)}
    assert received - {"reveal", "owner-link", "owner-code", "owner-revoke"} == {
        str(action) for action in InboxActForm.NEEDS
    }
