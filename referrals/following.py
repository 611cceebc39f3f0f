"""What the case's time line and the resident's page learn from its referrals."""

from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Prefetch, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.models import Complaint
from complaints.public import ReferralNews
from complaints.timeline import Event
from puskesmas.actors import Actor
from referrals.models import Answering, Referral, Reminder, Submission, is_undelivered
from referrals.workflow import Answer, Realisation

#: What a resident is shown as somebody's word; a return for correction is the offices' business.
_PUBLIC = (
    Answer.FORWARDED,
    Answer.RECOMMENDED,
    Answer.STUDIED,
    Answer.APPROVED,
    Answer.REFUSED,
    *[value for value in Realisation if value != Realisation.NONE],
)


def answers_for_resident(case: Complaint) -> list[ReferralNews]:
    """Return the words of the upstream and the owner that hold, and when we asked again.

    Newest first; two queries.
    """
    sent = Submission.objects.filter(referral=OuterRef("referral"), message__isnull=False)
    rows = (
        Answering.objects.filter(referral__complaint=case, applied=True, value__in=_PUBLIC)
        .select_related("referral__programme")
        .annotate(sent_to=Subquery(sent.order_by("-number").values("message__peer__name")[:1]))
        .order_by("-recorded_at", "-pk")
    )
    news = [*_asked_again(case), *((row.recorded_at, _public(row)) for row in rows)]
    return [item for _at, item in sorted(news, key=lambda pair: pair[0], reverse=True)]


def _asked_again(case: Complaint) -> list[tuple[datetime, ReferralNews]]:
    rows = Reminder.objects.filter(referral__complaint=case).select_related(
        "referral__programme", "referral__office"
    )
    return [
        (
            row.written_at,
            ReferralNews(
                text=_("Puskesos menanyakan lagi rujukan yang belum dijawab"),
                said_by=row.referral.office.full_name,
                by_owner=False,
                said_on=timezone.localtime(row.written_at, row.referral.office.tz).date(),
                programme=row.referral.programme.name,
            ),
        )
        for row in rows
    ]


def waits_here_since(case: Complaint) -> datetime | None:
    """Return since when an approved file of the case waits to be received where it goes (a query).

    None when there is none: the tier above, or who took the paper, has it.
    """
    waiting = Referral.objects.filter(is_undelivered(), complaint=case).order_by("approved_at")
    return waiting.values_list("approved_at", flat=True).first()


def _public(row: Any) -> ReferralNews:
    return ReferralNews(
        text=row.label,
        anonymous_text=row.anonymous_label,
        by_partner=row.is_partners,
        said_by=row.speaker or _unnamed(row),
        by_owner=row.is_owners_word,
        said_on=row.said_on,
        document_number=row.document_number,
        programme=row.referral.programme.name,
        reason=row.reason,
        instructions=row.instructions,
    )


def _unnamed(row: Any) -> str:
    """Return who said what nobody is named for: the owner his own word, else who has the file."""
    owner: str = row.referral.programme.owner
    if row.is_owners_word:
        return owner
    if row.sent_to:
        return str(row.sent_to)
    # By default the paper is addressed to the owner himself; then nobody else is known.
    return row.referral.destination if row.referral.destination != owner else ""


def events_of(actor: Actor, case: Complaint) -> list[Event]:
    """Return what happened to a case's referrals beside the case's own moves (five queries)."""
    referrals = Referral.objects.filter(complaint=case).prefetch_related(
        "answers__recorded_by",
        "submissions",
        Prefetch("reminders", Reminder.objects.select_related("letter", "written_by")),
    )
    return [event for row in referrals for event in (*_received(row), *_reminded(row), *_said(row))]


def _reminded(row: Referral) -> list[Event]:
    return [
        Event(
            _("Surat pengingat nomor %(number)s kepada %(who)s")
            % {"number": reminder.letter.number, "who": row.destination},
            reminder.written_at,
            reminder.written_by.name if reminder.written_by else "",
            url=reverse("letters:letter", args=[reminder.letter.uid]),
            url_label=_("Buka surat"),
        )
        for reminder in row.reminders.all()
    ]


def _received(row: Referral) -> list[Event]:
    handed = [item for item in row.submissions.all() if item.handed_over_at]
    if handed:
        who = handed[-1].handed_over_to
        title = (
            _("Berkas diserahkan dengan tangan")
            if who
            else _("Berkas diketik di sistem tujuan, nomor %(number)s")
            % {"number": row.upstream_number}
        )
        at: Any = handed[-1].handed_over_at
        return [Event(title, at, text=who)]
    if row.acknowledged_at:
        title = _("Berkas diterima di tujuan, nomor %(number)s") % {
            "number": row.upstream_number or "–"
        }
        return [Event(title, row.acknowledged_at)]
    return []


def _said(row: Referral) -> list[Event]:
    return [
        Event(
            f"{said.label} – {said.speaker}" if said.speaker else said.label,
            said.recorded_at,
            _typed_by(said),
            "\n".join(text for text in (said.reason, said.instructions) if text),
        )
        for said in row.answers.all()
        if said.applied
    ]


def _typed_by(said: Answering) -> str:
    """Return who wrote it down: an officer, somebody at the partner's, or where it came from."""
    if said.recorded_by:
        return str(said.recorded_by.name)
    return said.said_by or said.get_source_display()
