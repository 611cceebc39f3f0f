"""Calls for candidates: named with a reason, approved by somebody else, chosen by the owner."""

import io
import uuid
from datetime import date, timedelta

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from programs import printing, tasks
from programs.calls import selectors, services
from programs.calls.paper import paper_of
from programs.calls.workflow import CALL, NOT_YET
from programs.models import Call, CallState, Candidate, ListPrint, Participation, Programme
from programs.services import load_catalogue
from puskesmas.actors import Actor
from puskesmas.errors import (
    InvalidInput,
    NotFound,
    NotYourRole,
    OwnDraft,
    OwnFamily,
    StaleVersion,
    WrongState,
)
from puskesmas.models import Assignment, AuditEntry, Role
from registry.models import Resident
from registry.services import create_resident
from tests.cast import SINCE
from tests.letters.test_issuing import pdf_text
from tests.registry.test_people import make_version

NIK, KK = "3509994403500001", "3509990101100001"


@pytest.fixture
def front(cast):
    return cast.actor("front")


@pytest.fixture
def back(cast):
    return cast.actor("back")


@pytest.fixture
def koordinator(cast):
    return cast.actor("koordinator")


@pytest.fixture
def tukiyem(front):
    return create_resident(
        actor=front, name="Tukiyem", nik=NIK, kk=KK, sex="P", birth_date=date(1950, 3, 4), rw="001"
    )


@pytest.fixture
def paijo(front):
    return create_resident(
        actor=front, name="Paijo", sex="L", birth_date=date(1990, 1, 1), disability="daksa"
    )


@pytest.fixture
def call(front):
    return services.open_call(
        actor=front,
        owner="Dinas Sosial",
        wanted=10,
        criteria="Lansia 60 tahun ke atas",
        received_on=front.office.today(),
    )


def fresh(call):
    return Call.objects.get(pk=call.pk)


def name(actor, call, resident, reason="72 tahun, hidup sendiri"):
    return services.name_candidate(
        actor=actor, uid=call.uid, resident_uid=resident.uid, reason=reason
    )


@pytest.fixture
def submitted(back, front, call, tukiyem):
    name(front, call, tukiyem)
    return services.submit(actor=back, uid=call.uid, version=None)


@pytest.fixture
def approved(koordinator, submitted):
    return services.approve(actor=koordinator, uid=submitted.uid, version=None)


@pytest.fixture
def handed(front, approved):
    return services.hand_over(
        actor=front,
        uid=approved.uid,
        version=None,
        receiver="Ibu Rini",
        handed_on=front.office.today(),
        legal_basis="consent",
    )


# --- Who may what, when ---------------------------------------------------------------------------

#: action -> (states it starts at, roles), written by hand.
TABLE = {
    "open": ({""}, {"front", "back"}),
    "name": ({"collecting"}, {"front", "back", "facilitator"}),
    "strike": ({"collecting"}, {"front", "back", "facilitator"}),
    "submit": ({"collecting"}, {"back"}),
    "approve": ({"waiting"}, {"koordinator", "head"}),
    "return": ({"waiting"}, {"koordinator", "head"}),
    "basis": ({"approved"}, {"front", "back"}),
    "hand_over": ({"approved"}, {"front", "back"}),
    "result": ({"handed"}, {"front", "back"}),
    "close": ({"handed"}, {"front", "back"}),
}
POSTS = ("front", "back", "facilitator", "koordinator", "head", "kasun", "admin")


@pytest.mark.parametrize("action", TABLE)
@pytest.mark.parametrize("who", POSTS)
def test_the_table_of_a_call(cast, action, who):
    assert set(CALL.steps) == set(TABLE)
    states, roles = TABLE[action]
    for state in ({NOT_YET} if action == "open" else set(CallState)) | states:
        check = {"action": action, "state": state, "actor": cast.actor(who), "reason": "x"}
        if who not in roles:
            with pytest.raises(NotYourRole):
                CALL.check(**check)
        elif state not in states:
            with pytest.raises(WrongState):
                CALL.check(**check)
        else:
            assert CALL.check(**check).action == action


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"owner": " "}, "owner"),
        ({"criteria": ""}, "criteria"),
        ({"wanted": 0}, "wanted"),
        ({"wanted": 5001}, "wanted"),
        ({"received_on": date(2099, 1, 1)}, "received_on"),
        ({"due_on": date(2020, 1, 1)}, "due_on"),
    ],
)
def test_an_impossible_call_is_refused(front, given, field):
    good = {"owner": "X", "wanted": 1, "criteria": "Y", "received_on": front.office.today()}
    with pytest.raises(InvalidInput) as caught:
        services.open_call(actor=front, **(good | given))
    assert caught.value.field == field
    assert not Call.objects.exists()


