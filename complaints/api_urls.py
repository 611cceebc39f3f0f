"""REST addresses of cases. Acts carry the case table's own names."""

from django.urls import path

from complaints import api
from complaints.verification import api as verification

_CASE = "complaints/<uuid:uid>/"

_VISIT = "visits/<uuid:uid>/"

urlpatterns = [
    path("visits/", verification.Visits.as_view(), name="visits"),
    path(_VISIT, verification.VisitDetail.as_view(), name="visit"),
    path(f"{_VISIT}sheet/", verification.Sheet.as_view(), name="visit_sheet"),
    *(
        path(f"{_VISIT}{name}/", view.as_view(), name=f"visit_{name}")
        for name, view in verification.ACTS.items()
    ),
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
    path(
        f"{_CASE}papers/review/",
        verification.ReviewPaper.as_view(),
        name="complaint_paper_review",
    ),
    path(f"{_CASE}visits/", verification.CaseVisits.as_view(), name="complaint_visits"),
    path(f"{_CASE}economy/", verification.CaseEconomy.as_view(), name="complaint_economy"),
    path(f"{_CASE}minutes/", verification.CaseMinutes.as_view(), name="complaint_minutes"),
    path(f"{_CASE}phones/", api.CasePhones.as_view(), name="complaint_phones"),
    path(f"{_CASE}tellings/", api.Tellings.as_view(), name="complaint_tellings"),
    *(
        path(f"{_CASE}{name}/", view.as_view(), name=f"complaint_{name}")
        for name, view in api.ACTS.items()
    ),
]
