"""A referral as drawn on its page and on the case's: state in words, and what can be done now."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from complaints.models import Complaint, ComplaintPaper
from complaints.workflow import CASE
from puskesmas.actors import Actor
from puskesmas.models import Role, Transition
from referrals import selectors
from referrals.deliveries import Delivery, deliveries_of
from referrals.grounds import Care, asking_service, care_of
from referrals.models import Answering, Referral
from referrals.separation import Bench
from referrals.services.answers import RECORDABLE, REOPENED
from referrals.services.delivery import SEND_ROLES
from referrals.workflow import (
    ANSWER,
    APPROVAL,
    INBOX,
    OVER,
    OWED,
    REALISATION,
    Answer,
    Approval,
    Realisation,
)
from registry.models import RegisterCheck
from registry.roles import WRITERS

_APPROVAL_TONES = {
    Approval.AWAITING: "waiting",
    Approval.APPROVED: "success",
    Approval.RETURNED: "warning",
    Approval.REFUSED: "danger",
}
_ANSWER_TONES = {
    Answer.NONE: "neutral",
    Answer.RECEIVED: "progress",
    Answer.FORWARDED: "progress",
    Answer.RECOMMENDED: "progress",
    Answer.STUDIED: "progress",
    Answer.RETURNED: "warning",
    Answer.APPROVED: "success",
    Answer.REFUSED: "danger",
}
_REALISATION_TONES = {
    Realisation.QUEUED: "waiting",
    Realisation.NEVER: "danger",
    Realisation.ENDED: "neutral",
}


@dataclass(frozen=True)
class Act:
    """A button: a link to a form page, or (``post``) a form of its own that carries the version.

    ``primary`` is what usually comes next, ``quiet`` what seldom does.
    """

    label: Any
    url: str
    post: bool = False
    primary: bool = False
    quiet: bool = False


@dataclass
class Card:
    """One referral, ready to be drawn."""

    referral: Referral
    delivery: Delivery | None
    state: str
    tone: str
    explanation: str = ""
    receipt: str = ""
    care: Care | None = None
    acts: list[Act] = field(default_factory=list)

    @property
    def answers(self) -> list[Answering]:
        """What was said, newest first."""
        return list(reversed(self.referral.answers.all()))

    @property
    def url(self) -> str:
        return reverse("referrals:referral", args=[self.referral.uid])


def load(referrals: Iterable[Referral], *, actor: Actor) -> list[Card]:
    """Return the referrals as cards: two or three queries, and a few more for who is family.

    One more where a programme asks what the hospital found. The referrals come from
    :mod:`referrals.selectors` with their answers.
    """
    rows = list(referrals)
    found = deliveries_of(rows)
    care = care_of(rows)
    bench = Bench(actor.office)
    cards = [_card(row, found.get(row.pk), bench, actor) for row in rows]
    for card in cards:
        card.care = care.get(card.referral.pk)
    return cards


def standings(referrals: Iterable[Referral]) -> list[Card]:
    """Return the referrals as cards without acts, for pages that only list them (two queries)."""
    rows = list(referrals)
    found = deliveries_of(rows)
    return [_standing(row, found.get(row.pk)) for row in rows]


def _card(row: Referral, delivery: Delivery | None, bench: Bench, actor: Actor) -> Card:
    card = _standing(row, delivery)
    if row.approval == Approval.AWAITING:
        obstacle = bench.obstacle(row, actor)
        card.explanation = _whose_turn(row, bench)
        if actor.has(Role.COORDINATOR, Role.HEAD):
            if obstacle is None:
                card.acts = _decisions(row)
                card.explanation = ""
            else:
                card.explanation = str(obstacle.message)
        return card
    said = [*_mending(row, actor), *_noting(row, actor)]
    # A colleague says what became of an officer's own request; he may still carry the file.
    if said and bench.is_own(row, actor):
        said = []
    card.acts = [*said, *_carrying(row, delivery, actor)]
    return card


def _standing(row: Referral, delivery: Delivery | None) -> Card:
    """Return the card with the one thing that matters most of the referral's states."""
    if row.approval != Approval.APPROVED:
        tone = _APPROVAL_TONES[Approval(row.approval)]
        return Card(row, delivery, row.get_approval_display(), tone)
    if row.answer == Answer.NONE and delivery:
        return Card(row, delivery, delivery.title, delivery.tone, delivery.detail)
    receipt = delivery.detail if delivery else ""
    if row.answer == Answer.APPROVED and row.realisation != Realisation.NONE:
        tone = _REALISATION_TONES.get(Realisation(row.realisation), "success")
        return Card(row, delivery, row.get_realisation_display(), tone, receipt=receipt)
    tone = _ANSWER_TONES[Answer(row.answer)]
    return Card(row, delivery, row.answer_label, tone, receipt=receipt)


