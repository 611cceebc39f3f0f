"""The REST API's addresses: each app adds its own."""

from django.urls import include, path

from puskesmas.api_views import AttachmentFile, MeView

app_name = "api"
urlpatterns = [
    path("me/", MeView.as_view(), name="me"),
    path("attachments/<uuid:uid>/", AttachmentFile.as_view(), name="attachment"),
    path("", include("reports.letters.api_urls")),
    path("", include("registry.api_urls")),
    path("", include("registry.proposals.api_urls")),
    path("", include("programs.api_urls")),
    path("", include("complaints.api_urls")),
    path("", include("referrals.api_urls")),
]
