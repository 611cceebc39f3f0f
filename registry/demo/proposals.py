"""Surveys and proposals of a demo office, made through the verbs."""

from datetime import timedelta
from random import Random

from django.db import transaction

from puskesmas.actors import Actor
from puskesmas.models import Office, Role, User
from registry.criteria import services as criteria
from registry.criteria.prefill import NO, UNKNOWN, YES
from registry.models import CriteriaSet, HouseholdMember, Resident, Survey

_SURVEYS = 12


def load(office: Office) -> None:
    """Give a demo office its surveys; one that has some keeps them."""
    if Survey.objects.filter(office=office).exists():
        return
    # A stream of its own: what other apps draw does not hang on this one.
    rng = Random(office.code)
    with transaction.atomic():
        for head in rng.sample(_heads(office), _SURVEYS):
            survey(office, head, rng)


def _heads(office: Office) -> list[Resident]:
    """Return the living heads of families, in the order of their cards."""
    members = HouseholdMember.objects.filter(
        household__office=office,
        relation=HouseholdMember.Relation.HEAD,
        until__isnull=True,
        resident__life=Resident.Life.ALIVE,
    )
    return [one.resident for one in members.select_related("resident").order_by("pk")]


def survey(office: Office, resident: Resident, rng: Random) -> Survey:
    """Ask the ten questions; most answers are known."""
    ten = CriteriaSet.objects.get(office=office, code="10-pertanyaan")
    draw = rng.choices([YES, NO, UNKNOWN], [4, 5, 1], k=len(ten.criteria))
    answers = {one["code"]: answer for one, answer in zip(ten.criteria, draw, strict=True)}
    return criteria.record_survey(
        actor=officer(office, Role.FACILITATOR, Role.FRONT),
        resident=resident,
        criteria_set=ten,
        asked_on=office.today() - timedelta(days=rng.randint(20, 120)),
        answers=answers | {ten.criteria[0]["code"]: YES},
    )


def officer(office: Office, *roles: Role) -> Actor:
    """Return the office's first officer of the first of the roles that somebody holds."""
    for role in roles:
        holder = User.objects.filter(
            assignments__office=office, assignments__role=role, assignments__is_deputy=False
        ).order_by("pk")
        if found := holder.first():
            return Actor.of(found, office)
    raise LookupError(f"{office} has none of {roles}")
