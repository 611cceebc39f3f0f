"""A partner answers on his own page: who gets in, what he reads, what becomes of his word."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from complaints.workflow import CaseState
from programs.models import Partner, PartnerAgreement, Programme
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, StaleVersion, WrongState
from puskesmas.logs import redact
from puskesmas.models import AuditEntry
from referrals import letters, selectors
from referrals.models import Answering, PartnerKey, Referral
from referrals.partners import keys, services
from referrals.partners.selectors import page_of, standing_of
from referrals.partners.services import Said
from referrals.services import answers, approval, delivery
from referrals.workflow import Answer, Realisation
from reports.letters import services as issuing
from reports.letters.selectors import last_revision
from tests.referrals.conftest import KK, NIK, make_programme, today

ADDRESS = "192.0.2.7"


@pytest.fixture
def partner(cast):
    return Partner.objects.create(
        office=cast.village, code="baznas", name_id="Baznas Jember", kind=Partner.Kind.CHARITY
    )


@pytest.fixture
def gift(cast):
    return make_programme(cast, "santunan", tier=Programme.Tier.PARTNER)


@pytest.fixture
def sent(cast, draft, gift, partner):
    """An approved referral on its way to the partner, by letter: no mail server is there."""
    row = draft(
        programme_uid=gift.uid,
        road=Referral.Road.PARTNER,
        partner_uid=partner.uid,
        legal_basis=Referral.LegalBasis.CONSENT,
    )
    approval.approve(actor=cast.actor("koordinator"), uid=row.uid)
    return Referral.objects.get(pk=row.pk)


@pytest.fixture
def token(sent):
    return keys.mint(sent, PartnerKey.Way.LINK)[1]


@pytest.fixture
def opened(token):
    services.open_page(token, address=ADDRESS)
    return token


def say(token, value, **more):
    version = more.pop("version", None)
    client_uid = more.pop("client_uid", None)
    words = {"name": "Rini", "position": "staf pendistribusian"} | more
    return services.answer(
        token,
        address=ADDRESS,
        said=Said(value, **words),
        version=version,
        client_uid=client_uid,
    )


def fresh(referral):
    return Referral.objects.select_related("complaint").get(pk=referral.pk)


# --- The road ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "basis", "goes"),
    [
        ("charity", "public_duty", False),
        ("hospital", "public_duty", False),
        ("charity", "consent", True),
        ("hospital", "vital_interest", True),
        ("ngo", "guardian_consent", True),
        ("government", "public_duty", True),
    ],
)
def test_a_partner_outside_the_government_needs_consent_or_vital_interest(
    draft, gift, partner, kind, basis, goes
):
    Partner.objects.filter(pk=partner.pk).update(kind=kind)
    terms = {
        "programme_uid": gift.uid,
        "road": "partner",
        "partner_uid": partner.uid,
        "legal_basis": basis,
    }
    if goes:
        row = draft(**terms)
        assert (row.partner, row.destination) == (partner, "Baznas Jember")
        return
    with pytest.raises(InvalidInput) as caught:
        draft(**terms)
    assert caught.value.field == "legal_basis"


def test_the_partners_road_names_a_partner_of_this_office_and_no_other_road_does(
    cast, draft, gift, partner
):
    foreign = Partner.objects.create(office=cast.other_village, code="x", name_id="X")
    for wrong in (None, foreign.uid, uuid.uuid4()):
        with pytest.raises(InvalidInput) as caught:
            draft(programme_uid=gift.uid, road="partner", partner_uid=wrong, legal_basis="consent")
        assert caught.value.field == "partner_uid"
    row = draft(programme_uid=gift.uid, partner_uid=partner.uid, legal_basis="consent")
    assert (row.road, row.partner) == ("paper", None)


def test_an_agreement_that_ended_closes_the_road_to_this_partner_also_at_the_approval(
    cast, draft, programme, partner
):
    terms = {"road": "partner", "partner_uid": partner.uid, "legal_basis": "consent"}
    agreement = PartnerAgreement.objects.create(
        office=cast.village,
        partner=partner,
        programme=programme,
        since=today() - timedelta(days=9),
    )
    row = draft(**terms)
    agreement.until = today() - timedelta(days=1)
    agreement.save()
    with pytest.raises(WrongState) as caught:
        approval.approve(actor=cast.actor("koordinator"), uid=row.uid)
    assert caught.value.code == "agreement_ended"
    approval.return_draft(actor=cast.actor("koordinator"), uid=row.uid, reason="Habis")
    with pytest.raises(InvalidInput) as caught:
        approval.resubmit(actor=cast.actor("back"), uid=row.uid, need="Kartu", **terms)
    assert (caught.value.field, caught.value.code) == ("partner_uid", "agreement_ended")


def test_the_partner_gets_name_address_phone_and_need_even_of_a_government_programme(
    cast, draft, partner
):
    row = draft(road="partner", partner_uid=partner.uid, legal_basis="consent")
    approval.approve(actor=cast.actor("koordinator"), uid=row.uid)
    payload = row.submissions.get().payload
    assert payload["person"] == {
        "name": "Sulastri",
        "address": "Jl. Melati 4, RT 02 RW 01, Desa Tegalsari Makmur",
        "phone": "081200000001",
    }
    assert not {"household", "register_check", "finding", "papers"} & payload.keys()
    assert NIK not in str(payload)
    assert KK not in str(payload)


# --- Who gets in -------------------------------------------------------------------------------


def test_unknown_expired_revoked_and_redirected_keys_get_one_answer_by_one_road(
    sent, django_assert_num_queries, cast
):
    def made(**changes):
        key, token = keys.mint(sent, PartnerKey.Way.LINK)
        PartnerKey.objects.filter(pk=key.pk).update(**changes)
        return token

    other = Partner.objects.create(office=cast.village, code="rs", name_id="RS")
    closed = [
        "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA",
        "short",
        made(expires_at=timezone.now() - timedelta(seconds=1)),
        made(revoked_at=timezone.now()),
        made(partner=other),
    ]
    works = made()
    said = set()
    services.find(works, address=ADDRESS)
    for token in closed:
        # The bucket's five, and one that looks for the key.
        with django_assert_num_queries(6), pytest.raises(NotFound) as caught:
            services.find(token, address=ADDRESS)
        said.add(str(caught.value.message))
        assert Client().get(reverse("partner:page", args=[token])).status_code == 404
    assert len(said) == 1
    with django_assert_num_queries(6):
        services.find(works, address=ADDRESS)


def test_a_token_has_125_bits_is_kept_as_its_hash_only_and_stays_out_of_the_log(sent):
    key, token = keys.mint(sent, PartnerKey.Way.LINK)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{25}", token)
    stored = str(PartnerKey.objects.filter(pk=key.pk).values().get())
    assert token not in stored
    link = keys.link_to(sent.office, token)
    assert redact(f"GET {link} 200").endswith("/partner/[kode]/ 200")


def test_a_withdrawn_or_mended_referral_closes_the_page_and_its_approval_opens_it_again(
    cast, sent, opened
):
    say(opened, Answer.RETURNED, reason="Alamatnya belum lengkap")
    approval.resubmit(
        actor=cast.actor("back"),
        uid=sent.uid,
        need="Kursi roda",
        road="partner",
        partner_uid=sent.partner.uid,
        legal_basis="consent",
    )
    with pytest.raises(NotFound):
        services.find(opened, address=ADDRESS)
    approval.approve(actor=cast.actor("koordinator"), uid=sent.uid)
    key = services.find(opened, address=ADDRESS)
    assert page_of(key).need == "Kursi roda"


@pytest.mark.parametrize(("method", "name"), [("get", "page"), ("post", "open")])
def test_too_many_tries_from_one_address_are_slowed_down(token, method, name):
    browser = Client()
    guess = reverse(f"partner:{name}", args=["A" * 25])
    for _try in range(services.TRIES["capacity"]):
        getattr(browser, method)(guess)
    assert getattr(browser, method)(guess).status_code == 429
    # From another address the right one still opens.
    right = reverse("partner:page", args=[token])
    assert browser.get(right, REMOTE_ADDR=ADDRESS).status_code == 200


# --- What he reads and says ----------------------------------------------------------------------


def test_only_a_press_of_the_button_shows_the_person_and_counts_as_received(sent, token):
    browser = Client()
    url = reverse("partner:page", args=[token])
    cover = browser.get(url)
    assert "Sulastri" not in cover.content.decode()
    assert fresh(sent).answer == Answer.NONE
    for name, value in {
        "Referrer-Policy": "same-origin",
        "Cache-Control": "private, no-store",
        "X-Robots-Tag": "noindex, nofollow",
    }.items():
        assert cover[name] == value
    assert "noindex" in cover.content.decode()
    assert "script-src" in cover["Content-Security-Policy"]
    shown = browser.post(reverse("partner:open", args=[token]), follow=True).content.decode()
    assert "Sulastri" in shown
    assert "081200000001" in shown
    assert NIK not in shown
    row = fresh(sent)
    assert row.answer == Answer.RECEIVED
    assert row.acknowledged_at is not None
    key = PartnerKey.objects.get()
    assert (key.times_opened, key.opened_at) == (1, row.acknowledged_at)
    assert AuditEntry.objects.filter(action="partner.open", subject_uid=key.uid).count() == 1
    # Another browser with the same link starts at the cover again.
    assert "Sulastri" not in Client().get(url).content.decode()


def test_nobody_answers_before_he_opened_the_page(sent, token):
    browser = Client()
    browser.post(reverse("partner:answer", args=[token]), {"value": "approved"})
    assert fresh(sent).answer == Answer.NONE


def test_the_partners_answers_move_the_referral_and_the_case_as_the_owners_do(cast, sent, opened):
    say(opened, Answer.STUDIED)
    assert fresh(sent).complaint.state == CaseState.REFERRED
    say(opened, Answer.APPROVED, document_number="12/BZ")
    row = fresh(sent)
    assert (row.answer, row.complaint.state) == (Answer.APPROVED, CaseState.ANSWERED)
    said = row.answers.get(value=Answer.APPROVED)
    assert (said.source, said.owner) == (Answering.Source.PARTNER, "Baznas Jember")
    assert (said.said_by, said.recorded_by) == ("Rini, staf pendistribusian", None)
    assert AuditEntry.objects.filter(action="partner.answer").count() == 2
    say(
        opened,
        Realisation.READY,
        place="Kantor Baznas",
        time="Senin 08.00",
        bring="KTP",
        who="Sendiri",
    )
    ready = fresh(sent).answers.get(value=Realisation.READY)
    assert ready.instructions.splitlines() == [
        "Tempat: Kantor Baznas",
        "Hari dan jam: Senin 08.00",
        "Yang dibawa: KTP",
        "Yang boleh mengambil: Sendiri",
    ]
    say(opened, Realisation.COLLECTED)
    assert fresh(sent).realisation == Realisation.COLLECTED
    over = page_of(services.find(opened, address=ADDRESS))
    assert (over.person, over.need, over.choices) == ({}, "", [])


def test_a_refusal_needs_its_reason_and_the_next_programme_may_follow(cast, sent, opened, draft):
    with pytest.raises(InvalidInput) as caught:
        say(opened, Answer.REFUSED)
    assert caught.value.field == "reason"
    say(opened, Answer.REFUSED, reason="Dana bulan ini habis, coba lagi Januari.")
    assert fresh(sent).complaint.outcome == "owner_refused"
    assert draft(programme_uid=make_programme(cast, "jampersal").uid).complaint == sent.complaint


@pytest.mark.parametrize(
    ("value", "more", "field"),
    [
        ("approved", {"name": " "}, "name"),
        ("approved", {"position": ""}, "position"),
        ("recommended", {}, "value"),
        ("received", {}, "value"),
        ("", {}, "value"),
    ],
)
def test_an_answer_names_the_field_that_is_wrong(sent, opened, value, more, field):
    with pytest.raises(InvalidInput) as caught:
        say(opened, value, **more)
    assert caught.value.field == field
    assert fresh(sent).answer == Answer.RECEIVED


@pytest.mark.parametrize("missing", ["place", "time", "bring", "who"])
def test_ready_for_collection_says_where_when_what_to_bring_and_who(opened, missing):
    say(opened, Answer.APPROVED)
    told = {"place": "Kantor", "time": "Senin", "bring": "KTP", "who": "Sendiri", missing: " "}
    with pytest.raises(InvalidInput) as caught:
        say(opened, Realisation.READY, **told)
    assert caught.value.field == missing


def test_aid_is_not_told_before_the_approval_nor_twice(opened):
    with pytest.raises(WrongState):
        say(opened, Realisation.COLLECTED)
    say(opened, Answer.APPROVED)
    say(opened, Realisation.NEVER, reason="Dana ditarik")
    with pytest.raises(WrongState):
        say(opened, Realisation.COLLECTED)


def test_a_form_sent_twice_counts_once_and_one_from_before_a_change_is_stale(cast, sent, opened):
    chosen, seen = uuid.uuid4(), fresh(sent).version
    say(opened, Answer.STUDIED, client_uid=chosen, version=seen)
    again = say(opened, Answer.STUDIED, client_uid=chosen, version=seen)
    assert again.is_repeat
    assert fresh(sent).answers.count() == 1
    with pytest.raises(StaleVersion):
        say(opened, Answer.APPROVED, client_uid=uuid.uuid4(), version=seen)


def test_nobody_else_speaks_in_the_partners_name(cast, sent):
    with pytest.raises(InvalidInput) as caught:
        answers.record_answer(
            actor=cast.actor("back"),
            uid=sent.uid,
            value=Answer.STUDIED,
            source=Answering.Source.PARTNER,
            said_on=today(),
        )
    assert caught.value.field == "source"


# --- The letter's code ---------------------------------------------------------------------------


@pytest.fixture
def letter(cast, sent):
    return letters.issue(actor=cast.actor("front"), uid=sent.uid, signer=None)


def code_on(letter):
    return last_revision(letter).context["body"]["answer_code"]


def test_the_code_on_the_letter_opens_the_page_however_it_is_typed(sent, letter):
    code = code_on(letter)
    browser = Client()
    typed = f" {code.lower().replace('-', ' ')} "
    there = browser.post(reverse("partner:form"), {"code": typed}, follow=True)
    assert there.status_code == 200
    assert there.redirect_chain[0][0] == reverse("partner:page", args=[code])
    browser.post(reverse("partner:open", args=[code]))
    assert PartnerKey.objects.get(letter=letter).times_opened == 1
    assert fresh(sent).answer == Answer.RECEIVED
    mistyped = browser.post(reverse("partner:form"), {"code": code[:-1]})
    assert mistyped.status_code == 400


def test_a_void_letters_code_opens_nothing(cast, letter):
    code = code_on(letter)
    issuing.void(
        actor=cast.actor("koordinator"), uid=letter.uid, version=None, reason="Salah ketik"
    )
    with pytest.raises(NotFound):
        services.find(code, address=ADDRESS)


def test_a_letter_on_another_road_carries_no_code(cast, draft):
    row = draft()
    approval.approve(actor=cast.actor("koordinator"), uid=row.uid)
    made = letters.issue(actor=cast.actor("front"), uid=row.uid, signer=None)
    assert code_on(made) == ""
    assert not PartnerKey.objects.exists()


# --- The office -----------------------------------------------------------------------------------


def test_the_office_sees_when_the_page_was_opened_and_closes_it(cast, sent, opened, letter):
    code = code_on(letter)
    link, printed = standing_of(sent, may_act=True).ways
    assert (link.times, link.opened_at is not None, link.is_over) == (1, True, False)
    assert (printed.times, printed.opened_at) == (0, None)
    services.revoke(actor=cast.actor("front"), uid=sent.uid)
    for token in (opened, code):
        with pytest.raises(NotFound):
            say(token, Answer.APPROVED)
    assert all(way.is_over for way in standing_of(sent, may_act=True).ways)
    with pytest.raises(WrongState):
        services.revoke(actor=cast.actor("front"), uid=sent.uid)


@pytest.mark.parametrize("verb", [services.revoke, services.send_link])
def test_only_officers_of_the_service_and_of_this_office_handle_the_page(cast, sent, verb):
    with pytest.raises(NotYourRole):
        verb(actor=cast.actor("kasun"), uid=sent.uid)
    with pytest.raises(NotFound):
        verb(actor=cast.actor("stranger"), uid=sent.uid)


def test_without_a_mail_server_the_page_offers_the_letter_and_says_so(cast, sent, login):
    with pytest.raises(WrongState) as caught:
        services.send_link(actor=cast.actor("back"), uid=sent.uid)
    assert caught.value.code == "no_mail"
    shown = login("back").get(reverse("referrals:referral", args=[sent.uid])).content.decode()
    assert "Surel Baznas Jember belum dicatat" in shown
    assert "Cetak surat rujukan" in shown
    assert "Kirim tautan" not in shown


def test_an_unanswered_page_falls_into_the_same_list_as_every_other_referral(cast, sent, opened):
    actor = cast.actor("back")
    assert not selectors.unanswered(actor).exists()
    late = timezone.now() - timedelta(days=cast.village.upstream_answer_days + 1)
    Referral.objects.filter(pk=sent.pk).update(acknowledged_at=late)
    assert selectors.unanswered(actor).get() == sent
    say(opened, Answer.APPROVED)
    assert not selectors.unanswered(actor).exists()


def test_paper_carried_to_the_partner_is_noted_as_on_any_road(cast, sent):
    delivery.hand_over(
        actor=cast.actor("front"), uid=sent.uid, receiver="Ibu Rini", handed_on=today()
    )
    assert fresh(sent).answer == Answer.RECEIVED
