"""Where a referral's file is, in words: what waits, for whom, why, and when it is tried again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Min, OuterRef, QuerySet, Subquery
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puskesmas import health
from puskesmas.models import DeliveryAttempt, OutboxMessage, Peer
from referrals.models import Package, PackageEntry, Referral, Submission
from referrals.workflow import Answer

#: What the tier above did, by the outcome of the last try. Read after the office's name.
REASONS = {
    "timeout": gettext_lazy("tidak menjawab pada waktunya"),
    "no_connection": gettext_lazy("tidak menjawab"),
    "not_linked": gettext_lazy("tidak (lagi) terhubung dengan kantor ini di server ini"),
    "upstream_error": gettext_lazy("sedang bermasalah"),
    "token_refused": gettext_lazy("menolak kunci kantor ini; minta kunci baru kepada pengelolanya"),
    "mail_server": gettext_lazy("belum bisa disurati: server surel tidak menjawab"),
    "address_refused": gettext_lazy("belum bisa disurati: server surelnya menunda"),
    "mail_refused": gettext_lazy("belum bisa disurati: server surelnya menunda"),
    "not_puskesos": gettext_lazy("alamatnya dijawab sistem lain; periksa alamat atau jaringan"),
}


@dataclass(frozen=True)
class Delivery:
    """How one submission travels. ``tone`` is a badge's; ``waits`` means somebody must still act.

    ``can_send``: another try may be asked for. ``can_hand_over``: it may (still) go by hand.
    """

    submission: Submission
    title: str
    detail: str
    tone: str
    waits: bool = False
    can_send: bool = False
    can_hand_over: bool = False


def deliveries_of(referrals: Iterable[Referral]) -> dict[int, Delivery]:
    """Return how the latest submission of each referral travels, by referral pk (two queries)."""
    by_pk = {referral.pk: referral for referral in referrals}
    latest = {row.referral_id: row for row in _submissions().filter(referral__in=list(by_pk))}
    if not latest:
        return {}
    sender_seen = health.worker_seen()
    for row in latest.values():
        row.referral = by_pk[row.referral_id]
    return {pk: describe(row, sender_seen) for pk, row in latest.items()}


def _submissions() -> QuerySet[Submission]:
    tries = DeliveryAttempt.objects.filter(message=OuterRef("message")).order_by("-pk")
    carried = PackageEntry.objects.filter(
        uid=OuterRef("message__uid"),
        what=PackageEntry.What.MESSAGE,
        package__direction=Package.Direction.OUT,
    ).order_by("-pk")
    return (
        Submission.objects.select_related("message__peer")
        .annotate(
            first_try=Min("message__tries__at"),
            last_outcome=Subquery(tries.values("outcome")[:1]),
            last_detail=Subquery(tries.values("detail")[:1]),
            carried_at=Subquery(carried.values("package__made_at")[:1]),
        )
        .order_by("number")
    )


def describe(submission: Any, sender_seen: datetime | None) -> Delivery:
    """Return one submission's delivery in words, in the active zone."""
    if submission.handed_over_at:
        return _handed_over(submission)
    if submission.referral.road == Referral.Road.PARTNER:
        return _to_partner(submission, sender_seen)
    if submission.referral.road != Referral.Road.DISTRICT:
        return Delivery(
            submission,
            _("Belum diserahkan"),
            _("Antar berkasnya ke %(to)s, lalu catat siapa yang menerima.")
            % {"to": submission.referral.destination},
            "waiting",
            waits=True,
            can_hand_over=True,
        )
    if submission.message is None:
        return Delivery(
            submission,
            _("Menunggu dikirim"),
            _("Kantor ini belum terhubung dengan SLRT. Berkas dikirim begitu terhubung."),
            "warning",
            waits=True,
            can_hand_over=True,
        )
    return _by_message(submission, submission.message, sender_seen)


def _handed_over(submission: Submission) -> Delivery:
    day = formats.date_format(timezone.localtime(submission.handed_over_at), "DATE_FORMAT")
    if not submission.handed_over_to:
        typed = _("Diketik di sistem tujuan pada %(day)s, nomor %(number)s.") % {
            "day": day,
            "number": submission.referral.upstream_number,
        }
        return Delivery(submission, _("Sudah diserahkan"), typed, "success")
    return Delivery(
        submission,
        _("Sudah diserahkan"),
        _("Diterima %(receiver)s pada %(day)s.")
        % {"receiver": submission.handed_over_to, "day": day},
        "success",
    )


def _to_partner(submission: Any, sender_seen: datetime | None) -> Delivery:
    """Tell of a link: taken by the mail server is not opened, and only opened is received."""
    referral, message = submission.referral, submission.message
    partner = {"partner": referral.partner.name}
    if referral.acknowledged_at:
        at = partner | {"at": clock(referral.acknowledged_at)}
        return Delivery(
            submission, _("Sudah dibuka mitra"), _("%(partner)s membukanya %(at)s.") % at, "success"
        )
    if message is None or message.superseded_at:
        return Delivery(
            submission,
            _("Belum diserahkan"),
            _("Serahkan suratnya kepada %(partner)s: kode pada surat membuka halaman jawabannya.")
            % partner,
            "waiting",
            waits=True,
            can_hand_over=True,
        )
    if message.acked_at:
        return Delivery(
            submission,
            _("Tautan terkirim, belum dibuka"),
            _("Server surel mengambil tautan untuk %(partner)s %(at)s. Belum berarti dibaca.")
            % (partner | {"at": clock(message.acked_at)}),
            "progress",
            waits=True,
            can_hand_over=True,
        )
    return _by_message(submission, message, sender_seen)