def test_a_double_click_opens_one_call(front):
    given = {"owner": "X", "wanted": 1, "criteria": "Y", "received_on": front.office.today()}
    uid = uuid.uuid4()
    first, second = (services.open_call(actor=front, client_uid=uid, **given) for _ in range(2))
    assert first == second
    assert second.is_repeat


# --- Names ----------------------------------------------------------------------------------------


def test_a_name_needs_a_reason_and_stands_once(front, call, tukiyem):
    with pytest.raises(InvalidInput) as caught:
        name(front, call, tukiyem, reason=" ")
    assert caught.value.field == "reason"
    first = name(front, call, tukiyem)
    assert name(front, call, tukiyem) == first
    with pytest.raises(InvalidInput):
        name(front, call, tukiyem, reason="alasan lain")
    assert Candidate.objects.count() == 1


@pytest.mark.parametrize("life", ["deceased", "moved"])
def test_nobody_dead_or_moved_is_named(front, call, tukiyem, life):
    Resident.objects.filter(pk=tukiyem.pk).update(life=life)
    with pytest.raises(InvalidInput):
        name(front, call, tukiyem)


def test_nobody_names_his_own_family(cast, front, back, call, tukiyem):
    cast.front.kk = KK
    cast.front.save()
    with pytest.raises(OwnFamily):
        name(cast.actor("front"), call, tukiyem)
    name(back, call, tukiyem)


def test_who_dies_later_drops_out_with_the_reason_shown(
    login, front, koordinator, approved, tukiyem
):
    approved = based(front, approved)
    Resident.objects.filter(pk=tukiyem.pk).update(life="deceased")
    (line,) = selectors.candidates_of(approved, actor=koordinator)
    assert line.dropped
    text = login("koordinator").get(reverse("programs:call", args=[approved.uid])).text
    assert "keluar: meninggal" in text
    assert len(lines_of(services.read_sheet(approved, actor=koordinator))) == 1


def test_a_name_is_taken_off_again_while_the_list_is_made(front, back, call, tukiyem, submitted):
    candidate = Candidate.objects.get()
    with pytest.raises(WrongState):
        services.strike_candidate(actor=front, uid=candidate.uid)
    Call.objects.update(state=CallState.COLLECTING)
    services.strike_candidate(actor=front, uid=candidate.uid)
    assert not Candidate.objects.exists()
    with pytest.raises(InvalidInput):
        services.submit(actor=back, uid=call.uid, version=None)


# --- Finding them ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"min_age": 60}, {"Tukiyem"}),
        ({"max_age": 59}, {"Paijo"}),
        ({"sex": "L"}, {"Paijo"}),
        ({"rw": "001"}, {"Tukiyem"}),
        ({"disability": True}, {"Paijo"}),
        ({"max_decile": 2}, {"Tukiyem"}),
        ({"max_decile": 1}, set()),
        ({"uncovered": True}, {"Tukiyem"}),
        ({"min_age": 0}, {"Tukiyem", "Paijo"}),
    ],
)
def test_people_who_fit_are_found(cast, front, call, tukiyem, paijo, filters, names):
    load_catalogue(cast.village)
    programme = Programme.objects.filter(office=cast.village)[0]
    Participation.objects.create(
        office=cast.village, resident=paijo, programme=programme, source="self"
    )
    make_version(cast.village, resident=tukiyem, decile=2)
    create_resident(actor=front, name="Tanpa Tanggal", sex="", rw="009")
    Resident.objects.filter(name="Tanpa Tanggal").update(life="moved")
    assert {one.name for one in selectors.find(front, call, filters)} == names


