"""Proposals to the social registers, the surveys behind them, and how they came back."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from puskesmas.actors import Actor
from puskesmas.models import User
from puskesmas.templatetags.puskesos import tanggal
from registry.criteria.selectors import surveys_of
from registry.models import Proposal, Survey
from registry.proposals.selectors import proposals
from registry.proposals.workflow import READERS, ProposalState
from reports.figures.definitions import Dimension, Figure, Shown, Unit
from reports.figures.dimensions import chosen, column, months, places, written
from reports.figures.periods import Period

_GROUP = _("Usulan dan survei")


def _officer_names(actor: Actor, keys: Collection[str]) -> Mapping[str, Any]:
    return dict(User.objects.filter(username__in=keys).values_list("username", "name"))


def _proposed(actor: Actor, period: Period) -> QuerySet[Proposal]:
    return proposals(actor).filter(period.holds_day("proposed_on"))


def _surveys(actor: Actor, period: Period) -> QuerySet[Survey]:
    return surveys_of(actor).filter(period.holds_day("asked_on"))


def _show_proposal(row: Proposal) -> Shown:
    said = [row.get_kind_display(), row.register.name, row.get_state_display()]
    return Shown(
        title=row.resident.person.name,
        url=reverse("proposals:proposal", args=[row.uid]),
        text=" · ".join([*said, tanggal(row.proposed_on)]),
    )


def _show_survey(row: Survey) -> Shown:
    who = row.asked_by.name if row.asked_by else ""
    said: list[Any] = [row.criteria_set, who, tanggal(row.asked_on)]
    return Shown(
        title=row.resident.person.name,
        url=reverse("surveys:survey", args=[row.uid]),
        text=" · ".join(str(one) for one in said if one),
    )


def _with_people(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related("resident__canonical")


FIGURES = (
    Figure(
        code="proposals",
        group=_GROUP,
        label=_("Usulan ke daftar sosial"),
        unit=Unit.PROPOSAL,
        meaning=_(
            "Setiap usulan dihitung sekali, pada hari diusulkan, dengan keadaannya hari ini."
        ),
        rows=_proposed,
        dimensions=(
            chosen("state", _("Keadaan"), "state", ProposalState),
            chosen("kind", _("Jenis usulan"), "kind", Proposal.Kind),
            chosen("programme", _("Program yang diminta"), "programme", Proposal.Programme),
            months("proposed_on", is_moment=False),
            *places("resident"),
        ),
        show=_show_proposal,
        roles=READERS,
        listed=_with_people,
        order=("-proposed_on", "-pk"),
    ),
    Figure(
        code="surveys",
        group=_GROUP,
        label=_("Lembar survei"),
        unit=Unit.SURVEY,
        meaning=_("Setiap lembar yang terisi, pada hari ditanyakan."),
        rows=_surveys,
        dimensions=(
            Dimension(
                code="officer",
                label=_("Petugas"),
                annotate=column("asked_by__username"),
                words=_officer_names,
            ),
            written("criteria", _("Daftar pertanyaan"), "criteria_set__code"),
            months("asked_on", is_moment=False),
            *places("resident"),
        ),
        show=_show_survey,
        roles=READERS,
        listed=_with_people,
        order=("-asked_on", "-pk"),
    ),
)
