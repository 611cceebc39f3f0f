"""Before the number and after its time: requests, drafts, lapsing, and agendas begun on paper."""

import uuid
from datetime import timedelta
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from puskesmas.errors import InvalidInput, NotFound, NotYourRole, StaleVersion, WrongState
from puskesmas.models import Office, Transition
from reports.letters import drafts, kinds, numbering, public, render, selectors, services
from reports.letters.models import Letter, LetterDraft
from reports.letters.tasks import lapse_letters
from reports.letters.workflow import DRAFT, DraftState, LetterState
from tests.walking import EVERYBODY, coded, written

pytestmark = pytest.mark.usefixtures("quick_print")

#: (from, to): the actions that lead there, and who may do each. SYS is the program itself.
EXPECTED = {
    # Three may take a request; those who write letters draft them.
    ("requested", "drafted"): {"draft": "FO BO"},
    ("drafted", "drafted"): {"draft": "FO BO"},
    # Whoever may issue the kind ends its draft by doing so.
    ("requested", "numbered"): {"number": "FO BO KOOR HEAD"},
    ("drafted", "numbered"): {"number": "FO BO KOOR HEAD"},
    ("requested", "dropped"): {"drop": "FO BO KOOR"},
    ("drafted", "dropped"): {"drop": "FO BO KOOR"},
    ("requested", "lapsed"): {"lapse": "SYS"},
    ("drafted", "lapsed"): {"lapse": "SYS"},
}


@pytest.mark.parametrize("role", EVERYBODY)
def test_every_state_of_a_draft_by_every_role(role):
    assert coded(DRAFT, role) == written(EXPECTED, role)


# --- Requests and drafts -----------------------------------------------------------------------


@pytest.fixture
def asked_for(plain_kind):
    """Let the plain kind be made on request."""
    kind = kinds.LetterKind(**{**vars(plain_kind), "new_url": lambda uid: f"/made/{uid}/"})
    kinds.register(kind)
    return kind


@pytest.fixture
def request_one(asked_for, cast):
    def requested(**changes):
        values = {
            "actor": cast.actor("koordinator"),
            "kind": "uji",
            "subject_uid": uuid.uuid4(),
            "about": "Siti Maimunah",
            "client_uid": uuid.uuid4(),
            "asked_by": "Ketua RT 001",
            "purpose": "beasiswa",
        } | changes
        return drafts.request_letter(**values)

    return requested


def keep(cast, who="front", **changes):
    values = {
        "actor": cast.actor(who),
        "kind": "uji",
        "subject_uid": uuid.uuid4(),
        "about": "Siti",
        "uid": uuid.uuid4(),
        "typed": {"purpose": ["sekolah"]},
    } | changes
    return drafts.keep_draft(**values)


def test_a_request_becomes_a_draft_and_then_one_letter(request_one, cast, issue):
    asked = request_one()
    drafted = keep(
        cast,
        uid=asked.uid,
        subject_uid=asked.subject_uid,
        version=asked.version,
        typed={"a": ["b"]},
    )
    assert (drafted.pk, drafted.state) == (asked.pk, DraftState.DRAFTED)
    letter = issue(client_uid=asked.uid, subject_uid=asked.subject_uid)
    assert issue(client_uid=asked.uid).pk == letter.pk
    asked.refresh_from_db()
    assert (asked.state, asked.letter) == (DraftState.NUMBERED, letter)
    moves = Transition.objects.filter(subject_uid=asked.uid).order_by("pk")
    assert list(moves.values_list("action", flat=True)) == ["request", "draft", "number"]


def test_a_request_sent_twice_is_one(request_one):
    key, about = uuid.uuid4(), uuid.uuid4()
    first = request_one(client_uid=key, subject_uid=about)
    again = request_one(client_uid=key, subject_uid=about)
    assert (again.pk, again.is_repeat) == (first.pk, True)


