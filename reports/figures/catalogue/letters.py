"""Letters: what was numbered, of which kind, and what became of it."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from puskesmas.actors import Actor
from puskesmas.models import Role
from puskesmas.templatetags.puskesos import tanggal
from reports.figures.definitions import Dimension, Figure, Shown, Unit
from reports.figures.dimensions import chosen, column, months
from reports.figures.periods import Period
from reports.letters import kinds
from reports.letters.models import Letter
from reports.letters.workflow import LetterState


def _dated(actor: Actor, period: Period) -> QuerySet[Letter]:
    rows: QuerySet[Letter] = Letter.objects.visible_to(actor)
    return rows.filter(period.holds_day("dated"))


def _kind_words(actor: Actor, keys: Collection[str]) -> Mapping[str, Any]:
    return dict(kinds.choices())


def _show(row: Letter) -> Shown:
    names = dict(kinds.choices())
    said = [names.get(row.kind, row.kind), row.get_state_display(), tanggal(row.dated)]
    return Shown(
        title=row.number,
        url=reverse("letters:letter", args=[row.uid]),
        text=" · ".join(str(one) for one in said),
    )


FIGURES = (
    Figure(
        code="letters",
        group=_("Surat"),
        label=_("Surat bernomor"),
        unit=Unit.LETTER,
        meaning=_("Setiap nomor dihitung sekali, pada tanggal surat, juga bila dibatalkan."),
        rows=_dated,
        dimensions=(
            Dimension(
                code="kind", label=_("Jenis surat"), annotate=column("kind"), words=_kind_words
            ),
            chosen("state", _("Keadaan"), "state", LetterState),
            months("dated", is_moment=False),
        ),
        show=_show,
        roles=(Role.FRONT, Role.BACK, Role.COORDINATOR, Role.HEAD),
        order=("-dated", "-pk"),
    ),
)
