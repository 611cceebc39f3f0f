from django.urls import path

from registry.criteria import views

app_name = "surveys"
urlpatterns = [
    path("<uuid:uid>/", views.survey, name="survey"),
    path("people/<uuid:person_uid>/<slug:code>/", views.survey_new, name="new"),
]
