"""Why a referral was put forward and passed: the answers kept with it, in words for any day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from programs.eligibility.judging import Verdict, rules_of
from programs.eligibility.presenting import (
    AnswerRow,
    PaperRow,
    answer_rows,
    paper_rows,
    service_name,
    standing_words,
)
from programs.eligibility.services import kept_verdict
from programs.eligibility.words import value_words
from programs.models import Judgement, Programme
from programs.terms.document import Terms
from puskesmas.actors import Actor
from referrals.models import Referral

#: The fact by which a hospital says whether it was an emergency.
CARE_VERDICT = "care.verdict"
#: When an answer was kept: with the draft, with the approval, after the hospital's word.
DRAFTED, APPROVED, HOSPITAL = "draft", "approve", "hospital"
_MOMENTS: dict[str, Any] = {
    DRAFTED: _("Saat diajukan"),
    APPROVED: _("Saat disetujui"),
    HOSPITAL: _("Setelah penilaian rumah sakit"),
}
_REASONS: dict[str, Any] = {
    DRAFTED: _("Alasan tetap mengajukan"),
    APPROVED: _("Alasan mengesampingkan"),
}
#: What the approver must see first; what is met comes last, folded.
_OPEN = ("block", "warning", "info")


@dataclass(frozen=True)
class Ground:
    """One kept answer: by whom, when, by which rules, what each of them said.

    ``open`` are the rules that are not met or not known, those that stand in the way first.
    """

    judgement: Judgement
    verdict: Verdict
    moment: str
    service: str
    words: str
    tone: str
    open: list[AnswerRow]
    met: list[AnswerRow]
    papers: list[PaperRow]

    @property
    def standing(self) -> str:
        return self.judgement.standing

    @property
    def at(self) -> datetime:
        at: datetime = self.judgement.created_at
        return at

    @property
    def reason(self) -> str:
        """What the officer wrote who went on all the same; empty where nothing stood against it."""
        return self.judgement.reason

    @property
    def reason_label(self) -> str:
        return str(_REASONS.get(self.judgement.moment, ""))

    @property
    def answers(self) -> list[AnswerRow]:
        return [*self.open, *self.met]


def grounds_of(referral: Referral, *, actor: Actor) -> list[Ground]:
    """Return every answer kept with a referral, newest first (two queries)."""
    kept = list(_kept([referral]))
    if not kept:
        return []
    named = Programme.objects.visible_to(actor)
    names = {programme.code: programme.name for programme in named}
    return [_ground(one, names) for one in kept]


def _kept(referrals: Iterable[Referral]) -> QuerySet[Judgement]:
    matters = [row.uid for row in referrals]
    rows = Judgement.objects.filter(matter=Referral._meta.label_lower, matter_uid__in=matters)
    found: QuerySet[Judgement] = rows.select_related("programme_version", "judged_by")
    return found.order_by("-pk")


def _ground(judgement: Judgement, names: dict[str, str]) -> Ground:
    verdict = kept_verdict(judgement)
    words, tone = standing_words(judgement.standing)
    rows = answer_rows(verdict, names)
    opened = [row for row in rows if row.result != "met"]
    return Ground(
        judgement=judgement,
        verdict=verdict,
        moment=str(_MOMENTS.get(judgement.moment, judgement.moment)),
        service=service_name(verdict),
        words=words,
        tone=tone,
        open=sorted(opened, key=lambda row: (_OPEN.index(row.severity), row.result)),
        met=[row for row in rows if row.result == "met"],
        papers=paper_rows(verdict),
    )


# --- What the hospital found ---------------------------------------------------------------------


@dataclass(frozen=True)
class Care:
    """What the hospital found, and what the programme's rules say follows from it."""

    finding: str
    detail: str
    on: Any
    consequences: list[str]


def asking_service(referral: Referral) -> str | None:
    """Return the service whose rules ask for the hospital's finding; None where none does.

    The one referred for goes first; another counts too, for what was called an emergency may be
    referred as in-patient care.
    """
    version = referral.programme_version
    if version is None:
        return None
    terms = version.terms
    services = [referral.service or terms.default_service, *(one.code for one in terms.services)]
    return next((one for one in services if _asks(terms, one)), None)


def _asks(terms: Terms, service: str) -> bool:
    asked = (one for rule in rules_of(terms, service) for one in rule.conditions)
    return any(condition.field == CARE_VERDICT for condition in asked)


def care_of(referrals: Iterable[Referral]) -> dict[int, Care]:
    """Return what hospitals found, by the referral's key: one query, none where no rule asks."""
    asking = {row.uid: row for row in referrals if asking_service(row) is not None}
    if not asking:
        return {}
    found: dict[int, Care] = {}
    for judgement in _kept(asking.values()).filter(moment=HOSPITAL):
        found.setdefault(asking[judgement.matter_uid].pk, _care(judgement))
    return found


def _care(judgement: Judgement) -> Care:
    verdict = kept_verdict(judgement)
    fact = verdict.facts[CARE_VERDICT]
    about = [
        row
        for row in answer_rows(verdict)
        if row.result == "not_met" and any(one.code == CARE_VERDICT for one in row.facts)
    ]
    return Care(
        finding=value_words(CARE_VERDICT, fact.value),
        detail=fact.detail,
        on=fact.on,
        consequences=[row.message for row in about],
    )
