"""What happens to a person: kept as events, his state follows the newest, corrections allowed."""

import uuid
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from programs.models import Participation, Programme
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, StaleVersion
from puskesmas.models import AuditEntry
from registry.life import follow_events, record_life_event
from registry.models import LifeEvent
from registry.services import create_resident

KK = "3509990101100001"
SOURCE = "surat 474/12"


@pytest.fixture
def front(cast):
    return cast.actor("front")


@pytest.fixture
def siti(front):
    return create_resident(actor=front, name="Siti Khodijah", kk=KK, relation="1")


@pytest.fixture
def child(front, siti):
    return create_resident(actor=front, name="Bagas", kk=KK, relation="4")


def happen(actor, resident, kind, on, **more):
    resident.refresh_from_db()
    values = {"version": resident.version, "source": SOURCE} | more
    event = record_life_event(actor=actor, uid=resident.uid, kind=kind, on=on, **values)
    resident.refresh_from_db()
    return event


#: Events in the order they are recorded, and the life they leave.
STORIES = {
    "moved in": ([("moved_in", date(2026, 1, 1))], "alive"),
    "moved away": ([("moved_away", date(2026, 1, 1))], "moved"),
    "died": ([("deceased", date(2026, 1, 1))], "deceased"),
    "died by mistake": (
        [("deceased", date(2026, 1, 1)), ("still_here", date(2026, 1, 1))],
        "alive",
    ),
    "came back": ([("moved_away", date(2026, 1, 1)), ("moved_in", date(2026, 5, 1))], "alive"),
    "died elsewhere": (
        [("moved_away", date(2026, 1, 1)), ("deceased", date(2026, 5, 1))],
        "deceased",
    ),
    "history filled in": (
        [("deceased", date(2026, 5, 1)), ("moved_in", date(2020, 1, 1))],
        "deceased",
    ),
}


@pytest.mark.parametrize(("events", "life"), STORIES.values(), ids=STORIES)
def test_a_person_is_what_his_newest_event_says(front, siti, events, life):
    for kind, on in events:
        happen(front, siti, kind, on)
    newest = max(on for _kind, on in events)
    assert (siti.life, siti.life_since, siti.life_source) == (life, newest, SOURCE)
    assert siti.life_events.count() == len(events)


#: What cannot have happened: an event after these, and the field that is told.
IMPOSSIBLE = {
    "to come": ([], "deceased", None, "on"),
    "dead twice": ([("deceased", date(2026, 1, 1))], "deceased", date(2026, 2, 1), "kind"),
    "the dead move": ([("deceased", date(2026, 1, 1))], "moved_away", date(2026, 2, 1), "kind"),
    "here before": ([("deceased", date(2026, 1, 1))], "still_here", date(2025, 1, 1), "on"),
    "dead before": ([("moved_in", date(2026, 1, 1))], "deceased", date(2025, 1, 1), "on"),
}


