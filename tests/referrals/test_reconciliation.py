"""The lists of village and district compared: what differs is found, mended once, and then gone.

Either side is set back as if an old backup of it had been restored.
"""

import json
import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import jsonschema
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from puskesmas import outbox, transports
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, WrongState
from puskesmas.models import DeliveryAttempt, OutboxMessage, Peer, ReceivedMessage, Transition
from referrals import exchange, schemas
from referrals.models import (
    Answering,
    Comparison,
    Difference,
    ReceivedReferral,
    ReceivedSubmission,
    Referral,
    SentFile,
    Submission,
    VillageReport,
)
from referrals.reconciliation import asking, comparing, listing, services
from referrals.reconciliation.workflow import Kind, Standing
from referrals.services import approval, linking
from referrals.workflow import Answer, Inbox
from tests.referrals.conftest import NIK, serve, use_transport

LIST = "/exchange/v1/referrals/"


@pytest.fixture(params=["http", "local"])
def road(request, cast, wire):
    """Both roads on which lists can be compared; ``wire`` is the first."""
    if request.param == "local":
        linking.link_here(actor=cast.actor("admin"), uids=[cast.district.uid])
        wire.upstream.refresh_from_db()
        wire.downstream.refresh_from_db()
    return wire


def carry(wire) -> None:
    """Let everything travel that waits: up, and the answers down."""
    OutboxMessage.objects.update(due_at=timezone.now())
    outbox.send_due(transports.transport(), transports.after_ack)
    if wire.upstream.transport == Peer.Transport.HTTP:
        wire.fetch()


def compare(cast) -> list[tuple[str, str]]:
    """Compare to the end; return what is not gone: (kind, standing)."""
    services.ask(actor=cast.actor("koordinator"))
    while comparing.compare_due():
        pass
    assert not Comparison.objects.filter(finished_at=None).exists()
    rows = Difference.objects.exclude(standing=Standing.GONE).order_by("kind")
    return list(rows.values_list("kind", "standing"))


def press(cast, kind=None, who="koordinator"):
    row = Difference.objects.get(**({"kind": kind} if kind else {}), standing=Standing.WAITING)
    return services.mend(actor=cast.actor(who), uid=row.uid)


@pytest.fixture
def sent(cast, road, draft) -> Referral:
    """A referral the district has, and the village knows it."""
    row = draft(road=Referral.Road.DISTRICT)
    approval.approve(actor=cast.actor("koordinator"), uid=row.uid)
    carry(road)
    row.refresh_from_db()
    assert row.answer == Answer.RECEIVED
    return row


def forget_above(received: ReceivedReferral) -> None:
    """Take away what a backup of the district from before the referral would not have."""
    uids = list(received.submissions.values_list("payload_sha256", flat=True))
    ReceivedMessage.objects.filter(peer=received.peer, body_sha256__in=uids).delete()
    OutboxMessage.objects.filter(subject_uid=received.uid).delete()
    ReceivedSubmission.objects.filter(referral=received).delete()
    received.files.all().delete()
    received.delete()


def forget_here(referral: Referral) -> None:
    """Take away what a backup of the village from before the referral would not have."""
    ReceivedMessage.objects.filter(result_uid=referral.uid).delete()
    Answering.objects.filter(referral=referral).delete()
    SentFile.objects.filter(referral=referral).delete()
    Difference.objects.filter(referral=referral).delete()
    Submission.objects.filter(referral=referral).delete()
    DeliveryAttempt.objects.filter(message__subject_uid=referral.uid).delete()
    OutboxMessage.objects.filter(subject_uid=referral.uid).delete()
    referral.authors.clear()
    Referral.objects.filter(pk=referral.pk).delete()


# --- What is the same, and what is only under way ------------------------------------------------


def test_two_lists_that_agree_show_nothing(cast, road, sent):
    assert compare(cast) == []
    comparison = Comparison.objects.get()
    assert (comparison.compared, comparison.waiting, comparison.failure) == (1, 0, "")
    report = VillageReport.objects.get(peer=road.downstream)
    assert (report.compared, report.differences) == (1, 0)


def test_what_is_under_way_is_no_difference(cast, road, draft, sent):
    road.act("recommend")
    assert compare(cast) == []
    carry(road)
    assert compare(cast) == []


def test_a_file_still_in_the_outbox_is_no_difference(cast, road, draft):
    row = draft(road=Referral.Road.DISTRICT)
    approval.approve(actor=cast.actor("koordinator"), uid=row.uid)
    assert compare(cast) == []
    assert Comparison.objects.get().compared == 1


