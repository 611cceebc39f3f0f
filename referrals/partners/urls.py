"""Addresses of the partner's pages."""

from django.urls import path

from referrals.partners import views

app_name = "partner"
urlpatterns = [
    path("", views.code_form, name="form"),
    path("<str:token>/", views.page, name="page"),
    path("<str:token>/open/", views.open_page, name="open"),
    path("<str:token>/reveal/", views.reveal, name="reveal"),
    path("<str:token>/answer/", views.answer, name="answer"),
]
