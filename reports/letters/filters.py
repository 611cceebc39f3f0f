"""Filters of the list of letters. They stand in addresses: a person only by uid."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django_filters import rest_framework as filters

from puskesmas.api_lists import Filters
from puskesmas.api_requests import FIRST_DAY, LAST_DAY
from reports.letters.workflow import LetterState


class LetterFilters(Filters):
    """``subject`` is the person's uid."""

    kind = filters.CharFilter()
    state = filters.MultipleChoiceFilter(choices=LetterState.choices, distinct=False)
    year = filters.NumberFilter(
        field_name="dated__year",
        validators=[MinValueValidator(FIRST_DAY.year), MaxValueValidator(LAST_DAY.year)],
    )
    subject = filters.UUIDFilter(field_name="subject_uid")
