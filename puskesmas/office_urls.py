from django.urls import path

from puskesmas import office_views as views

app_name = "office"
urlpatterns = [
    path("", views.office, name="office"),
    path("time-limits/", views.time_limits, name="time_limits"),
    path("holidays/", views.holidays, name="holidays"),
    path("officers/", views.officer_list, name="officers"),
    path("officers/new/", views.officer_new, name="officer_new"),
    path("officers/<uuid:uid>/", views.officer_edit, name="officer_edit"),
    path("officers/<uuid:uid>/role/", views.officer_role, name="officer_role"),
    path("officers/<uuid:uid>/password/", views.officer_password, name="officer_password"),
    path("assignments/<uuid:uid>/end/", views.assignment_end, name="assignment_end"),
    path("tokens/", views.token_list, name="tokens"),
    path("tokens/<uuid:uid>/revoke/", views.token_revoke, name="token_revoke"),
]
