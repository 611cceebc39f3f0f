"""What the rules say of a case that is to be forwarded, and the gate *may be forwarded*.

The rules reject nobody: a criterion that is not met wants the drafter's reason, an exclusion the
override of whom the programme names. Only missing papers hold a file back, and not in an emergency.
"""

from typing import Any

from django.utils.translation import gettext as _

from complaints.models import Complaint, ComplaintPaper
from programs.eligibility.gathering import facts_of
from programs.eligibility.judging import Fact, Verdict, judge
from programs.eligibility.options import situation_of
from programs.eligibility.services import keep
from programs.eligibility.way import STEP_WORDS, refers_without_reason, usual_way
from programs.models import Programme, ProgrammeVersion
from programs.selectors import versions_on
from programs.terms.document import Terms
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotYourRole, WrongState
from puskesmas.models import Role
from puskesmas.workflow import role_names
from referrals.models import Referral
from registry.identities import identities_of
from registry.models import RegisterCheck


def kept_version(case: Complaint, programme: Programme) -> ProgrammeVersion | None:
    """Return the version the case took when it was brought, else that of the day it was brought."""
    asked = case.programmes.filter(programme=programme, programme_version__isnull=False)
    first = asked.select_related("programme_version").first()
    if first is not None:
        return first.programme_version
    received = case.received_at.astimezone(case.office.tz).date()
    return versions_on([programme], received).get(programme.pk)


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
        facts["register.listed"] = Fact(listed, "register", name, check.data_date)
        facts["register.decile"] = Fact(
            check.decile, "register", name, check.data_date, "" if check.decile else "not_listed"
        )
    return facts | _papers(case, terms, service)


def _papers(case: Complaint, terms: Terms, service: str) -> dict[str, Fact]:
    """Every paper the service takes, at hand or not: the case's list is whole."""
    at_hand = {
        paper.given or paper.code
        for paper in case.papers.all()
        if paper.status != ComplaintPaper.Status.MISSING
    }
    asked = {
        code
        for wanted in terms.requirements_of(service)
        for code in (wanted.code, *wanted.substitutes)
    }
    return {f"paper.{code}": Fact(code in at_hand, "case") for code in asked | at_hand}


def weigh_draft(
    *, actor: Actor, case: Complaint, programme: Programme, service: str, reason: str
) -> Verdict | None:
    """Weigh a draft; None where the programme had no version then.

    Raises:
        InvalidInput: no such service; or a criterion is not met, or the usual way is another one,
            and there is no reason (``code`` "reason_needed").
    """
    version = kept_version(case, programme)
    if version is None:
        return None
    if service and version.terms.service(service) is None:
        raise InvalidInput(_("Layanan ini tidak ada di program itu."), field="service")
    verdict = weigh(case, version, service or version.terms.default_service)
    against = [answer.rule.message for answer in verdict.obstacles]
    situation = situation_of(programme, verdict)
    if not refers_without_reason(situation):
        against += [str(STEP_WORDS[step]) for step in usual_way(situation)]
    if against and not reason.strip():
        raise InvalidInput(
            _("Tulis alasan tetap mengajukan. Yang tidak sesuai: %s") % "; ".join(against),
            field="going_on_reason",
            code="reason_needed",
        )
    return verdict


def weigh_approval(*, actor: Actor, referral: Referral, case: Complaint, reason: str) -> None:
    """Pass a draft through the gate *may be forwarded*, and keep the answer that let it pass.

    Raises:
        WrongState: papers are missing (``code`` "papers_missing"); in an emergency they may follow.
        InvalidInput: an exclusion stands and there is no reason to override it.
        NotYourRole: the actor is not whom the exclusion names, nor the penanggung jawab.
    """
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
        moment="approve",
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


def _missing(paper: Any) -> str:
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
    *, actor: Actor, case: Complaint, programme: Programme, verdict: Verdict | None
) -> Referral | None:
    """Return the approved referral that a service of this kind continues; None where none is asked.

    Raises:
        InvalidInput: there is none, so the service cannot be asked for yet.
    """
    service = verdict.version.terms.service(verdict.service) if verdict else None
    if service is None or not service.follows:
        return None
    earlier = (
        Referral.objects.visible_to(actor)
        .filter(programme=programme, service=service.follows, approved_at__isnull=False)
        .filter(complaint__subject__in=identities_of(case.person))
        .order_by("-approved_at")
        .first()
    )
    if earlier is None:
        raise InvalidInput(
            _("%(service)s melanjutkan rujukan %(first)s, dan rujukan itu belum ada.")
            % {"service": service.name, "first": service.follows},
            field="service",
            code="no_first_referral",
        )
    first: Referral = earlier
    return first


def service_choices(
    case: Complaint, offered: list[tuple[Any, list[Programme]]]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the services of every programme that has several, by the programme's name."""
    programmes = [row for _tier, rows in offered for row in rows]
    received = case.received_at.astimezone(case.office.tz).date()
    versions = versions_on(programmes, received)
    return [
        (row.name, [(one.code, one.name) for one in versions[row.pk].terms.services])
        for row in programmes
        if row.pk in versions and len(versions[row.pk].terms.services) > 1
    ]
