"""What the rules say of a case that is to be forwarded, and the gate *may be forwarded*.

The rules reject nobody: a criterion that is not met wants the drafter's reason, an exclusion the
override of whom the programme names. Only missing papers hold a file back, and not in an emergency.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from complaints.models import Complaint
from programs.agreements import agreements_of, is_closed
from programs.eligibility.gathering import facts_of
from programs.eligibility.judging import Fact, PaperAnswer, Verdict, judge
from programs.eligibility.options import destination_of, situation_of
from programs.eligibility.services import keep
from programs.eligibility.way import STEP_WORDS, refers_without_reason, usual_way
from programs.models import Partner, PartnerAgreement, Programme, ProgrammeVersion
from programs.selectors import versions_on
from programs.terms.document import Service, Terms
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotYourRole, WrongState
from puskesmas.models import Office, Role
from puskesmas.workflow import role_names
from referrals.grounds import APPROVED
from referrals.models import Referral
from referrals.workflow import Answer, Approval
from registry.identities import identities_of
from registry.models import RegisterCheck


def kept_versions(case: Complaint, programmes: Iterable[Programme]) -> dict[int, ProgrammeVersion]:
    """Return by which version each programme judges the case, by key (two queries).

    The one the case took when it was brought, else that of the day it was brought.
    """
    received = case.received_at.astimezone(case.office.tz).date()
    asked = case.programmes.select_related("programme_version").order_by("-pk")
    taken = {row.programme_id: row.programme_version for row in asked if row.programme_version}
    return versions_on(programmes, received) | taken


def kept_version(case: Complaint, programme: Programme) -> ProgrammeVersion | None:
    """Return by which version one programme judges the case."""
    return kept_versions(case, [programme]).get(programme.pk)


def weigh(case: Complaint, version: ProgrammeVersion, service: str) -> Verdict:
    """Return what the version says of the person of a case, with all the case knows, today."""
    office, person, day = case.office, case.person, case.office.today()
    known = facts_of([person], office=office, day=day, matters=[case.uid])[person.pk]
    facts = {**known, **facts_of_case(case, known, version.terms, service)}
    return judge(version, facts, service, day)


def facts_of_case(
    case: Complaint, known: dict[str, Fact], terms: Terms, service: str
) -> dict[str, Fact]:
    """Return what the case itself says: emergency, finding, papers, its register check."""
    facts = {"case.emergency": Fact(case.is_emergency, "case")}
    if case.finding:
        on = case.finding_at.astimezone(case.office.tz).date() if case.finding_at else None
        facts["case.finding"] = Fact(case.finding, "case", on=on)
    check = case.register_check
    doubtful = not known.get("register.listed", Fact()).is_known
    if doubtful and check and check.result != RegisterCheck.Result.UNCERTAIN:
        listed = check.result == RegisterCheck.Result.LISTED
        name = check.register.code if check.register else ""
        no_decile = "no_decile" if listed else "not_listed"
        facts["register.listed"] = Fact(listed, "register", name, check.data_date)
        facts["register.decile"] = Fact(
            check.decile, "register", name, check.data_date, "" if check.decile else no_decile
        )
    return facts | _papers(case, terms, service)


def _papers(case: Complaint, terms: Terms, service: str) -> dict[str, Fact]:
    """Every paper the service takes, at hand or not: the case's list is whole."""
    today = case.office.today()
    at_hand = {
        paper.given or paper.code for paper in case.papers.all() if not paper.is_missing(today)
    }
    asked = {
        code
        for wanted in terms.requirements_of(service)
        for code in (wanted.code, *wanted.substitutes)
    }
    return {f"paper.{code}": Fact(code in at_hand, "case") for code in asked | at_hand}


@dataclass(frozen=True)
class Weighed:
    """A draft that may go to the approver: its answer, what it continues, where it goes.

    ``verdict`` is None where the programme had no version then.
    """

    verdict: Verdict | None
    follows: Referral | None
    destination: str


