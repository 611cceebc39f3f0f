from django.urls import path

from programs import api
from programs.calls import api as calls
from programs.catalogue import api as catalogue
from programs.distribution import api as distribution
from programs.eligibility import api as eligibility
from programs.participation import api as participation

urlpatterns = [
    path("people/<uuid:uid>/options/", eligibility.PersonOptions.as_view(), name="options"),
    path("people/<uuid:uid>/facts/", eligibility.PersonFacts.as_view(), name="facts"),
    path("catalogue/", catalogue.CatalogueOnDay.as_view(), name="catalogue"),
    path("catalogue/file/", catalogue.CatalogueFileView.as_view(), name="catalogue_file"),
    path("catalogue/import/", catalogue.CatalogueImport.as_view(), name="catalogue_import"),
    path(
        "programmes/<uuid:uid>/versions/",
        catalogue.ProgrammeVersions.as_view(),
        name="programme_versions",
    ),
    path("programmes/", api.ProgrammeList.as_view(), name="programmes"),
    path(
        "people/<uuid:uid>/programmes/",
        participation.PersonProgrammes.as_view(),
        name="person_programmes",
    ),
    path(
        "participations/<uuid:uid>/stop/",
        participation.ParticipationStop.as_view(),
        name="participation_stop",
    ),
    path(
        "programmes/<uuid:uid>/recipients/",
        participation.RecipientList.as_view(),
        name="recipients",
    ),
    path("cover/double/", participation.DoubleCover.as_view(), name="double_cover"),
    path("cover/gaps/", participation.GapList.as_view(), name="gaps"),
    path("distributions/", distribution.DistributionList.as_view(), name="distributions"),
    path(
        "distributions/<uuid:uid>/",
        distribution.DistributionDetail.as_view(),
        name="distribution",
    ),
    path(
        "distributions/<uuid:uid>/recipients/",
        distribution.DistributionRecipients.as_view(),
        name="distribution_recipients",
    ),
    path(
        "distributions/<uuid:uid>/find/",
        distribution.DistributionFind.as_view(),
        name="distribution_find",
    ),
    path(
        "distributions/<uuid:uid>/build/",
        distribution.DistributionBuild.as_view(),
        name="distribution_build",
    ),
    path(
        "distributions/<uuid:uid>/slots/",
        distribution.DistributionSlots.as_view(),
        name="distribution_slots",
    ),
    path(
        "distributions/<uuid:uid>/settle/",
        distribution.DistributionSettle.as_view(),
        name="distribution_settle",
    ),
    path(
        "distributions/<uuid:uid>/unlock/",
        distribution.DistributionUnlock.as_view(),
        name="distribution_unlock",
    ),
    path(
        "distributions/<uuid:uid>/close/",
        distribution.DistributionClose.as_view(),
        name="distribution_close",
    ),
    path(
        "aid-recipients/<uuid:uid>/",
        distribution.RecipientDetail.as_view(),
        name="aid_recipient",
    ),
    path(
        "aid-recipients/<uuid:uid>/hand/",
        distribution.RecipientHand.as_view(),
        name="aid_hand",
    ),
    path(
        "aid-recipients/<uuid:uid>/defer/",
        distribution.RecipientDefer.as_view(),
        name="aid_defer",
    ),
    path(
        "aid-recipients/<uuid:uid>/undo/",
        distribution.RecipientUndo.as_view(),
        name="aid_undo",
    ),
    path(
        "aid-recipients/<uuid:uid>/papers/",
        distribution.RecipientPapers.as_view(),
        name="aid_papers",
    ),
    path(
        "aid-recipients/<uuid:uid>/death/",
        distribution.RecipientDeath.as_view(),
        name="aid_death",
    ),
    path(
        "aid-recipients/<uuid:uid>/strike/",
        distribution.RecipientStrike.as_view(),
        name="aid_strike",
    ),
    path(
        "aid-recipients/<uuid:uid>/replace/",
        distribution.RecipientReplace.as_view(),
        name="aid_replace",
    ),
    path("calls/", calls.CallList.as_view(), name="calls"),
    path("calls/<uuid:uid>/", calls.CallDetail.as_view(), name="call"),
    path("calls/<uuid:uid>/candidates/", calls.CallNames.as_view(), name="call_names"),
    path("calls/<uuid:uid>/submit/", calls.CallSubmit.as_view(), name="call_submit"),
    path("calls/<uuid:uid>/approve/", calls.CallApprove.as_view(), name="call_approve"),
    path("calls/<uuid:uid>/return/", calls.CallReturn.as_view(), name="call_return"),
    path("calls/<uuid:uid>/basis/", calls.CallBasis.as_view(), name="call_basis"),
    path("calls/<uuid:uid>/hand_over/", calls.CallHandOver.as_view(), name="call_hand_over"),
    path("candidates/<uuid:uid>/strike/", calls.CandidateStrike.as_view(), name="strike"),
    path("candidates/<uuid:uid>/result/", calls.CandidateResult.as_view(), name="result"),
]
