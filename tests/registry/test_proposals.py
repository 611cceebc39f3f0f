"""Proposals: who may be proposed, the road in either order, the dead, one's own family."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from puskesmas.errors import InvalidInput, NotYourRole, OwnFamily, StaleVersion, WrongState
from puskesmas.models import AuditEntry, Office, Transition
from registry.models import Proposal, Register
from registry.proposals import selectors, services
from registry.proposals.guards import AlreadyProposed
from registry.proposals.services import Extra
from registry.services import create_resident

KK, OTHER_KK = "3509990101100031", "3509990101100032"


@pytest.fixture
def dtsen(cast):
    return Register.objects.create(office=cast.village, code="DTSEN", name_id="DTSEN")


@pytest.fixture
def family(cast, dtsen):
    front = cast.actor("front")
    return [
        create_resident(actor=front, name=name, kk=KK, relation=relation, sex=sex, rw=rw)
        for name, relation, sex, rw in (
            ("Paimin", "1", "L", "01"),
            ("Tumini", "3", "P", "01"),
            ("Sarno", "4", "L", "02"),
        )
    ]


def propose(cast, resident, who="front", **changes):
    values = {
        "actor": cast.actor(who),
        "resident": resident,
        "register_code": "DTSEN",
        "kind": "enter",
        "reason": "Tidak bekerja sejak Maret",
        "origin": "resident",
    } | changes
    return services.propose(**values)


def gone(resident, life="deceased"):
    resident.life, resident.life_since = life, date(2026, 2, 3)
    resident.save()
    return resident


def move(cast, proposal, action, who="front", reason="Alasan"):
    return services.move(
        actor=cast.actor(who), uid=proposal.uid, version=None, action=action, reason=reason
    )


def find(cast, proposal, finding="meets", who="back", reason="Sesuai survei"):
    return services.record_finding(
        actor=cast.actor(who), uid=proposal.uid, version=None, finding=finding, reason=reason
    )


def in_state(cast, resident, state, **changes):
    proposal = propose(cast, resident, **changes)
    Proposal.objects.filter(pk=proposal.pk).update(state=state)
    proposal.refresh_from_db()
    return proposal


# --- Who may be proposed -------------------------------------------------------------------------


def test_a_proposal_is_written_down_and_leaves_the_desk_only_when_submitted(cast, family):
    proposal = propose(cast, family[0])
    assert (proposal.state, proposal.proposed_by) == ("drafted", cast.front)
    assert Transition.objects.get(subject_uid=proposal.uid).action == "propose"


@pytest.mark.parametrize("life", ["deceased", "moved"])
def test_who_died_or_moved_enters_no_register(cast, family, life):
    with pytest.raises(InvalidInput) as caught:
        propose(cast, gone(family[0], life))
    assert caught.value.code == "not_living_here"
    assert "keluar atau berubah" in str(caught.value.message)


@pytest.mark.parametrize("kind", ["change", "leave"])
@pytest.mark.parametrize("life", ["deceased", "moved"])
def test_who_died_or_moved_may_be_changed_or_taken_out(cast, family, life, kind):
    assert propose(cast, gone(family[0], life), kind=kind).kind == kind


def test_who_died_after_the_proposal_goes_no_further(cast, family):
    proposal = propose(cast, family[0])
    gone(family[0])
    with pytest.raises(InvalidInput):
        services.submit(actor=cast.actor("front"), uid=proposal.uid, version=None)


@pytest.mark.parametrize("who", ["koordinator", "head", "kasun", "admin", "manager"])
def test_others_than_the_counter_and_the_field_do_not_propose(cast, family, who):
    with pytest.raises(NotYourRole):
        propose(cast, family[0], who=who)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"proposed_on": date(2126, 1, 1)}, "proposed_on"),
        ({"extra": Extra(pregnant_since=date(2026, 1, 1))}, "pregnant_since"),
        ({"extra": Extra(pregnant=True, pregnant_since=date(2126, 1, 1))}, "pregnant_since"),
        ({"extra": Extra(disability_code="01")}, "disability_code"),
        ({"extra": Extra(disabled=True, disability_code="77")}, "disability_code"),
    ],
)
def test_impossible_facts_are_refused_in_words(cast, family, changes, field):
    with pytest.raises(InvalidInput) as caught:
        propose(cast, family[0], **changes)
    assert caught.value.field == field


# --- Once at a time ------------------------------------------------------------------------------


def test_the_same_proposal_twice_leads_to_the_open_one(cast, family):
    first = propose(cast, family[0])
    with pytest.raises(AlreadyProposed) as caught:
        propose(cast, family[0])
    assert caught.value.details["existing"] == str(first.uid)


def test_another_kind_or_an_ended_one_stands_in_nobody_s_way(cast, family):
    first = propose(cast, family[0])
    propose(cast, family[0], kind="change")
    move(cast, first, "withdraw")
    assert propose(cast, family[0]).pk != first.pk


def test_an_ended_one_is_not_opened_again_beside_a_new_one(cast, family):
    first = propose(cast, family[0])
    move(cast, first, "withdraw")
    propose(cast, family[0])
    with pytest.raises(AlreadyProposed):
        move(cast, first, "reopen")


def test_the_page_of_a_double_links_to_the_open_one(cast, family, login):
    first = propose(cast, family[0])
    answer = login("front").post(
        reverse("proposals:propose", args=[family[0].uid]),
        {
            "client_uid": str(uuid.uuid4()),
            "register_code": "DTSEN",
            "kind": "enter",
            "programme": "PKH",
            "reason": "Alasan yang diketik",
            "origin": "resident",
            "proposed_on": "01-02-2026",
        },
    )
    assert answer.status_code == 409
    page = answer.content.decode()
    assert reverse("proposals:proposal", args=[first.uid]) in page
    assert "Alasan yang diketik" in page


def test_a_form_sent_twice_makes_one(cast, family):
    sent = uuid.uuid4()
    first = propose(cast, family[0], client_uid=sent)
    again = propose(cast, family[0], client_uid=sent)
    assert (again.pk, again.is_repeat) == (first.pk, True)


# --- The road ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "first", "after_meeting", "after_verval"),
    [
        ("musdes_first", "awaiting_musdes", "awaiting_verval", "ready"),
        ("verval_first", "awaiting_verval", "ready", "awaiting_musdes"),
    ],
)
def test_the_office_sets_the_order_of_steps(
    cast, family, order, first, after_meeting, after_verval
):
    Office.objects.filter(pk=cast.village.pk).update(proposal_order=order)
    proposal = propose(cast, family[0])
    assert services.submit(actor=cast.actor("front"), uid=proposal.uid, version=None).state == first
    agree = "agree_to_ready" if order == "verval_first" else "agree_to_verval"
    heard = in_state(cast, family[1], "awaiting_musdes")
    assert move(cast, heard, agree, who="back").state == after_meeting
    checked = in_state(cast, family[2], "awaiting_verval")
    assert find(cast, checked).state == after_verval


def test_a_finding_against_never_refuses_by_itself(cast, family):
    proposal = in_state(cast, family[0], "awaiting_verval")
    found = find(cast, proposal, finding="does_not", reason="Rumah baru")
    assert (found.state, found.finding) == ("doubted", "does_not")


@pytest.mark.parametrize(("forward", "state"), [(True, "ready"), (False, "recorded_only")])
def test_a_doubted_proposal_is_weighed_with_a_written_reason(cast, family, forward, state):
    proposal = in_state(cast, family[0], "doubted")
    back = cast.actor("back")
    with pytest.raises(InvalidInput):
        services.weigh(actor=back, uid=proposal.uid, version=None, forward=forward, reason=" ")
    weighed = services.weigh(
        actor=back, uid=proposal.uid, version=None, forward=forward, reason="Ayah sakit lama"
    )
    assert weighed.state == state


def test_a_finding_without_words_is_refused(cast, family):
    proposal = in_state(cast, family[0], "awaiting_verval")
    with pytest.raises(InvalidInput) as caught:
        find(cast, proposal, reason="")
    assert caught.value.field == "reason"


@pytest.mark.parametrize(
    ("answer", "state"),
    [("accept", "accepted"), ("reject", "rejected"), ("send_back", "returned")],
)
def test_the_owner_s_answer_is_kept_with_its_day_and_words(cast, family, answer, state):
    proposal = in_state(cast, family[0], "sent")
    today = cast.village.today()
    done = services.record_answer(
        actor=cast.actor("back"),
        uid=proposal.uid,
        version=None,
        answer=answer,
        answered_on=today,
        reason="NIK tidak padan",
    )
    assert (done.state, done.answered_on, done.answer_note) == (state, today, "NIK tidak padan")


def test_what_left_the_village_is_changed_no_more(cast, family):
    proposal = in_state(cast, family[0], "sent")
    with pytest.raises(WrongState):
        services.change_proposal(
            actor=cast.actor("front"), uid=proposal.uid, version=None, programme="PKH", reason="x"
        )


def test_two_officers_at_one_proposal_notice(cast, family):
    proposal = propose(cast, family[0])
    with pytest.raises(StaleVersion):
        services.submit(actor=cast.actor("front"), uid=proposal.uid, version=99)


# --- Nobody for himself --------------------------------------------------------------------------


@pytest.fixture
def own(cast, family):
    """Let the front and back officer be on the family's card."""
    for who in ("front", "back"):
        user = cast.users[who]
        user.kk = KK
        user.save()
    return family[1]