def test_age_counts_birthdays(front, call, tukiyem):
    today = front.office.today()
    Resident.objects.filter(pk=tukiyem.pk).update(birth_date=today.replace(year=today.year - 60))
    assert selectors.find(front, call, {"min_age": 60}).count() == 1
    Resident.objects.update(birth_date=today.replace(year=today.year - 60) + timedelta(days=1))
    assert selectors.find(front, call, {"min_age": 60}).count() == 0
    assert selectors.find(front, call, {"max_age": 59}).count() == 1


def test_who_is_named_is_not_found_again(front, call, tukiyem):
    name(front, call, tukiyem)
    assert not selectors.find(front, call, {"min_age": 60}).exists()


def test_what_one_receives_already_is_shown(login, cast, front, call, tukiyem):
    load_catalogue(cast.village)
    programme = Programme.objects.get(office=cast.village, code="PKH")
    Participation.objects.create(
        office=cast.village, resident=tukiyem, programme=programme, source="register"
    )
    make_version(cast.village, resident=tukiyem, decile=3)
    page = reverse("programs:call_find", args=[call.uid])
    text = login("front").get(page, {"min_age": "60"}).text
    assert "Tukiyem" in text
    assert programme.name_id in text
    (line,) = selectors.lines_of([tukiyem], actor=front)
    assert (line.decile, [one.programme.code for one in line.covered]) == (3, ["PKH"])


