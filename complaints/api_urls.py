"""REST addresses of cases. Acts carry the case table's own names."""

from django.urls import path

from complaints import api

_CASE = "complaints/<uuid:uid>/"

urlpatterns = [
    path("complaint-kinds/", api.KindList.as_view(), name="complaint_kinds"),
    path("questions/", api.QuestionLog.as_view(), name="questions"),
    path("questions/<uuid:uid>/receipt/", api.QuestionReceipt.as_view(), name="question_receipt"),
    path("status/<str:number>/details/", api.StatusDetails.as_view(), name="status_details"),
    path("status/<str:number>/", api.Status.as_view(), name="status"),
    path("complaints/", api.CaseList.as_view(), name="complaints"),
    path(_CASE, api.CaseDetail.as_view(), name="complaint"),
    path(f"{_CASE}receipt/", api.Receipt.as_view(), name="complaint_receipt"),
    path(f"{_CASE}urgency/", api.SetUrgency.as_view(), name="complaint_urgency"),
    path(f"{_CASE}papers/", api.TickPapers.as_view(), name="complaint_papers"),
    path(f"{_CASE}papers/upload/", api.AttachPaper.as_view(), name="complaint_paper_upload"),
    path(f"{_CASE}phones/", api.CasePhones.as_view(), name="complaint_phones"),
    path(f"{_CASE}tellings/", api.Tellings.as_view(), name="complaint_tellings"),
    *(
        path(f"{_CASE}{name}/", view.as_view(), name=f"complaint_{name}")
        for name, view in api.ACTS.items()
    ),
]
