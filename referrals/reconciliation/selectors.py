"""Reads of what two lists say differently: for the village's page, and for the tier above's."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from complaints import receipts
from complaints.selectors import COUNT_CAP
from puskesmas import keyset
from puskesmas.actors import Actor
from puskesmas.errors import NotFound
from puskesmas.models import Peer, Transition
from referrals import selectors as referrals
from referrals.models import Comparison, Difference, Referral
from referrals.reconciliation import asking
from referrals.reconciliation.services import MENDERS
from referrals.reconciliation.workflow import STANDING, Kind, Standing
from referrals.views import READERS
from referrals.workflow import Inbox, Realisation

#: What the page lists, the first first; what is gone is seen in the history only.
TABS = (Standing.WAITING, Standing.MENDED, Standing.EXPLAINED)


def differences(actor: Actor) -> QuerySet[Difference]:
    """Return the differences of the office with the tier above it is linked with now."""
    rows: QuerySet[Difference] = Difference.objects.visible_to(actor)
    return rows.filter(peer__active=True).select_related("peer")


def counts(actor: Actor) -> dict[str, int]:
    """Return how many stand where, up to COUNT_CAP each (a query each)."""
    rows = differences(actor)
    return {tab: rows.filter(standing=tab)[:COUNT_CAP].count() for tab in TABS}


def counts_waiting(actor: Actor) -> int:
    """Return how many wait for somebody, up to COUNT_CAP (one query)."""
    rows = differences(actor).filter(standing=Standing.WAITING)
    return rows[:COUNT_CAP].count()


def waiting_by_kind(actor: Actor) -> list[tuple[str, str, int]]:
    """Return the kinds that a button mends, of which several wait: value, name, how many."""
    rows = differences(actor).filter(standing=Standing.WAITING, kind__in=MENDERS)
    found = rows.order_by("kind").values_list("kind").annotate(n=Count("pk")).filter(n__gt=1)
    return [(kind, str(Kind(kind).label), n) for kind, n in found]


def peer_to_compare_with(actor: Actor) -> Peer | None:
    """Return the tier above whose list can be asked for, or None (one query)."""
    return Peer.objects.filter(asking.comparable(), office=actor.office).first()


def latest(peer: Peer) -> tuple[Comparison | None, Comparison | None]:
    """Return the newest comparison, and the newest that went to the end (two queries)."""
    rows = Comparison.objects.filter(peer=peer).order_by("-asked_at", "-pk")
    return rows.first(), rows.filter(finished_at__isnull=False, failure="").first()


@dataclass(frozen=True)
class Shown:
    """A difference in a list, in words. ``referral`` only for who may read its case.

    ``number`` is the agenda number up there, as far as it is known. ``button`` names what mends it;
    "" where only looking and explaining help.
    """

    row: Difference
    referral: Referral | None
    number: str
    words: str
    button: str
    may_explain: bool
    reason: str = ""
    by: str = ""


def page(actor: Actor, *, tab: str, position: str) -> tuple[list[Shown], Any]:
    """Return one page of differences, the oldest first, and its keyset page (four queries)."""
    rows = differences(actor).filter(standing=tab)
    found = keyset.page(rows, order=("found_at", "uid"), position=position)
    return shown(found.rows, actor=actor), found


def difference(uid: uuid.UUID | str, *, actor: Actor) -> Shown:
    """Return one difference in words (four queries).

    Raises:
        NotFound: none of that uid in this office.
    """
    row = differences(actor).filter(uid=uid).first()
    if row is None:
        raise NotFound(_("Data tidak ditemukan di kantor ini."))
    return shown([row], actor=actor)[0]


def shown(rows: list[Difference], *, actor: Actor) -> list[Shown]:
    """Put differences into words (three queries)."""
    ours = Referral.objects.in_bulk([row.referral_id for row in rows if row.referral_id])
    readable = referrals.referrals_of(actor).in_bulk(list(ours)) if actor.has(*READERS) else {}
    handled = Transition.objects.filter(
        subject_uid__in=[row.uid for row in rows], action__in=("mend", "explain")
    ).select_related("actor", "reason")
    last = {move.subject_uid: move for move in handled.order_by("pk")}
    return [_shown(row, ours.get(row.referral_id or 0), readable, last, actor) for row in rows]


def _shown(
    row: Difference,
    ours: Referral | None,
    readable: dict[int, Referral],
    last: dict[uuid.UUID, Transition],
    actor: Actor,
) -> Shown:
    move = last.get(row.uid)
    actions = {step.action for step in STANDING.available(state=row.standing, actor=actor)}
    return Shown(
        row=row,
        referral=readable.get(row.referral_id or 0),
        number=row.theirs.get("number") or (ours.upstream_number if ours else ""),
        words=words_of(row, ours),
        button=button_of(row) if "mend" in actions else "",
        may_explain="explain" in actions,
        reason=move.reason.text if move and move.reason else "",
        by=move.actor.name if move and move.actor else "",
    )


def button_of(row: Difference) -> str:
    """Return what the button that mends it is called; "" when none does."""
    names = {
        Kind.MISSING_ABOVE: _("Kirim lagi"),
        Kind.OLDER_ABOVE: _("Kirim lagi"),
        Kind.NOT_NOTED: _("Catat tanda terima"),
        Kind.ANSWERS_MISSING: _("Ambil lagi"),
        Kind.AHEAD_HERE: _("Ikuti hitungan SLRT"),
    }
    return names.get(Kind(row.kind), "")


def words_of(row: Difference, ours: Referral | None) -> str:
    """Return what differs, what may have happened, and what to do."""
    theirs = row.theirs
    facts = {
        "peer": row.peer.name,
        "number": theirs.get("number", ""),
        "programme": theirs.get("programme", ""),
        "receipt": receipts.shown(theirs.get("receipt_number", "")),
        "day": _day(theirs.get("received_at", "")),
        "submission": theirs.get("submission", 0),
        "theirs": theirs.get("answer_sequence", 0),
        "ours": max(ours.answer_sequence, ours.realisation_sequence) if ours else 0,
        "answer": ours.get_answer_display() if ours else "",
        "state": _state(theirs),
    }
    return _WORDS[Kind(row.kind)]() % facts


def _day(moment: str) -> str:
    found = parse_datetime(moment) if moment else None
    return formats.date_format(timezone.localtime(found), "DATE_FORMAT") if found else ""


def _state(theirs: dict[str, Any]) -> str:
    if not theirs:
        return ""
    state = str(Inbox(theirs["state"]).label)
    realisation = Realisation(theirs["realisation"])
    return state if realisation == Realisation.NONE else f"{state}, {realisation.label}"


_WORDS = {
    Kind.MISSING_ABOVE: lambda: _(
        "Di sini tercatat diterima %(peer)s (“%(answer)s”), tetapi di sana tidak ada. Mungkin "
        "%(peer)s dipulihkan dari cadangan lama. Kirim lagi, atau jelaskan bila tidak perlu."
    ),
    Kind.OLDER_ABOVE: lambda: _(
        "%(peer)s hanya punya kiriman ke-%(submission)s; perbaikan sesudahnya pernah diterima dan "
        "sekarang tidak ada di sana. Kirim lagi."
    ),
    Kind.OTHER_CONTENT: lambda: _(
        "Isi kiriman ke-%(submission)s pada agenda %(number)s lain dari yang tercatat di sini. "
        "Cocokkan lewat telepon dengan %(peer)s, lalu jelaskan."
    ),
    Kind.UNKNOWN_HERE: lambda: _(
        "%(peer)s menerima rujukan %(programme)s dari kantor ini pada %(day)s (agenda %(number)s, "
        "nomor tanda terima %(receipt)s, sekarang “%(state)s”), tetapi di sini tidak tercatat "
        "terkirim. Mungkin kantor ini dipulihkan dari cadangan lama. Cari berkasnya, tanyakan ke "
        "%(peer)s, lalu jelaskan."
    ),
    Kind.NOT_NOTED: lambda: _(
        "%(peer)s sudah menerima kiriman ini pada %(day)s dengan agenda %(number)s, tetapi tanda "
        "terimanya belum tercatat di sini."
    ),
    Kind.ANSWERS_MISSING: lambda: _(
        "%(peer)s sudah memberi kabar ke-%(theirs)s; di sini baru sampai kabar ke-%(ours)s. Ambil "
        "lagi."
    ),
    Kind.AHEAD_HERE: lambda: _(
        "Di sini sudah ada kabar ke-%(ours)s, di %(peer)s baru kabar ke-%(theirs)s. Mungkin "
        "%(peer)s dipulihkan dari cadangan lama. Ikuti hitungannya, supaya kabar berikutnya "
        "berlaku di sini; yang sudah tercatat tetap tercatat."
    ),
    Kind.CONTRADICTION: lambda: _(
        "Di sini “%(answer)s”, di %(peer)s “%(state)s” (agenda %(number)s). Tanyakan ke %(peer)s, "
        "catat jawaban yang benar di rujukannya, atau jelaskan."
    ),
}
