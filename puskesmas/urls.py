"""Addresses: public pages, officers' pages, REST API, office protocol. Names are in each app."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from puskesmas import health, views, views_styleguide

urlpatterns = [
    path("", views.home, name="home"),
    path("health/", health.health, name="health"),
    path("language/", include("django.conf.urls.i18n")),
    path("account/", include("allauth.urls")),
    path("office/choose/", views.choose_office, name="choose_office"),
    path("office/", include("puskesmas.office_urls")),
    path("attachments/<uuid:uid>/", views.attachment, name="attachment"),
    path("search/", views.search, name="search"),
    path("styleguide/", views_styleguide.styleguide, name="styleguide"),
    path("styleguide/live/", views_styleguide.styleguide_live, name="styleguide_live"),
    path("styleguide/<str:name>/", views_styleguide.styleguide_page, name="styleguide_page"),
    path("status/", include("complaints.public_urls")),
    path("verify/", include("reports.letters.public_urls")),
    path("partner/", include("referrals.partners.urls")),
    path("people/", include("registry.urls")),
    path("surveys/", include("registry.criteria.urls")),
    path("proposals/", include("registry.proposals.urls")),
    path("programmes/", include("programs.urls")),
    path("cases/", include("complaints.urls")),
    path("verification/", include("complaints.verification.urls")),
    path("referrals/", include("referrals.urls")),
    path("letters/", include("reports.letters.urls")),
    path("figures/", include("reports.figures.urls")),
    path("api/v1/", include("puskesmas.api_urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api_docs"),
    path("exchange/v1/", include("referrals.exchange_urls")),
]

handler400, handler404, handler500 = views.bad_request, views.not_found, views.server_error
