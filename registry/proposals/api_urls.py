from django.urls import path

from registry.proposals import answer_api as answers
from registry.proposals import api
from registry.proposals import sheet_api as sheets

urlpatterns = [
    path("proposals/", api.ProposalList.as_view(), name="proposals"),
    path("proposals/<uuid:uid>/", api.ProposalDetail.as_view(), name="proposal"),
    *(
        path(f"proposals/<uuid:uid>/{code}/", view.as_view(), name=f"proposal_{code}")
        for code, view in api.ACT_VIEWS.items()
    ),
    path("meetings/", sheets.MeetingList.as_view(), name="meetings"),
    path("meetings/<uuid:uid>/", sheets.MeetingDetail.as_view(), name="meeting"),
    path("meetings/<uuid:uid>/outcomes/", sheets.MeetingOutcomes.as_view(), name="outcomes"),
    path("meetings/<uuid:uid>/minutes/", sheets.MeetingMinutes.as_view(), name="minutes"),
    path("proposal-sheets/", sheets.SheetList.as_view(), name="sheets"),
    path("proposal-sheets/<uuid:uid>/file/", sheets.SheetFile.as_view(), name="sheet_file"),
    path(
        "letters/<uuid:uid>/minutes/revise/", sheets.MinutesRevise.as_view(), name="minutes_revise"
    ),
    path("proposal-profile/", sheets.Profile.as_view(), name="profile"),
    path("proposal-answers/", answers.AnswerFiles.as_view(), name="answers"),
    path("proposal-answers/<uuid:uid>/", answers.AnswerFileDetail.as_view(), name="answer_file"),
    path(
        "proposal-answers/<uuid:uid>/columns/",
        answers.AnswerFileColumns.as_view(),
        name="answers_columns",
    ),
    path(
        "proposal-answers/<uuid:uid>/apply/",
        answers.AnswerFileApply.as_view(),
        name="answers_apply",
    ),
]
