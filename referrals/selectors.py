"""Reads of referrals and of the inbox: scoped to the officer's office, with known query counts."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Count,
    Exists,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
)
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.deadlines import days_off, working_days
from complaints.models import Telling
from complaints.selectors import COUNT_CAP, cases
from complaints.workflow import CaseState
from programs.agreements import agreements_of, is_closed
from programs.models import Partner, Programme
from puskesmas import keyset
from puskesmas.actors import Actor
from puskesmas.errors import NotFound, NotYourRole
from puskesmas.models import (
    ApiToken,
    DeliveryAttempt,
    OutboxMessage,
    Peer,
    Transition,
    User,
)
from referrals.deliveries import Delivery, deliveries_of
from referrals.exchange import ANSWERED
from referrals.models import (
    Answering,
    PublishedOffice,
    PublishedRecord,
    ReceivedReferral,
    ReceivedSubmission,
    Referral,
    Reminder,
    SentFile,
    Submission,
    VillageReport,
    is_undelivered,
)
from referrals.separation import Bench
from referrals.workflow import (
    OVER,
    OWED,
    WITH_OWNER,
    Answer,
    Approval,
    Inbox,
    Realisation,
)
from registry.identities import people_by_record
from registry.models import Resident
from reports.letters.models import Letter
from reports.letters.workflow import ENDED

# --- The village -------------------------------------------------------------------------------


def referrals_of(actor: Actor) -> QuerySet[Referral]:
    """Return the referrals the officer may read: those of the cases he may read."""
    rows: QuerySet[Referral] = Referral.objects.visible_to(actor)
    return rows.filter(complaint__in=cases(actor)).select_related(
        "office", "complaint__subject__canonical", "complaint__kind", "programme", "partner"
    )


def referral(uid: uuid.UUID | str, *, actor: Actor) -> Referral:
    """Return one referral with its people and answers (three queries).

    Raises:
        NotFound: none of that uid here, or of a confidential case.
    """
    found = (
        referrals_of(actor)
        .select_related("drafted_by", "submitted_by", "approved_by", "programme_version", "follows")
        .prefetch_related(_answers(), "authors")
        .filter(uid=uid)
        .first()
    )
    if found is None:
        raise NotFound(_("Rujukan tidak ditemukan di kantor ini."))
    return found


def _answers() -> Prefetch:
    return Prefetch("answers", Answering.objects.select_related("recorded_by"))


def referrals_of_case(case_pk: int, *, actor: Actor) -> list[Referral]:
    """Return a case's referrals, newest first, with people and answers (three queries)."""
    return list(
        referrals_of(actor)
        .select_related("drafted_by", "submitted_by", "approved_by", "programme_version")
        .prefetch_related(_answers(), "authors")
        .filter(complaint_id=case_pk)
        .order_by("-pk")
    )


def referrals_of_people(residents: Iterable[Resident], *, actor: Actor) -> list[Referral]:
    """Return the referrals about these people, newest first (two queries)."""
    records = people_by_record(resident.pk for resident in residents)
    rows = referrals_of(actor).filter(complaint__subject__in=list(records))
    return list(rows.order_by("-pk"))


def untold(case_pk: int) -> list[Answering]:
    """Return what an owner decided in the case while nobody has told the resident since (a query).

    A case may go on to its next programme before its person has heard of the refusal.
    """
    told = Telling.objects.filter(complaint=case_pk, reached=True, at__gte=OuterRef("recorded_at"))
    decided = (Answer.APPROVED, Answer.REFUSED, Realisation.NEVER)
    return list(
        Answering.objects.filter(
            ~Exists(told), referral__complaint=case_pk, applied=True, value__in=decided
        ).select_related("referral__programme")
    )


def letter_of(row: Referral) -> Letter | None:
    """Return the letter of the latest submission, unless it was voided (one query)."""
    submission = row.submissions.select_related("letter").order_by("-number").first()
    letter = submission.letter if submission else None
    return None if letter is None or letter.state in ENDED else letter


@dataclass(frozen=True)
class Waiting:
    """A draft before the approver. ``obstacle`` says why this officer may not decide, or None.

    ``days`` are the working days left of the case's due date; negative when it has passed.
    """

    referral: Referral
    obstacle: NotYourRole | None
    turn: list[User]
    days: int | None = None


