"""The office's registers: named, versioned, asked about any day; and the letter about them."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from puskesmas.errors import InvalidInput, NotFound, NotYourRole, OwnFamily, StaleVersion
from puskesmas.models import AuditEntry, Role
from registry.life import record_life_event
from registry.models import Register, RegisterCheck
from registry.register_answers import deciles_of, register_answer, register_answers, rows_on
from registry.registers import letters, selectors, services
from registry.selectors import person
from registry.services import create_resident, record_register_check
from registry.starters import load_registers
from reports.letters.models import Letter
from reports.letters.selectors import last_revision
from reports.letters.selectors import letter as find_letter
from tests.letters.test_issuing import text_of
from tests.registry.test_people import KK, NIK, make_version

BLT = {"code": "BLT-2026", "name_id": "Penerima BLT 2026"}


@pytest.fixture
def front(cast):
    return cast.actor("front")


@pytest.fixture
def admin(cast):
    return cast.actor("admin")


@pytest.fixture
def siti(front):
    return create_resident(actor=front, name="Siti Khodijah", nik=NIK, kk=KK, relation="1")


@pytest.fixture
def child(front, siti):
    return create_resident(actor=front, name="Agus Salim", kk=KK, relation="4")


# --- Naming them ----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["back", "koordinator", "admin"])
def test_who_loads_lists_names_the_registers(cast, who):
    made = services.add_register(actor=cast.actor(who), programme="BLT-DD", **BLT)
    assert (made.code, made.programme, made.in_force) == ("BLT-2026", "BLT-DD", True)


@pytest.mark.parametrize("who", ["front", "facilitator", "head", "kasun", "manager"])
def test_nobody_else_does(cast, who):
    with pytest.raises(NotYourRole):
        services.add_register(actor=cast.actor(who), **BLT)


def test_the_same_register_twice_is_one(admin):
    first, second = (services.add_register(actor=admin, **BLT) for _ in range(2))
    assert first == second
    assert second.is_repeat
    with pytest.raises(InvalidInput) as caught:
        services.add_register(actor=admin, code="blt-2026", name_id="Lain")
    assert caught.value.field == "code"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": "B"}, "code"),
        ({"code": "ada spasi"}, "code"),
        ({"code": ""}, "code"),
        ({"name_id": " "}, "name_id"),
    ],
)
def test_an_impossible_register_is_refused(admin, values, field):
    with pytest.raises(InvalidInput) as caught:
        services.add_register(actor=admin, **(BLT | values))
    assert caught.value.field == field
    assert not Register.objects.exists()


def test_a_register_is_renamed_and_said_to_be_replaced(admin, cast):
    held = services.add_register(actor=admin, **BLT)
    change = {"uid": held.uid, "name_id": "BLT lama", "name_en": "Old", "in_force": False}
    services.change_register(actor=admin, version=1, **change)
    held.refresh_from_db()
    assert (held.name_id, held.in_force, held.version) == ("BLT lama", False, 2)
    entry = AuditEntry.objects.get(action="register.change")
    assert set(entry.fields) == {"name_id", "name_en", "in_force"}
    with pytest.raises(StaleVersion):
        services.change_register(actor=admin, version=1, **change)
    with pytest.raises(NotFound):
        services.change_register(actor=cast.actor("stranger"), version=2, **change)


def test_an_office_starts_with_its_registers_once(cast):
    assert load_registers(cast.village) == 3
    assert load_registers(cast.village) == 0
    assert Register.objects.get(code="PBI-JK").programme == "PBI-JK"


# --- What they say --------------------------------------------------------------------------------


def test_what_a_list_said_on_a_day_takes_one_query(cast, front, siti, django_assert_num_queries):
    make_version(cast.village, days_old=60, resident=siti, decile=1)
    newest = make_version(cast.village, days_old=30, resident=siti, decile=3)
    make_version(cast.village, days_old=5)
    day = cast.village.today() - timedelta(days=10)
    siti = person(siti.uid, actor=front)
    with django_assert_num_queries(1):
        (said,) = rows_on(siti, actor=front, on=day, code="DTSEN")
        assert (said.version, said.line, said.decile) == (newest, 1, 3)


def test_every_register_is_asked_in_that_one_query(cast, front, siti, django_assert_num_queries):
    make_version(cast.village, resident=siti, decile=4)
    make_version(cast.village, code="DTKS")
    siti = person(siti.uid, actor=front)
    with django_assert_num_queries(1):
        found = rows_on(siti, actor=front, on=cast.village.today())
        said = {one.version.register.code: (one.line, one.decile) for one in found}
    assert said == {"DTSEN": (1, 4), "DTKS": (None, None)}


def test_a_day_before_every_list_says_nothing(cast, front, siti):
    make_version(cast.village, days_old=5, resident=siti)
    day = cast.village.today() - timedelta(days=6)
    assert rows_on(siti, actor=front, on=day) == []
    withdrawn = make_version(cast.village, days_old=50, resident=siti)
    withdrawn.withdrawn_at = withdrawn.published_at
    withdrawn.save()
    assert rows_on(siti, actor=front, on=day) == []


def test_another_office_s_lists_say_nothing_here(cast, siti):
    make_version(cast.village, resident=siti)
    assert rows_on(siti, actor=cast.actor("stranger"), on=cast.village.today()) == []


def test_a_recipient_list_never_loaded_is_not_an_answer(cast, front, siti):
    load_registers(cast.village)
    codes = [one.register.code for one in register_answers(siti, actor=front)]
    assert codes == ["DTSEN", "DTKS"]


def test_a_recipient_list_does_not_answer_whether_one_is_in_the_register(cast, front, siti):
    load_registers(cast.village)
    pbi = Register.objects.get(code="PBI-JK")
    version = make_version(cast.village, days_old=1, code="X", resident=siti)
    version.register = pbi
    version.save()
    Register.objects.filter(code="X").delete()
    assert register_answer(siti, actor=front).register.code == "DTSEN"
    assert register_answers(siti, actor=front)[-1].register == pbi


def test_a_familys_decile_over_time_is_two_queries(
    cast, front, siti, child, django_assert_num_queries
):
    kk = siti.memberships.get().household.kk_index
    old = make_version(cast.village, days_old=400, resident=siti, decile=2, kk_index=kk)
    new = make_version(cast.village, days_old=20, resident=child, decile=3)
    with django_assert_num_queries(2):
        found = deciles_of([siti, child], kk_index=kk)
    assert [(one.version, one.deciles) for one in found] == [(new, "3"), (old, "2")]


def test_a_row_on_another_card_is_another_familys_decile(cast, siti):
    make_version(cast.village, resident=siti, decile=9, kk_index="lain")
    assert deciles_of([siti], kk_index=siti.memberships.get().household.kk_index) == []
    assert len(deciles_of([siti])) == 1


def test_rows_that_disagree_are_shown_as_a_span(cast, siti, child):
    version = make_version(cast.village, resident=siti, decile=1)
    version.rows.create(line=2, name="y", raw={}, resident=child, decile=4)
    (found,) = deciles_of([siti, child])
    assert found.deciles == "1–4"


def test_a_versions_linked_rows_are_counted_in_two_queries(cast, siti, django_assert_num_queries):
    version = make_version(cast.village, resident=siti)
    version.rows.create(line=2, name="tidak dikenal", raw={})
    older = make_version(cast.village, days_old=90)
    with django_assert_num_queries(2):
        lines = selectors.versions_of(version.register)
    assert [(line.version, line.linked) for line in lines] == [(version, 1), (older, 0)]


# --- The pages ------------------------------------------------------------------------------------


def test_a_register_is_added_and_changed_on_its_pages(login, cast):
    browser = login("admin")
    values = {"code": "pkh", "name_id": "Penerima PKH", "in_force": "yes", "programme": "PKH"}
    assert browser.post(reverse("registry:register_new"), values).status_code == 302
    held = Register.objects.get()
    assert (held.code, held.programme) == ("PKH", "PKH")
    page = reverse("registry:register_edit", args=[held.uid])
    change = {"name_id": "PKH 2026", "in_force": "no", "version": 1}
    assert browser.post(page, change).status_code == 302
    again = browser.post(page, change | {"name_id": "PKH lain"})
    assert again.status_code == 409
    assert "PKH lain" in again.text
    assert "PKH 2026" in browser.get(reverse("registry:registers")).text


def test_a_registers_page_shows_its_lists(login, cast, siti):
    version = make_version(cast.village, whole=False, resident=siti)
    version.part, version.source = "RW 03", "Dinas Sosial"
    version.save()
    text = login("back").get(reverse("registry:register", args=[version.register.uid])).text
    assert all(words in text for words in ("RW 03", "Dinas Sosial", version.file_sha256[:12]))


@pytest.mark.parametrize(
    ("days_ago", "words"), [(0, "Desil 3"), (40, "Desil 1"), (90, "belum ada")]
)
def test_the_person_s_registers_on_a_day(login, cast, siti, days_ago, words):
    make_version(cast.village, days_old=60, resident=siti, decile=1)
    make_version(cast.village, days_old=5, resident=siti, decile=3)
    day = cast.village.today() - timedelta(days=days_ago)
    page = reverse("registry:person_registers", args=[siti.uid])
    text = login("front").get(page, {"on": f"{day:%d-%m-%Y}"}).text
    main = text[text.index("Apa kata daftar?") : text.index("Desil keluarga")]
    assert words in main
    assert NIK not in text
    assert AuditEntry.objects.filter(action="open_person").count() == 1


def test_the_persons_page_shows_the_familys_decile_and_leads_to_the_letter(login, cast, siti):
    make_version(cast.village, resident=siti, decile=7)
    text = login("front").get(reverse("registry:person", args=[siti.uid])).text
    assert "Desil keluarga dari waktu ke waktu" in text
    assert reverse("registry:listing_letter_new", args=[siti.uid]) in text


# --- The letter -----------------------------------------------------------------------------------


@pytest.fixture
def head(cast):
    return cast.head.assignments.select_related("user").get(role=Role.HEAD)


@pytest.fixture
def make(front, siti, head, django_capture_on_commit_callbacks):
    def issued(register="DTSEN", purpose="pendaftaran KIP Kuliah", **more):
        facts = letters.ListingFacts(register=register, purpose=purpose)
        with django_capture_on_commit_callbacks(execute=True):
            return letters.issue_listing(
                actor=more.pop("actor", front),
                resident=person(siti.uid, actor=front),
                facts=facts,
                signer=more.pop("signer", head),
                **more,
            )

    return issued


def test_the_letter_names_register_decile_source_and_date(make, cast, siti):
    version = make_version(cast.village, resident=siti, decile=2)
    version.source = "SIKS-NG Dinas Sosial"
    version.save()
    letter = make()
    text = " ".join(text_of(letter).split())
    for words in ("SURAT KETERANGAN TERDAFTAR", "Siti Khodijah", NIK, "DTSEN", "terdaftar"):
        assert words in text, words
    for words in ("Desil", "SIKS-NG Dinas Sosial", "KIP Kuliah", "bukan bukti penerimaan"):
        assert words in text, words
    assert "tidak terdaftar" not in text
    body = last_revision(find_letter(cast.actor("front"), letter.uid)).context["body"]
    assert (body["decile"], body["source"]) == ("2", "SIKS-NG Dinas Sosial")


def test_the_negative_letter_says_so_and_is_a_kind_of_its_own(make, cast):
    make_version(cast.village)
    letter = make()
    assert letter.kind == letters.NOT_LISTED
    text = " ".join(text_of(letter).split())
    assert "SURAT KETERANGAN TIDAK TERDAFTAR" in text
    assert "Desil" not in text


@pytest.mark.parametrize("version", [{"days_old": 400}, {"whole": False}, None])
def test_there_is_no_letter_on_an_uncertain_answer(make, cast, version):
    if version:
        make_version(cast.village, **version)
    with pytest.raises(InvalidInput) as caught:
        make()
    assert caught.value.field == "register"
    assert not Letter.objects.exists()
    assert not RegisterCheck.objects.exists()


def test_the_letter_keeps_what_the_register_said(make, cast, siti, front):
    version = make_version(cast.village, resident=siti, decile=2)
    letter = make()
    check = RegisterCheck.objects.get()
    assert (check.register_version, check.result, check.decile) == (version, "listed", 2)
    body = last_revision(find_letter(front, letter.uid)).context["body"]
    assert body["check"] == str(check.uid)


def test_a_check_by_hand_is_itself_what_is_kept(make, cast, siti, front):
    Register.objects.create(office=cast.village, code="DTSEN", name_id="DTSEN")
    check = record_register_check(
        actor=front,
        resident=siti,
        register_code="DTSEN",
        method="siks_ng",
        result="listed",
        decile=5,
    )
    text = " ".join(text_of(make()).split())
    assert "SIKS-NG" in text
    assert RegisterCheck.objects.get() == check


def test_nobody_makes_or_signs_the_letter_for_his_own_family(make, cast, siti, head):
    make_version(cast.village, resident=siti)
    cast.front.kk = KK
    cast.front.save()
    with pytest.raises(OwnFamily):
        make()
    make(actor=cast.actor("back"))
    head.user.kk = KK
    head.user.save()
    with pytest.raises(InvalidInput) as caught:
        make(actor=cast.actor("back"))
    assert caught.value.field == "signer"


@pytest.mark.parametrize("kind", ["deceased", "moved_away"])
def test_nobody_dead_or_moved_gets_the_letter(make, cast, siti, front, kind):
    make_version(cast.village, resident=siti)
    record_life_event(
        actor=front,
        uid=siti.uid,
        version=siti.version,
        kind=kind,
        on=cast.village.today(),
        source="Keterangan ketua RT",
    )
    with pytest.raises(InvalidInput):
        make()


def test_a_correction_keeps_the_number_and_the_kind(make, cast, siti, front, head):
    make_version(cast.village, resident=siti, decile=2)
    make_version(cast.village, code="DTKS")
    letter = make()

    def revise(register, version):
        facts = letters.ListingFacts(register=register, purpose="lain")
        return letters.revise_listing(
            actor=front,
            letter=find_letter(front, letter.uid),
            version=version,
            facts=facts,
            signer=head,
            reason="salah keperluan",
        )

    changed = revise("DTSEN", letter.version)
    assert changed.number == letter.number
    with pytest.raises(InvalidInput) as caught:
        revise("DTKS", changed.version)
    assert caught.value.field == "register"


def test_the_page_offers_certain_answers_only_and_issues(login, cast, siti):
    make_version(cast.village, resident=siti, decile=2)
    make_version(cast.village, code="DTKS", days_old=900)
    browser = login("front")
    page = reverse("registry:listing_letter_new", args=[siti.uid])
    assert 'value="DTKS"' not in browser.get(page).text
    values = {
        "client_uid": str(uuid.uuid4()),
        "register": "DTSEN",
        "purpose": "KIP",
        "signer": "by_hand",
    }
    draft = browser.post(page, values | {"preview": "1"})
    assert draft["Content-Type"] == "application/pdf"
    assert not Letter.objects.exists()
    first, second = (browser.post(page, values) for _ in range(2))
    assert first.url == second.url
    assert Letter.objects.get().kind == letters.LISTED


def test_the_page_says_when_nothing_is_certain(login, cast, siti):
    Register.objects.create(office=cast.village, code="DTSEN", name_id="DTSEN")
    text = login("front").get(reverse("registry:listing_letter_new", args=[siti.uid])).text
    assert "Belum dapat dipastikan" in text
    assert reverse("registry:register_check", args=[siti.uid]) in text
    assert 'name="purpose"' not in text
