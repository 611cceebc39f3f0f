from django.urls import path

from registry import letter_pages, views
from registry.imports import views as lists

app_name = "registry"
urlpatterns = [
    path("", views.search, name="search"),
    path("new/", views.person_new, name="person_new"),
    path("imports/", lists.imports, name="imports"),
    path("imports/new/", lists.import_new, name="import_new"),
    path("imports/<uuid:uid>/", lists.import_page, name="import"),
    path("imports/<uuid:uid>/columns/", lists.import_columns, name="import_columns"),
    path("imports/<uuid:uid>/load/", lists.import_load, name="import_load"),
    path("imports/<uuid:uid>/reasons/", lists.import_reasons, name="import_reasons"),
    path("<uuid:uid>/", views.person, name="person"),
    path("<uuid:uid>/edit/", views.person_edit, name="person_edit"),
    path("<uuid:uid>/check/", views.register_check, name="register_check"),
    path("<uuid:uid>/life/", views.life, name="life"),
    path("<uuid:uid>/reveal/", views.reveal, name="reveal"),
    path("<uuid:uid>/sktm/", letter_pages.sktm_new, name="sktm_new"),
    path("sktm/<uuid:uid>/revise/", letter_pages.sktm_revise, name="sktm_revise"),
    path("sktm/<uuid:uid>/replace/", letter_pages.sktm_replace, name="sktm_replace"),
]
