"""The demo's referrals: cases whose criteria were found met go up the tiers, through the verbs.

The older ones went on paper, with answers and realisation noted by hand; those of the last weeks
wait in the outbox for the real worker, which pushes them to the real district as soon as it runs.
"""

import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from complaints.models import Complaint, ComplaintProgramme, Telling
from complaints.services import tell_resident, tick_papers
from complaints.workflow import CaseState
from programs.models import Partner, Programme
from puskesmas.actors import Actor
from puskesmas.backdating import at
from puskesmas.errors import InvalidInput
from puskesmas.models import Office, Role, User
from referrals import demo_texts as texts
from referrals.models import Answering, PartnerKey, Referral
from referrals.partners import keys
from referrals.partners import services as partners
from referrals.partners.saying import Said
from referrals.services import answers, approval, delivery
from referrals.services.approval import DISTRICT_TIERS
from referrals.workflow import Answer, Realisation

#: Since then this village is linked with the district; before, everything went on paper.
LINKED_FOR = timedelta(days=18)
Script = Iterator[tuple[int, int]]


def load(office: Office, rng: Random) -> None:
    """Refer the demo office's cases; an office that already has referrals keeps them."""
    if Referral.objects.filter(office=office).exists():
        return
    with transaction.atomic():
        road = _Road(office, rng)
        ready = _ready(office)
        standing = _standing(ready, road)
        for case in ready:
            road.take(case, standing.get(case.pk))


def _ready(office: Office) -> list[Complaint]:
    rows = Complaint.objects.filter(
        office=office, state=CaseState.IN_HANDLING, finding=Complaint.Finding.MEETS
    )
    return list(rows.order_by("finding_at", "pk"))


def _standing(ready: list[Complaint], road: "_Road") -> dict[int, Callable[..., Script]]:
    """Return what to leave standing on the way, so that each state is there to look at."""
    asking = ComplaintProgramme.objects.filter(
        complaint__in=ready, relation=ComplaintProgramme.Relation.NEEDED
    )
    needed = set(asking.values_list("complaint", flat=True))
    able = [(case.finding_at, case.pk) for case in ready if case.finding_at and case.pk in needed]
    chosen: dict[int, Callable[..., Script]] = {}
    scripts = [(2, road.drafted), (6, road.approved), (45, road.promised)]
    if road.partner:
        scripts.append((4, road.at_partner))
    for days, script in scripts:
        before = road.now - timedelta(days=days)
        old = [pk for found, pk in able if found < before and pk not in chosen]
        if old:
            chosen[old[-1]] = script
    return chosen