def waiting_for_approval(actor: Actor) -> list[Waiting]:
    """Return the drafts whose case waits for them: his own turn, emergencies, the oldest first.

    The number of queries depends on how many people hold the approver's role, not on the drafts.
    """
    bench = Bench(actor.office)
    rows = (
        referrals_of(actor)
        .select_related("drafted_by", "submitted_by")
        .prefetch_related("authors")
        .filter(approval=Approval.AWAITING, complaint__state=CaseState.AWAITING_APPROVAL)
        # "emergency" comes before "normal" in the alphabet, as it should.
        .order_by("complaint__urgency", "approval_since", "pk")
    )
    is_off = days_off(actor.office)
    now = timezone.now()
    waiting = [
        Waiting(
            row,
            bench.obstacle(row, actor),
            bench.turn(row),
            working_days(actor.office, now, row.complaint.due_at, is_off=is_off)
            if row.complaint.due_at
            else None,
        )
        for row in rows
    ]
    return sorted(waiting, key=lambda item: item.obstacle is not None)


#: The delivery page's lists.
UNDELIVERED, STUCK, UNANSWERED, NOT_TOLD = "undelivered", "stuck", "unanswered", "not_told"
#: Those of the unanswered nobody has asked about again: what waits for somebody.
UNREMINDED = "unreminded"


def undelivered(actor: Actor) -> QuerySet[Referral]:
    """Return approved referrals whose receiver is not known to have them."""
    return referrals_of(actor).filter(is_undelivered())


def stuck(actor: Actor) -> QuerySet[Referral]:
    """Return what did not arrive for longer than the office allows, or never will by itself.

    The referral, or a file of one that did arrive. A link that a partner's mail server took waits
    for him, not for us.
    """
    since = timezone.now() - timedelta(hours=actor.office.undelivered_hours)
    refused = OutboxMessage.objects.filter(
        subject_uid=OuterRef("uid"),
        failed_at__isnull=False,
        acked_at__isnull=True,
        superseded_at__isnull=True,
    )
    gone = Submission.objects.filter(referral=OuterRef("pk"), message__acked_at__isnull=False)
    files = SentFile.objects.filter(
        ~Q(refusal="") | Q(submission__message__acked_at__lt=since),
        referral=OuterRef("pk"),
        arrived_at__isnull=True,
    )
    waits = Q(approved_at__lt=since) & ~(Q(road=Referral.Road.PARTNER) & Exists(gone))
    late = is_undelivered() & (waits | Exists(refused))
    return referrals_of(actor).filter(late | Exists(files))


def unanswered(actor: Actor) -> QuerySet[Referral]:
    """Return referrals the receiver has had longer than the office waits for an answer.

    A partner who never opened the link his mail server took is one of them. ``reminded_at``: when
    it was last asked again, None if never.
    """
    since = _answer_due(actor)
    mailed = Submission.objects.filter(referral=OuterRef("pk"), message__acked_at__lt=since)
    unopened = Q(road=Referral.Road.PARTNER, answer=Answer.NONE, approved_at__lt=since)
    letters = Reminder.objects.filter(referral=OuterRef("pk")).order_by("-written_at")
    return (
        referrals_of(actor)
        .filter(
            Q(acknowledged_at__lt=since) | unopened & Exists(mailed),
            approval=Approval.APPROVED,
            answer__in=OWED,
        )
        .annotate(reminded_at=Subquery(letters.values("written_at")[:1]))
    )


def unreminded(actor: Actor) -> QuerySet[Referral]:
    """Return those of them whose receiver was not asked again for as long."""
    due = _answer_due(actor)
    return unanswered(actor).filter(Q(reminded_at__isnull=True) | Q(reminded_at__lt=due))


def _answer_due(actor: Actor) -> datetime:
    return timezone.now() - timedelta(days=actor.office.upstream_answer_days)


def ready_not_told(actor: Actor) -> QuerySet[Referral]:
    """Return referrals whose aid is ready while nobody has told the resident since."""
    news = Answering.objects.filter(
        referral=OuterRef("pk"), value=Realisation.READY, applied=True
    ).order_by("-recorded_at")
    told = Telling.objects.filter(
        complaint=OuterRef("complaint"), reached=True, at__gte=OuterRef("ready_since")
    )
    return (
        referrals_of(actor)
        .filter(realisation=Realisation.READY)
        .annotate(ready_since=Subquery(news.values("recorded_at")[:1]))
        .filter(~Exists(told))
    )


_LISTS = {
    UNDELIVERED: undelivered,
    STUCK: stuck,
    UNANSWERED: unanswered,
    UNREMINDED: unreminded,
    NOT_TOLD: ready_not_told,
}


@dataclass(frozen=True)
class Sent:
    """A referral in a list, with how its file travels."""

    referral: Referral
    delivery: Delivery | None


def with_deliveries(rows: list[Referral]) -> list[Sent]:
    """Add how each referral's file travels (two queries)."""
    found = deliveries_of(rows)
    return [Sent(row, found.get(row.pk)) for row in rows]


