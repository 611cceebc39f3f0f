from django.urls import path

from registry.proposals import answer_views as answers
from registry.proposals import meeting_views as meetings
from registry.proposals import sheet_views as sheets
from registry.proposals import views

app_name = "proposals"
urlpatterns = [
    path("", views.proposals, name="proposals"),
    path("people/<uuid:person_uid>/new/", views.propose, name="propose"),
    path("meetings/", meetings.meetings, name="meetings"),
    path("meetings/new/", meetings.meeting_new, name="meeting_new"),
    path("meetings/<uuid:uid>/", meetings.meeting, name="meeting"),
    path("meetings/<uuid:uid>/outcomes/", meetings.outcomes, name="outcomes"),
    path("meetings/<uuid:uid>/minutes/", meetings.minutes_new, name="minutes"),
    path("minutes/<uuid:uid>/revise/", meetings.minutes_revise, name="minutes_revise"),
    path("sheets/", sheets.sheets, name="sheets"),
    path("sheets/new/", sheets.sheet_new, name="sheet_new"),
    path("sheets/profile/", sheets.profile, name="profile"),
    path("sheets/<uuid:uid>/", sheets.sheet, name="sheet"),
    path("sheets/<uuid:uid>/file/", sheets.sheet_file, name="sheet_file"),
    path("answers/new/", answers.answers_new, name="answers_new"),
    path("answers/<uuid:uid>/", answers.answers, name="answers"),
    path("answers/<uuid:uid>/columns/", answers.answers_columns, name="answers_columns"),
    path("answers/<uuid:uid>/apply/", answers.answers_apply, name="answers_apply"),
    path("<uuid:uid>/", views.proposal, name="proposal"),
    path("<uuid:uid>/edit/", views.change, name="change"),
    path("<uuid:uid>/<slug:code>/", views.act, name="act"),
]
