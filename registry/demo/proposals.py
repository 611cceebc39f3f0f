"""Surveys and proposals of a demo office, made through the verbs: some stand at every step."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from puskesmas.actors import Actor
from puskesmas.models import Office, Role, User
from registry.criteria import services as criteria
from registry.criteria.prefill import NO, UNKNOWN, YES
from registry.models import (
    CriteriaSet,
    HouseholdMember,
    MeetingItem,
    Proposal,
    Resident,
    Sheet,
    Survey,
)
from registry.proposals import answers, meetings, minutes, services, sheets
from registry.selectors import family_of
from reports.letters.selectors import signers
from reports.letters.services import render_waiting, sign

_REASONS = (
    "Kepala keluarga tidak bekerja sejak tiga bulan lalu",
    "Penghasilan tidak tetap, tiga anak sekolah",
    "Lansia hidup sendiri, dibantu tetangga",
    "Rumah tidak layak, dinding bambu",
)
_Outcome = MeetingItem.Outcome
#: How many people are surveyed; the ends of the list are proposed, step by step.
_SURVEYS = 24


def load(office: Office) -> None:
    """Give a demo office its surveys and proposals; one that has some keeps them."""
    if Survey.objects.filter(office=office).exists():
        return
    # A stream of its own: what other apps draw does not hang on this one.
    work = _Work(office, Random(office.code))
    with transaction.atomic():
        for head in work.rng.sample(work.heads(), _SURVEYS):
            work.surveyed.append((head, work.survey(head)))
        work.propose_and_decide()
    work.issue_minutes()


def officer(office: Office, *roles: Role) -> Actor:
    """Return the office's first officer of the first of the roles that somebody holds."""
    for role in roles:
        holder = User.objects.filter(
            assignments__office=office, assignments__role=role, assignments__is_deputy=False
        ).order_by("pk")
        if found := holder.first():
            return Actor.of(found, office)
    raise LookupError(f"{office} has none of {roles}")


class _Work:
    """The office, its officers and its poor while proposals are being invented."""

    def __init__(self, office: Office, rng: Random) -> None:
        self.office, self.rng, self.today = office, rng, office.today()
        self.front = officer(office, Role.FRONT)
        self.back = officer(office, Role.BACK)
        self.field = officer(office, Role.FACILITATOR, Role.FRONT)
        self.surveyed: list[tuple[Resident, Survey]] = []

    def heads(self) -> list[Resident]:
        """Return the living heads of families, none an officer's, in the order of their cards."""
        actors = (self.front, self.back, self.field)
        own = set().union(*(family_of(actor.user, self.office.pk) for actor in actors))
        members = HouseholdMember.objects.filter(
            household__office=self.office,
            relation=HouseholdMember.Relation.HEAD,
            until__isnull=True,
            resident__life=Resident.Life.ALIVE,
        ).exclude(resident__in=own)
        return [one.resident for one in members.select_related("resident").order_by("pk")]

    def survey(self, resident: Resident) -> Survey:
        """Ask the ten questions; most answers are known."""
        ten = CriteriaSet.objects.get(office=self.office, code="10-pertanyaan")
        draw = self.rng.choices([YES, NO, UNKNOWN], [4, 5, 1], k=len(ten.criteria))
        said = {one["code"]: answer for one, answer in zip(ten.criteria, draw, strict=True)}
        return criteria.record_survey(
            actor=self.field,
            resident=resident,
            criteria_set=ten,
            asked_on=self.today - timedelta(days=self.rng.randint(60, 120)),
            answers=said | {ten.criteria[0]["code"]: YES},
        )

    def propose_and_decide(self) -> None:
        """Twenty proposals: drafted, heard, verified, sent, answered; some still at each step."""
        made = list(self._proposals())
        for proposal in made[:16]:
            services.submit(actor=self.front, uid=proposal.uid, version=None)
        self._meeting(made[:12])
        for proposal in made[:8]:
            self._verified(proposal, meets=True)
        self._verified(made[8], meets=False)
        sheet = self._sheet()
        self._answered(sheet)

    def _proposals(self) -> Iterator[Proposal]:
        for place, (resident, survey) in enumerate(self.surveyed[:20]):
            yield services.propose(
                actor=self.front,
                resident=resident,
                register_code="DTSEN",
                kind=Proposal.Kind.CHANGE if place in {3, 9, 17} else Proposal.Kind.ENTER,
                programme=self.rng.choice(Proposal.Programme.values),
                reason=self.rng.choice(_REASONS),
                origin=self.rng.choice(Proposal.Origin.values),
                survey=survey,
                extra=services.Extra(pregnant=False, disabled=False),
                proposed_on=self._last_month() - timedelta(days=place % 9)
                if place < 16
                else self.today - timedelta(days=20 - place),
            )

    def _last_month(self) -> date:
        """Return the last day of the month before this one."""
        return self.today.replace(day=1) - timedelta(days=1)

    def _meeting(self, heard: list[Proposal]) -> None:
        held = meetings.record_meeting(
            actor=self.back,
            held_on=self._last_month(),
            place="Balai Desa" if self.office.kind == Office.Kind.DESA else "Aula Kelurahan",
            chair=officer(self.office, Role.HEAD).officer.name,
            present=31,
        )
        outcomes = {str(one.uid): (str(_Outcome.AGREED), "") for one in heard[:11]}
        outcomes |= {str(heard[11].uid): (str(_Outcome.NOT_AGREED), "Sudah mampu menurut RT")}
        meetings.record_outcomes(actor=self.back, uid=held.uid, version=None, outcomes=outcomes)
        self.heard_at = held

    def issue_minutes(self) -> None:
        """Print the berita acara of the meeting and have it signed."""
        signer = signers(self.office)[0]
        letter = minutes.issue_minutes(actor=self.back, meeting=self.heard_at, signer=signer)
        render_waiting()
        sign(actor=self.back, uid=letter.uid, version=None)

    def _verified(self, proposal: Proposal, *, meets: bool) -> None:
        services.record_finding(
            actor=self.back,
            uid=proposal.uid,
            version=None,
            finding=Proposal.Finding.MEETS if meets else Proposal.Finding.DOES_NOT,
            reason="Sesuai hasil survei rumah" if meets else "Rumah baru dan usaha berjalan",
        )

    def _sheet(self) -> Sheet:
        return sheets.make_sheet(
            actor=self.back,
            register_code="DTSEN",
            kind=Proposal.Kind.ENTER,
            month=self._last_month(),
            with_incomplete=True,
        )

    def _answered(self, sheet: Sheet) -> None:
        rows = list(sheet.rows.order_by("line")[:3])
        words = ("PADAN;", "PADAN;", "TIDAK PADAN;NIK tidak ditemukan di Dukcapil")
        lines = [f"{row.line};{row.nik};{said}" for row, said in zip(rows, words, strict=True)]
        content = "\n".join(["NO;NIK;STATUS;KETERANGAN", *lines]).encode()
        handed = answers.hand_in(
            actor=self.back,
            upload=SimpleUploadedFile("jawaban.csv", content),
            answered_on=self.today,
        )
        answers.apply(actor=self.back, uid=handed.uid, version=None)
