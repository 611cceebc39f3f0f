"""Reads of criteria and surveys, scoped to the actor's office."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import NotFound
from registry.criteria.prefill import NO, UNKNOWN, YES
from registry.identities import identities_of
from registry.models import CriteriaSet, HouseholdMember, Resident, Survey

MET, NOT_MET = "met", "not_met"
RESULTS = {
    MET: gettext_lazy("Terpenuhi"),
    NOT_MET: gettext_lazy("Tidak terpenuhi"),
    UNKNOWN: gettext_lazy("Belum diketahui"),
}
ANSWER_WORDS = {
    YES: gettext_lazy("Ya"),
    NO: gettext_lazy("Tidak"),
    UNKNOWN: gettext_lazy("Belum tahu"),
}


@dataclass(frozen=True)
class Result:
    """One criterion of a survey: what was asked, what was answered, and whether it is met.

    ``source`` and ``on`` where a fact known before gave the answer.
    """

    code: str
    question: str
    answer: str
    result: str
    source: str = ""
    on: date | None = None

    @property
    def answer_label(self) -> Any:
        return ANSWER_WORDS[self.answer]

    @property
    def result_label(self) -> Any:
        return RESULTS[self.result]


def sets_of(actor: Actor) -> QuerySet[CriteriaSet]:
    """Return the office's sets in use, in its order (one query)."""
    rows: QuerySet[CriteriaSet] = CriteriaSet.objects.visible_to(actor)
    return rows.filter(in_use=True).order_by("order", "pk")


def set_by_code(code: str, *, actor: Actor) -> CriteriaSet:
    """Return one set of the office. Raises NotFound."""
    found = sets_of(actor).filter(code=code).first()
    if found is None:
        raise NotFound(_("Daftar kriteria ini tidak ada di kantor ini."))
    return found


def question_of(criterion: dict[str, Any]) -> str:
    """Return the question in the language of the page."""
    english = (get_language() or "id").startswith("en") and criterion.get("question_en")
    return str(english or criterion["question_id"])


def surveys_of(actor: Actor) -> QuerySet[Survey]:
    """Return the office's surveys, each with set, person and officer."""
    rows: QuerySet[Survey] = Survey.objects.visible_to(actor)
    return rows.select_related("criteria_set", "resident", "asked_by")


def survey(uid: uuid.UUID | str, *, actor: Actor) -> Survey:
    """Return one survey. Raises NotFound."""
    found = surveys_of(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Survei tidak ditemukan di kantor ini."))
    return found


def surveys_about(resident: Resident, *, actor: Actor) -> QuerySet[Survey]:
    """Return the surveys of the person or of the family he lives in now, newest first."""
    records = identities_of(resident)
    cards = HouseholdMember.objects.filter(resident__in=records, until__isnull=True)
    mine = Q(resident__in=records) | Q(household__in=cards.values("household"))
    return surveys_of(actor).filter(mine).order_by("-asked_on", "-pk")


def results_of(item: Survey) -> list[Result]:
    """Return each criterion met, not met or unknown; no total, for no source gives one."""
    return [_result(criterion, item.answers) for criterion in item.criteria_set.criteria]


def _result(criterion: dict[str, Any], answers: dict[str, Any]) -> Result:
    said = answers.get(criterion["code"], {})
    answer = said.get("answer", UNKNOWN)
    result = UNKNOWN
    if answer != UNKNOWN:
        result = MET if answer == criterion["poor"] else NOT_MET
    return Result(
        code=criterion["code"],
        question=question_of(criterion),
        answer=answer,
        result=result,
        source=said.get("source", ""),
        on=date.fromisoformat(said["on"]) if "on" in said else None,
    )
