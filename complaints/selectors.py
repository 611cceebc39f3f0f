"""Reads of cases: scoped to the officer's office and leave, each with a known number of queries."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.models import (
    Complaint,
    ComplaintKind,
    ComplaintPaper,
    ComplaintProgramme,
    CounterQuestion,
    Telling,
)
from complaints.workflow import (
    BACK_OFFICE_STATES,
    CONFIDANTS,
    FINAL_STATES,
    OPEN_STATES,
    REGISTRARS,
    CaseState,
)
from puskesmas.actors import Actor
from puskesmas.errors import NotFound
from puskesmas.models import Attachment, Office, Role
from registry.identities import card_of, identities_of, people_by_record
from registry.models import Resident

S = CaseState
#: Who reads cases at all.
READERS = (Role.FRONT, Role.BACK, Role.FACILITATOR, Role.COORDINATOR, Role.HEAD)
#: Tab counts stop here: beyond it the exact number helps nobody and costs a scan.
COUNT_CAP = 100


def cases(actor: Actor) -> QuerySet[Complaint]:
    """Return the cases the officer may read: his office's, confidential ones only by leave."""
    rows: QuerySet[Complaint] = Complaint.objects.visible_to(actor)
    if actor.is_system or actor.has(*CONFIDANTS):
        return rows
    return rows.filter(Q(kind__sensitive=False) | Q(entered_by=actor.user))


def handles_a_case_of(actor: Actor, person: Resident) -> bool:
    """Return whether the person has an open case that is the officer's to work on (two queries)."""
    if not actor.has(*READERS):
        return False
    open_ones = cases(actor).filter(state__in=OPEN_STATES)
    return open_ones.filter(subject__in=identities_of(person)).exists()


def questions(actor: Actor) -> QuerySet[CounterQuestion]:
    """Return the questions the officer may read, by the same rule as :func:`cases`."""
    rows: QuerySet[CounterQuestion] = CounterQuestion.objects.visible_to(actor)
    if actor.is_system or actor.has(*CONFIDANTS):
        return rows
    return rows.filter(Q(kind__sensitive=False) | Q(answered_by=actor.user))


def question(uid: uuid.UUID | str, *, actor: Actor) -> CounterQuestion:
    """Return one question (one query).

    Raises:
        NotFound: none of that uid here, or a confidential one of somebody else.
    """
    rows = questions(actor).select_related("kind", "office", "resident", "answered_by")
    found: CounterQuestion | None = rows.filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Pertanyaan tidak ditemukan di kantor ini."))
    return found


def may_read(actor: Actor, case: Complaint) -> bool:
    """Return whether the officer may read the case, by the same rule as :func:`cases`."""
    if case.office_id != actor.office.pk:
        return False
    if actor.is_system or actor.has(*CONFIDANTS) or not case.kind.sensitive:
        return True
    return case.entered_by_id == getattr(actor.user, "pk", None)


def readable_matters(actor: Actor | None) -> QuerySet[Any, Any]:
    """Return the uids of the cases whose letters may be read, by the same rule as :func:`cases`.

    For None, who holds the paper in his hand, those of no confidential kind.
    """
    if actor is None:
        return Complaint.objects.filter(kind__sensitive=False).values("uid")
    return cases(actor).values("uid")


def with_needed(rows: QuerySet[Complaint]) -> QuerySet[Complaint]:
    """Load person, kind and needed programmes with the cases: one query more."""
    needed = ComplaintProgramme.objects.filter(relation=ComplaintProgramme.Relation.NEEDED)
    return rows.select_related("subject__canonical", "kind").prefetch_related(
        Prefetch("programmes", needed.select_related("programme"), to_attr="needed")
    )


def case(uid: uuid.UUID | str, *, actor: Actor) -> Complaint:
    """Return one case with what its page shows of it: three queries.

    Raises:
        NotFound: no such case here, or a confidential one.
    """
    found = (
        cases(actor)
        .select_related(
            "office",
            "subject__canonical",
            "kind",
            "entered_by",
            "finding_by",
            "register_check__register",
            "register_check__checked_by",
        )
        .prefetch_related(
            Prefetch(
                "programmes",
                ComplaintProgramme.objects.select_related("programme", "programme_version"),
            ),
            Prefetch(
                "papers",
                ComplaintPaper.objects.select_related("attachment", "reviewed_by").order_by("pk"),
            ),
        )
        .filter(uid=uid)
        .first()
    )
    if found is None:
        raise NotFound(_("Perkara tidak ditemukan di kantor ini."))
    return found


def cases_of(resident: Resident, *, actor: Actor) -> list[Complaint]:
    """Return the person's cases, open ones first, then newest (two or three queries)."""
    rows = with_needed(cases(actor).filter(subject__in=identities_of(resident))).order_by(
        "-received_at", "-pk"
    )
    return sorted(rows, key=lambda row: row.state not in OPEN_STATES)


def cases_of_family(residents: Iterable[Resident], *, actor: Actor) -> list[Complaint]:
    """Return the cases of these people, open ones first, then newest (three queries)."""
    records = people_by_record(resident.pk for resident in residents)
    rows = with_needed(cases(actor).filter(subject__in=list(records)))
    newest = rows.select_related("subject", "kind").order_by("-received_at", "-pk")
    return sorted(newest, key=lambda row: row.state not in OPEN_STATES)


def live_cases(residents: Iterable[Resident], *, actor: Actor) -> dict[int, list[Complaint]]:
    """Return the open cases by resident pk, newest first (three queries)."""
    owners = people_by_record(resident.pk for resident in residents)
    found: dict[int, list[Complaint]] = {pk: [] for pk in owners.values()}
    rows = with_needed(cases(actor).filter(subject__in=list(owners), state__in=OPEN_STATES))
    for row in rows.order_by("-received_at", "-pk"):
        found[owners[row.subject_id]].append(row)
    return found


