"""What the partner's page shows, and what the office sees of who opened it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.models import Partner
from referrals import cards
from referrals.models import PartnerKey, ReceivedReferral, Referral
from referrals.partners import invitations, keys, owners
from referrals.partners.saying import ANSWERS, REALISATIONS
from referrals.partners.services import is_over
from referrals.workflow import (
    ANSWER,
    REALISATION,
    WITH_OWNER,
    Answer,
    Approval,
    Inbox,
    Realisation,
)


@dataclass(frozen=True)
class Page:
    """One referral as its partner reads it: what was sent to him, and what he has said.

    ``person``, or for a programme's owner ``facts``, is empty once nothing more is asked of him.
    ``choices`` are the answers that fit now, of the aid once the request was approved (``of_aid``).
    ``numbers`` (NIK, KK) are for an owner of the government alone.
    """

    version: int
    programme: str
    village: str
    need: str
    person: dict[str, str]
    sktm: str
    said: list[Any]
    choices: list[tuple[str, Any]]
    of_aid: bool
    facts: list[tuple[str, str]] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)


def page_of(key: PartnerKey) -> Page:
    """Return what the key's page shows (two queries). Only what was sent, and he needs."""
    return _page_of_owner(key, key.received) if key.received else _page_of_partner(key)


def _page_of_partner(key: PartnerKey) -> Page:
    referral: Any = key.referral
    sent = referral.submissions.order_by("-number").values_list("payload", flat=True)[0]
    over = is_over(referral)
    said = referral.answers.filter(partner=key.partner)
    return Page(
        version=referral.version,
        village="",
        programme=sent["programme"]["name"],
        need="" if over else sent["need"],
        person={} if over else sent["person"],
        sktm="" if over else sent.get("sktm", ""),
        said=list(said.order_by("-recorded_at", "-pk")),
        choices=[] if over else choices_of(referral),
        of_aid=referral.answer == Answer.APPROVED,
    )


def _page_of_owner(key: PartnerKey, row: ReceivedReferral) -> Page:
    """Outside the government he gets what any partner gets; the government also the number."""
    sent = row.payload
    over = owners.is_over(row)
    government = key.partner.kind == Partner.Kind.GOVERNMENT and not over
    return Page(
        version=row.version,
        village=row.village,
        programme=row.programme_name,
        need="" if over else sent["need"],
        person={},
        sktm="",
        said=list(row.owners_words.filter(key__partner=key.partner)),
        choices=[(value, _IN_HIS_WORDS[value]) for value in owners.values_that_fit(row)],
        of_aid=row.state == Inbox.APPROVED,
        facts=[] if over else _facts_for_owner(sent, government=government),
        numbers={"NIK": sent["person"]["nik"], _("No. KK"): sent["household"]["kk"]}
        if government
        else {},
    )


def _facts_for_owner(sent: dict[str, Any], *, government: bool) -> list[tuple[str, str]]:
    """Return name and address; for the government also what a decision rests on."""
    if not government:
        return [(_("Nama"), sent["person"]["name"]), (_("Alamat"), sent["person"]["address"])]
    finding, reason = cards.finding_of(sent), (sent["finding"] or {}).get("reason", "")
    papers = ", ".join(f"{one['label']} ({one['status']})" for one in cards.sent_papers(sent))
    rows = [
        *cards.person_facts(sent),
        (_("Hasil pemeriksaan desa"), f"{finding}: {reason}" if reason else finding),
        (_("Daftar pada hari itu"), cards.register_of(sent)),
        (_("Berkas di desa"), papers),
    ]
    return [(label, value) for label, value in rows if value]


#: An answer as he who gives it says it.
_IN_HIS_WORDS: dict[str, Any] = {
    Answer.STUDIED: gettext_lazy("Sedang kami pelajari"),
    Answer.APPROVED: gettext_lazy("Kami setujui"),
    Answer.REFUSED: gettext_lazy("Tidak kami setujui"),
    Answer.RETURNED: gettext_lazy("Kami kembalikan untuk diperbaiki"),
    Realisation.PROMISED: gettext_lazy("Kami janjikan, belum siap"),
    Realisation.READY: gettext_lazy("Siap diambil"),
    Realisation.COLLECTED: gettext_lazy("Sudah diterima warga"),
    Realisation.NEVER: gettext_lazy("Tidak jadi diberikan"),
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
    may_make_code: bool = False
    said: list[Any] = field(default_factory=list)


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


def standing_of_owner(row: ReceivedReferral, *, may_act: bool) -> Standing | None:
    """Return the state of an owner's page; None where he has none, or not yet (two queries)."""
    owner = keys.owner_of(row)
    kept = list(row.partner_keys.select_related("partner").order_by("pk"))
    if owner is None and not kept:
        return None
    waits = owner is not None and row.state in (*WITH_OWNER, Inbox.APPROVED)
    if not waits and not kept:
        return None
    partner = owner or kept[-1].partner
    ground = invitations.owner_obstacle(row, partner)
    asked = may_act and waits and not ground and not owners.is_over(row)
    mail_obstacle = invitations.obstacle(partner, row.office)
    ways = [_opened(keys) for keys in _by_way(kept)]
    return Standing(
        partner=partner,
        obstacle=ground or mail_obstacle,
        ways=ways,
        may_send=asked and not mail_obstacle,
        may_revoke=may_act and any(not way.is_over for way in ways),
        form_address=keys.form_address(row.office),
        may_make_code=asked,
        said=list(row.owners_words.all()),
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