def weigh_draft(
    *,
    actor: Actor,
    case: Complaint,
    programme: Programme,
    service: str,
    reason: str,
    itself: Referral | None = None,
) -> Weighed:
    """Weigh a draft; ``itself`` is the referral that is put forward again.

    Raises:
        InvalidInput: the partner's agreement has ended (``code`` "agreement_ended"); no such
            service; or a criterion is not met, the referral the service continues is not there, or
            the usual way is another one, and there is no reason (``code`` "reason_needed").
    """
    agreements = agreements_of(case.office)[programme.pk]
    _require_running(programme, agreements, case.office.today())
    version = kept_version(case, programme)
    if version is None:
        return Weighed(None, None, programme.owner)
    if service and version.terms.service(service) is None:
        raise InvalidInput(_("Layanan ini tidak ada di program itu."), field="service")
    verdict = weigh(case, version, service or version.terms.default_service)
    first = first_referral(
        actor=actor, case=case, programme=programme, verdict=verdict, itself=itself
    )
    against = [answer.rule.message for answer in verdict.obstacles]
    against += _without_first(verdict, first)
    situation = situation_of(programme, verdict)
    if not refers_without_reason(situation):
        against += [str(STEP_WORDS[step]) for step in usual_way(situation)]
    if against and not reason.strip():
        raise InvalidInput(
            _("Tulis alasan tetap mengajukan. Yang tidak sesuai: %s") % "; ".join(against),
            field="going_on_reason",
            code="reason_needed",
        )
    return Weighed(verdict, first, destination_of(programme, verdict, agreements))


def _require_running(programme: Programme, agreements: list[PartnerAgreement], today: date) -> None:
    """Pass a programme somebody still gives.

    Raises:
        InvalidInput: all agreements with its partners have ended, or none has begun.
    """
    if not is_closed(programme, agreements, today):
        return
    raise InvalidInput(
        _(
            "%(agreements)s. Pilih program lain, atau minta pengurus katalog mencatat perjanjian "
            "yang baru."
        )
        % {"agreements": _standing_of(agreements, today)},
        field="programme",
        code="agreement_ended",
    )


def require_agreement(partner: Partner, programme: Programme, today: date) -> None:
    """Pass a partner with whom an agreement about the programme runs; none at all says nothing.

    Raises:
        InvalidInput: all of them have ended, or none has begun (``code`` "agreement_ended").
    """
    rows = list(partner.agreements.filter(programme=programme).select_related("partner"))
    if rows and not any(row.is_running(today) for row in rows):
        raise InvalidInput(
            _("%(agreements)s. Pilih mitra lain, atau minta pengurus katalog memperbaruinya.")
            % {"agreements": _standing_of(rows, today)},
            field="partner_uid",
            code="agreement_ended",
        )


def _require_still_running(referral: Referral, office: Office) -> None:
    """Pass a draft whose programme somebody still gives: agreements end while drafts wait.

    Raises:
        WrongState: the agreements have ended meanwhile (``code`` "agreement_ended").
    """
    programme, today = referral.programme, office.today()
    agreements = agreements_of(office)[programme.pk]
    his = [row for row in agreements if row.partner_id == referral.partner_id]
    ended = bool(his) and not any(row.is_running(today) for row in his)
    if ended or is_closed(programme, agreements, today):
        raise WrongState(
            _(
                "%(agreements)s. Kembalikan rujukannya supaya back office memilih program lain, "
                "atau minta pengurus katalog mencatat perjanjian yang baru."
            )
            % {"agreements": _standing_of(his or agreements, today)},
            code="agreement_ended",
        )


def _standing_of(agreements: Iterable[PartnerAgreement], today: date) -> str:
    return "; ".join(_standing(row, today) for row in agreements)


def _standing(agreement: PartnerAgreement, today: date) -> str:
    said = {"partner": agreement.partner.name}
    if agreement.until and agreement.has_ended(today):
        ended = said | {"day": date_format(agreement.until)}
        return _("Perjanjian dengan %(partner)s sudah berakhir %(day)s") % ended
    begins = said | {"day": date_format(agreement.since)}
    return _("Perjanjian dengan %(partner)s baru berlaku %(day)s") % begins


