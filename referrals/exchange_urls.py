"""Addresses of the office protocol, version 1. They never change; a new protocol is /v2/."""

from django.urls import path

from referrals import exchange_views as views
from referrals.files.tus_views import FileView
from referrals.reconciliation.exchange_views import AnswersView, ReferralsView

app_name = "exchange"
urlpatterns = [
    path("office/", views.OfficeView.as_view(), name="office"),
    path("messages/", views.MessagesView.as_view(), name="messages"),
    path("messages/<uuid:uid>/ack/", views.AcknowledgementView.as_view(), name="ack"),
    path("files/<uuid:referral>/<str:sha256>/", FileView.as_view(), name="file"),
    path("referrals/", ReferralsView.as_view(), name="referrals"),
    path("referrals/<uuid:referral>/answers/", AnswersView.as_view(), name="answers"),
    path("schemas/", views.schema_index, name="schemas"),
    path("schemas/<str:name>.json", views.schema, name="schema"),
]
