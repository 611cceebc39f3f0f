"""Two at one table."""

import uuid

import pytest

from programs.distribution import handing, minutes, selectors, services
from programs.distribution.errors import AlreadyTaken
from programs.distribution.tickets import shown
from programs.services import load_catalogue
from puskesmas.errors import WrongState
from puskesmas.models import AuditEntry, Transition
from reports.letters.models import Letter
from tests.programs.distribution.conftest import (
    RULE,
    THIRD_KK,
    fresh,
    hand,
    live,
    replaced,
    settled,
    stated,
)
from tests.racing import together


@pytest.mark.django_db(transaction=True)
def test_one_ticket_at_two_tables_is_served_once(cast):
    load_catalogue(cast.village)
    back, front = cast.actor("back"), cast.actor("front")
    held, (listed,) = settled(back, live(front, "Tukiyem"))

    def scan(actor):
        (found,) = selectors.search(held, shown(listed.code), actor=actor)
        hand(actor, found, way="ticket", code=listed.code, client_uid=uuid.uuid4())

    errors = together(lambda: scan(front), lambda: scan(back))
    assert [type(error) for error in errors] == [AlreadyTaken]
    assert Transition.objects.filter(subject_uid=listed.uid, action="hand").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_make_the_same_berita_acara_make_one(cast):
    load_catalogue(cast.village)
    back, koordinator = cast.actor("back"), cast.actor("koordinator")
    _held, (listed,) = settled(back, live(cast.actor("front"), "Tukiyem"))
    handing.strike(actor=back, uid=listed.uid, version=None, gone="owner", reason="surat 9")
    errors = together(
        lambda: stated(back, fresh(listed), client_uid=uuid.uuid4()),
        lambda: stated(koordinator, fresh(listed), client_uid=uuid.uuid4()),
    )
    assert [type(error) for error in errors] in ([], [WrongState])
    assert Letter.objects.filter(subject_uid=listed.uid).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_berita_acara_made_while_a_replacement_is_named_never_misses_him(cast):
    load_catalogue(cast.village)
    back, front = cast.actor("back"), cast.actor("front")
    _held, (listed,) = settled(back, live(front, "Tukiyem"), **RULE)
    new = live(front, "Sarmi", THIRD_KK)
    handing.strike(actor=back, uid=listed.uid, version=None, gone="owner", reason="surat 9")
    errors = together(
        lambda: stated(cast.actor("koordinator"), fresh(listed)),
        lambda: replaced(back, listed, new),
    )
    assert [type(error) for error in errors] in ([], [WrongState])
    assert fresh(listed).replacement.resident == new
    standing = minutes.issued(minutes.OF_RECIPIENT, listed, back)
    if standing is not None:
        body = standing.revisions.get().context["body"]
        assert body["replacement"]["name"] == "Sarmi"


@pytest.mark.django_db(transaction=True)
def test_papers_are_completed_once_and_never_with_an_undone_hand_over(cast):
    load_catalogue(cast.village)
    back, front = cast.actor("back"), cast.actor("front")
    _held, (listed,) = settled(back, live(front, "Tukiyem"))
    hand(front, listed, owed="KK")
    errors = together(
        lambda: handing.complete_papers(actor=front, uid=listed.uid),
        lambda: handing.complete_papers(actor=back, uid=listed.uid),
        lambda: handing.undo(actor=back, uid=listed.uid, version=None, reason="salah orang"),
    )
    assert {type(error) for error in errors} == {WrongState}
    assert (fresh(listed).state, fresh(listed).owed_since) == ("waiting", None)
    done = AuditEntry.objects.filter(subject_uid=listed.uid, action="recipient.papers").count()
    assert (len(errors), done) in {(1, 1), (2, 0)}


@pytest.mark.django_db(transaction=True)
def test_closing_and_handing_over_never_cross(cast):
    load_catalogue(cast.village)
    back, front = cast.actor("back"), cast.actor("front")
    held, (listed,) = settled(back, live(front, "Tukiyem"))

    def shut():
        services.close(actor=back, uid=held.uid, version=None, left_over=0, left_note="habis")

    errors = together(lambda: hand(front, listed), shut)
    assert [type(error) for error in errors] in ([], [WrongState])
    assert fresh(held).state == "closed"
    assert (fresh(listed).state == "taken") == (errors == [])
