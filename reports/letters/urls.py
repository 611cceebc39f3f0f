from django.urls import path

from reports.letters import draft_views, style_views, views

app_name = "letters"
urlpatterns = [
    path("", views.register, name="register"),
    path("month/", views.month, name="month"),
    path("drafts/", draft_views.drafts, name="drafts"),
    path("drafts/<uuid:uid>/drop/", draft_views.drop, name="draft_drop"),
    path("style/", style_views.style, name="style"),
    path("forms/<slug:code>/", style_views.kind_form, name="kind_form"),
    path("numbers/", style_views.numbers, name="numbers"),
    path("<uuid:uid>/", views.letter, name="letter"),
    path("<uuid:uid>/pdf/", views.pdf, name="pdf"),
    path("<uuid:uid>/sign/", views.sign, name="sign"),
    path("<uuid:uid>/hand-over/", views.hand_over, name="hand_over"),
    path("<uuid:uid>/void/", views.void, name="void"),
]