# --- The district restored an old backup ---------------------------------------------------------


def test_what_the_district_lost_is_sent_again_once_and_is_there_once(cast, road, sent):
    forget_above(road.received())
    before = Submission.objects.get().message
    assert compare(cast) == [(Kind.MISSING_ABOVE, Standing.WAITING)]
    press(cast)
    assert compare(cast) == []  # under way again
    carry(road)
    received = road.received()
    after = Submission.objects.get().message
    assert received.referral_uid == sent.uid
    assert (after.uid, after.body_sha256) == (before.uid, before.body_sha256)
    assert ReceivedMessage.objects.get(uid=before.uid).result_uid == received.uid
    assert compare(cast) == []
    row = Difference.objects.get()
    assert (row.standing, row.settled_at is not None) == (Standing.GONE, True)
    sent.refresh_from_db()
    assert (sent.answer, sent.upstream_number) == (Answer.RECEIVED, received.number)


def test_the_answers_of_a_district_that_counts_anew_are_heard(cast, road, sent):
    road.act("recommend")
    road.act("study")
    carry(road)
    forget_above(road.received())
    compare(cast)
    press(cast)
    carry(road)
    road.act("recommend")
    road.act("refuse", reason="Kuota habis")
    carry(road)
    sent.refresh_from_db()
    assert (sent.answer, sent.answer_sequence) == (Answer.REFUSED, 2)
    assert compare(cast) == []


def test_a_district_set_back_by_some_answers_is_followed(cast, road, sent):
    road.act("recommend")
    road.act("study")
    carry(road)
    ReceivedReferral.objects.update(state=Inbox.RECEIVED, answer_sequence=0)
    OutboxMessage.objects.filter(subject_uid=road.received().uid).delete()
    assert compare(cast) == [(Kind.AHEAD_HERE, Standing.WAITING)]
    press(cast)
    assert compare(cast) == []
    road.act("recommend")
    road.act("approve")
    carry(road)
    sent.refresh_from_db()
    assert sent.answer == Answer.APPROVED


def test_a_mended_file_the_district_lost_is_sent_again(cast, road, sent, mended):
    mended()
    assert road.received().submission_number == 2
    first = ReceivedSubmission.objects.get(number=1)
    newer = ReceivedSubmission.objects.get(number=2)
    ReceivedMessage.objects.filter(body_sha256=newer.payload_sha256).delete()
    newer.delete()
    ReceivedReferral.objects.update(
        submission_number=1,
        payload=first.payload,
        payload_sha256=first.payload_sha256,
        state=Inbox.RETURNED,
    )
    assert (Kind.OLDER_ABOVE, Standing.WAITING) in compare(cast)
    press(cast, Kind.OLDER_ABOVE)
    carry(road)
    assert road.received().submission_number == 2
    assert compare(cast) == []


@pytest.fixture
def mended(cast, road, sent):
    """Let the district return the file, and the village send a mended one."""

    def act():
        road.act("return", reason="Lengkapi")
        carry(road)
        sent.refresh_from_db()
        approval.resubmit(
            actor=cast.actor("back"),
            uid=sent.uid,
            need="Lengkap",
            version=sent.version,
            road=sent.road,
        )
        approval.approve(actor=cast.actor("koordinator"), uid=sent.uid)
        carry(road)

    return act


# --- The village restored an old backup ----------------------------------------------------------


def test_a_referral_the_village_lost_is_shown_with_what_the_district_has(cast, road, sent, login):
    received = road.received()
    forget_here(sent)
    assert compare(cast) == [(Kind.UNKNOWN_HERE, Standing.WAITING)]
    row = Difference.objects.get()
    assert row.theirs["number"] == received.number
    with pytest.raises(WrongState):
        press(cast)
    explain = {"actor": cast.actor("koordinator"), "uid": row.uid}
    with pytest.raises(InvalidInput):
        services.explain(reason=" ", **explain)
    services.explain(reason="Cadangan lama dipulihkan", **explain)
    # Found again every night, and it waits for nobody.
    assert compare(cast) == [(Kind.UNKNOWN_HERE, Standing.EXPLAINED)]
    assert Comparison.objects.latest("pk").waiting == 0


