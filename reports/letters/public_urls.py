from django.urls import path

from reports.letters import public_views

app_name = "verify"
urlpatterns = [
    path("", public_views.code_form, name="form"),
    path("<str:code>/", public_views.letter, name="letter"),
]
