"""What the partner's page shows, and what the office sees of who opened it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from referrals.models import Answering, PartnerKey, Referral
from referrals.partners import invitations, keys
from referrals.partners.services import ANSWERS, REALISATIONS, is_over
from referrals.workflow import ANSWER, REALISATION, Answer, Approval, Realisation


@dataclass(frozen=True)
class Page:
    """One referral as its partner reads it: what was sent to him, and what he has said.

    ``person`` is empty once nothing more is asked of him. ``choices`` are the answers that fit now.
    """

    referral: Referral
    programme: str
    need: str
    person: dict[str, str]
    sktm: str
    said: list[Answering]
    choices: list[tuple[str, Any]]


def page_of(key: PartnerKey) -> Page:
    """Return what the key's page shows (two queries). Only what was sent; never a number."""
    referral = key.referral
    sent = referral.submissions.order_by("-number").values_list("payload", flat=True)[0]
    over = is_over(referral)
    said = referral.answers.filter(source=Answering.Source.PARTNER, owner=key.partner.name_id)
    return Page(
        referral=referral,
        programme=sent["programme"]["name"],
        need="" if over else sent["need"],
        person={} if over else sent["person"],
        sktm="" if over else sent.get("sktm", ""),
        said=list(said.order_by("-recorded_at", "-pk")),
        choices=[] if over else choices_of(referral),
    )


#: An answer as he who gives it says it.
_IN_HIS_WORDS: dict[str, Any] = {
    Answer.STUDIED: _("Sedang kami pelajari"),
    Answer.APPROVED: _("Kami setujui"),
    Answer.REFUSED: _("Tidak kami setujui"),
    Answer.RETURNED: _("Kami kembalikan untuk diperbaiki"),
    Realisation.PROMISED: _("Kami janjikan, belum siap"),
    Realisation.READY: _("Siap diambil"),
    Realisation.COLLECTED: _("Sudah diterima warga"),
    Realisation.NEVER: _("Tidak jadi diberikan"),
}


def choices_of(referral: Referral) -> list[tuple[str, Any]]:
    """Return the answers that fit where the referral stands: of the request, then of the aid."""
    of_aid = referral.answer == Answer.APPROVED
    table, values = (REALISATION, REALISATIONS) if of_aid else (ANSWER, ANSWERS)
    state = getattr(referral, table.field)
    return [
        (value, _IN_HIS_WORDS[value]) for value in values if state in table.steps[value].sources
    ]


@dataclass(frozen=True)
class Opened:
    """One way into a partner's page, for the office: the newest key, and when any was used."""

    way: Any
    expires_at: datetime
    opened_at: datetime | None
    times: int
    is_over: bool


@dataclass(frozen=True)
class Standing:
    """What the office sees of a partner's page. ``obstacle``: why no link can be sent."""

    partner: Any
    obstacle: str
    ways: list[Opened]
    may_send: bool
    may_revoke: bool
    form_address: str


def standing_of(referral: Referral, *, may_act: bool) -> Standing | None:
    """Return the state of a partner's page; None on another road or before approval (one query)."""
    if referral.road != Referral.Road.PARTNER or referral.approval != Approval.APPROVED:
        return None
    partner: Any = referral.partner
    obstacle = invitations.obstacle(partner, referral.office)
    kept = list(referral.partner_keys.filter(partner=partner).order_by("pk"))
    ways = [_opened(keys) for keys in _by_way(kept)]
    return Standing(
        partner=partner,
        obstacle=obstacle,
        ways=ways,
        may_send=may_act and not obstacle and not is_over(referral),
        may_revoke=may_act and any(not way.is_over for way in ways),
        form_address=keys.form_address(referral.office),
    )


def _by_way(kept: Iterable[PartnerKey]) -> list[list[PartnerKey]]:
    ways = [[key for key in kept if key.way == way] for way in PartnerKey.Way.values]
    return [keys for keys in ways if keys]


def _opened(keys: list[PartnerKey]) -> Opened:
    live = [key for key in keys if not key.is_over]
    newest = (live or keys)[-1]
    return Opened(
        way=newest.get_way_display(),
        expires_at=newest.revoked_at or newest.expires_at,
        opened_at=max((key.opened_at for key in keys if key.opened_at), default=None),
        times=sum(key.times_opened for key in keys),
        is_over=not live,
    )
