from django.urls import path

from complaints import counter_views, views

app_name = "complaints"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("new/", counter_views.new, name="new"),
    path("new/papers/", counter_views.papers, name="papers"),
    path("questions/new/", counter_views.question_new, name="question_new"),
    path("questions/<uuid:uid>/", counter_views.question, name="question"),
    path(
        "questions/<uuid:uid>/receipt.pdf", counter_views.question_receipt, name="question_receipt"
    ),
    path("<uuid:uid>/", views.case, name="case"),
    path("<uuid:uid>/registered/", counter_views.registered, name="registered"),
    path("<uuid:uid>/receipt.pdf", counter_views.receipt, name="receipt"),
    path("<uuid:uid>/phones/", views.phones, name="phones"),
    path("<uuid:uid>/<slug:code>/", views.act, name="act"),
]
