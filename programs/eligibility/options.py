"""Which programmes somebody may ask for: the whole catalogue judged, in the order it is offered."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from programs.agreements import agreements_of, at, is_closed
from programs.eligibility.gathering import facts_of
from programs.eligibility.judging import Fact, Facts, Result, Standing, Verdict, judge, needed
from programs.eligibility.way import Situation, Step, usual_way
from programs.models import Partner, PartnerAgreement, Programme, ProgrammeVersion
from programs.selectors import programmes_of, versions_on
from programs.terms.document import ONLY_SERVICE, Condition, Terms
from puskesmas.models import Office
from registry.models import Resident

_TIERS = [tier.value for tier in (
    Programme.Tier.VILLAGE,
    Programme.Tier.REGENCY,
    Programme.Tier.PARTNER,
    Programme.Tier.NATIONAL,
)]  # fmt: skip
#: From the answer that leads on to the one that does not.
_BEST_FIRST = (Standing.MEETS, Standing.UNKNOWN, Standing.DOES_NOT_MEET)


#: Stations that are no address to send a file to: this office, and the owner, whose name the
#: programme itself keeps.
_OWN = ("village", "owner")

#: What a case says besides: of what is known, a version's terms and the service asked for.
MoreFacts = Callable[[dict[str, Fact], Terms, str], Mapping[str, Fact]]
#: The version that judges, by the programme's key.
Versions = Callable[[list[Programme]], Mapping[int, ProgrammeVersion]]


@dataclass(frozen=True)
class Option:
    """One programme for one person: a verdict for each service, in the catalogue's order.

    ``agreements`` are all there are with its partners. ``is_closed``: nobody gives it any more.
    """

    programme: Programme
    verdicts: tuple[Verdict, ...]
    way: tuple[Step, ...]
    is_held: bool
    is_closed: bool
    agreements: tuple[PartnerAgreement, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The answer for the service asked for when nobody says which."""
        return self.verdicts[0]

    @property
    def standing(self) -> str:
        """The best any service has: one that may be asked for is enough to ask."""
        return min((one.standing for one in self.verdicts), key=_BEST_FIRST.index)

    @property
    def partners(self) -> list[Partner]:
        """With whom an agreement runs on the day judged for."""
        return [row.partner for row in self.agreements if row.is_running(self.verdict.day)]

    @property
    def may_be_asked(self) -> bool:
        """Whether it is offered: not received, nothing stands against it, somebody gives it."""
        return not (
            self.is_gone
            or self.is_held
            or self.is_closed
            or self.standing == Standing.DOES_NOT_MEET
        )

    @property
    def is_gone(self) -> bool:
        """Whether the person died or moved away: nothing is offered to him."""
        return self.verdict.facts.get("person.alive", Fact()).value is False


def options_for(
    residents: Iterable[Resident],
    *,
    office: Office,
    day: date,
    matters: Iterable[Any] = (),
    versions: Versions | None = None,
    more: MoreFacts | None = None,
) -> dict[int, list[Option]]:
    """Return the whole catalogue judged for each person, by key, what is offered first first.

    Village, regency and non-government programmes go before national ones. ``versions`` says by
    which version each is judged, by default that of ``day``; ``more`` adds what a case says.
    Fifteen queries, however many people, programmes and services.
    """
    people = list(residents)
    known = facts_of(people, office=office, day=day, matters=matters)
    programmes = list(programmes_of(office))
    judging = versions(programmes) if versions else versions_on(programmes, day)
    agreements = agreements_of(office)
    offered = [
        (programme, judging[programme.pk])
        for programme in sorted(programmes, key=lambda row: (_TIERS.index(row.tier), row.order))
        if programme.pk in judging
    ]
    return {
        person.pk: [
            option_of(
                programme,
                verdicts_of(version, known[person.pk], day, more),
                agreements[programme.pk],
            )
            for programme, version in offered
        ]
        for person in people
    }


def verdicts_of(
    version: ProgrammeVersion, known: dict[str, Fact], day: date, more: MoreFacts | None = None
) -> tuple[Verdict, ...]:
    """Return what a version says for each of its services; at least one."""
    services = [one.code for one in version.terms.services] or [ONLY_SERVICE]

    def facts(service: str) -> Facts:
        return {**known, **more(known, version.terms, service)} if more else known

    return tuple(judge(version, facts(service), service, day) for service in services)


def option_of(
    programme: Programme,
    verdicts: tuple[Verdict, ...],
    agreements: Iterable[PartnerAgreement] = (),
) -> Option:
    """Return one judged programme with what was agreed about it."""
    rows = tuple(agreements)
    situation = situation_of(programme, verdicts[0])
    return Option(
        programme=programme,
        verdicts=verdicts,
        way=usual_way(situation),
        is_held=bool(situation.recipient),
        is_closed=is_closed(programme, rows, verdicts[0].day),
        agreements=rows,
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


@dataclass(frozen=True)
class Station:
    """A step of the referral path that this person's file takes.

    ``depends_on`` are the conditions of a step of which nobody knows yet whether it is taken.
    """

    kind: str
    name: str
    name_id: str
    depends_on: tuple[Condition, ...] = ()


def path_of(
    terms: Terms,
    facts: Facts,
    agreements: Sequence[PartnerAgreement] = (),
    day: date | None = None,
) -> list[Station]:
    """Return the steps the file takes; what an emergency skips, or nothing calls for, is left out.

    So is, with a ``day``, a station whose partners' ``agreements`` have all ended by then.
    """
    emergency = bool(facts.get("case.emergency", Fact()).value)
    stations = []
    for step in terms.path:
        taken = needed(step.when, facts)
        skipped = step.emergency_skips and emergency
        if skipped or taken == Result.NOT_MET or (day and _is_deserted(step.kind, agreements, day)):
            continue
        doubtful = () if taken == Result.MET else step.when
        stations.append(Station(step.kind, step.name, step.name_id, doubtful))
    return stations


def _is_deserted(kind: str, agreements: Sequence[PartnerAgreement], day: date) -> bool:
    rows = at(kind, agreements)
    return bool(rows) and not any(row.is_running(day) for row in rows)


def destination_of(
    programme: Programme, verdict: Verdict, agreements: Sequence[PartnerAgreement] = ()
) -> str:
    """Return where the file goes in the end: the last step that is certain.

    The owner where that is his own, this office's, or a station nobody serves any more; a partner
    by its name where there is only one to go to.
    """
    path = path_of(verdict.version.terms, verdict.facts)
    certain = [station for station in path if not station.depends_on]
    last = certain[-1] if certain else None
    if last is None or last.kind in _OWN or _is_deserted(last.kind, agreements, verdict.day):
        return programme.owner
    running = [row for row in at(last.kind, agreements) if row.is_running(verdict.day)]
    return running[0].partner.name_id if len(running) == 1 else last.name_id
