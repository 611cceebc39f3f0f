from django.urls import path

from complaints.verification import views
from complaints.verification import visit_views as visits

app_name = "verification"
_CASE, _VISIT = "cases/<uuid:uid>/", "visits/<uuid:uid>/"
urlpatterns = [
    path(f"{_CASE}papers/<slug:code>/", views.paper, name="paper"),
    path(f"{_CASE}papers/<slug:code>/form.pdf", views.statement, name="statement"),
    path(f"{_CASE}visit/", visits.plan, name="plan"),
    path(f"{_CASE}economy/", views.economy, name="economy"),
    path(f"{_CASE}minutes/", views.minutes_new, name="minutes"),
    path("visits/", visits.visits, name="visits"),
    path("visits/find/", visits.find, name="find"),
    path(_VISIT, visits.visit, name="visit"),
    path(f"{_VISIT}questions/", visits.questions, name="visit_questions"),
    path(f"{_VISIT}photos/", visits.photos, name="photos"),
    path(f"{_VISIT}position/", visits.position, name="visit_position"),
    path(f"{_VISIT}economy/", visits.economy, name="visit_economy"),
    path(f"{_VISIT}finish/", visits.finish, name="finish"),
    path(f"{_VISIT}entry/", visits.entry, name="entry"),
    path(f"{_VISIT}assign/", visits.assign, name="assign"),
    path(f"{_VISIT}cancel/", visits.cancel, name="cancel"),
    path(f"{_VISIT}sheet.pdf", visits.sheet_pdf, name="sheet"),
]