def test_nobody_proposes_his_own_family(cast, own):
    with pytest.raises(OwnFamily):
        propose(cast, own)
    assert propose(cast, own, who="facilitator").resident == own


@pytest.mark.parametrize(
    ("state", "act"),
    [
        ("awaiting_verval", find),
        ("awaiting_musdes", lambda cast, one: move(cast, one, "agree_to_verval", who="back")),
        ("awaiting_musdes", lambda cast, one: move(cast, one, "disagree", who="back")),
        ("doubted", lambda cast, one: move(cast, one, "forward_to_ready", who="back")),
        ("doubted", lambda cast, one: move(cast, one, "record_only", who="back")),
        ("sent", lambda cast, one: move(cast, one, "accept", who="back")),
        ("returned", lambda cast, one: move(cast, one, "resubmit", who="back")),
    ],
)
def test_nobody_finds_or_decides_for_his_own_family(cast, own, state, act):
    with pytest.raises(OwnFamily):
        act(cast, in_state(cast, own, state, who="facilitator"))


def test_the_buttons_of_judgement_hide_from_the_family(cast, own, login):
    proposal = in_state(cast, own, "awaiting_verval", who="facilitator")
    url = reverse("proposals:proposal", args=[proposal.uid])
    finding = reverse("proposals:act", args=[proposal.uid, "finding"])
    assert finding not in login("back").get(url).content.decode()
    cast.back.kk = ""
    cast.back.save()
    assert finding in login("back").get(url).content.decode()


