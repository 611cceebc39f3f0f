"""Filters of referrals and of the inbox. They stand in addresses: no person among them."""

from django_filters import rest_framework as filters

from complaints.models import Complaint
from puskesmas.api_lists import DayFilter, Filters
from referrals.models import Referral
from referrals.workflow import Answer, Approval, Inbox, Realisation


class ReferralFilters(Filters):
    """``programme`` is a code, ``complaint`` the uid of a case."""

    approval = filters.MultipleChoiceFilter(choices=Approval.choices, distinct=False)
    answer = filters.MultipleChoiceFilter(choices=Answer.choices, distinct=False)
    realisation = filters.MultipleChoiceFilter(choices=Realisation.choices, distinct=False)
    road = filters.ChoiceFilter(choices=Referral.Road.choices)
    programme = filters.CharFilter(field_name="programme__code")
    complaint = filters.UUIDFilter(field_name="complaint__uid")


class InboxFilters(Filters):
    """``programme`` is the village's code, ``village`` the uid of the linked office."""

    state = filters.MultipleChoiceFilter(choices=Inbox.choices, distinct=False)
    realisation = filters.MultipleChoiceFilter(choices=Realisation.choices, distinct=False)
    urgency = filters.ChoiceFilter(choices=Complaint.Urgency.choices)
    programme = filters.CharFilter(field_name="programme_code")
    village = filters.UUIDFilter(field_name="peer__peer_uid")
    received_from = DayFilter(field_name="received_at")
    received_to = DayFilter(field_name="received_at", until=True)