@pytest.mark.parametrize(
    ("changes", "field"), [({"asked_by": "  "}, "asked_by"), ({"kind": "rujukan"}, "kind")]
)
def test_a_request_names_who_asks_and_a_kind_that_is_asked_for(request_one, changes, field):
    with pytest.raises(InvalidInput) as refused:
        request_one(**changes)
    assert refused.value.field == field


def test_the_head_takes_no_requests(request_one, cast):
    with pytest.raises(NotYourRole):
        request_one(actor=cast.actor("head"))


def test_a_letter_that_fails_leaves_its_draft_waiting(request_one, issue):
    asked = request_one()
    broken = mock.patch.object(render, "render_letter", side_effect=RuntimeError)
    with broken, pytest.raises(services.CannotPrint):
        issue(client_uid=asked.uid)
    asked.refresh_from_db()
    assert asked.state == DraftState.REQUESTED
    assert not Letter.objects.exists()


def test_what_became_a_letter_is_no_draft_again(request_one, issue, cast):
    asked = request_one()
    issue(client_uid=asked.uid)
    with pytest.raises(WrongState):
        keep(cast, uid=asked.uid, subject_uid=asked.subject_uid)


def test_two_officers_at_one_draft_are_told(cast, asked_for):
    draft = keep(cast)
    again = {"uid": draft.uid, "subject_uid": draft.subject_uid, "version": draft.version}
    keep(cast, who="back", **again)
    with pytest.raises(StaleVersion):
        keep(cast, **again)