# --- Who follows the dead ------------------------------------------------------------------------


def test_the_page_of_the_dead_asks_who_on_the_card_follows(cast, family, login):
    dead = gone(family[0])
    page = login("front").get(reverse("registry:person", args=[dead.uid])).content.decode()
    assert "Siapa di KK ini yang menggantikannya?" in page
    for member in family[1:]:
        assert reverse("proposals:propose", args=[member.uid]) in page


@pytest.mark.parametrize("life", ["deceased", "moved", "alive"])
def test_the_page_of_the_successor_offers_the_living_of_the_card_in_place_of_the_gone(
    cast, family, login, life
):
    leaver, other, child = family
    gone(leaver, life)
    gone(other)
    stranger = create_resident(actor=cast.actor("front"), name="Orang Lain", kk=OTHER_KK)
    page = login("front").get(reverse("registry:successor", args=[leaver.uid])).text
    query = f"?kind=enter&amp;in_place_of={leaver.uid}"
    shown = [
        one
        for one in (leaver, other, child, stranger)
        if f'href="{reverse("proposals:propose", args=[one.uid])}{query}"' in page
    ]
    assert shown == ([] if life == "alive" else [child])
    assert page.count("in_place_of=") == len(shown)


def test_the_successor_s_form_is_filled_in(cast, family, login):
    dead = gone(family[0])
    url = reverse("proposals:propose", args=[family[1].uid])
    page = login("front").get(f"{url}?kind=enter&in_place_of={dead.uid}").content.decode()
    assert f'<option value="{dead.uid}" selected' in page


