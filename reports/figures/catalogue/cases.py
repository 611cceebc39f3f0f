"""Matters brought to the office, questions answered at once, and what became of them."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from complaints.models import Channel, Complaint, CounterQuestion
from complaints.selectors import READERS, cases, kinds_of, questions, with_needed
from complaints.workflow import OPEN_STATES, CaseState
from puskesmas.actors import Actor
from puskesmas.templatetags.puskesos import receipt, tanggal
from reports.figures.definitions import Dimension, Figure, Shown, Unit
from reports.figures.dimensions import chosen, column, months, needed_programme, places
from reports.figures.periods import Period

_GROUP = _("Pengaduan dan layanan")


def _kind_words(actor: Actor, keys: Collection[str]) -> Mapping[str, Any]:
    return {kind.code: str(kind) for kind in kinds_of(actor).filter(code__in=keys)}


KIND = Dimension(code="kind", label=_("Jenis"), annotate=column("kind__code"), words=_kind_words)
_STATE = chosen("state", _("Status"), "state", CaseState)
_CHANNEL = chosen("channel", _("Saluran"), "channel", Channel)
_URGENCY = chosen("urgency", _("Kegentingan"), "urgency", Complaint.Urgency)
_OUTCOME = chosen("outcome", _("Hasil"), "outcome", Complaint.Outcome)
_WHERE = places("subject")


def _received(actor: Actor, period: Period) -> QuerySet[Complaint]:
    return cases(actor).filter(period.holds_moment("received_at", actor.office))


def _ended(actor: Actor, period: Period) -> QuerySet[Complaint]:
    return cases(actor).filter(period.holds_moment("closed_at", actor.office))


def _open(actor: Actor, period: Period) -> QuerySet[Complaint]:
    return cases(actor).filter(state__in=OPEN_STATES)


def _questions(actor: Actor, period: Period) -> QuerySet[CounterQuestion]:
    return questions(actor).filter(period.holds_moment("asked_at", actor.office))


def _show_case(case: Complaint) -> Shown:
    needed: Any = case.needed  # type: ignore[attr-defined]
    needs = ", ".join(str(one.programme) for one in needed)
    said = [case.person.name, str(case.kind), needs, case.get_state_display()]
    return Shown(
        title=receipt(case.receipt_number),
        url=reverse("complaints:case", args=[case.uid]),
        text=" · ".join([*filter(None, said), tanggal(case.received_at)]),
    )


def _show_question(question: CounterQuestion) -> Shown:
    return Shown(
        title=tanggal(question.asked_at),
        url=reverse("complaints:question", args=[question.uid]),
        text=f"{question.kind} · {question.get_channel_display()}",
    )


def _loaded(rows: QuerySet[CounterQuestion]) -> QuerySet[CounterQuestion]:
    return rows.select_related("kind")


FIGURES = (
    Figure(
        code="cases-received",
        group=_GROUP,
        label=_("Perkara diterima"),
        unit=Unit.CASE,
        meaning=_(
            "Setiap perkara dihitung sekali, pada hari warga membawanya (bukan hari diketik), "
            "juga bila kemudian dibuka lagi."
        ),
        rows=_received,
        dimensions=(
            *(months("received_at"), KIND, needed_programme()),
            *(_CHANNEL, _STATE, _URGENCY, *_WHERE),
        ),
        show=_show_case,
        roles=READERS,
        listed=with_needed,
        order=("-received_at", "-pk"),
    ),
    Figure(
        code="cases-ended",
        group=_GROUP,
        label=_("Perkara berakhir"),
        unit=Unit.CASE,
        meaning=_(
            "Perkara yang sudah berakhir dan tidak dibuka lagi, pada hari terakhir kali berakhir."
        ),
        rows=_ended,
        dimensions=(months("closed_at"), _OUTCOME, _STATE, KIND, needed_programme(), *_WHERE),
        show=_show_case,
        roles=READERS,
        listed=with_needed,
        order=("-closed_at", "-pk"),
    ),
    Figure(
        code="cases-open",
        group=_GROUP,
        label=_("Perkara belum selesai"),
        unit=Unit.CASE,
        meaning=_("Perkara yang hari ini masih menunggu seseorang."),
        rows=_open,
        dimensions=(_STATE, KIND, needed_programme(), _URGENCY, months("received_at"), *_WHERE),
        show=_show_case,
        roles=READERS,
        listed=with_needed,
        order=("received_at", "pk"),
        is_now=True,
    ),
    Figure(
        code="questions",
        group=_GROUP,
        label=_("Pertanyaan dijawab langsung"),
        unit=Unit.QUESTION,
        meaning=_("Pertanyaan yang langsung dijawab dan dicatat, pada hari ditanyakan."),
        rows=_questions,
        dimensions=(months("asked_at"), KIND, _CHANNEL),
        show=_show_question,
        roles=READERS,
        listed=_loaded,
        order=("-asked_at", "-pk"),
    ),
)