def delivery_page(actor: Actor, *, tab: str, position: str) -> tuple[list[Sent], Any]:
    """Return one page of a delivery list, oldest first, and its keyset page (three queries)."""
    page = keyset.page(_LISTS[tab](actor), order=("approved_at", "uid"), position=position)
    return with_deliveries(page.rows), page


def delivery_counts(actor: Actor) -> dict[str, int]:
    """Return how many referrals each delivery list holds, up to COUNT_CAP (a query each)."""
    return {name: rows(actor).order_by()[:COUNT_CAP].count() for name, rows in _LISTS.items()}


def undelivered_since(actor: Actor) -> datetime | None:
    """Return when the oldest of them was approved (one query)."""
    rows = undelivered(actor).order_by("approved_at")
    return rows.values_list("approved_at", flat=True).first()


def programmes_to_refer(actor: Actor) -> list[tuple[Any, list[Programme]]]:
    """Return the office's programmes by tier in the order they are offered: national ones last.

    A partner's whose agreements have all ended is left out (two queries).
    """
    tiers = Programme.Tier
    order = (tiers.REGENCY, tiers.PARTNER, tiers.VILLAGE, tiers.NATIONAL)
    agreements, today = agreements_of(actor.office), actor.office.today()
    rows = [
        row
        for row in Programme.objects.visible_to(actor).order_by("order", "pk")
        if not is_closed(row, agreements[row.pk], today)
    ]
    groups = [(tier.label, [row for row in rows if row.tier == tier]) for tier in order]
    return [(label, members) for label, members in groups if members]


def partners_to_refer(actor: Actor) -> list[Partner]:
    """Return the office's partners by name (one query); the verb checks their agreements."""
    return list(Partner.objects.visible_to(actor).order_by("name_id", "pk"))


def upstream_of(actor: Actor) -> Peer | None:
    """Return the office's active tier above, or None (one query)."""
    return Peer.objects.filter(
        office=actor.office, direction=Peer.Direction.UPSTREAM, active=True
    ).first()


# --- The tier above ----------------------------------------------------------------------------

#: The inbox's tabs: what waits for the kecamatan, for us, for the owner, for the aid, for the
#: village; what is over.
TABS: dict[str, tuple[Any, Q]] = {
    "review": (gettext_lazy("Menunggu supervisor"), Q(state=Inbox.REVIEW)),
    "new": (gettext_lazy("Baru masuk"), Q(state=Inbox.RECEIVED)),
    "owner": (
        gettext_lazy("Menunggu pemilik program"),
        Q(state__in=WITH_OWNER),
    ),
    "realisation": (
        gettext_lazy("Menunggu realisasi"),
        Q(state=Inbox.APPROVED) & ~Q(realisation__in=OVER),
    ),
    "returned": (gettext_lazy("Dikembalikan ke desa"), Q(state=Inbox.RETURNED)),
    "done": (
        gettext_lazy("Selesai"),
        Q(state=Inbox.REFUSED) | Q(state=Inbox.APPROVED, realisation__in=OVER),
    ),
}
#: "emergency" comes before "normal" in the alphabet, as it should.
INBOX_ORDER = ("urgency", "received_at", "uid")


def received_by(actor: Actor) -> QuerySet[ReceivedReferral]:
    """Return the office's inbox."""
    rows: QuerySet[ReceivedReferral] = ReceivedReferral.objects.visible_to(actor)
    return rows


def inbox_page(
    actor: Actor,
    *,
    tab: str,
    position: str,
    peer: uuid.UUID | None = None,
    programme: str = "",
    urgency: str = "",
    age: int | None = None,
) -> Any:
    """Return one keyset page of the inbox, emergencies and then the oldest first (one query).

    ``age`` keeps what came more than so many days ago.
    """
    rows = received_by(actor).filter(TABS[tab][1])
    if urgency:
        rows = rows.filter(urgency=urgency)
    if age:
        rows = rows.filter(received_at__lt=timezone.now() - timedelta(days=age))
    if peer:
        rows = rows.filter(peer__uid=peer)
    if programme:
        rows = rows.filter(programme_code=programme)
    return keyset.page(rows, order=INBOX_ORDER, position=position)


def inbox_counts(actor: Actor) -> dict[str, int]:
    """Return how many referrals each open tab holds, up to COUNT_CAP (a query each)."""
    rows = received_by(actor)
    return {
        name: rows.filter(rule)[:COUNT_CAP].count()
        for name, (_label, rule) in TABS.items()
        if name != "done"
    }


def received(uid: uuid.UUID | str, *, actor: Actor) -> ReceivedReferral:
    """Return one received referral (one query).

    Raises:
        NotFound: none of that uid in this office.
    """
    found = received_by(actor).select_related("peer", "office").filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Rujukan tidak ditemukan di kotak masuk kantor ini."))
    return found