def _whose_turn(row: Referral, bench: Bench) -> str:
    names = ", ".join(user.name for user in bench.turn(row))
    if names:
        return _("Menunggu persetujuan %(names)s.") % {"names": names}
    return _(
        "Belum ada yang boleh menyetujui: yang berwenang mengajukannya sendiri atau masih "
        "keluarga. Minta pengelola menunjuk pengganti sementara."
    )


def _decisions(row: Referral) -> list[Act]:
    return [
        Act(APPROVAL.steps["approve"].label, _to("approve", row), post=True, primary=True),
        Act(APPROVAL.steps["return"].label, _to("return", row)),
        Act(APPROVAL.steps["refuse"].label, _to("refuse", row)),
    ]


def _mending(row: Referral, actor: Actor) -> list[Act]:
    """Return the way to put it forward again: it was returned, or recalled by a withdrawal."""
    returned = row.approval == Approval.RETURNED or (
        row.approval == Approval.APPROVED and row.answer == Answer.RETURNED
    )
    possible = row.complaint.state in CASE.steps["submit_referral"].sources
    if not (returned and possible and actor.has(Role.BACK)):
        return []
    return [Act(_("Perbaiki dan ajukan lagi"), _to("resubmit", row), primary=True)]


def _carrying(row: Referral, delivery: Delivery | None, actor: Actor) -> list[Act]:
    acts = []
    if delivery and delivery.can_send and actor.has(*SEND_ROLES):
        acts.append(Act(_("Kirim sekarang"), _to("send_now", row), post=True))
    if delivery and delivery.can_hand_over and actor.has(Role.FRONT, Role.BACK):
        acts.append(Act(_("Cetak surat rujukan"), _to("letter", row)))
        acts.append(Act(_("Catat penyerahan berkas"), _to("hand_over", row)))
    return acts


def _noting(row: Referral, actor: Actor) -> list[Act]:
    acts: list[Act] = []
    if row.approval != Approval.APPROVED:
        return acts
    decided = row.answer in {Answer.APPROVED, Answer.REFUSED}
    if decided and row.complaint.state in REOPENED and actor.has(Role.FRONT, Role.BACK):
        label = _("Lanjutkan dari jawaban pemilik program")
        acts.append(Act(label, _to("take_up", row), post=True, primary=True))
    answerable = any(row.answer in ANSWER.steps[value].sources for value in RECORDABLE)
    if answerable and actor.has(Role.FRONT, Role.BACK) and row.answer != Answer.RETURNED:
        owed = row.answer in OWED
        label = _("Catat jawaban") if owed else _("Perbaiki jawaban")
        acts.append(Act(label, _to("answer", row), quiet=not owed))
    if row.is_with_owner and row.acknowledged_at and actor.has(Role.FRONT, Role.BACK):
        acts.append(Act(_("Ingatkan dengan surat"), _to("remind", row)))
    if asking_service(row) is not None and actor.has(*WRITERS):
        acts.append(Act(_("Catat penilaian rumah sakit"), _to("care", row)))
    if row.answer == Answer.APPROVED and row.realisation not in OVER:
        acts.insert(0, Act(_("Catat realisasi"), _to("realisation", row)))
    return acts


def _to(name: str, row: Referral) -> str:
    return reverse(f"referrals:{name}", args=[row.uid])


# --- History -----------------------------------------------------------------------------------

_TABLES = {table.field: table for table in (APPROVAL, ANSWER, REALISATION)}
_INBOX_TABLES = {table.field: table for table in (INBOX, REALISATION)}