def test_answers_the_village_lost_are_fetched_again(cast, road, sent):
    road.act("recommend")
    road.act("approve")
    carry(road)
    told = Answering.objects.count()
    Answering.objects.all().delete()
    ReceivedMessage.objects.filter(kind=exchange.ANSWERED).delete()
    Referral.objects.update(answer=Answer.RECEIVED, answer_sequence=0)
    assert compare(cast) == [(Kind.ANSWERS_MISSING, Standing.WAITING)]
    press(cast)
    sent.refresh_from_db()
    assert (sent.answer, sent.answer_sequence) == (Answer.APPROVED, 2)
    assert Answering.objects.count() == told
    assert compare(cast) == []


def test_answers_the_village_had_refused_are_taken_in_when_it_knows_the_referral(cast, road, sent):
    road.act("recommend")
    message = OutboxMessage.objects.get(subject_uid=road.received().uid)
    OutboxMessage.objects.filter(pk=message.pk).update(failed_at=timezone.now())
    assert compare(cast) == [(Kind.ANSWERS_MISSING, Standing.WAITING)]
    press(cast)
    message.refresh_from_db()
    assert message.acked_at is not None
    assert message.failed_at is None
    assert compare(cast) == []


def test_a_receipt_that_was_lost_is_noted_from_the_list(cast, road, sent):
    Referral.objects.update(answer=Answer.NONE, acknowledged_at=None, upstream_number="")
    OutboxMessage.objects.update(acked_at=None, superseded_at=timezone.now())
    assert compare(cast) == [(Kind.NOT_NOTED, Standing.WAITING)]
    press(cast)
    sent.refresh_from_db()
    assert (sent.answer, sent.upstream_number) == (Answer.RECEIVED, road.received().number)
    assert compare(cast) == []


def test_other_content_under_one_number_is_for_people(cast, road, sent):
    Submission.objects.update(payload_sha256="0" * 64)
    assert compare(cast) == [(Kind.OTHER_CONTENT, Standing.WAITING)]
    with pytest.raises(WrongState):
        press(cast)


def test_a_word_that_never_was_applied_is_a_contradiction(cast, road, sent):
    road.act("recommend")
    road.act("refuse", reason="Tidak sesuai")
    carry(road)
    Referral.objects.update(answer=Answer.RECOMMENDED)
    assert compare(cast) == [(Kind.CONTRADICTION, Standing.WAITING)]


# --- Buttons -------------------------------------------------------------------------------------


def test_a_button_is_for_koordinator_and_administrator_of_the_village(cast, road, sent):
    forget_above(road.received())
    compare(cast)
    row = Difference.objects.get()
    for who in ("front", "back", "head"):
        with pytest.raises(NotYourRole):
            services.mend(actor=cast.actor(who), uid=row.uid)
        with pytest.raises(NotYourRole):
            services.explain(actor=cast.actor(who), uid=row.uid, reason="x")
        with pytest.raises(NotYourRole):
            services.ask(actor=cast.actor(who))
    with pytest.raises(NotFound):
        services.mend(actor=cast.actor("stranger_koordinator"), uid=row.uid)
    press(cast, who="admin")


def test_a_second_press_changes_nothing(cast, road, sent):
    forget_above(road.received())
    compare(cast)
    row = press(cast)
    with pytest.raises(WrongState):
        services.mend(actor=cast.actor("admin"), uid=row.uid)
    assert Transition.objects.filter(subject_uid=row.uid).count() == 1


def test_what_the_button_did_not_mend_waits_again(cast, wire, draft):
    row = draft(road=Referral.Road.DISTRICT)
    approval.approve(actor=cast.actor("koordinator"), uid=row.uid)
    carry(wire)
    # Gone there, and yet known as taken in: the repeat is answered with the first receipt.
    received = wire.received()
    received.submissions.all().delete()
    received.delete()
    assert compare(cast) == [(Kind.MISSING_ABOVE, Standing.WAITING)]
    press(cast)
    carry(wire)
    assert compare(cast) == [(Kind.MISSING_ABOVE, Standing.WAITING)]


def test_all_of_a_kind_are_mended_by_one_press(cast, wire, draft, make_case, programme):
    for _place in range(3):
        row = draft(road=Referral.Road.DISTRICT, case_uid=make_case().uid)
        approval.approve(actor=cast.actor("koordinator"), uid=row.uid)
    carry(wire)
    for received in ReceivedReferral.objects.all():
        forget_above(received)
    assert len(compare(cast)) == 3
    actor = cast.actor("koordinator")
    assert services.mend_all(actor=actor, kind=Kind.MISSING_ABOVE) == 3
    assert services.mend_all(actor=actor, kind=Kind.MISSING_ABOVE) == 0
    with pytest.raises(InvalidInput):
        services.mend_all(actor=actor, kind=Kind.OTHER_CONTENT)
    carry(wire)
    assert ReceivedReferral.objects.count() == 3
    assert compare(cast) == []


