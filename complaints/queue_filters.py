"""Filters of the queue, in its address: never a NIK, a name or a phone number."""

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from complaints.models import Channel, Complaint, ComplaintKind, ComplaintProgramme
from complaints.selectors import kinds_of
from complaints.workflow import CaseState
from programs.models import Programme
from programs.selectors import programmes_of
from puskesmas.actors import Actor
from puskesmas.forms import NumberInput


class CaseFilter(django_filters.FilterSet):
    """By kind, programme needed, channel, state and neighbourhood."""

    kind = django_filters.ModelChoiceFilter(
        label=_("Jenis"), queryset=ComplaintKind.objects.none(), to_field_name="uid"
    )
    programme = django_filters.ModelChoiceFilter(
        label=_("Program yang dibutuhkan"),
        queryset=Programme.objects.none(),
        to_field_name="uid",
        method="needing",
    )
    channel = django_filters.ChoiceFilter(label=_("Saluran"), choices=Channel.choices)
    state = django_filters.ChoiceFilter(label=_("Status"), choices=CaseState.choices)
    rw = django_filters.CharFilter(
        label="RW", field_name="subject__rw", widget=NumberInput(width=4)
    )
    rt = django_filters.CharFilter(
        label="RT", field_name="subject__rt", widget=NumberInput(width=4)
    )

    class Meta:
        model = Complaint
        fields: list[str] = []

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("kind", "programme", "channel", "state"):
            self.filters[name].field.empty_label = _("Semua")
        self.filters["kind"].field.queryset = kinds_of(actor)
        self.filters["programme"].field.queryset = programmes_of(actor.office)

    def needing(self, rows: QuerySet[Complaint], name: str, value: Programme) -> Any:
        """Keep the cases that need the programme, each once."""
        needed = ComplaintProgramme.objects.filter(
            complaint=OuterRef("pk"),
            programme=value,
            relation=ComplaintProgramme.Relation.NEEDED,
        )
        return rows.filter(Exists(needed))

    @property
    def active(self) -> int:
        """Return how many filters are on."""
        return sum(bool(self.data.get(name)) for name in self.filters)