def history(row: Referral) -> list[dict[str, Any]]:
    """Return a referral's timeline, newest first, its draft at the bottom (one query)."""
    events = [_event(item, _TABLES) for item in selectors.history_of(row.uid)]
    draft = {"title": _("Diajukan"), "at": row.created_at, "who": row.drafted_by.name}
    return [*events, draft]


def inbox_history(row: Any) -> list[dict[str, Any]]:
    """Return a received referral's timeline, newest first (one query)."""
    events = [_event(item, _INBOX_TABLES) for item in selectors.history_of(row.uid)]
    return [*events, {"title": _("Diterima dari desa"), "at": row.received_at, "who": row.village}]


#: Moves that are better told by what was done than by the state they lead to.
_TOLD_BY_ACT = {"resubmit", "resubmitted", "overtaken", "recalled", "pass"}


def _event(item: Transition, tables: dict[str, Any]) -> dict[str, Any]:
    table = tables[item.field]
    told_by_act = item.action in _TOLD_BY_ACT
    return {
        "title": table.steps[item.action].label if told_by_act else table.states(item.target).label,
        "at": item.at,
        "who": item.actor.name if item.actor else "",
        "text": item.reason.text if item.reason else "",
    }


# --- What a village sent -----------------------------------------------------------------------


def request_facts(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what a received payload says of the request, as (label, value)."""
    rows = [
        (_("Daftar pada hari itu"), register_of(payload)),
        (_("Program yang sudah diterima"), ", ".join(payload["programmes_held"])),
        (_("Pemilik program"), payload["programme"]["owner"]),
        (_("Asal"), f"{payload['office']['name']}, {payload['office']['kecamatan']}".rstrip(", ")),
        (_("Disetujui di desa"), _approved(payload)),
        (_("Nomor resi"), _receipt(payload["receipt_number"])),
    ]
    return [(label, value) for label, value in rows if value]


def finding_of(payload: dict[str, Any]) -> str:
    """Return what the village found, in words; "" where it did not say."""
    finding = payload["finding"]
    return str(Complaint.Finding(finding["result"]).label) if finding else ""


def register_of(payload: dict[str, Any]) -> str:
    """Return what a register said on the day of intake, in words; "" where none was asked."""
    check = payload["register_check"]
    return _checked(check) if check else ""


def person_facts(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what a received payload says of the person, without numbers, as (label, value)."""
    person, household = payload["person"], payload["household"]
    # Many villages write the hamlet into the address as well: once is enough.
    told = person["dusun"].casefold() in person["address"].casefold()
    place = [person["address"], "" if told else f"Dusun {person['dusun']}"]
    place += [person[name] and f"{name.upper()} {person[name]}" for name in ("rt", "rw")]
    return [
        (_("Nama"), person["name"]),
        (_("Lahir"), ", ".join(filter(None, [person["birth_place"], _date(person["birth_date"])]))),
        (_("Alamat"), ", ".join(filter(None, place))),
        (_("Anggota dalam KK"), str(household["size"] or "")),
    ]


def sent_members(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the household members that were sent: name, birth date in words, NIK."""
    return [
        {"name": member["name"], "birth": _date(member["birth_date"]), "nik": member["nik"]}
        for member in payload["household"]["members"]
    ]


def sent_papers(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the papers the village named: label and status in words."""
    words = ComplaintPaper.Status
    return [
        {"label": paper["label"], "status": words(paper["status"]).label}
        for paper in payload["papers"]
    ]


def _checked(check: dict[str, Any]) -> str:
    parts = [check["register"], str(RegisterCheck.Result(check["result"]).label)]
    if check["decile"]:
        parts.append(_("desil %(n)d") % {"n": check["decile"]})
    if check["data_date"]:
        parts.append(_("data %(day)s") % {"day": _date(check["data_date"])})
    return ", ".join(filter(None, parts))


def _approved(payload: dict[str, Any]) -> str:
    by = payload["approved_by"]["name"]
    return f"{by}, {_date(payload['approved_on'])}"


def _date(text: str | None) -> str:
    return formats.date_format(date.fromisoformat(text), "DATE_FORMAT") if text else ""


def _receipt(number: str) -> str:
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