def history_of(subject_uid: uuid.UUID) -> list[Transition]:
    """Return what happened to a row, newest first (one query)."""
    return list(
        Transition.objects.filter(subject_uid=subject_uid)
        .select_related("actor", "reason")
        .order_by("-at", "-pk")
    )


def earlier_submissions(row: ReceivedReferral) -> list[ReceivedSubmission]:
    """Return what the village had sent before the present file, newest first (one query)."""
    earlier = row.submissions.filter(number__lt=row.submission_number)
    return list(earlier.order_by("-number"))


@dataclass(frozen=True)
class Told:
    """A message to the village: what it said, and whether the village has it."""

    message: OutboxMessage
    label: str
    refused: str = ""


def told_village(row: ReceivedReferral) -> list[Told]:
    """Return the messages that answered a referral, newest first (one query)."""
    tries = DeliveryAttempt.objects.filter(message=OuterRef("pk")).order_by("-pk")
    messages = (
        OutboxMessage.objects.filter(subject_uid=row.uid, office_id=row.office_id, kind=ANSWERED)
        .annotate(last_detail=Subquery(tries.values("detail")[:1]))
        .order_by("-pk")
    )
    return [
        Told(
            message,
            Answering(about=message.body["about"], value=message.body["value"]).label,
            message.last_detail if message.failed_at else "",
        )
        for message in messages
    ]


@dataclass(frozen=True)
class Village:
    """A linked village as the district sees it: when it was last heard of, what waits for it.

    ``shown_at`` is when it last told what we show of it on our public pages; None: nothing.
    ``report`` is what it said when it last compared its list with ours.
    """

    peer: Peer
    seen_at: datetime | None
    shown_at: datetime | None
    open_referrals: int
    waiting_messages: int
    report: VillageReport | None


def villages_of(actor: Actor) -> list[Village]:
    """Return the offices linked below this one, by name (one query)."""
    tokens = ApiToken.objects.filter(peer=OuterRef("pk"), revoked_at__isnull=True)
    open_states = [Inbox.REVIEW, Inbox.RECEIVED, Inbox.RETURNED, *WITH_OWNER]
    standing = PublishedRecord.objects.filter(office=OuterRef("pk"), body__isnull=False)
    shown = PublishedOffice.objects.filter(Exists(standing), peer=OuterRef("pk"))
    peers = (
        Peer.objects.filter(office=actor.office, direction=Peer.Direction.DOWNSTREAM, active=True)
        .annotate(
            seen_at=Subquery(tokens.order_by("-pk").values("last_used_at")[:1]),
            shown_at=Subquery(shown.values("heard_at")[:1]),
            open_referrals=Count(
                "received_referrals",
                filter=Q(received_referrals__state__in=open_states),
                distinct=True,
            ),
            waiting_messages=Count(
                "messages",
                filter=Q(
                    messages__acked_at__isnull=True,
                    messages__failed_at__isnull=True,
                    messages__superseded_at__isnull=True,
                ),
                distinct=True,
            ),
        )
        .select_related("village_report")
        .order_by("name", "pk")
    )
    return [
        Village(
            peer,
            peer.seen_at,
            peer.shown_at,
            peer.open_referrals,
            peer.waiting_messages,
            getattr(peer, "village_report", None),
        )
        for peer in peers
    ]


def village_choices(actor: Actor) -> list[tuple[str, str]]:
    """Return the linked offices below for a filter: (uid, name), by name (one query)."""
    peers = Peer.objects.filter(office=actor.office, direction=Peer.Direction.DOWNSTREAM)
    return [(str(uid), name) for uid, name in peers.order_by("name").values_list("uid", "name")]


def programme_choices(actor: Actor) -> list[tuple[str, str]]:
    """Return the programmes of open referrals for a filter: (code, name), by name (one query).

    What is over is left out: it grows for ever, and looking through all of it would cost each page.
    """
    running = received_by(actor).exclude(TABS["done"][1])
    rows = running.order_by("programme_name").distinct()
    found = dict(rows.values_list("programme_code", "programme_name"))
    return list(found.items())


def known_programmes(actor: Actor) -> list[tuple[str, str]]:
    """Return the programmes the office knows or was ever asked for: (code, name), by name.

    Two queries; for settings, not for pages opened all day.
    """
    asked = received_by(actor).order_by().values_list("programme_code", "programme_name").distinct()
    own = Programme.objects.visible_to(actor)
    names = dict(asked) | {row.code: row.name for row in own}
    return sorted(names.items(), key=lambda item: item[1].casefold())
