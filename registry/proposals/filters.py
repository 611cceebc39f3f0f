"""Filters of the list of proposals; a person only by uid."""

from django_filters import rest_framework as filters

from puskesmas.api_lists import Filters
from registry.models import Proposal
from registry.proposals.workflow import ProposalState


class ProposalFilters(Filters):
    """``subject`` is the person's uid, ``register`` the code of a register."""

    state = filters.MultipleChoiceFilter(choices=ProposalState.choices, distinct=False)
    kind = filters.ChoiceFilter(choices=Proposal.Kind.choices)
    programme = filters.ChoiceFilter(choices=Proposal.Programme.choices)
    register = filters.CharFilter(field_name="register__code")
    rw = filters.CharFilter(field_name="resident__rw")
    subject = filters.UUIDFilter(field_name="resident__uid")