def _by_message(submission: Any, message: OutboxMessage, sender_seen: datetime | None) -> Delivery:
    peer = message.peer.name
    if message.acked_at:
        return Delivery(
            submission,
            _("Sudah diterima"),
            _("Diterima %(peer)s pada %(at)s.") % {"peer": peer, "at": clock(message.acked_at)},
            "success",
        )
    if message.superseded_at:
        return Delivery(submission, _("Diganti kiriman lain"), "", "neutral")
    if message.failed_at:
        return Delivery(
            submission,
            _("Ditolak sistem penerima"),
            _("%(peer)s tidak bisa menerima kiriman ini: %(why)s")
            % {"peer": peer, "why": submission.last_detail or submission.last_outcome},
            "danger",
            waits=True,
            can_send=True,
            can_hand_over=submission.referral.answer == Answer.NONE,
        )
    if message.claimed_until and message.claimed_until > timezone.now():
        return _being_sent(submission, message)
    return Delivery(
        submission,
        _("Menunggu dikirim"),
        _why_waiting(submission, message, sender_seen),
        "waiting" if not message.attempts else "warning",
        waits=True,
        can_send=message.peer.is_pushed_to,
        can_hand_over=submission.referral.answer == Answer.NONE,
    )


def _being_sent(submission: Submission, message: OutboxMessage) -> Delivery:
    # The lease is all that is known of a sender: it may have died with it.
    lease_end: Any = message.claimed_until
    began = lease_end - timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
    return Delivery(
        submission,
        _("Sedang dikirim"),
        _(
            "Percobaan ke-%(n)d ke %(peer)s dimulai %(began)s. Bila terputus di tengah jalan, "
            "dicoba lagi setelah %(again)s."
        )
        % {
            "n": message.attempts,
            "peer": message.peer.name,
            "began": clock(began),
            "again": clock(lease_end),
        },
        "progress",
        waits=True,
    )


def _why_waiting(submission: Any, message: OutboxMessage, sender_seen: datetime | None) -> str:
    carried = _carried(submission, message)
    if message.peer.transport == Peer.Transport.CARRIED:
        return carried
    sentences = [carried] if carried else []
    # A worker that has just started gives its first sign after half a minute.
    is_due = message.created_at < timezone.now() - timedelta(minutes=1)
    if is_due and not health.is_alive(sender_seen):
        sentences.append(
            _("Pengirim di kantor ini tidak berjalan (terakhir %(at)s); hubungi pengelola.")
            % {"at": clock(sender_seen) if sender_seen else "–"}
        )
    peer = message.peer
    reason = REASONS.get(submission.last_outcome or "")
    if submission.last_outcome is None and message.attempts:
        sentences.append(
            _("Percobaan ke-%(n)d terputus di tengah jalan.") % {"n": message.attempts}
        )
    elif reason:
        sentences.append(
            _("%(peer)s %(reason)s sejak %(since)s, percobaan ke-%(n)d, coba lagi %(again)s.")
            % {
                "peer": peer.name,
                "reason": reason,
                "since": clock(submission.first_try),
                "n": message.attempts,
                "again": clock(max(message.due_at, peer.probe_at or message.due_at)),
            }
        )
    elif peer.probe_at:
        # Not tried itself: one probe goes for all that wait.
        sentences.append(
            _("%(trouble)s Dicoba lagi %(again)s; begitu dijawab, semua yang menunggu dikirim.")
            % {"trouble": trouble_with(peer), "again": clock(peer.probe_at)}
        )
    elif not sentences:
        sentences.append(_("Sebentar lagi dikirim ke %(peer)s.") % {"peer": peer.name})
    return " ".join(sentences)


def _carried(submission: Any, message: OutboxMessage) -> str:
    if submission.carried_at:
        return _("Dibawa dengan stik pada %(at)s, belum ada tanda terima.") % {
            "at": clock(submission.carried_at)
        }
    if message.peer.transport == Peer.Transport.CARRIED:
        return _("Menunggu dibawa dengan stik ke %(peer)s.") % {"peer": message.peer.name}
    return ""


def trouble_with(upstream: Peer) -> str:
    """Return in words why the tier above cannot be reached, since when it was last; "" if it can.

    ``last_contact_at`` is the last time it answered anything.
    """
    reason = REASONS.get(upstream.last_failure)
    if not reason:
        return ""
    if upstream.last_contact_at is None:
        return _("%(peer)s %(reason)s.") % {"peer": upstream.name, "reason": reason}
    return _("%(peer)s %(reason)s (terakhir terhubung %(at)s).") % {
        "peer": upstream.name,
        "reason": reason,
        "at": clock(upstream.last_contact_at),
    }


def clock(moment: datetime) -> str:
    """Return a moment as people say it: "10.32" today, "21 November 2026, 10.32" otherwise."""
    local = timezone.localtime(moment)
    same_day = local.date() == timezone.localtime().date()
    return formats.date_format(local, "TIME_FORMAT" if same_day else "DATETIME_FORMAT")
