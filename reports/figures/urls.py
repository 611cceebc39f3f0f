from django.urls import path

from reports.figures import report_views, views

app_name = "figures"

urlpatterns = [
    path("", views.figures, name="figures"),
    path("reports/", report_views.reports, name="reports"),
    path("reports/new/", report_views.report_new, name="report_new"),
    path("reports/<uuid:uid>/", report_views.report, name="report"),
    path("reports/<uuid:uid>/report.pdf", report_views.report_pdf, name="report_pdf"),
    path("reports/<uuid:uid>/report.xlsx", report_views.report_sheet, name="report_sheet"),
    path("reports/<uuid:uid>/actions/new/", report_views.action_new, name="action_new"),
    path("reports/actions/<uuid:uid>/done/", report_views.action_done, name="action_done"),
    path("<slug:code>/", views.figure, name="figure"),
    path("<slug:code>/list/", views.listing, name="list"),
]
