from django.urls import path

from programs import api
from programs.calls import api as calls

urlpatterns = [
    path("programmes/", api.ProgrammeList.as_view(), name="programmes"),
    path("people/<uuid:uid>/programmes/", api.PersonProgrammes.as_view(), name="person_programmes"),
    path("calls/", calls.CallList.as_view(), name="calls"),
    path("calls/<uuid:uid>/", calls.CallDetail.as_view(), name="call"),
    path("calls/<uuid:uid>/candidates/", calls.CallNames.as_view(), name="call_names"),
    path("calls/<uuid:uid>/submit/", calls.CallSubmit.as_view(), name="call_submit"),
    path("calls/<uuid:uid>/approve/", calls.CallApprove.as_view(), name="call_approve"),
    path("calls/<uuid:uid>/return/", calls.CallReturn.as_view(), name="call_return"),
    path("calls/<uuid:uid>/hand_over/", calls.CallHandOver.as_view(), name="call_hand_over"),
    path("candidates/<uuid:uid>/strike/", calls.CandidateStrike.as_view(), name="strike"),
    path("candidates/<uuid:uid>/result/", calls.CandidateResult.as_view(), name="result"),
]
