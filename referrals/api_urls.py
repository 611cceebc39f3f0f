"""REST addresses of referrals (village) and of the inbox (the tier above)."""

from django.urls import path

from referrals import api, inbox_api, options_api
from referrals.reconciliation import api as reconciliation_api

_ONE = "referrals/<uuid:uid>/"
_RECEIVED = "inbox/<uuid:uid>/"
_DIFFERENCE = "differences/<uuid:uid>/"

urlpatterns = [
    path("complaints/<uuid:uid>/referrals/", api.Draft.as_view(), name="referral_draft"),
    path("complaints/<uuid:uid>/options/", options_api.CaseOptions.as_view(), name="case_options"),
    path("complaints/<uuid:uid>/facts/", options_api.CaseFacts.as_view(), name="case_facts"),
    path("referrals/", api.ReferralList.as_view(), name="referrals"),
    path(_ONE, api.ReferralDetail.as_view(), name="referral"),
    path(f"{_ONE}approve/", api.Approve.as_view(), name="referral_approve"),
    path(f"{_ONE}return/", api.Return.as_view(), name="referral_return"),
    path(f"{_ONE}refuse/", api.Refuse.as_view(), name="referral_refuse"),
    path(f"{_ONE}resubmit/", api.Resubmit.as_view(), name="referral_resubmit"),
    path(f"{_ONE}hand_over/", api.HandOver.as_view(), name="referral_hand_over"),
    path(f"{_ONE}send_link/", api.SendLink.as_view(), name="referral_send_link"),
    path(f"{_ONE}revoke_link/", api.RevokeLink.as_view(), name="referral_revoke_link"),
    path(f"{_ONE}send_now/", api.SendNow.as_view(), name="referral_send_now"),
    path(f"{_ONE}answer/", api.RecordAnswer.as_view(), name="referral_answer"),
    path(f"{_ONE}care/", api.RecordCare.as_view(), name="referral_care"),
    path(f"{_ONE}letter/", api.IssueLetter.as_view(), name="referral_letter"),
    path(f"{_ONE}take_up/", api.TakeUp.as_view(), name="referral_take_up"),
    path(f"{_ONE}realisation/", api.RecordRealisation.as_view(), name="referral_realisation"),
    path("differences/", reconciliation_api.DifferenceList.as_view(), name="differences"),
    path("differences/compare/", reconciliation_api.Compare.as_view(), name="compare_lists"),
    path(f"{_DIFFERENCE}mend/", reconciliation_api.Mend.as_view(), name="difference_mend"),
    path(f"{_DIFFERENCE}explain/", reconciliation_api.Explain.as_view(), name="difference_explain"),
    path("inbox/", inbox_api.InboxList.as_view(), name="inbox"),
    path(_RECEIVED, inbox_api.InboxDetail.as_view(), name="received"),
    path(f"{_RECEIVED}files/<str:sha256>/", inbox_api.InboxFile.as_view(), name="received_file"),
    path(f"{_RECEIVED}numbers/", inbox_api.InboxNumbers.as_view(), name="received_numbers"),
    path(f"{_RECEIVED}pass/", inbox_api.InboxPass.as_view(), name="received_pass"),
    path(f"{_RECEIVED}send_back/", inbox_api.InboxSendBack.as_view(), name="received_send_back"),
    path(f"{_RECEIVED}return/", inbox_api.InboxReturn.as_view(), name="received_return"),
    path(f"{_RECEIVED}recommend/", inbox_api.InboxRecommend.as_view(), name="received_recommend"),
    path(f"{_RECEIVED}study/", inbox_api.InboxStudy.as_view(), name="received_study"),
    path(f"{_RECEIVED}approve/", inbox_api.InboxApprove.as_view(), name="received_approve"),
    path(f"{_RECEIVED}refuse/", inbox_api.InboxRefuse.as_view(), name="received_refuse"),
    path(f"{_RECEIVED}realisation/", inbox_api.InboxRealise.as_view(), name="received_realisation"),
]