def test_files_are_offered_anew_with_the_referral(cast, wire, sent, monkeypatch):
    asked = []
    monkeypatch.setattr(services.sending, "send_again", asked.append)
    forget_above(wire.received())
    compare(cast)
    press(cast)
    assert asked == [sent]


def test_the_silent_district_is_named_and_the_difference_stays(cast, wire, draft, monkeypatch):
    row = draft(road=Referral.Road.DISTRICT)
    approval.approve(actor=cast.actor("koordinator"), uid=row.uid)
    carry(wire)
    wire.act("recommend")
    carry(wire)
    Referral.objects.update(answer_sequence=0)
    compare(cast)

    def silent(request):
        raise httpx.ConnectError("no", request=request)

    use_transport(monkeypatch, httpx.MockTransport(silent))
    with pytest.raises(WrongState, match="tidak menjawab"):
        press(cast)
    assert Difference.objects.get().standing == Standing.WAITING


# --- The line, the worker, the night -------------------------------------------------------------


@pytest.fixture
def many(cast, wire, draft, make_case, monkeypatch):
    """Five referrals the district has, and lists of two a page."""
    for _place in range(5):
        row = draft(road=Referral.Road.DISTRICT, case_uid=make_case().uid)
        approval.approve(actor=cast.actor("koordinator"), uid=row.uid)
    carry(wire)
    monkeypatch.setattr(listing, "PAGE", 2)
    monkeypatch.setattr(comparing, "OWN_PAGE", 2)


def test_a_comparison_goes_on_after_a_cut_from_where_it_was(cast, wire, many, monkeypatch):
    forget_above(ReceivedReferral.objects.order_by("referral_uid")[4])
    asked = []

    def breaking(request):
        asked.append(request.url.params.get("after"))
        if len(asked) == 2:
            raise httpx.ReadTimeout("cut", request=request)
        return serve(request)

    use_transport(monkeypatch, httpx.MockTransport(breaking))
    services.ask(actor=cast.actor("koordinator"))
    assert comparing.compare_due() is False
    comparison = Comparison.objects.get()
    assert (comparison.compared, comparison.failure, comparison.finished_at) == (2, "timeout", None)
    wire.upstream.refresh_from_db()
    assert wire.upstream.probe_at is not None
    assert compare(cast) == [(Kind.MISSING_ABOVE, Standing.WAITING)]
    comparison.refresh_from_db()
    assert (comparison.compared, comparison.failure) == (5, "")
    assert asked[1] == asked[2] == str(sorted(Referral.objects.values_list("uid", flat=True))[1])


@pytest.mark.parametrize("answer", [404, 500])
def test_a_district_that_cannot_compare_still_gets_its_messages(cast, wire, monkeypatch, answer):
    def old(request):
        if "/referrals/" in request.url.path:
            return httpx.Response(answer, text="<html>")
        return serve(request)

    use_transport(monkeypatch, httpx.MockTransport(old))
    assert compare(cast) == []
    comparison = Comparison.objects.get()
    assert comparison.failure in {"not_puskesos", "upstream_error"}
    wire.upstream.refresh_from_db()
    assert wire.upstream.probe_at is None


@pytest.mark.parametrize("spoil", ["order", "next", "field"])
def test_a_list_that_is_none_changes_nothing(cast, wire, many, monkeypatch, spoil):
    def spoilt(request):
        answer = serve(request)
        if request.method == "GET" and request.url.path == LIST:
            said = answer.json()
            if spoil == "order":
                said["referrals"].reverse()
            elif spoil == "next":
                said["next"] = str(uuid.uuid4())
            else:
                said["referrals"][0]["submission"] = "1"
            return httpx.Response(200, json=said)
        return answer

    use_transport(monkeypatch, httpx.MockTransport(spoilt))
    assert compare(cast) == []
    assert Comparison.objects.get().failure == "not_puskesos"


def test_a_difference_is_one_that_is_seen_twice(cast, wire, many, monkeypatch):
    """An answer issued and fetched between the list and our own record is no difference."""
    real = listing.page_of
    calls = []

    def stale(peer, *, after=None):
        page = real(peer, after=after)
        calls.append(after)
        if len(calls) == 1:
            page["referrals"][0]["answer_sequence"] = 7
        return page

    monkeypatch.setattr(listing, "page_of", stale)
    assert compare(cast) == []
    # The first page twice, the others once.
    assert len(calls) == 4