@pytest.mark.parametrize(("before", "kind", "on", "field"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_cannot_have_happened_is_refused_by_its_field(front, siti, before, kind, on, field):
    for earlier, day in before:
        happen(front, siti, earlier, day)
    with pytest.raises(InvalidInput) as caught:
        happen(front, siti, kind, on or front.office.today() + timedelta(days=1))
    assert caught.value.field == field
    assert siti.life_events.count() == len(before)


def test_an_event_needs_a_source(front, siti):
    with pytest.raises(InvalidInput) as caught:
        happen(front, siti, "deceased", date(2026, 1, 1), source=" ")
    assert caught.value.field == "source"


def test_an_event_is_kept_with_place_number_and_scan(front, siti, png):
    event = happen(
        front,
        siti,
        "moved_away",
        date(2026, 1, 1),
        place="Kabupaten Lumajang",
        record_number="475/8/2026",
        record=png("surat.png"),
    )
    assert (event.place, event.record_number) == ("Kabupaten Lumajang", "475/8/2026")
    assert (event.record.media_type, event.recorded_by) == ("image/png", front.user)
    assert AuditEntry.objects.filter(action="record_life", subject_uid=siti.uid).count() == 1


def test_the_same_form_twice_makes_one_event(front, siti):
    uid = uuid.uuid4()
    first = happen(front, siti, "deceased", date(2026, 1, 1), client_uid=uid)
    again = happen(front, siti, "deceased", date(2026, 1, 2), client_uid=uid)
    assert (again.pk, again.on, again.is_repeat) == (first.pk, date(2026, 1, 1), True)


def test_two_officers_at_once_the_second_is_told(front, siti):
    values = {"uid": siti.uid, "version": siti.version, "on": date(2026, 1, 1), "source": SOURCE}
    record_life_event(actor=front, kind="moved_away", **values)
    with pytest.raises(StaleVersion):
        record_life_event(actor=front, kind="deceased", **values)


@pytest.mark.parametrize(
    ("who", "error"), [("koordinator", NotYourRole), ("kasun", NotYourRole), ("stranger", NotFound)]
)
def test_others_record_nothing(cast, siti, who, error):
    with pytest.raises(error):
        happen(cast.actor(who), siti, "deceased", date(2026, 1, 1))
    assert not LifeEvent.objects.exists()


def test_without_his_events_a_person_is_alive_again(front, siti):
    happen(front, siti, "deceased", date(2026, 1, 1)).delete()
    follow_events(siti)
    assert (siti.life, siti.life_since, siti.life_source) == ("alive", None, "")


# --- The pages ---


def sent(resident, **values):
    resident.refresh_from_db()
    filled = {"kind": "deceased", "on": "01-11-2026", "source": SOURCE} | values
    return filled | {"version": resident.version, "client_uid": str(uuid.uuid4())}


def test_what_happened_is_shown_with_its_scan_to_the_own_office_only(login, siti, png):
    browser = login("front")
    values = sent(siti, kind="moved_away", place="Lumajang", record=png("surat.png"))
    browser.post(reverse("registry:life", args=[siti.uid]), values)
    page = browser.get(reverse("registry:person", args=[siti.uid])).text
    scan = reverse("attachment", args=[LifeEvent.objects.get().record.uid])
    assert all(words in page for words in ("Pindah keluar", "Lumajang", "1 November 2026", scan))
    assert browser.get(scan).status_code == 200
    assert login("stranger_front").get(scan).status_code == 404


def test_when_the_head_dies_the_officer_is_asked_who_takes_his_place(login, siti, child):
    browser = login("front")
    answer = browser.post(reverse("registry:life", args=[siti.uid]), sent(siti), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("registry:successor", args=[siti.uid])
    assert "Jadikan kepala keluarga" in answer.text
    household = siti.memberships.get().household
    browser.post(
        reverse("registry:household_head", args=[household.uid]),
        {"version": household.version, "resident": str(child.uid)},
    )
    assert child.memberships.get(until__isnull=True).relation == "1"
    assert "belum diganti" not in browser.get(reverse("registry:person", args=[siti.uid])).text


def test_when_a_recipient_dies_what_he_received_is_named(login, front, siti, child):
    from puskesmas.furnishing import furnish

    furnish(front.office)
    programme = Programme.objects.filter(office=front.office).first()
    Participation.objects.create(
        office=front.office, resident=child, programme=programme, source="register"
    )
    path = reverse("registry:life", args=[child.uid])
    answer = login("front").post(path, sent(child), follow=True)
    assert programme.name in answer.text
    assert "Jadikan kepala keluarga" not in answer.text


def test_the_question_is_asked_in_the_page_s_language(login, siti, child):
    browser = login("front")
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    path = reverse("registry:life", args=[siti.uid])
    page = browser.post(path, sent(siti), follow=True).text
    assert "Who takes the place?" in page
    assert "Make head of the family" in page
    assert "kepala keluarga" not in page.casefold()


@pytest.mark.parametrize("kind", ["moved_in", "still_here"])
def test_nobody_is_asked_for_when_nobody_is_gone(login, siti, child, kind):
    path = reverse("registry:life", args=[siti.uid])
    answer = login("front").post(path, sent(siti, kind=kind))
    assert answer.url == reverse("registry:person", args=[siti.uid])


def test_a_child_without_aid_leaves_no_question(login, siti, child):
    path = reverse("registry:life", args=[child.uid])
    assert login("front").post(path, sent(child)).url == reverse(
        "registry:person", args=[child.uid]
    )


@pytest.mark.parametrize("kind", ["moved_away", "deceased"])
def test_the_search_box_says_who_is_gone(login, front, siti, kind):
    happen(front, siti, kind, date(2026, 1, 1))
    page = login("front").post(reverse("search"), {"q": "khodijah"}).text
    assert ("Pindah" if kind == "moved_away" else "Meninggal") in page