def test_the_list_takes_the_same_queries_however_long(
    front, call, tukiyem, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    name(front, call, tukiyem)
    with CaptureQueriesContext(connection) as few:
        selectors.candidates_of(call, actor=front)
    for at in range(5):
        name(front, call, create_resident(actor=front, name=f"Warga {chr(65 + at)}"))
    with django_assert_num_queries(len(few)):
        selectors.candidates_of(call, actor=front)


# --- Approval -------------------------------------------------------------------------------------


def test_the_koordinator_approves_what_others_made(cast, koordinator, approved):
    assert (approved.state, approved.approved_by) == ("approved", cast.koordinator)


@pytest.mark.parametrize("how", ["opened", "named", "submitted"])
def test_who_had_a_hand_in_the_list_does_not_approve_it(cast, front, back, tukiyem, how):
    Assignment.objects.create(
        user=cast.koordinator, office=cast.village, role=Role.BACK, since=SINCE
    )
    both = standing(cast)
    opener, namer, submitter = (
        both if how == one else other
        for one, other in (("opened", front), ("named", front), ("submitted", back))
    )
    call = services.open_call(
        actor=opener, owner="X", wanted=1, criteria="Y", received_on=front.office.today()
    )
    name(namer, call, tukiyem)
    services.submit(actor=submitter, uid=call.uid, version=None)
    with pytest.raises(OwnDraft):
        services.approve(actor=standing(cast), uid=call.uid, version=None)
    services.approve(actor=cast.actor("head"), uid=call.uid, version=None)


def standing(cast):
    return Actor.of(cast.koordinator, cast.village)


def test_the_head_steps_in_only_when_the_koordinator_may_not(cast, submitted):
    with pytest.raises(NotYourRole):
        services.approve(actor=cast.actor("head"), uid=submitted.uid, version=None)
    cast.koordinator.kk = KK
    cast.koordinator.save()
    with pytest.raises(OwnFamily):
        services.approve(actor=cast.actor("koordinator"), uid=submitted.uid, version=None)
    services.approve(actor=cast.actor("head"), uid=submitted.uid, version=None)


def test_the_list_is_returned_with_a_reason_and_submitted_again(cast, back, koordinator, submitted):
    with pytest.raises(InvalidInput):
        services.return_call(actor=koordinator, uid=submitted.uid, version=None, reason=" ")
    services.return_call(actor=koordinator, uid=submitted.uid, version=None, reason="Kurang")
    assert fresh(submitted).state == CallState.COLLECTING
    services.submit(actor=back, uid=submitted.uid, version=None)
    with pytest.raises(StaleVersion):
        services.approve(actor=koordinator, uid=submitted.uid, version=1)


# --- To the owner and back ------------------------------------------------------------------------


def lines_of(content):
    sheet = load_workbook(io.BytesIO(content)).active
    return [[cell.value or "" for cell in line] for line in sheet.iter_rows()]


def test_nothing_is_handed_over_before_it_is_approved(login, front, submitted):
    with pytest.raises(WrongState):
        services.read_sheet(submitted, actor=front)
    page = reverse("programs:call_sheet", args=[submitted.uid])
    assert login("front").get(page).status_code == 409


def test_a_government_tier_gets_whole_numbers_and_what_is_covered(cast, front, approved):
    load_catalogue(cast.village)
    approved.programme = Programme.objects.get(office=cast.village, code="PKH")
    assert not services.lacks_basis(approved)
    titles, line = lines_of(services.read_sheet(approved, actor=front))
    told = dict(zip(titles, line, strict=True))
    assert (told["NIK"], told["NO KK"], told["NAMA"]) == (NIK, KK, "Tukiyem")
    assert told["ALASAN"] == "72 tahun, hidup sendiri"


@pytest.mark.parametrize("tier", [Programme.Tier.PARTNER, None])
def test_a_partner_or_an_unknown_owner_gets_no_number_and_nothing_of_others(
    cast, front, approved, tier
):
    load_catalogue(cast.village)
    programme = Programme.objects.filter(office=cast.village, tier=tier).first()
    Call.objects.filter(pk=approved.pk).update(programme=programme)
    approved = based(front, approved)
    titles, line = lines_of(services.read_sheet(approved, actor=front))
    assert titles == ["NO", "NAMA", "ALAMAT", "DUSUN", "RT", "RW", "TELEPON", "ALASAN"]
    assert not {NIK, KK, "04-03-1950", "P"} & set(line)


def based(front, call, basis="consent"):
    return services.record_basis(actor=front, uid=call.uid, version=None, legal_basis=basis)


def hand_over(front, call, **more):
    given = {"receiver": "Ibu Rini", "handed_on": front.office.today()}
    return services.hand_over(actor=front, uid=call.uid, version=None, **(given | more))


@pytest.mark.parametrize("basis", ["", "public_duty", "karena"])
@pytest.mark.parametrize("code", ["BAZNAS", None])
def test_names_go_to_no_partner_without_a_legal_basis(cast, front, approved, code, basis):
    of_programme(cast, approved, code)
    with pytest.raises(InvalidInput) as caught:
        hand_over(front, approved, legal_basis=basis)
    assert caught.value.field == "legal_basis"
    assert fresh(approved).state == CallState.APPROVED


@pytest.mark.parametrize("basis", ["consent", "guardian_consent", "vital_interest"])
def test_the_legal_basis_is_kept_with_the_handing_over(cast, front, approved, basis):
    of_programme(cast, approved, "BAZNAS")
    assert hand_over(front, approved, legal_basis=basis).legal_basis == basis


@pytest.mark.parametrize("code", ["BAZNAS", None])
def test_a_partners_list_is_opened_only_once_its_basis_is_recorded(
    login, cast, front, approved, code
):
    of_programme(cast, approved, code)
    office = login("front")

    def opened():
        sheet, print_ = (
            reverse(f"programs:{one}", args=[approved.uid]) for one in ("call_sheet", "call_print")
        )
        return [office.get(sheet), office.post(print_)]

    for refused in opened():
        assert refused.status_code == 409
        assert "Catat dulu dasar pemberian datanya" in refused.text
    page = reverse("programs:call", args=[approved.uid])
    basis = reverse("programs:call_basis", args=[approved.uid])
    assert basis in office.get(page).text
    assert reverse("programs:call_sheet", args=[approved.uid]) not in office.get(page).text
    given = {"version": fresh(approved).version}
    assert office.post(basis, given | {"legal_basis": "public_duty"}).status_code == 400
    assert office.post(basis, given | {"legal_basis": "guardian_consent"}).url == page
    assert [one.status_code for one in opened()] == [200, 302]
    assert "Persetujuan wali" in office.get(page).text
    # Recorded once, it need not be said again when somebody takes the list.
    assert hand_over(front, fresh(approved)).legal_basis == "guardian_consent"


def test_between_governments_it_is_their_duty(cast, front, approved):
    of_programme(cast, approved, "PKH")
    assert hand_over(front, approved).legal_basis == "public_duty"


def of_programme(cast, call, code):
    load_catalogue(cast.village)
    programme = Programme.objects.get(office=cast.village, code=code) if code else None
    Call.objects.filter(pk=call.pk).update(programme=programme)


def test_the_form_asks_for_the_basis_of_partners_only(login, cast, approved):
    page = reverse("programs:call_hand_over", args=[approved.uid])
    assert "legal_basis" in login("front").get(page).context["form"].fields
    of_programme(cast, approved, "PKH")
    assert "legal_basis" not in login("front").get(page).context["form"].fields


def printed(client, call, paper="f4"):
    """Return the words of the list of candidates as the worker drew it."""
    page = client.post(reverse("programs:call_print", args=[call.uid]), {"paper": paper}).url
    assert "sedang dibuat" in client.get(page).text
    assert client.get(f"{page}file/").url == page
    tasks.draw_print(ListPrint.objects.get().pk)
    assert reverse("programs:call", args=[call.uid]) in client.get(page).text
    return pdf_text(client.get(f"{page}file/").content)


@pytest.mark.parametrize(("code", "whole"), [("PKH", True), ("BAZNAS", False), (None, False)])
def test_the_printed_list_tells_what_the_sheet_does(login, cast, front, approved, code, whole):
    of_programme(cast, approved, code)
    based(front, approved)
    text = printed(login("front"), approved)
    assert {"Tukiyem", "hidup", "menyerahkan,", "menerima,"} <= set(text.split())
    assert [number in text for number in (NIK, KK, "76 tahun")] == [whole] * 3
    assert AuditEntry.objects.filter(action="call.export").count() == 1


def test_a_list_is_printed_by_who_fetches_it_and_opened_by_nobody_else(cast, login, approved):
    for who, may in {"back": True, "koordinator": True, "head": True, "facilitator": False}.items():
        page = reverse("programs:call_print", args=[approved.uid])
        of_programme(cast, approved, "PKH")
        assert login(who).post(page).status_code == (302 if may else 403), who
        shown = login(who).get(reverse("programs:print", args=[ListPrint.objects.get().uid]))
        assert shown.status_code == (200 if may else 403), who


def test_a_paper_nobody_has_is_refused(cast, front, approved):
    of_programme(cast, approved, "PKH")
    with pytest.raises(InvalidInput):
        printing.ask_candidates(actor=front, uid=approved.uid, paper="b5")


def test_nothing_is_printed_before_it_is_approved(login, submitted):
    page = reverse("programs:call_print", args=[submitted.uid])
    assert login("front").post(page).status_code == 409
    assert not ListPrint.objects.exists()


def test_what_is_printed_after_the_handing_over_is_what_was_handed_over(login, handed, tukiyem):
    Resident.objects.filter(pk=tukiyem.pk).update(name="Lain")
    text = printed(login("front"), handed)
    assert "Tukiyem" in text
    assert "Ibu Rini" in text
    assert "Lain" not in text


def test_a_long_list_is_printed_on_several_sheets_with_its_titles_on_each(front, approved):
    reason = "Hidup sendiri, tidak bekerja, rumahnya rusak sesudah hujan. " * 4
    Candidate.objects.bulk_create(
        Candidate(
            office=front.office,
            call=approved,
            resident=create_resident(actor=front, name=f"Warga {chr(65 + at)}"),
            reason=reason,
            added_by=front.user,
        )
        for at in range(24)
    )
    approved = based(front, approved)
    pdf = paper_of(approved, services.read_sheet(approved, actor=front), actor=front)
    sheets = pdf_text(pdf).strip("\x0c").split("\x0c")
    assert len(sheets) > 1
    assert all("Alasan" in sheet for sheet in sheets[:2])


def test_what_was_handed_over_is_frozen_and_its_export_audited(login, handed, tukiyem):
    assert (handed.state, handed.handed_to) == ("handed", "Ibu Rini")
    Resident.objects.filter(pk=tukiyem.pk).update(name="Lain")
    answer = login("front").get(reverse("programs:call_sheet", args=[handed.uid]))
    assert lines_of(answer.content)[1][1] == "Tukiyem"
    assert AuditEntry.objects.filter(action="call.export").count() == 1


def test_a_handing_over_needs_a_receiver_and_a_day_that_can_be(front, approved):
    today = front.office.today()
    for receiver, day, field in (
        (" ", today, "receiver"),
        ("Rini", today + timedelta(days=1), "handed_on"),
        ("Rini", today - timedelta(days=1), "handed_on"),
    ):
        with pytest.raises(InvalidInput) as caught:
            services.hand_over(
                actor=front,
                uid=approved.uid,
                version=None,
                receiver=receiver,
                handed_on=day,
                legal_basis="consent",
            )
        assert caught.value.field == field


def record(actor, candidate, **more):
    given = {"result": "chosen", "told_on": actor.office.today(), "source": "surat 460/12"}
    return services.record_result(
        actor=actor, uid=candidate.uid, version=candidate.version, **(given | more)
    )


def test_the_owners_choice_is_recorded_per_name_and_the_last_closes(front, handed):
    other = Candidate.objects.create(
        office=front.office,
        call=handed,
        resident=create_resident(actor=front, name="Sarmi"),
        reason="x",
        added_by=front.officer,
    )
    first = record(front, handed.candidates.order_by("pk")[0])
    assert (first.result, fresh(handed).state) == ("chosen", CallState.HANDED)
    record(front, other, result="not_chosen")
    assert fresh(handed).state == CallState.CLOSED
    assert not Participation.objects.exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"result": "lain"}, "result"),
        ({"source": " "}, "source"),
        ({"told_on": date(2099, 1, 1)}, "told_on"),
    ],
)
def test_an_impossible_result_is_refused(front, handed, given, field):
    with pytest.raises(InvalidInput) as caught:
        record(front, handed.candidates.get(), **given)
    assert caught.value.field == field


