"""A year of invented work for a demo office: cases and questions, made through the verbs.

Each case follows a script from its receipt on, day by day, until the script ends or today is
reached: so the latest cases stand where cases of their age would stand. Cases whose verification
found that the criteria are met stay "in handling": ``referrals.demo`` takes them up the tiers.
Everything is invented; the draw is repeatable.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from complaints import demo_texts as texts
from complaints import services
from complaints.models import Channel, Complaint, ComplaintKind, Telling
from complaints.selectors import waits_for_civil_papers
from complaints.verification import demo as visits
from programs.models import Programme
from puskesmas.actors import Actor
from puskesmas.backdating import at
from puskesmas.models import Office, Role, User
from registry.models import HouseholdMember, Resident

Relation = Complaint.Relation
Finding = Complaint.Finding
Means = Telling.Means

#: Cases by size of the office: health cards (KIS), everything else, questions at the counter.
_SIZES = {Office.Kind.DESA: (226, 152, 310), Office.Kind.KELURAHAN: (34, 26, 60)}
_YEAR = 365
_HEALTH_CARDS = ("PBI-JK", "KIS-D")


def load(office: Office, rng: Random) -> None:
    """Give a demo office its year; an office that already has cases keeps them."""
    if Complaint.objects.filter(office=office).exists():
        return
    cards, others, questions = _SIZES[Office.Kind(office.kind)]
    with transaction.atomic():
        year = _Year(office, rng)
        for days, script in _STANDING:
            year.standing_case(days, script)
        for _number in range(cards - len(_STANDING)):
            year.card_case()
        for _number in range(others):
            year.other_case()
        for _number in range(questions):
            year.question()
        visits.load(office)


@dataclass
class _Case:
    """A case on its way through a script, and the moment it has reached."""

    row: Complaint
    moment: datetime


Script = Callable[["_Year", _Case], Iterator[tuple[int, int]]]


class _Year:
    """The office, its people and its officers while the year is being invented."""

    def __init__(self, office: Office, rng: Random) -> None:
        self.office, self.rng = office, rng
        self.now = timezone.now()
        self.front = self._actor(Role.FRONT)
        self.back = self._actor(Role.BACK)
        self.field = self._actor(Role.FACILITATOR) or self.front
        self.kinds = {row.code: row for row in ComplaintKind.objects.filter(office=office)}
        self.programmes = {row.code: row for row in Programme.objects.filter(office=office)}
        self.uncovered = self._people(uncovered=True)
        self.anybody = self._people(uncovered=False)

    def _actor(self, role: Role) -> Any:
        holder = User.objects.filter(assignments__office=self.office, assignments__role=role)
        user = holder.order_by("pk").first()
        return Actor.of(user, self.office) if user else None

    def _people(self, *, uncovered: bool) -> list[Resident]:
        """Return grown-ups in a drawn order, without the officers' own families."""
        own = User.objects.filter(assignments__office=self.office).exclude(kk_index="")
        families = HouseholdMember.objects.filter(
            household__kk_index__in=own.values("kk_index"), until__isnull=True
        )
        people = Resident.objects.filter(
            Q(birth_date__isnull=True) | Q(birth_date__lt=date(self.now.year - 19, 1, 1)),
            office=self.office,
            canonical__isnull=True,
            life=Resident.Life.ALIVE,
        ).exclude(pk__in=families.values("resident"))
        if uncovered:
            people = people.exclude(
                participations__programme__code__in=_HEALTH_CARDS,
                participations__until__isnull=True,
            )
        drawn = list(people.order_by("pk"))
        self.rng.shuffle(drawn)
        return drawn

    # --- Moments ------------------------------------------------------------------------------

    def first_moment(self) -> datetime:
        """Return a working hour of the last year; one case in six is of the last four weeks."""
        days = self.rng.randint(0, 27) if self.rng.random() < 0.16 else self.rng.randint(14, _YEAR)
        return min(self._working_hour(self.office.today() - timedelta(days=days)), self._latest())

    def _working_hour(self, day: date) -> datetime:
        while day.weekday() >= 5:
            day -= timedelta(days=1)
        minute = 8 * 60 + self.rng.randint(0, 6 * 60)
        return datetime.combine(day, time(minute // 60, minute % 60), tzinfo=self.office.tz)

    def _latest(self) -> datetime:
        return self.now - timedelta(minutes=self.rng.randint(20, 90))

    def _later(self, moment: datetime, days: tuple[int, int]) -> datetime:
        wait = self.rng.randint(*days)
        if wait == 0:
            return moment + timedelta(minutes=self.rng.randint(10, 90))
        day = moment.astimezone(self.office.tz).date() + timedelta(days=wait)
        while day.weekday() >= 5:
            day += timedelta(days=1)
        return self._working_hour(day)

    # --- Cases --------------------------------------------------------------------------------

    def card_case(self) -> None:
        """One case about a health card."""
        code = self.rng.choices(_HEALTH_CARDS, (55, 45))[0]
        script = self.rng.choices(
            (_meets, _papers_then_meets, _answered, _kept, _lapsed, _withdrawn, _unreachable),
            (58, 16, 9, 7, 3, 4, 3),
        )[0]
        story = self.rng.choice(texts.CARD_STORIES)
        self._play(script, self.uncovered, "programme", story, needed=[code])

    def standing_case(self, days: int, script: Script) -> None:
        """A case of so many days ago whose script ends in the state it is there to show."""
        at_hand = next(place for place, one in enumerate(self.uncovered) if _has_papers(one))
        people = [self.uncovered.pop(at_hand)]
        received = self._working_hour(self.office.today() - timedelta(days=days))
        story = self.rng.choice(texts.CARD_STORIES)
        self._play(script, people, "programme", story, needed=["KIS-D"], received=received)

    def other_case(self) -> None:
        """One case about anything else."""
        matter = self.rng.choices(texts.MATTERS, [one.weight for one in texts.MATTERS])[0]
        script = {
            "refer": self.rng.choices((_meets, _papers_then_meets, _kept), (75, 18, 7))[0],
            "answer": self.rng.choices((_answered, _unreachable, _withdrawn), (92, 4, 4))[0],
        }[matter.way]
        needed = [matter.programme] if matter.programme else []
        self._play(script, self.anybody, matter.kind, self.rng.choice(matter.stories), needed)

    def _play(
        self,
        script: Script,
        people: list[Resident],
        kind: str,
        story: str,
        needed: list[str],
        received: datetime | None = None,
    ) -> None:
        case = self._register(people.pop(), kind, story, needed, received)
        for wait in script(self, case):
            case.moment = self._later(case.moment, wait)
            if case.moment >= self.now:
                return

    def _register(
        self,
        subject: Resident,
        kind: str,
        story: str,
        needed: list[str],
        standing_since: datetime | None,
    ) -> _Case:
        channel = self.rng.choices(
            (Channel.WALK_IN, Channel.FIELD, Channel.BATCH, Channel.PHONE, Channel.AFTER_HOURS),
            (62, 16, 9, 9, 4),
        )[0]
        received = standing_since or self.first_moment()
        urgent = standing_since is None and self.rng.random() < 0.03
        typed_later = channel in {Channel.BATCH, Channel.AFTER_HOURS}
        typed = min(self._later(received, (0, 2)), self._latest()) if typed_later else received
        with at(max(typed, received)):
            row = services.register_complaint(
                actor=self.field if channel == Channel.FIELD else self.front,
                client_uid=self._uid(),
                subject=subject,
                kind=self.kinds[kind],
                story=story,
                channel=channel,
                received_at=received,
                received_place=self.rng.choice(texts.PLACES) if channel == Channel.FIELD else "",
                urgency=Complaint.Urgency.EMERGENCY if urgent else Complaint.Urgency.NORMAL,
                urgency_reason=self.rng.choice(texts.EMERGENCIES) if urgent else "",
                needed=[self.programmes[code] for code in needed if code in self.programmes],
                papers_seen=[code for code, chance in texts.PAPERS if self.rng.random() < chance],
                **self._reporter(channel),
            )
        return _Case(row, max(typed, received))

    def _reporter(self, channel: str) -> dict[str, Any]:
        if channel == Channel.BATCH:
            return {"reporter_relation": Relation.RT_RW, "reporter_name": texts.rt(self.rng)}
        if self.rng.random() < 0.78:
            return {}
        relation, authority = self.rng.choice(texts.REPORTERS)
        return {
            "reporter_relation": relation,
            "reporter_name": self.rng.choice(self.anybody).name,
            "reporter_authority": authority,
        }

    def _uid(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)

    def question(self) -> None:
        """One question answered at once; one in three names the person."""
        question, answer = self.rng.choice(texts.QUESTIONS)
        with at(self.first_moment()):
            services.log_question(
                actor=self.front,
                client_uid=self._uid(),
                kind=self.kinds["question"],
                question=question,
                answer=answer,
                channel=self.rng.choice((Channel.WALK_IN, Channel.WALK_IN, Channel.PHONE)),
                resident=self.rng.choice(self.anybody) if self.rng.random() < 0.33 else None,
                with_receipt=self.rng.random() < 0.05,
            )

    # --- Steps of the scripts -----------------------------------------------------------------

    def do(self, case: _Case, verb: Callable[..., Any], actor: Actor, **fields: Any) -> None:
        """Let an officer act at the case's moment."""
        with at(case.moment):
            verb(actor=actor, uid=case.row.uid, **fields)

    def tell(self, case: _Case, *, reached: bool = True) -> None:
        """Let the front officer tell the resident, or try to."""
        means = self.rng.choice((Means.FACE, Means.PHONE, Means.WHATSAPP, Means.RT))
        self.do(
            case,
            services.tell_resident,
            self.front,
            client_uid=self._uid(),
            means=means,
            reached=reached,
            note="" if reached else self.rng.choice(texts.NOT_REACHED),
        )

    def find(self, case: _Case, finding: str) -> None:
        """Record the verification: all papers there, the house seen."""
        codes = list(case.row.papers.values_list("code", flat=True))
        self.do(case, services.tick_papers, self.back, seen=codes)
        reasons = texts.MEETS if finding == Finding.MEETS else texts.DOES_NOT_MEET
        self.do(
            case,
            services.record_finding,
            self.back,
            finding=finding,
            reason=self.rng.choice(reasons),
        )


# --- Scripts: each yields how many days pass (from, to) before what comes next -----------------


def _meets(year: _Year, case: _Case) -> Iterator[tuple[int, int]]:
    """Verified, criteria met: ready to be referred."""
    yield (0, 3)
    year.do(case, services.examine, year.back)
    yield (1, 8)
    year.find(case, Finding.MEETS)


def _papers_then_meets(year: _Year, case: _Case) -> Iterator[tuple[int, int]]:
    """Papers were missing at first."""
    yield (0, 2)
    year.do(
        case, services.ask_papers, year.front, reason=year.rng.choice(texts.ASKED), wanted=["kk"]
    )
    yield (3, 24)
    year.do(case, services.papers_received, year.front, seen=["kk", "ktp"])
    yield (1, 6)
    year.find(case, Finding.MEETS)


def _answered(year: _Year, case: _Case) -> Iterator[tuple[int, int]]:
    """Settled in the Puskesos, told, closed."""
    yield (0, 3)
    year.do(case, services.examine, year.back)
    yield (0, 5)
    answers = texts.ANSWERS.get(case.row.kind.code, texts.ANSWERS["other"])
    year.do(case, services.answer_here, year.back, answer=year.rng.choice(answers))
    yield (0, 4)
    year.tell(case)


def _kept(year: _Year, case: _Case) -> Iterator[tuple[int, int]]:
    """Criteria not met: recorded without being passed on, and told why."""
    yield (1, 4)
    year.do(case, services.examine, year.back)
    yield (2, 8)
    year.find(case, Finding.DOES_NOT_MEET)
    yield (0, 3)
    year.do(case, services.record_only, year.back, reason=year.rng.choice(texts.KEPT))
    yield (1, 5)
    year.tell(case)


def _lapsed(year: _Year, case: _Case) -> Iterator[tuple[int, int]]:
    """Papers never came, not even after a reminder."""
    yield (0, 2)
    year.do(
        case, services.ask_papers, year.front, reason=year.rng.choice(texts.ASKED), wanted=["kk"]
    )
    yield (33, 45)
    year.tell(case, reached=False)
    if case.row.is_emergency or waits_for_civil_papers(case.row):
        return
    yield (5, 12)
    year.do(case, services.lapse, year.back, reason="Berkas tidak datang setelah diingatkan.")


def _withdrawn(year: _Year, case: _Case) -> Iterator[tuple[int, int]]:
    """The resident no longer wants it."""
    yield (1, 9)
    year.do(case, services.withdraw, year.front, reason=year.rng.choice(texts.WITHDRAWN))


def _unreachable(year: _Year, case: _Case) -> Iterator[tuple[int, int]]:
    """Answered, but nobody could be told."""
    yield (1, 3)
    year.do(case, services.answer_here, year.back, answer=texts.ANSWERS["other"][0])
    for _try in range(3):
        yield (2, 6)
        year.tell(case, reached=False)
    yield (2, 5)
    year.do(
        case,
        services.close_unreachable,
        year.front,
        reason="Rumah kosong, menurut tetangga sudah pindah kerja.",
    )


# --- Cases that stand: every state is there to look at, whatever the day of loading -------------


def _untouched(year: _Year, case: _Case) -> Iterator[tuple[int, int]]:
    """Nobody has looked at it yet."""
    yield from ()


def _asked(year: _Year, case: _Case) -> Iterator[tuple[int, int]]:
    """Papers were asked for and have not come."""
    yield (0, 0)
    year.do(
        case, services.ask_papers, year.front, reason=year.rng.choice(texts.ASKED), wanted=["kk"]
    )


def _under_examination(year: _Year, case: _Case) -> Iterator[tuple[int, int]]:
    """Taken up, nothing found yet."""
    yield (0, 0)
    year.do(case, services.examine, year.back)


def _found_wanting(year: _Year, case: _Case) -> Iterator[tuple[int, int]]:
    """Criteria not met, and not yet decided what becomes of it."""
    yield from _under_examination(year, case)
    yield (0, 0)
    year.find(case, Finding.DOES_NOT_MEET)


def _untold(year: _Year, case: _Case) -> Iterator[tuple[int, int]]:
    """Answered, and the resident does not know it yet."""
    yield (0, 0)
    year.do(case, services.answer_here, year.back, answer=texts.ANSWERS["other"][0])


def _has_papers(resident: Resident) -> bool:
    """Return whether the person has NIK and family card: only then may his case lapse."""
    cards = HouseholdMember.objects.filter(resident=resident, until__isnull=True)
    return bool(resident.nik_index) and cards.exclude(household__kk_index="").exists()


#: How many days ago such a case came, and what became of it since. What is referred stands in
#: ``referrals.demo``.
_STANDING: tuple[tuple[int, Script], ...] = (
    (8, _untouched),
    (8, _asked),
    (9, _under_examination),
    (10, _found_wanting),
    (10, _untold),
    (120, _answered),
    (120, _kept),
    (120, _lapsed),
    (120, _withdrawn),
)
