"""What happened to a case, newest first: its moves, the tries to tell the resident, and what other
apps add (an answer that arrived, a letter that was signed)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from complaints.models import Complaint, Telling
from complaints.workflow import CASE, REGISTER
from puskesmas.actors import Actor
from puskesmas.models import Transition


@dataclass(frozen=True)
class Event:
    """One line of the time line; ``text`` are somebody's words."""

    title: Any
    at: datetime
    who: Any = ""
    text: str = ""
    url: str = ""
    url_label: Any = ""


Provider = Callable[[Actor, Complaint], list[Event]]
_providers: list[Provider] = []

#: Told with their words by others: by the telling itself, and by the referral's own answers.
_TOLD = {
    "told_approved",
    "told_and_closed",
    "owner_answered",
    "owner_corrected",
    "realised",
    "never_realised",
}
#: Moves as they read afterwards; the table's labels are what a button says before.
_HAPPENED = {
    REGISTER.action: REGISTER.label,
    "examine": _("Verifikasi dimulai"),
    "ask_papers": _("Berkas diminta kepada warga"),
    "papers_received": _("Berkas diterima"),
    "record_finding": _("Hasil verifikasi dicatat"),
    "record_only": _("Ditampung"),
    "answer_here": _("Dijawab di Puskesos"),
    "submit_referral": _("Rujukan diajukan untuk disetujui"),
    "approve_referral": _("Rujukan disetujui untuk dikirim"),
    "return_referral": _("Rujukan dikembalikan untuk diperbaiki"),
    "refuse_referral": _("Rujukan tidak diteruskan"),
    "returned_by_upstream": _("Dikembalikan tingkat atas untuk diperbaiki"),
    "owner_answered": _("Jawaban pemilik program diterima"),
    "owner_corrected": _("Jawaban pemilik program diperbaiki"),
    "next_programme": _("Program lain diajukan"),
    "realised": _("Sudah diterima warga"),
    "never_realised": _("Dinyatakan tidak terealisasi"),
    "close_unreachable": _("Ditutup: warga tidak dapat dihubungi"),
    "lapse": _("Dinyatakan gugur"),
    "withdraw": _("Dicabut atas permintaan warga"),
    "reopen": _("Dibuka kembali"),
}


def register(provider: Provider) -> None:
    """Add an app's events of a case, in a fixed number of queries; called from ``ready()``."""
    _providers.append(provider)


def moves_of(case: Complaint) -> list[Transition]:
    """Return the case's moves in their order (one query)."""
    rows = Transition.objects.filter(subject_uid=case.uid, field=CASE.field)
    return list(rows.select_related("actor", "assignment", "reason").order_by("at", "pk"))


def events_of(case: Complaint, moves: list[Transition], *, actor: Actor) -> list[Event]:
    """Return everything that happened, newest first (one query and the providers' own)."""
    events = [_moved(move) for move in moves if move.action not in _TOLD]
    events += [_told(row) for row in case.tellings.select_related("told_by").order_by("at")]
    for provider in _providers:
        events += provider(actor, case)
    return sorted(events, key=lambda event: event.at, reverse=True)


def _moved(move: Transition) -> Event:
    who = str(move.actor) if move.actor else _("Sistem")
    if move.assignment:
        who = f"{who}, {move.assignment.get_role_display()}"
    return Event(
        title=_HAPPENED[move.action],
        at=move.at,
        who=who,
        text=move.reason.text if move.reason else "",
    )


def _told(telling: Telling) -> Event:
    title = _("Disampaikan kepada warga") if telling.reached else _("Warga belum dapat dihubungi")
    return Event(
        title=f"{title} ({telling.get_means_display()})",
        at=telling.at,
        who=telling.told_by or "",
        text=telling.note,
    )