def live_receipts(
    residents: Iterable[Resident], *, actor: Actor
) -> dict[int, list[tuple[str, str]]]:
    """Return receipt number and urgency of the open cases by resident pk, newest first (one query).

    Only of those who have any.
    """
    pks = [resident.pk for resident in residents]
    records = Resident.objects.filter(Q(pk__in=pks) | Q(canonical__in=pks)).values("pk")
    rows = cases(actor).filter(subject__in=records, state__in=OPEN_STATES)
    owned = rows.annotate(owner=Coalesce("subject__canonical_id", "subject_id"))
    found: dict[int, list[tuple[str, str]]] = {}
    newest_first = owned.order_by("-received_at", "-pk")
    for owner, number, urgency in newest_first.values_list("owner", "receipt_number", "urgency"):
        found.setdefault(owner, []).append((number, urgency))
    return found


def waits_for_civil_papers(row: Complaint) -> bool:
    """Return whether the person still lacks a NIK or a family card (one query)."""
    if not row.person.nik_index:
        return True
    card = card_of(row.person)
    return card is None or not card.household.kk_index


def kinds_of(actor: Actor) -> QuerySet[ComplaintKind]:
    """Return the office's kinds of matter in its order (one query)."""
    return ComplaintKind.objects.visible_to(actor)


# --- The queue --------------------------------------------------------------------------------

_BY_DUE = ("urgency", "due_at", "pk")
_BY_AGE = ("urgency", "state_since", "pk")


@dataclass(frozen=True)
class Tab:
    """A list of the queue: which cases, in which order. "emergency" sorts before "normal"."""

    code: str
    label: Any
    condition: Q
    order: tuple[str, ...]
    counted: bool = True


def tabs(actor: Actor) -> list[Tab]:
    """Return the tabs of an officer's queue; the first is what waits for him, if anything can."""
    mine = _own_states(actor)
    own = Tab("mine", gettext_lazy("Menunggu saya"), Q(state__in=mine), _BY_DUE)
    return ([own] if mine else []) + [
        Tab(
            "emergency",
            gettext_lazy("Darurat"),
            Q(state__in=OPEN_STATES, urgency=Complaint.Urgency.EMERGENCY),
            ("received_at", "pk"),
        ),
        Tab("resident", gettext_lazy("Menunggu warga"), Q(state=S.WAITING_RESIDENT), _BY_AGE),
        Tab("approval", gettext_lazy("Persetujuan"), Q(state=S.AWAITING_APPROVAL), _BY_DUE),
        Tab("referred", gettext_lazy("Dirujuk"), Q(state=S.REFERRED), _BY_AGE),
        Tab(
            "answered",
            gettext_lazy("Belum disampaikan"),
            Q(state=S.ANSWERED) | _kept_untold(actor.office),
            # What was recorded only has no due date to sort by.
            _BY_AGE,
        ),
        Tab(
            "realisation",
            gettext_lazy("Realisasi"),
            Q(state=S.AWAITING_REALISATION),
            _BY_AGE,
        ),
        Tab(
            "done",
            gettext_lazy("Selesai"),
            Q(state__in=FINAL_STATES),
            ("-closed_at", "-pk"),
            counted=False,
        ),
        Tab("all", gettext_lazy("Semua"), Q(), ("-received_at", "-pk"), counted=False),
    ]


def _kept_untold(office: Office) -> Q:
    """Return the condition "recorded only, and nobody has told the resident why".

    Who could not be reached the office's number of times is not looked for any longer.
    """
    since = Telling.objects.filter(complaint=OuterRef("pk"), at__gte=OuterRef("state_since"))
    last_try = office.telling_tries - 1
    failed = since.filter(reached=False).order_by("pk")[last_try : last_try + 1]
    told = Q(Exists(since.filter(reached=True))) | Q(Exists(failed))
    return Q(state=S.RECORDED_ONLY) & ~told


def _own_states(actor: Actor) -> list[str]:
    states: list[str] = []
    if actor.has(Role.BACK):
        states += BACK_OFFICE_STATES
    if actor.has(Role.FRONT, Role.FACILITATOR):
        states.append(S.ANSWERED)
    if actor.has(actor.office.approver_role):
        states.append(S.AWAITING_APPROVAL)
    return states


class _CappedCount(Subquery):
    """How many rows a query has, counted no further than its own limit."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS capped)"
    output_field = IntegerField()


def counts(actor: Actor, shown: Iterable[Tab]) -> dict[str, int]:
    """Return how many cases each counted tab holds, up to :data:`COUNT_CAP` (one query)."""
    columns = {
        tab.code: _CappedCount(
            cases(actor).filter(tab.condition).order_by().values("pk")[:COUNT_CAP]
        )
        for tab in shown
        if tab.counted
    }
    row: dict[str, Any] = dict(Office.objects.filter(pk=actor.office.pk).values(**columns).get())
    return row


def capped(count: int) -> str:
    """Return the count as shown on a tab: "99+" where counting stopped."""
    return str(count) if count < COUNT_CAP else f"{COUNT_CAP - 1}+"


def may_register(actor: Actor) -> bool:
    """Return whether the officer takes down matters and speaks to residents."""
    return actor.has(*REGISTRARS)


def may_see_paper(actor: Actor, attachment: Attachment) -> bool:
    """Return whether the file is a paper of a case the officer may read (one query)."""
    return actor.has(*READERS) and cases(actor).filter(papers__attachment=attachment).exists()