class _Road:
    """The office and its officers while its referrals are being invented."""

    def __init__(self, office: Office, rng: Random) -> None:
        self.office, self.rng, self.now = office, rng, timezone.now()
        self.front, self.back = self._actor(Role.FRONT), self._actor(Role.BACK)
        self.approver = self._actor(Role.COORDINATOR)
        self.upstream = delivery.upstream_of(office)
        self.partner = Partner.objects.filter(office=office).order_by("pk").first()
        self.moment = self.now

    def _actor(self, role: Role) -> Actor:
        holders = User.objects.filter(
            assignments__office=self.office,
            assignments__role=role,
            assignments__is_deputy=False,
        )
        return Actor.of(holders.order_by("pk")[0], self.office)

    def take(self, case: Complaint, script: Callable[..., Script] | None = None) -> None:
        """Let one case go its way, day by day, until its script or the time is over."""
        needed = ComplaintProgramme.Relation.NEEDED
        asked = case.programmes.filter(relation=needed).select_related("programme").first()
        if asked is None or case.finding_at is None:
            return
        self.moment = case.finding_at
        try:
            for wait in (script or self._script)(case, asked.programme):
                self.moment = self._later(wait)
                if self.moment >= self.now:
                    return
        except InvalidInput as refused:
            # Somebody who asks for it in another case already: this one waits.
            if refused.code != "live_referral":
                raise

    def drafted(self, case: Complaint, programme: Programme) -> Script:
        """Wait for the approver."""
        yield (0, 0)
        self._draft(case, programme)

    def approved(self, case: Complaint, programme: Programme) -> Script:
        """Wait for the answer."""
        yield (0, 0)
        referral = self._draft(case, programme)
        yield (0, 0)
        self._do(approval.approve, self.approver, referral)

    def at_partner(self, case: Complaint, programme: Programme) -> Script:
        """Straight to a partner, who opened his page and studies it."""
        yield (0, 0)
        referral = self._draft(case, programme, road=Referral.Road.PARTNER)
        yield (0, 0)
        self._do(approval.approve, self.approver, referral)
        yield (0, 0)
        with at(self.moment):
            _key, token = keys.mint(referral, PartnerKey.Way.CODE)
            partners.open_page(token, address="127.0.0.1")
        yield (0, 0)
        said = Said(Answer.STUDIED, name="Nur Hidayati", position="staf pelayanan sosial")
        with at(self.moment):
            partners.answer(token, address="127.0.0.1", said=said, client_uid=self._uid())

    def promised(self, case: Complaint, programme: Programme) -> Script:
        """Approved by the owner and told; wait for the aid."""
        yield (0, 0)
        referral = self._draft(case, programme)
        yield (0, 0)
        self._do(approval.approve, self.approver, referral)
        yield (0, 1)
        self._hand_over(referral)
        yield (9, 15)
        self._answer(referral, Answer.APPROVED)
        yield (0, 1)
        self._tell(case)

    def _script(self, case: Complaint, programme: Programme) -> Script:
        yield (0, 3)
        referral = self._draft(case, programme)
        yield (0, 4)
        if self.rng.random() < 0.05:
            self._do(approval.refuse, self.approver, referral, reason=self._say(texts.REFUSALS))
            return
        if self.rng.random() < 0.08:
            self._do(
                approval.return_draft, self.approver, referral, reason=self._say(texts.RETURNS)
            )
            yield (1, 3)
            self._resubmit(referral)
            yield (0, 2)
        self._do(approval.approve, self.approver, referral)
        if referral.road == Referral.Road.DISTRICT:
            return
        yield (0, 4)
        self._hand_over(referral)
        yield from self._answered(case, referral)

    def _answered(self, case: Complaint, referral: Referral) -> Script:
        yield (9, 70)
        chance = self.rng.random()
        if chance < 0.06:
            self._answer(referral, Answer.RETURNED, reason=self._say(texts.UPSTREAM_RETURNS))
            yield (1, 6)
            self._resubmit(referral)
            yield (0, 3)
            self._do(approval.approve, self.approver, referral)
            yield (0, 3)
            self._hand_over(referral)
            yield (9, 40)
        elif chance < 0.16:
            return
        if self.rng.random() < 0.2:
            self._answer(referral, Answer.REFUSED, reason=self._say(texts.OWNER_REFUSALS))
            yield (0, 6)
            self._tell(case)
            return
        self._answer(referral, Answer.APPROVED)
        yield (0, 6)
        self._tell(case)
        yield from self._realised(case, referral)

    def _realised(self, case: Complaint, referral: Referral) -> Script:
        yield (6, 50)
        if self.rng.random() < 0.05:
            self._realise(referral, Realisation.NEVER, reason=self._say(texts.NEVER))
            yield (0, 5)
            self._tell(case)
            return
        if self.rng.random() < 0.6:
            self._realise(referral, Realisation.READY, instructions=self._say(texts.INSTRUCTIONS))
            yield (0, 5)
            self._tell(case)
            yield (2, 20)
        self._realise(referral, Realisation.COLLECTED)

    # --- Acts -----------------------------------------------------------------------------------

    def _draft(self, case: Complaint, programme: Programme, road: str = "") -> Referral:
        basis = Referral.LegalBasis
        to_partner = road == Referral.Road.PARTNER
        partner = to_partner or programme.tier == Programme.Tier.PARTNER
        with at(self.moment):
            everything = [paper.code for paper in case.papers.all()]
            tick_papers(actor=self.back, uid=case.uid, seen=everything)
            return approval.draft_referral(
                actor=self.back,
                client_uid=self._uid(),
                case_uid=case.uid,
                programme_uid=programme.uid,
                road=road or self._road_for(programme),
                partner_uid=self.partner.uid if to_partner and self.partner else None,
                need=self._say(texts.NEEDS),
                going_on_reason=texts.GOING_ON,
                legal_basis=basis.CONSENT if partner else basis.PUBLIC_DUTY,
            )

    def _road_for(self, programme: Programme) -> str:
        recent = self.moment > self.now - LINKED_FOR
        if self.upstream and recent and programme.tier in DISTRICT_TIERS:
            return Referral.Road.DISTRICT
        return self.rng.choices((Referral.Road.PAPER, Referral.Road.RETYPED), (70, 30))[0]

    def _resubmit(self, referral: Referral) -> None:
        self._do(
            approval.resubmit,
            self.back,
            referral,
            need=f"{referral.need} Kekurangan sudah dilengkapi.",
            road=referral.road,
            going_on_reason=texts.GOING_ON,
            legal_basis=referral.legal_basis,
        )

    def _hand_over(self, referral: Referral) -> None:
        retyped = referral.road == Referral.Road.RETYPED
        self._do(
            delivery.hand_over,
            self.back,
            referral,
            receiver=self._say(texts.RECEIVERS),
            handed_on=self._today(),
            upstream_number=f"SLRT-{self.rng.randint(1000, 9999)}" if retyped else "",
        )

    def _answer(self, referral: Referral, value: Answer, reason: str = "") -> None:
        by_letter = self.rng.random() < 0.6
        self._do(
            answers.record_answer,
            self.back,
            referral,
            client_uid=self._uid(),
            value=value,
            source=Answering.Source.LETTER if by_letter else Answering.Source.PHONE,
            said_on=self._today(),
            owner="SLRT" if value == Answer.RETURNED else referral.programme.owner,
            document_number=f"440/{self.rng.randint(100, 999)}/{self._today().year}"
            if by_letter
            else "",
            reason=reason,
        )

    def _realise(self, referral: Referral, value: Realisation, **words: str) -> None:
        known_from = Answering.Source
        self._do(
            answers.record_realisation,
            self.front,
            referral,
            client_uid=self._uid(),
            value=value,
            source=self.rng.choice((known_from.RESIDENT, known_from.PHONE)),
            said_on=self._today(),
            **words,
        )

    def _tell(self, case: Complaint) -> None:
        means = Telling.Means
        with at(self.moment):
            tell_resident(
                actor=self.front,
                uid=case.uid,
                client_uid=self._uid(),
                means=self.rng.choice((means.FACE, means.PHONE, means.WHATSAPP)),
                reached=True,
            )

    def _do(
        self, verb: Callable[..., Any], actor: Actor, referral: Referral, **fields: Any
    ) -> None:
        with at(self.moment):
            verb(actor=actor, uid=referral.uid, **fields)

    # --- Time and words ---------------------------------------------------------------------------

    def _later(self, days: tuple[int, int]) -> datetime:
        wait = self.rng.randint(*days)
        if wait == 0:
            return self.moment + timedelta(minutes=self.rng.randint(15, 120))
        day = self.moment.astimezone(self.office.tz).date() + timedelta(days=wait)
        while day.weekday() >= 5:
            day += timedelta(days=1)
        minute = 8 * 60 + self.rng.randint(0, 6 * 60)
        return datetime.combine(day, time(minute // 60, minute % 60), tzinfo=self.office.tz)

    def _today(self) -> date:
        return self.moment.astimezone(self.office.tz).date()

    def _say(self, choices: tuple[str, ...]) -> str:
        return self.rng.choice(choices)

    def _uid(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)
