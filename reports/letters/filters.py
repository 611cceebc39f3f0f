"""Filters of the list of letters. They stand in addresses: a person only by uid."""

import uuid
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django_filters import rest_framework as filters

from puskesmas.api import api_actor
from puskesmas.api_lists import Filters
from puskesmas.api_requests import FIRST_DAY, LAST_DAY
from reports.letters.subjects import same_as
from reports.letters.workflow import LetterState


class LetterFilters(Filters):
    """``subject`` is the person's uid."""

    kind = filters.CharFilter()
    state = filters.MultipleChoiceFilter(choices=LetterState.choices, distinct=False)
    year = filters.NumberFilter(
        field_name="dated__year",
        validators=[MinValueValidator(FIRST_DAY.year), MaxValueValidator(LAST_DAY.year)],
    )
    subject = filters.UUIDFilter(method="about")

    def about(self, rows: QuerySet[Any], _name: str, value: uuid.UUID) -> QuerySet[Any]:
        """Keep the subject's letters, under whichever uid they were issued."""
        return rows.filter(subject_uid__in=same_as(api_actor(self.request), value))