def test_a_draft_is_its_offices_own(cast, asked_for):
    draft = keep(cast)
    stranger = cast.actor("stranger_front")
    assert not drafts.waiting(stranger).exists()
    for act in (
        lambda: keep(cast, who="stranger_front", uid=draft.uid, subject_uid=draft.subject_uid),
        lambda: drafts.find(stranger, draft.uid),
        lambda: drafts.drop(actor=stranger, uid=draft.uid, version=None, reason="x"),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_draft_is_kept_for_its_own_letter_only(cast, asked_for):
    draft = keep(cast)
    with pytest.raises(NotFound):
        keep(cast, uid=draft.uid)
    with pytest.raises(NotFound):
        drafts.find_for(cast.actor("front"), draft.uid, kind="uji", subject_uid=uuid.uuid4())
    with pytest.raises(NotFound):
        drafts.find_for(cast.actor("front"), "junk", kind="uji", subject_uid=draft.subject_uid)


def test_names_of_a_draft_are_encrypted(cast, asked_for):
    keep(cast)
    with connection.cursor() as cursor:
        cursor.execute("SELECT about, typed FROM letters_letterdraft")
        about, typed = cursor.fetchone()
    for value in (about, typed):
        stored = value.encode() if isinstance(value, str) else bytes(value)
        assert stored
        assert b"Siti" not in stored
        assert b"sekolah" not in stored


def test_untouched_drafts_lapse(cast, asked_for, request_one):
    old, fresh = keep(cast), request_one()
    LetterDraft.objects.filter(pk=old.pk).update(
        touched_at=timezone.now() - timedelta(days=drafts.DAYS, minutes=1)
    )
    assert drafts.lapse_drafts() == 1
    old.refresh_from_db()
    fresh.refresh_from_db()
    assert (old.state, fresh.state) == (DraftState.LAPSED, DraftState.REQUESTED)


def test_the_desk_shows_what_was_asked_for_and_drops_it_with_a_reason(request_one, login):
    asked = request_one()
    front = login("front")
    assert "Ketua RT 001" in front.get("/").content.decode()
    page = front.get("/letters/drafts/").content.decode()
    assert f"/made/{asked.subject_uid}/?draft={asked.uid}" in page
    drop = f"/letters/drafts/{asked.uid}/drop/"
    assert front.post(drop, {"version": asked.version}).status_code == 400
    answer = front.post(drop, {"version": asked.version, "reason": "batal"}, follow=True)
    assert "Tidak ada permohonan" in answer.content.decode()
    assert login("stranger_front").get(drop).status_code == 404


def test_queries_do_not_grow_with_the_drafts(cast, asked_for, login):
    client = login("front")
    client.get("/letters/drafts/")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/letters/drafts/")
        return len(queries)

    keep(cast)
    one = asked()
    for _n in range(5):
        keep(cast)
    assert asked() == one


# --- Lapsing -----------------------------------------------------------------------------------


@pytest.fixture
def overdue(issue, cast):
    letter = issue()
    Letter.objects.filter(pk=letter.pk).update(valid_until=cast.village.today() - timedelta(days=1))
    return letter


def test_a_letter_nobody_signed_in_its_time_lapses_and_keeps_its_number(overdue, issue, cast):
    waiting = issue()
    assert lapse_letters() == 1
    overdue.refresh_from_db()
    waiting.refresh_from_db()
    assert (overdue.state, waiting.state) == (LetterState.LAPSED, LetterState.NUMBERED)
    assert issue().counter == waiting.counter + 1
    assert selectors.standing("uji", office=cast.village, subject_uid=overdue.subject_uid) is None
    assert lapse_letters() == 0


def test_the_public_page_says_that_it_was_never_signed(overdue, client):
    before = public.public_letter(overdue.token).status
    lapse_letters()
    assert (before, public.public_letter(overdue.token).status) == ("lapsed", "lapsed")
    page = client.get(f"/verify/{overdue.token}/").content.decode()
    assert "tidak pernah ditandatangani" in page


def test_a_letter_past_its_time_is_not_signed(overdue, cast):
    with pytest.raises(WrongState, match="sudah lewat"):
        services.sign(actor=cast.actor("front"), uid=overdue.uid, version=overdue.version)


def test_a_signed_letter_expires_and_does_not_lapse(issue, cast):
    letter = issue()
    services.sign(actor=cast.actor("front"), uid=letter.uid, version=letter.version)
    Letter.objects.update(valid_until=cast.village.today() - timedelta(days=1))
    assert lapse_letters() == 0
    assert public.public_letter(letter.token).status == "expired"


# --- Moving in from paper ----------------------------------------------------------------------


def go_on(cast, last_number, **changes):
    return numbering.continue_numbers(
        **{"actor": cast.actor("admin"), "last_number": last_number} | changes
    )


def test_numbers_go_on_after_the_agenda_on_paper(issue, cast):
    go_on(cast, 127)
    assert [issue().counter, issue(kind="rujukan").counter] == [128, 129]


def test_a_mistyped_last_number_is_corrected_before_the_first_letter_only(issue, cast):
    go_on(cast, 1270)
    go_on(cast, 127)
    assert issue().counter == 128
    with pytest.raises(WrongState, match="0128"):
        go_on(cast, 200)
    assert issue().counter == 129


def test_each_kind_goes_on_after_its_own_agenda(issue, cast):
    Office.objects.filter(pk=cast.village.pk).update(one_letter_series=False)
    actor = cast.actor("front")
    with pytest.raises(InvalidInput):
        go_on(cast, 40)
    go_on(cast, 40, kind="uji")
    assert [issue(actor=actor, kind=kind).counter for kind in ("uji", "rujukan", "uji")] == [
        41,
        1,
        42,
    ]


def test_only_the_administrator_moves_an_office_in(cast):
    with pytest.raises(NotYourRole):
        go_on(cast, 127, actor=cast.actor("back"))


def test_the_page_says_where_paper_ended(login, issue, cast):
    client = login("admin")
    version = client.get("/letters/numbers/").context["form"].initial["version"]
    answer = client.post("/letters/numbers/", {"last_number": 127, "version": version}, follow=True)
    assert "127" in answer.content.decode()
    assert client.post("/letters/numbers/", {"last_number": 0}).status_code == 400
    issue()
    refused = client.post("/letters/numbers/", {"last_number": 500})
    assert refused.status_code == 409
    assert "tidak dapat dilompati" in refused.content.decode()
