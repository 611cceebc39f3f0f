from django.urls import path

from registry import letter_pages, merge_views, views
from registry.households import views as households
from registry.imports import views as lists
from registry.likeness import views as likenesses
from registry.registers import letter_pages as listing
from registry.registers import views as registers
from registry.verval import views as verval

app_name = "registry"
urlpatterns = [
    path("", views.search, name="search"),
    path("new/", views.person_new, name="person_new"),
    path("new/notes/", views.number_notes, name="number_notes"),
    path("likenesses/", likenesses.likenesses, name="likenesses"),
    path("likenesses/<uuid:uid>/", likenesses.likeness, name="likeness"),
    path("likenesses/<uuid:uid>/reopen/", likenesses.likeness_reopen, name="likeness_reopen"),
    path("imports/", lists.imports, name="imports"),
    path("imports/new/", lists.import_new, name="import_new"),
    path("imports/<uuid:uid>/", lists.import_page, name="import"),
    path("imports/<uuid:uid>/columns/", lists.import_columns, name="import_columns"),
    path("imports/<uuid:uid>/load/", lists.import_load, name="import_load"),
    path("imports/<uuid:uid>/cancel/", lists.import_cancel, name="import_cancel"),
    path("imports/<uuid:uid>/undo/", lists.import_undo, name="import_undo"),
    path("imports/<uuid:uid>/reasons/", lists.import_reasons, name="import_reasons"),
    path("verval/", verval.lists, name="verval"),
    path("verval/new/", verval.list_new, name="verval_new"),
    path("verval/<uuid:uid>/", verval.list_page, name="verval_list"),
    path("verval/<uuid:uid>/columns/", verval.list_columns, name="verval_columns"),
    path("verval/<uuid:uid>/assign/", verval.list_assign, name="verval_assign"),
    path("verval/<uuid:uid>/send/", verval.list_send, name="verval_send"),
    path("verval/<uuid:uid>/sheet/", verval.list_sheet, name="verval_sheet"),
    path("verval/<uuid:uid>/photos/", verval.list_photos, name="verval_photos"),
    path("verval/rows/<uuid:uid>/", verval.row_page, name="verval_row"),
    path("registers/", registers.registers, name="registers"),
    path("registers/new/", registers.register_new, name="register_new"),
    path("registers/<uuid:uid>/", registers.register, name="register"),
    path("registers/<uuid:uid>/edit/", registers.register_edit, name="register_edit"),
    path("households/<uuid:uid>/", households.household, name="household"),
    path("households/<uuid:uid>/head/", households.head, name="household_head"),
    path("households/<uuid:uid>/housing/", households.housing_new, name="housing_new"),
    path("<uuid:uid>/", views.person, name="person"),
    path("<uuid:uid>/edit/", views.person_edit, name="person_edit"),
    path("<uuid:uid>/edit/notes/", views.number_notes, name="number_notes_of"),
    path("<uuid:uid>/check/", views.register_check, name="register_check"),
    path("<uuid:uid>/life/", views.life, name="life"),
    path("<uuid:uid>/successor/", households.successor, name="successor"),
    path("<uuid:uid>/card/", households.person_card, name="person_card"),
    path("<uuid:uid>/reveal/", views.reveal, name="reveal"),
    path("<uuid:uid>/merge/", merge_views.merge_find, name="merge_find"),
    path("<uuid:uid>/merge/<uuid:other>/", merge_views.merge, name="merge"),
    path("<uuid:uid>/unmerge/", merge_views.unmerge, name="unmerge"),
    path("<uuid:uid>/sktm/", letter_pages.sktm_new, name="sktm_new"),
    path("<uuid:uid>/letter-request/", letter_pages.letter_request, name="letter_request"),
    path("sktm/<uuid:uid>/revise/", letter_pages.sktm_revise, name="sktm_revise"),
    path("sktm/<uuid:uid>/replace/", letter_pages.sktm_replace, name="sktm_replace"),
    path("<uuid:uid>/registers/", registers.person_registers, name="person_registers"),
    path("<uuid:uid>/listing/", listing.listing_letter_new, name="listing_letter_new"),
    path("listing/<uuid:uid>/revise/", listing.listing_letter_revise, name="listing_letter_revise"),
    path(
        "listing/<uuid:uid>/replace/", listing.listing_letter_replace, name="listing_letter_replace"
    ),
]