def test_another_office_has_no_such_call(cast, call, tukiyem):
    stranger = cast.actor("stranger")
    with pytest.raises(NotFound):
        selectors.call(call.uid, actor=stranger)
    with pytest.raises(NotFound):
        name(stranger, call, tukiyem)


# --- The pages ------------------------------------------------------------------------------------


def test_the_whole_way_on_the_pages(login, cast, tukiyem):
    front, back, koordinator = login("front"), login("back"), login("koordinator")
    today = f"{cast.village.today():%d-%m-%Y}"
    made = front.post(
        reverse("programs:call_new"),
        {
            "client_uid": str(uuid.uuid4()),
            "owner": "Dinas Sosial",
            "wanted": "10",
            "criteria": "Lansia",
            "received_on": today,
        },
    )
    call = Call.objects.get()
    assert made.url == reverse("programs:call", args=[call.uid])

    def send(browser, page, data, uid=None):
        return browser.post(reverse(f"programs:{page}", args=[uid or call.uid]), data)

    where = reverse("programs:call_name", args=[call.uid, tukiyem.uid])
    assert front.post(where, {"reason": ""}).status_code == 400
    assert front.post(where, {"reason": "Hidup sendiri"}).status_code == 302
    assert send(back, "call_submit", {"version": fresh(call).version}).status_code == 302
    assert "Dinas Sosial" in koordinator.get("/").text
    assert send(koordinator, "call_approve", {"version": 1}).status_code == 409
    assert send(koordinator, "call_approve", {"version": fresh(call).version}).status_code == 302
    given = {"version": fresh(call).version, "receiver": "Ibu Rini", "handed_on": today}
    assert send(front, "call_hand_over", given).status_code == 400
    given["legal_basis"] = "consent"
    assert send(front, "call_hand_over", given).status_code == 302
    candidate = Candidate.objects.get()
    given = {"version": 1, "result": "chosen", "told_on": today, "source": "surat 1"}
    assert send(front, "call_result", given, candidate.uid).status_code == 302
    assert "Dipilih pemilik" in front.get(made.url).text
    assert "Dinas Sosial" not in front.get("/").text