def test_a_press_between_the_look_and_the_note_is_not_undone(cast, wire, many, monkeypatch):
    forget_above(ReceivedReferral.objects.order_by("referral_uid")[0])
    compare(cast)
    row = Difference.objects.get()
    real = asking.page

    def pressing(peer, *, after):
        page = real(peer, after=after)
        if Difference.objects.get().standing == Standing.WAITING:
            services.mend(actor=cast.actor("admin"), uid=row.uid)
            # As if the page of ours had been read before the press.
            OutboxMessage.objects.filter(subject_uid=row.referral_uid).update(
                acked_at=timezone.now()
            )
        return page

    monkeypatch.setattr(asking, "page", pressing)
    assert compare(cast) == [(Kind.MISSING_ABOVE, Standing.MENDED)]


def test_the_lease_of_a_dead_worker_runs_out(cast, wire, many):
    services.ask(actor=cast.actor("koordinator"))
    assert comparing.claim_next() is not None
    assert comparing.claim_next() is None
    past = timezone.now() - timedelta(seconds=1)
    Comparison.objects.update(claimed_until=past)
    held = comparing.claim_next()
    # Whoever lost it writes nothing more.
    Comparison.objects.update(claimed_until=timezone.now() + timedelta(seconds=30))
    comparing._visit(held, float("inf"))
    assert Comparison.objects.get().compared == 0


def test_the_number_of_queries_follows_the_pages_not_the_rows(cast, wire, many, monkeypatch):
    def queries(page: int) -> int:
        monkeypatch.setattr(listing, "PAGE", page)
        monkeypatch.setattr(comparing, "OWN_PAGE", page)
        services.ask(actor=cast.actor("koordinator"))
        comparison = comparing.claim_next()
        with CaptureQueriesContext(connection) as asked:
            comparing._stretch(comparison)
        Comparison.objects.all().delete()
        return len([one for one in asked if "SAVEPOINT" not in one["sql"]])

    assert queries(1) == queries(4)


def test_each_office_has_its_own_minute_of_the_night_in_its_own_zone(cast):
    zone = ZoneInfo("Asia/Jayapura")
    cast.village.zone = "Asia/Jayapura"
    minutes = set()
    for number in range(280):
        cast.village.uid = uuid.UUID(int=uuid.uuid4().int + number)
        due = comparing.last_due(cast.village, datetime(2026, 11, 23, 5, 30, tzinfo=zone))
        assert due.astimezone(zone).date() == date(2026, 11, 23)
        assert due.astimezone(zone).hour < 5
        minutes.add(due)
    assert len(minutes) > 100


def test_it_is_compared_once_a_night_and_after_a_night_switched_off(cast, wire):
    now = timezone.now()
    assert comparing.ask_nightly() == 1
    comparing.compare_due()
    assert comparing.ask_nightly() == 0
    Comparison.objects.update(asked_at=now - timedelta(days=1))
    assert comparing.ask_nightly() == 1
    # Under way since yesterday: the same goes on.
    Comparison.objects.filter(finished_at=None).update(asked_at=now - timedelta(days=1))
    comparing.ask_nightly()
    assert Comparison.objects.count() == 2
    # A clock that was wrong is not waited for.
    Comparison.objects.update(asked_at=now + timedelta(days=40), finished_at=now)
    assert comparing.ask_nightly() == 1


def test_who_is_reached_by_stick_is_not_compared_and_told_so(cast, wire, login):
    Peer.objects.filter(pk=wire.upstream.pk).update(transport=Peer.Transport.CARRIED)
    assert comparing.ask_nightly() == 0
    with pytest.raises(WrongState):
        services.ask(actor=cast.actor("koordinator"))
    page = login("koordinator").get("/referrals/reconciliation/").content.decode()
    assert "Tidak bisa dicocokkan lewat jaringan" in page


# --- The call ------------------------------------------------------------------------------------


def call(wire, path="", method="get", token=None, **kwargs):
    headers = {"Authorization": f"Bearer {token or wire.upstream.token}"}
    return getattr(Client(), method)(f"{LIST}{path}", headers=headers, **kwargs)


