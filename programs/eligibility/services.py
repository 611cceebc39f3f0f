"""The verbs: keep a fact somebody stated, keep the answer that was used for a matter."""

import uuid
from datetime import date
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from programs.eligibility.judging import (
    NOTHING,
    Answer,
    Check,
    Fact,
    Facts,
    PaperAnswer,
    Result,
    Verdict,
    rules_of,
)
from programs.models import Judgement, Participation, Programme, StatedFact
from programs.participation.services import note_participation, stop_participation
from programs.terms.document import Requirement, Rule
from programs.terms.fields import DAY, STATED, field_of, is_of_kind
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound, OwnFamily
from puskesmas.history import audit
from registry.identities import identities_of
from registry.models import Resident
from registry.roles import must_write
from registry.selectors import is_family

_HOLDS = "holds."


def is_of_a_case(field: str) -> bool:
    """Return whether a fact is one admission's or treatment's, and so only ever one case's."""
    return field.startswith("care.")


def is_of_the_person(field: str) -> bool:
    """Return whether a fact holds in whatever case: who receives what."""
    return field.startswith(_HOLDS)


@transaction.atomic
def state_fact(
    *,
    actor: Actor,
    resident: Resident,
    field: str,
    value: Any,
    on: date,
    source: str = "",
    matter_uid: uuid.UUID | None = None,
) -> StatedFact | Participation:
    """Write down what somebody said of a person, for the case ``matter_uid`` or for good.

    ``field`` is a fact of origin "stated", or ``holds.CODE``. That he receives a programme is kept
    as his participation by his own word; that he does not ends it, and is kept as a fact. The
    newest counts, earlier ones stay; no word counts where a register or an owner answers.

    Raises:
        NotYourRole: only who writes in the registry. OwnFamily: himself, or on his own card.
        NotFound: a person of another office.
        InvalidInput: an unknown fact, a value of another kind, a day that has not come; a fact of
            one case (:func:`is_of_a_case`) without the case.
    """
    must_write(actor)
    if resident.office_id != actor.office.pk:
        raise NotFound(_("Warga tidak ditemukan di kantor ini."))
    if is_family(actor.user, resident):
        raise OwnFamily(
            _("Ini Anda sendiri atau keluarga satu KK. Minta petugas lain yang mencatatnya.")
        )
    asked = field_of(field)
    if asked is None or (asked.origin != STATED and not field.startswith(_HOLDS)):
        raise InvalidInput(_("Keterangan ini tidak bisa dicatat di sini."), field="field")
    if is_of_a_case(field) and matter_uid is None:
        raise InvalidInput(
            _("Keterangan ini hanya berlaku untuk satu perkara: catat dari halaman perkaranya."),
            field="field",
            code="needs_case",
        )
    if not is_of_kind(asked, value) or (asked.kind == DAY and not _is_day(value)):
        raise InvalidInput(_("Jawaban ini tidak cocok dengan pertanyaannya."), field="value")
    if on > actor.office.today():
        raise InvalidInput(_("Tanggal ini belum terjadi."), field="on")
    if field.startswith(_HOLDS):
        programme = _programme(actor, field.removeprefix(_HOLDS))
        if value:
            return note_participation(
                actor=actor,
                resident_uid=resident.uid,
                programme=programme,
                source=Participation.Source.SELF,
            )
        _end_own_word(actor, resident, programme, on, source)
    fact: StatedFact = StatedFact.objects.create(
        office=actor.office,
        resident=resident.person,
        matter_uid=None if is_of_the_person(field) else matter_uid,
        field=field,
        value=value,
        source=source.strip(),
        on=on,
        recorded_by=actor.user,
    )
    audit(actor=actor, action="state_fact", subject=fact, fields=[field])
    return fact


def _programme(actor: Actor, code: str) -> Programme:
    found: Programme | None = Programme.objects.visible_to(actor).filter(code=code).first()
    if found is None:
        raise InvalidInput(_("Program ini tidak ada di katalog: %s.") % code[:30], field="field")
    return found


def _end_own_word(
    actor: Actor, resident: Resident, programme: Programme, on: date, source: str
) -> None:
    """End what he had said himself: he cannot both receive it and not by one mouth."""
    said = Participation.objects.filter(
        resident__in=identities_of(resident),
        programme=programme,
        source=Participation.Source.SELF,
        until__isnull=True,
    )
    for held in said:
        until = max(on, held.since or on)
        stop_participation(
            actor=actor,
            uid=held.uid,
            version=held.version,
            until=until,
            reason=source.strip() or str(_("keterangan warga")),
        )


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


