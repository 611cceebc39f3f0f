"""Which programmes somebody may ask for: the whole catalogue judged, in the order it is offered."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from programs.eligibility.gathering import facts_of
from programs.eligibility.judging import Fact, Facts, Result, Standing, Verdict, judge, needed
from programs.eligibility.way import Situation, Step, usual_way
from programs.models import Partner, PartnerAgreement, Programme, ProgrammeVersion
from programs.selectors import programmes_of, versions_on
from programs.terms.document import Terms
from puskesmas.models import Office
from registry.models import Resident

_TIERS = [tier.value for tier in (
    Programme.Tier.VILLAGE,
    Programme.Tier.REGENCY,
    Programme.Tier.PARTNER,
    Programme.Tier.NATIONAL,
)]  # fmt: skip


#: What a case says besides: of what is known, a version's terms and the service asked for.
MoreFacts = Callable[[dict[str, Fact], Terms, str], Mapping[str, Fact]]


@dataclass(frozen=True)
class Option:
    """One programme for one person. ``partners`` are those with a running agreement."""

    programme: Programme
    verdict: Verdict
    way: tuple[Step, ...]
    is_held: bool
    is_closed: bool
    partners: tuple[Partner, ...]

    @property
    def may_be_asked(self) -> bool:
        """Whether it is offered: not received, nothing stands against it, somebody gives it."""
        return (
            not self.is_held
            and not self.is_closed
            and self.verdict.standing != Standing.DOES_NOT_MEET
        )


def options_for(
    residents: Iterable[Resident],
    *,
    office: Office,
    day: date,
    matters: Iterable[Any] = (),
    rules_of: date | None = None,
    more: MoreFacts | None = None,
) -> dict[int, list[Option]]:
    """Return the whole catalogue judged for each person, by key, what is offered first first.

    Village, regency and non-government programmes go before national ones. ``rules_of`` is the day
    whose versions judge, by default ``day``; ``more`` adds what a case says. Fourteen queries,
    however many people and programmes.
    """
    people = list(residents)
    known = facts_of(people, office=office, day=day, matters=matters)
    programmes = list(programmes_of(office))
    versions = versions_on(programmes, rules_of or day)
    agreements = agreements_of(office)
    offered = [
        (programme, versions[programme.pk])
        for programme in sorted(programmes, key=lambda row: (_TIERS.index(row.tier), row.order))
        if programme.pk in versions
    ]
    found = {}
    for person in people:
        found[person.pk] = [
            option_of(
                programme,
                _judge(version, known[person.pk], day, more),
                agreements[programme.pk],
            )
            for programme, version in offered
        ]
    return found


def _judge(
    version: ProgrammeVersion, known: dict[str, Fact], day: date, more: MoreFacts | None
) -> Verdict:
    service = version.terms.default_service
    facts = {**known, **more(known, version.terms, service)} if more else known
    return judge(version, facts, service, day)


def option_of(
    programme: Programme, verdict: Verdict, agreements: Iterable[PartnerAgreement]
) -> Option:
    """Return one judged programme with its partners of that day."""
    rows = list(agreements)
    running = tuple(row.partner for row in rows if is_running(row, verdict.day))
    situation = situation_of(programme, verdict)
    return Option(
        programme=programme,
        verdict=verdict,
        way=usual_way(situation),
        is_held=bool(situation.recipient),
        # Agreements that have all ended leave nobody to give it; none recorded says nothing.
        is_closed=bool(rows) and not running,
        partners=running,
    )


def situation_of(programme: Programme, verdict: Verdict) -> Situation:
    """Return what decides the usual way, from the verdict's facts."""

    def value(code: str) -> Any:
        return verdict.facts.get(code, Fact()).value

    return Situation(
        listed=value("register.listed"),
        recipient=value(f"holds.{programme.code}"),
        emergency=bool(value("case.emergency")),
        well_off=value("case.finding") == "does_not_meet",
        poverty_test=verdict.has_poverty_test,
    )


def agreements_of(office: Office) -> dict[int, list[PartnerAgreement]]:
    """Return the office's agreements by programme (one query)."""
    rows: dict[int, list[PartnerAgreement]] = defaultdict(list)
    for row in PartnerAgreement.objects.filter(office=office).select_related("partner"):
        rows[row.programme_id].append(row)
    return rows


def is_running(agreement: PartnerAgreement, day: date) -> bool:
    return agreement.since <= day and (agreement.until is None or day <= agreement.until)


@dataclass(frozen=True)
class Station:
    """A step of the referral path that this person's file takes."""

    kind: str
    name: str


def path_of(terms: Terms, facts: Facts) -> list[Station]:
    """Return the steps the file takes; what an emergency skips, or nothing calls for, is left out.

    The last one is where it goes in the end.
    """
    emergency = bool(facts.get("case.emergency", Fact()).value)
    return [
        Station(step.kind, step.name)
        for step in terms.path
        if not (step.emergency_skips and emergency) and needed(step.when, facts) == Result.MET
    ]