def test_the_list_keeps_to_its_schema_and_holds_nobodys_data(wire, many):
    schema = json.loads(schemas.text("referrals-v1"))
    seen, after = [], None
    while True:
        answer = call(wire, f"?after={after}" if after else "")
        jsonschema.validate(answer.json(), schema)
        assert "Sulastri" not in answer.text
        assert NIK not in answer.text
        seen += [row["referral_uid"] for row in answer.json()["referrals"]]
        after = answer.json()["next"]
        if after is None:
            break
    assert seen == sorted(str(uid) for uid in Referral.objects.values_list("uid", flat=True))


def test_a_village_sees_its_own_referrals_and_answers_only(cast, wire, many):
    wire_row = ReceivedReferral.objects.first()
    other = linking.add_downstream(
        actor=Actor.system(cast.district), peer_uid=cast.other_village.uid, name="Sumberwangi"
    )
    assert call(wire, token=other).json() == {"referrals": [], "next": None}
    answers = f"{wire_row.referral_uid}/answers/"
    assert call(wire, answers, token=other).json() == {"messages": []}


def test_what_is_no_uid_or_no_report_is_refused_in_words(wire):
    assert call(wire, "?after=x").json()["code"] == "after_invalid"
    said = {"data": '{"compared": -1}', "content_type": "application/json"}
    assert call(wire, method="post", **said).json()["code"] == "body_invalid"
    said["data"] = '{"compared": 12, "differences": 2}'
    assert call(wire, method="post", **said).status_code == 204
    assert VillageReport.objects.get().differences == 2


# --- Pages ---------------------------------------------------------------------------------------


def test_the_district_sees_when_a_village_compared_and_what_waits_there(cast, road, sent, login):
    forget_above(road.received())
    compare(cast)
    page = login("manager").get("/referrals/villages/").content.decode()
    assert "1 selisih" in page


def test_the_koordinator_is_told_at_home_and_mends_by_the_button(cast, road, sent, login):
    forget_above(road.received())
    compare(cast)
    browser = login("koordinator")
    assert "Beda dengan SLRT, perlu diperiksa" in browser.get("/").text
    page = browser.get("/referrals/reconciliation/")
    assert "Hilang di SLRT" in page.text
    assert "Sulastri" in page.text
    row = Difference.objects.get()
    answer = browser.post(f"/referrals/reconciliation/{row.uid}/mend/", follow=True)
    assert "Ditangani." in answer.text
    assert "Beda dengan SLRT, perlu diperiksa" not in browser.get("/").text
    assert browser.post(f"/referrals/reconciliation/{row.uid}/mend/").status_code == 409


def test_the_page_says_that_it_compares_and_how_far_it_is(cast, wire, many, login):
    browser = login("admin")
    browser.post("/referrals/reconciliation/compare/")
    browser.post("/referrals/reconciliation/compare/")
    assert Comparison.objects.count() == 1
    where = "/referrals/reconciliation/"
    assert "Sedang dicocokkan: 0 rujukan" in browser.get(where).text
    assert "HX-Refresh" not in browser.get(where, headers={"HX-Request": "true"})
    comparing.compare_due()
    assert browser.get(where, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "5 rujukan." in browser.get(where).text


def test_a_page_of_differences_takes_as_many_queries_as_one(cast, wire, many, login):
    for received in ReceivedReferral.objects.all():
        forget_above(received)
    compare(cast)
    browser = login("koordinator")

    def queries():
        with CaptureQueriesContext(connection) as asked:
            browser.get("/referrals/reconciliation/")
        return len(asked)

    several = queries()
    Difference.objects.filter(
        pk__in=Difference.objects.order_by("-pk").values_list("pk", flat=True)[:3]
    ).delete()
    assert queries() == several


def test_the_words_of_a_confidential_case_name_nobody(cast, wire, sent, login):
    sent.complaint.kind.sensitive = True
    sent.complaint.kind.save()
    forget_above(wire.received())
    compare(cast)
    page = login("admin").get("/referrals/reconciliation/").text
    assert "Sulastri" not in page
    assert sent.upstream_number in page


def test_an_explanation_is_shown_with_its_author(cast, road, sent, login):
    forget_here(sent)
    compare(cast)
    row = Difference.objects.get()
    browser = login("koordinator")
    where = f"/referrals/reconciliation/{row.uid}/explain/"
    page = browser.get(where).text
    assert row.theirs["number"] in page
    empty = browser.post(where, {"reason": "", "version": row.version})
    assert empty.status_code == 400
    browser.post(where, {"reason": "Cadangan bulan lalu", "version": row.version})
    page = browser.get("/referrals/reconciliation/?tab=explained").text
    assert "Cadangan bulan lalu" in page
    assert cast.koordinator.name in page