@transaction.atomic
def keep(
    *,
    actor: Actor,
    verdict: Verdict,
    resident: Resident,
    matter: models.Model,
    moment: str,
    reason: str = "",
) -> Judgement:
    """Freeze an answer with the matter it was used for: who, when, version, facts as codes."""
    judgement: Judgement = Judgement.objects.create(
        office=actor.office,
        resident=resident,
        programme_version=verdict.version,
        matter=matter._meta.label_lower,
        matter_uid=matter.uid,  # type: ignore[attr-defined]
        moment=moment,
        service=verdict.service,
        day=verdict.day,
        judged_by=actor.user,
        standing=verdict.standing,
        facts={code: _plain(fact) for code, fact in _used(verdict).items()},
        answers=[_plain_answer(one) for one in verdict.answers]
        + [_plain_paper(one) for one in verdict.papers if one.needed != Result.NOT_MET],
        reason=reason,
    )
    return judgement


def kept_verdict(judgement: Judgement) -> Verdict:
    """Return the answer as it was: what each rule and paper said then, with the frozen facts.

    Nothing is judged again. The words of rules and papers come from the version, which never
    changes; papers that were not needed are not kept. Of an early answer the single conditions are
    not known.
    """
    version = judgement.programme_version
    facts = {code: _fact(plain) for code, plain in judgement.facts.items()}
    rules = {rule.code: rule for rule in rules_of(version.terms, judgement.service)}
    papers = {one.code: one for one in version.terms.requirements_of(judgement.service)}
    return Verdict(
        version=version,
        service=judgement.service,
        day=judgement.day,
        facts=facts,
        answers=tuple(
            _answer(rules[plain["rule"]], plain, facts)
            for plain in judgement.answers
            if "rule" in plain
        ),
        papers=tuple(
            _paper_answer(papers[plain["paper"]], plain)
            for plain in judgement.answers
            if "paper" in plain
        ),
    )


def _plain_answer(answer: Answer) -> dict[str, Any]:
    checks = [
        {"result": str(one.result), "why": one.why} if one.why else {"result": str(one.result)}
        for one in answer.checks
    ]
    return {"rule": answer.rule.code, "result": str(answer.result), "checks": checks}


def _answer(rule: Rule, plain: dict[str, Any], facts: Facts) -> Answer:
    checks = tuple(
        Check(
            condition,
            facts.get(condition.field, NOTHING),
            Result(one["result"]),
            one.get("why", ""),
        )
        for condition, one in zip(rule.conditions, plain.get("checks", []), strict=False)
    )
    return Answer(rule, Result(plain["result"]), checks)


def _plain_paper(paper: PaperAnswer) -> dict[str, Any]:
    return {
        "paper": paper.requirement.code,
        "needed": str(paper.needed),
        "result": str(paper.result),
        "given": paper.given,
        "missing_for": list(paper.missing_for),
        "unsure": paper.unsure,
    }


def _paper_answer(requirement: Requirement, plain: dict[str, Any]) -> PaperAnswer:
    return PaperAnswer(
        requirement,
        needed=Result(plain.get("needed", Result.MET)),
        result=Result(plain["result"]),
        given=plain["given"],
        missing_for=tuple(plain.get("missing_for", ())),
        unsure=plain.get("unsure", ""),
    )


def _used(verdict: Verdict) -> dict[str, Fact]:
    """Return the facts some rule or paper looked at: no more is kept than was asked for."""
    asked = {one.condition.field for answer in verdict.answers for one in answer.checks}
    for paper in verdict.papers:
        required = paper.requirement
        asked |= {one.field for one in required.needed_when}
        asked |= {f"paper.{code}" for code in (required.code, *required.substitutes)}
        if required.each:
            asked.add("family.adults_without_ektp")
    return {code: fact for code, fact in verdict.facts.items() if code in asked}


def _plain(fact: Fact) -> dict[str, Any]:
    value = list(fact.value) if isinstance(fact.value, tuple) else fact.value
    plain = {
        "value": value,
        "source": fact.source,
        "detail": fact.detail,
        "on": fact.on.isoformat() if fact.on else None,
        "why": fact.why,
    }
    return {name: item for name, item in plain.items() if item not in (None, "")}


def _fact(plain: dict[str, Any]) -> Fact:
    value = plain.get("value")
    return Fact(
        value=tuple(value) if isinstance(value, list) else value,
        source=plain.get("source", ""),
        detail=plain.get("detail", ""),
        on=date.fromisoformat(plain["on"]) if plain.get("on") else None,
        why=plain.get("why", ""),
    )
