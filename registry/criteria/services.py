"""The verbs of criteria: give an office the sets, keep the answers of a survey."""

import tomllib
import uuid
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotYourRole, OwnFamily
from puskesmas.history import audit
from puskesmas.locking import first_result
from puskesmas.models import Office
from puskesmas.workflow import role_names
from registry.criteria.prefill import NO, UNKNOWN, YES, known_answers
from registry.identities import card_of
from registry.models import CriteriaSet, Resident, Survey
from registry.roles import SURVEYORS
from registry.selectors import is_family

ANSWERS = (YES, NO, UNKNOWN)


@cache
def starter_sets() -> list[dict[str, Any]]:
    """Return the sets of ``sets.toml`` as they are written there."""
    with (Path(__file__).parent / "sets.toml").open("rb") as file:
        sets: list[dict[str, Any]] = tomllib.load(file)["sets"]
    return sets


def load_criteria(office: Office) -> int:
    """Give an office the starter sets; return how many are new. It may run again."""
    held = set(CriteriaSet.objects.filter(office=office).values_list("code", flat=True))
    rows = [
        CriteriaSet(office=office, order=order, **row)
        for order, row in enumerate(starter_sets())
        if row["code"] not in held
    ]
    CriteriaSet.objects.bulk_create(rows)
    return len(rows)


@transaction.atomic
def record_survey(
    *,
    actor: Actor,
    resident: Resident,
    criteria_set: CriteriaSet,
    asked_on: date,
    answers: Mapping[str, str],
    answered_by: str = "",
    note: str = "",
    client_uid: uuid.UUID | None = None,
) -> Survey:
    """Keep what was answered, criterion by criterion; what nobody said is unknown.

    An answer equal to what the facts of the house say keeps their day and source.

    Raises:
        NotYourRole: none of :data:`registry.roles.SURVEYORS`.
        OwnFamily, InvalidInput: see :func:`keep_survey`.
    """
    if not actor.has(*SURVEYORS):
        raise NotYourRole(_("Survei hanya untuk %(roles)s.") % {"roles": role_names(SURVEYORS)})
    return keep_survey(
        actor=actor,
        resident=resident,
        criteria_set=criteria_set,
        asked_on=asked_on,
        answers=answers,
        answered_by=answered_by,
        note=note,
        client_uid=client_uid,
    )


def keep_survey(
    *,
    actor: Actor,
    resident: Resident,
    criteria_set: CriteriaSet,
    asked_on: date,
    answers: Mapping[str, str],
    answered_by: str = "",
    note: str = "",
    client_uid: uuid.UUID | None = None,
) -> Survey:
    """Do what :func:`record_survey` does, for a caller in a transaction who checked the role.

    Raises:
        OwnFamily: nobody surveys himself or anyone on his family card.
        InvalidInput: a day to come, an unknown criterion or answer, or no answer at all.
    """
    if (earlier := first_result(Survey, client_uid, actor=actor)) is not None:
        return earlier
    if is_family(actor.user, resident):
        raise OwnFamily(
            _("Ini Anda sendiri atau keluarga satu KK. Mintalah petugas lain yang mensurvei.")
        )
    _check(criteria_set, answers, asked_on, actor)
    known = known_answers(criteria_set, resident)
    kept: dict[str, dict[str, Any]] = {}
    for criterion in criteria_set.criteria:
        code = criterion["code"]
        kept[code] = {"answer": answers.get(code, UNKNOWN)}
        if code in known and known[code].answer == kept[code]["answer"]:
            kept[code] |= {"on": known[code].on.isoformat(), "source": known[code].source}
    member = card_of(resident)
    survey = Survey.objects.create(
        office=actor.office,
        client_uid=client_uid,
        criteria_set=criteria_set,
        resident=resident,
        household_id=member.household_id if member else None,
        asked_on=asked_on,
        asked_by=actor.user,
        answered_by=answered_by.strip(),
        answers=kept,
        note=note.strip(),
    )
    audit(actor=actor, action="record_survey", subject=survey, fields=["answers"])
    return survey


def _check(
    criteria_set: CriteriaSet, answers: Mapping[str, str], asked_on: date, actor: Actor
) -> None:
    if asked_on > actor.office.today():
        raise InvalidInput(_("Tanggal ini belum terjadi."), field="asked_on")
    codes = {criterion["code"] for criterion in criteria_set.criteria}
    if unknown := set(answers) - codes:
        raise InvalidInput(
            _("Pertanyaan ini tidak ada di daftar: %(codes)s.")
            % {"codes": ", ".join(sorted(unknown))},
            field="answers",
        )
    if not set(answers.values()) <= set(ANSWERS):
        raise InvalidInput(_("Jawaban adalah ya, tidak, atau belum tahu."), field="answers")
    if not {YES, NO} & set(answers.values()):
        raise InvalidInput(_("Jawab paling sedikit satu pertanyaan."), field="answers")
