from django.urls import path

from programs.calls import views as calls

app_name = "programs"
urlpatterns = [
    path("calls/", calls.calls, name="calls"),
    path("calls/new/", calls.call_new, name="call_new"),
    path("calls/<uuid:uid>/", calls.call_page, name="call"),
    path("calls/<uuid:uid>/find/", calls.call_find, name="call_find"),
    path("calls/<uuid:uid>/name/<uuid:resident_uid>/", calls.call_name, name="call_name"),
    path("calls/<uuid:uid>/submit/", calls.call_submit, name="call_submit"),
    path("calls/<uuid:uid>/approve/", calls.call_approve, name="call_approve"),
    path("calls/<uuid:uid>/return/", calls.call_return, name="call_return"),
    path("calls/<uuid:uid>/hand-over/", calls.call_hand_over, name="call_hand_over"),
    path("calls/<uuid:uid>/sheet/", calls.call_sheet, name="call_sheet"),
    path("calls/candidates/<uuid:uid>/strike/", calls.call_strike, name="call_strike"),
    path("calls/candidates/<uuid:uid>/result/", calls.call_result, name="call_result"),
]
