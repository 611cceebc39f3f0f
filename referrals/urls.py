"""Addresses of the referral pages."""

from django.urls import path

from referrals import (
    overview,
    views,
    views_inbox,
    views_links,
    views_options,
    views_together,
)
from referrals.chain import views as chain
from referrals.files.views import received_file
from referrals.packages import views as packages
from referrals.quotas import views as quotas
from referrals.realised import views as realised

app_name = "referrals"
urlpatterns = [
    path("approvals/", views.approvals, name="approvals"),
    path("deliveries/", views.deliveries, name="deliveries"),
    path("links/", views_links.upstream, name="links"),
    path("links/here/", views_links.link_here, name="link_here"),
    path("links/tell-again/", views_links.tell_again, name="tell_again"),
    path("links/card/", packages.card, name="card"),
    path("links/card/file/", packages.card_file, name="card_file"),
    path("packages/", packages.packages, name="packages"),
    path("packages/for/<uuid:uid>/", packages.make, name="package_make"),
    path("packages/<uuid:uid>/", packages.package, name="package"),
    path("packages/<uuid:uid>/take-in/", packages.take_in, name="package_take_in"),
    path("packages/<uuid:uid>/file/", packages.download, name="package_file"),
    path("packages/<uuid:uid>/sheet/", packages.sheet, name="package_sheet"),
    path("packages/<uuid:uid>/letter/", packages.letter, name="package_letter"),
    path("villages/", views_links.villages, name="villages"),
    path("chain/", chain.chain, name="chain"),
    path("chain/<uuid:uid>/drop/", chain.drop, name="chain_drop"),
    path("chain/supervisors/<uuid:uid>/", chain.supervised, name="chain_supervised"),
    path("villages/overview/", overview.overview, name="overview"),
    path("realised/new/", realised.new, name="realised_new"),
    path("realised/<uuid:uid>/", realised.realised, name="realised"),
    path("realised/<uuid:uid>/apply/", realised.apply, name="realised_apply"),
    path("realised/<uuid:uid>/problems/", realised.problems, name="realised_problems"),
    path("quotas/", quotas.quotas, name="quotas"),
    path("quotas/set/", quotas.set_quota, name="quota_set"),
    path("quotas/<uuid:uid>/", quotas.quota, name="quota"),
    path("draft/<uuid:case_uid>/", views.draft, name="draft"),
    path("options/<uuid:case_uid>/", views_options.options, name="options"),
    path("options/<uuid:case_uid>/facts/<str:code>/", views_options.state_fact, name="state_fact"),
    path("inbox/", views_inbox.inbox, name="inbox"),
    path("inbox/together/", views_together.together, name="together"),
    path("inbox/<uuid:uid>/", views_inbox.received, name="received"),
    path("inbox/<uuid:uid>/reveal/", views_inbox.reveal, name="reveal"),
    path("inbox/<uuid:uid>/owner-link/", views_inbox.owner_link, name="owner_link"),
    path("inbox/<uuid:uid>/owner-code/", views_inbox.owner_code, name="owner_code"),
    path("inbox/<uuid:uid>/owner-revoke/", views_inbox.owner_revoke, name="owner_revoke"),
    path("inbox/<uuid:uid>/files/<str:sha256>/", received_file, name="received_file"),
    path("inbox/<uuid:uid>/<slug:action>/", views_inbox.act, name="inbox_act"),
    path("<uuid:uid>/", views.referral, name="referral"),
    path("<uuid:uid>/approve/", views.approve, name="approve"),
    path("<uuid:uid>/override/", views.override, name="override"),
    path("<uuid:uid>/return/", views.return_draft, name="return"),
    path("<uuid:uid>/refuse/", views.refuse, name="refuse"),
    path("<uuid:uid>/resubmit/", views.resubmit, name="resubmit"),
    path("<uuid:uid>/letter/", views.letter, name="letter"),
    path("<uuid:uid>/remind/", views.remind, name="remind"),
    path("<uuid:uid>/hand-over/", views.hand_over, name="hand_over"),
    path("<uuid:uid>/answer/", views.answer, name="answer"),
    path("<uuid:uid>/care/", views.care_verdict, name="care"),
    path("<uuid:uid>/take-up/", views.take_up, name="take_up"),
    path("<uuid:uid>/realisation/", views.realisation, name="realisation"),
    path("<uuid:uid>/send-now/", views.send_now, name="send_now"),
    path("<uuid:uid>/send-link/", views.send_link, name="send_link"),
    path("<uuid:uid>/revoke-link/", views.revoke_link, name="revoke_link"),
]