def test_only_somebody_living_on_the_same_card_follows(cast, family):
    dead = gone(family[0])
    assert propose(cast, family[1], in_place_of=dead).in_place_of == dead
    stranger = create_resident(actor=cast.actor("front"), name="Orang Lain", kk=OTHER_KK)
    with pytest.raises(InvalidInput) as caught:
        propose(cast, stranger, in_place_of=dead)
    assert caught.value.field == "in_place_of"


def test_nobody_follows_the_living(cast, family):
    with pytest.raises(InvalidInput):
        propose(cast, family[1], in_place_of=family[0])


# --- Lists ---------------------------------------------------------------------------------------


def test_the_oldest_open_proposal_comes_first_with_its_age(cast, family, login):
    today = cast.village.today()
    for days, resident in zip((3, 40, 12), family, strict=True):
        propose(cast, resident, proposed_on=today - timedelta(days=days))
    page = login("front").get(reverse("proposals:proposals")).content.decode()
    places = [page.index(name) for name in ("Tumini", "Sarno", "Paimin")]
    assert places == sorted(places)
    assert ">40</time>" in page


def test_the_list_is_filtered_by_neighbourhood(cast, family, login):
    for resident in family:
        propose(cast, resident)
    page = login("front").get(f"{reverse('proposals:proposals')}?rw=02").content.decode()
    assert "Sarno" in page
    assert "Tumini" not in page


def test_the_list_reads_the_same_number_of_rows_of_any_length(
    cast, family, login, django_assert_max_num_queries
):
    propose(cast, family[0])
    browser, url = login("front"), reverse("proposals:proposals")
    browser.get(url)
    with django_assert_max_num_queries(12) as few:
        browser.get(url)
    for resident in family[1:]:
        propose(cast, resident)
    with django_assert_max_num_queries(len(few)):
        browser.get(url)


def test_another_office_s_proposals_are_nobody_s_business(cast, family):
    propose(cast, family[0])
    assert not selectors.proposals(cast.actor("stranger_front")).exists()


def test_the_desk_counts_what_waits(cast, family, login):
    in_state(cast, family[0], "awaiting_musdes")
    in_state(cast, family[1], "awaiting_musdes")
    page = login("back").get("/").content.decode()
    assert "Usulan menunggu musdes/muskel" in page
    assert "Usulan menunggu musdes/muskel" not in login("front").get("/").content.decode()


# --- What is kept --------------------------------------------------------------------------------


def test_reason_and_extra_facts_are_not_readable_in_the_database(cast, family):
    propose(
        cast,
        family[1],
        reason="Rahasia sekali",
        extra=Extra(pregnant=True, pregnant_since=date(2026, 1, 1)),
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT reason, extra FROM registry_proposal")
        stored = b"".join(bytes(value) for value in cursor.fetchone())
    assert b"Rahasia" not in stored
    assert b"pregnant" not in stored


def test_opening_a_proposal_is_audited(cast, family, login):
    proposal = propose(cast, family[0])
    login("head").get(reverse("proposals:proposal", args=[proposal.uid]))
    entry = AuditEntry.objects.get(action="open_proposal")
    assert (entry.actor, entry.subject_uid) == (cast.head, proposal.uid)


def test_a_change_keeps_the_extra_facts_the_form_shows(cast, family, login):
    proposal = propose(
        cast, family[1], extra=Extra(pregnant=True, pregnant_since=date(2026, 1, 1), disabled=False)
    )
    url = reverse("proposals:change", args=[proposal.uid])
    page = login("front").get(url).content.decode()
    assert 'value="01-01-2026"' in page
    trail = page.partition("breadcrumb")[2].partition("</nav>")[0]
    assert reverse("proposals:proposals") in trail
    assert reverse("proposals:proposal", args=[proposal.uid]) in trail
    answer = login("front").post(
        url,
        {
            "version": proposal.version,
            "programme": "PKH",
            "reason": "Hamil besar",
            "pregnant": "yes",
            "pregnant_since": "01-01-2026",
            "disabled": "no",
        },
    )
    assert answer.status_code == 302
    proposal.refresh_from_db()
    assert (proposal.programme, proposal.extra["pregnant_since"]) == ("PKH", "2026-01-01")
