from django.urls import path

from registry import api, letter_api
from registry.criteria import api as criteria
from registry.households import api as households
from registry.imports import api as lists
from registry.likeness import api as likeness_api
from registry.registers import api as registers
from registry.verval import api as verval

urlpatterns = [
    path("people/", api.PersonList.as_view(), name="people"),
    path("people/search/", api.PersonSearch.as_view(), name="people_search"),
    path("people/<uuid:uid>/", api.PersonDetail.as_view(), name="person"),
    path("people/<uuid:uid>/checks/", api.PersonChecks.as_view(), name="person_checks"),
    path("people/<uuid:uid>/life/", api.PersonLife.as_view(), name="person_life"),
    path("people/<uuid:uid>/card/", households.PersonCard.as_view(), name="person_card"),
    path("people/<uuid:uid>/numbers/", api.PersonNumbers.as_view(), name="person_numbers"),
    path("likenesses/", likeness_api.LikenessList.as_view(), name="likenesses"),
    path("likenesses/<uuid:uid>/decide/", likeness_api.LikenessDecide.as_view(), name="decide"),
    path("likenesses/<uuid:uid>/reopen/", likeness_api.LikenessReopen.as_view(), name="reopen"),
    path("people/<uuid:uid>/merge/", api.PersonMerge.as_view(), name="person_merge"),
    path("people/<uuid:uid>/unmerge/", api.PersonUnmerge.as_view(), name="person_unmerge"),
    path("people/<uuid:uid>/sktm/", letter_api.SktmIssue.as_view(), name="sktm"),
    path("people/<uuid:uid>/surveys/", criteria.PersonSurveys.as_view(), name="person_surveys"),
    path("criteria-sets/", criteria.CriteriaSetList.as_view(), name="criteria_sets"),
    path("households/<uuid:uid>/", households.HouseholdDetail.as_view(), name="household"),
    path("households/<uuid:uid>/head/", households.HouseholdHead.as_view(), name="household_head"),
    path("households/<uuid:uid>/housing/", households.Housing.as_view(), name="housing"),
    path("letters/<uuid:uid>/sktm/revise/", letter_api.SktmRevise.as_view(), name="sktm_revise"),
    path("letters/<uuid:uid>/sktm/replace/", letter_api.SktmReplace.as_view(), name="sktm_replace"),
    path(
        "people/<uuid:uid>/registers/", registers.PersonRegisters.as_view(), name="person_registers"
    ),
    path("people/<uuid:uid>/listing/", registers.ListingIssue.as_view(), name="listing"),
    path(
        "letters/<uuid:uid>/listing/revise/",
        registers.ListingRevise.as_view(),
        name="listing_revise",
    ),
    path(
        "letters/<uuid:uid>/listing/replace/",
        registers.ListingReplace.as_view(),
        name="listing_replace",
    ),
    path("verval/", verval.VervalLists.as_view(), name="verval"),
    path("verval/<uuid:uid>/rows/", verval.VervalListRows.as_view(), name="verval_rows"),
    path("verval/<uuid:uid>/assign/", verval.VervalAssign.as_view(), name="verval_assign"),
    path("verval/<uuid:uid>/columns/", verval.VervalColumns.as_view(), name="verval_columns"),
    path("verval/<uuid:uid>/send/", verval.VervalSend.as_view(), name="verval_send"),
    path("verval/rows/<uuid:uid>/", verval.VervalRowDetail.as_view(), name="verval_row"),
    path("lists/", lists.Lists.as_view(), name="lists"),
    path("lists/<uuid:uid>/", lists.ListDetail.as_view(), name="list"),
    path("lists/<uuid:uid>/columns/", lists.ListColumns.as_view(), name="list_columns"),
    path("lists/<uuid:uid>/check/", lists.ListCheck.as_view(), name="list_check"),
    path("lists/<uuid:uid>/load/", lists.ListLoad.as_view(), name="list_load"),
    path("lists/<uuid:uid>/cancel/", lists.ListCancel.as_view(), name="list_cancel"),
    path("lists/<uuid:uid>/undo/", lists.ListUndo.as_view(), name="list_undo"),
    path("lists/<uuid:uid>/rows/", lists.ListRows.as_view(), name="list_rows"),
    path("lists/<uuid:uid>/reasons/", lists.ListReasons.as_view(), name="list_reasons"),
    path("registers/", registers.RegisterList.as_view(), name="registers"),
    path("registers/<uuid:uid>/", registers.RegisterDetail.as_view(), name="register"),
]
