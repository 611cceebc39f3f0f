"""Filters of the list of cases. They stand in addresses: a person only by his uid in the office."""

import uuid
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django_filters import rest_framework as filters

from complaints.models import Channel, Complaint, ComplaintProgramme
from complaints.workflow import OPEN_STATES, CaseState
from puskesmas.api_lists import DayFilter, Filters
from registry.identities import is_person


class CaseFilters(Filters):
    """``state`` may be repeated; ``programme`` is the code of one that is needed.

    ``subject`` is a person's uid: with ``open=true`` it says whether he has a live case already.
    """

    subject = filters.UUIDFilter(method="about")
    state = filters.MultipleChoiceFilter(choices=CaseState.choices, distinct=False)
    open = filters.BooleanFilter(method="only_open")
    kind = filters.CharFilter(field_name="kind__code")
    programme = filters.CharFilter(method="needing")
    channel = filters.ChoiceFilter(choices=Channel.choices)
    urgency = filters.ChoiceFilter(choices=Complaint.Urgency.choices)
    received_from = DayFilter(field_name="received_at")
    received_to = DayFilter(field_name="received_at", until=True)
    rt = filters.CharFilter(field_name="subject__rt")
    rw = filters.CharFilter(field_name="subject__rw")

    def about(self, rows: QuerySet[Any], _name: str, value: uuid.UUID) -> QuerySet[Any]:
        """Keep the person's cases, whichever of his records they were registered for."""
        return rows.filter(is_person(value, "subject__"))

    def only_open(self, rows: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:
        """Keep the cases in which somebody still owes something, or the others."""
        return rows.filter(state__in=OPEN_STATES) if value else rows.exclude(state__in=OPEN_STATES)

    def needing(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Keep the cases that need the programme."""
        wanted = ComplaintProgramme.objects.filter(
            complaint=OuterRef("pk"),
            relation=ComplaintProgramme.Relation.NEEDED,
            programme__code=value,
        )
        return rows.filter(Exists(wanted))