def weigh_approval(*, actor: Actor, referral: Referral, case: Complaint, reason: str) -> None:
    """Pass a draft through the gate *may be forwarded*, and keep the answer that let it pass.

    Raises:
        WrongState: papers are missing (``code`` "papers_missing"); in an emergency they may follow;
            or nobody gives it any more (``code`` "agreement_ended").
        InvalidInput: an exclusion stands and there is no reason to override it.
        NotYourRole: the actor is not whom the exclusion names, nor the penanggung jawab.
    """
    _require_still_running(referral, case.office)
    version = referral.programme_version
    if version is None:
        return
    verdict = weigh(case, version, referral.service or version.terms.default_service)
    _require_papers(verdict, case)
    if verdict.exclusions:
        _require_override(actor, verdict, reason)
    keep(
        actor=actor,
        verdict=verdict,
        resident=case.person,
        matter=referral,
        moment=APPROVED,
        reason=reason if verdict.exclusions else "",
    )


def _require_papers(verdict: Verdict, case: Complaint) -> None:
    if verdict.is_complete or case.is_emergency:
        return
    missing = ", ".join(_missing(paper) for paper in verdict.missing_papers)
    raise WrongState(
        _("Berkas belum lengkap, jadi rujukan belum bisa diteruskan: %s.") % missing,
        code="papers_missing",
    )


def papers_awaited(
    case: Complaint, version: ProgrammeVersion | None, service: str = ""
) -> list[str]:
    """Return the papers without which a referral cannot be approved now; none in an emergency."""
    if version is None or case.is_emergency:
        return []
    verdict = weigh(case, version, service or version.terms.default_service)
    return [_missing(paper) for paper in verdict.missing_papers]


def _missing(paper: PaperAnswer) -> str:
    if paper.unsure:
        return _("e-KTP belum ditanyakan: %s") % paper.unsure
    names = ", ".join(paper.missing_for)
    return f"{paper.requirement.name} ({names})" if names else str(paper.requirement.name)


def _require_override(actor: Actor, verdict: Verdict, reason: str) -> None:
    """Nobody but whom the exclusion names lets it pass; the head stands in for everybody."""
    for answer in verdict.exclusions:
        role = getattr(answer.rule, "override", Role.COORDINATOR.value)
        if not actor.has(role, Role.HEAD):
            raise NotYourRole(
                _("“%(rule)s” hanya boleh dikesampingkan oleh %(role)s.")
                % {"rule": answer.rule.message, "role": role_names([role])}
            )
    if not reason.strip():
        raise InvalidInput(
            _("Tulis alasan mengesampingkan: %s")
            % "; ".join(answer.rule.message for answer in verdict.exclusions),
            field="override_reason",
            code="override_needed",
        )


def first_referral(
    *,
    actor: Actor,
    case: Complaint,
    programme: Programme,
    verdict: Verdict,
    itself: Referral | None = None,
) -> Referral | None:
    """Return the referral that a service of this kind continues; None where there is none.

    The newest of the service it names, else the newest of another of the programme's. One that was
    taken back, returned or refused continues nothing.
    """
    service = _continuing(verdict)
    if service is None:
        return None
    earlier = (
        Referral.objects.visible_to(actor)
        .filter(programme=programme, approval=Approval.APPROVED)
        .exclude(answer=Answer.REFUSED)
        .filter(complaint__subject__in=identities_of(case.person))
        .order_by("-approved_at")
    )
    if itself:
        earlier = earlier.exclude(pk=itself.pk)
    named: Referral | None = earlier.filter(service=service.follows).first()
    return named or earlier.first()


def _continuing(verdict: Verdict) -> Service | None:
    service = verdict.version.terms.service(verdict.service)
    return service if service and service.follows else None


def _without_first(verdict: Verdict, first: Referral | None) -> list[str]:
    """Say that what the service continues is not there; an officer may know why it is not."""
    service = _continuing(verdict)
    if service is None or (first and first.service == service.follows):
        return []
    named = verdict.version.terms.service(service.follows)
    said = {"service": service.name, "first": named.name if named else service.follows}
    return [_("%(service)s melanjutkan rujukan %(first)s, dan rujukan itu belum ada") % said]


def service_choices(
    case: Complaint, offered: list[tuple[Any, list[Programme]]]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the services of every programme that has several, by the programme's name."""
    programmes = [row for _tier, rows in offered for row in rows]
    versions = kept_versions(case, programmes)
    return [
        (row.name, [(one.code, one.name) for one in versions[row.pk].terms.services])
        for row in programmes
        if row.pk in versions and len(versions[row.pk].terms.services) > 1
    ]
