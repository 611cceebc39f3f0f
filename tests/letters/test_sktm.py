"""SKTM: who may have one, what it says, and the pages that make it in three clicks."""

import re
import uuid
from datetime import date, timedelta

import pytest
from django.utils import timezone, translation

from puskesmas.errors import InvalidInput, NotYourRole, OwnFamily
from registry import letters
from registry.life import record_life_event
from registry.models import Register, RegisterRow, RegisterVersion
from registry.selectors import person
from registry.services import change_resident, create_resident
from reports.letters import selectors, services
from reports.letters.models import Letter, LetterSeries
from reports.letters.workflow import LetterState
from tests.letters.test_issuing import pdf_text, text_of

NIK, KK, CHILD_NIK = "3509994403700001", "3509990101100001", "3509990103040001"


@pytest.fixture
def front(cast):
    return cast.actor("front")


@pytest.fixture
def siti(front):
    return create_resident(
        actor=front,
        name="Siti Maimunah",
        nik=NIK,
        kk=KK,
        relation="1",
        sex="P",
        birth_place="JEMBER",
        birth_date=date(1970, 3, 4),
        occupation="BURUH TANI",
        dusun="Krajan",
        rt="002",
        rw="001",
    )


@pytest.fixture
def child(front, siti):
    return create_resident(
        actor=front,
        name="Ahmad Fauzi",
        nik=CHILD_NIK,
        kk=KK,
        relation="4",
        birth_date=date(2004, 3, 1),
    )


@pytest.fixture
def make(front, siti, head, django_capture_on_commit_callbacks):
    def issued(**changes):
        facts = letters.SktmFacts(**({"purpose": "pengajuan KIS", "valid_months": 3} | changes))
        with django_capture_on_commit_callbacks(execute=True):
            return letters.issue_sktm(
                actor=front, resident=person(siti.uid, actor=front), facts=facts, signer=head
            )

    return issued


def test_a_letter_for_one_person_says_who_why_and_until_when(make, cast):
    letter = make(
        introduced_by="Ketua RT 002 RW 001",
        introduction_number="12/RT.002/2026",
        introduction_date=date(2026, 1, 20),
    )
    text = " ".join(text_of(letter).split())
    for words in (
        "SURAT KETERANGAN TIDAK MAMPU",
        letter.number,
        "Siti Maimunah",
        NIK,
        KK,
        "Jember, 4 Maret 1970",
        "Buruh Tani",
        "Dusun Krajan, RT 002 RW 001, Desa Tegalsari Makmur",
        "surat pengantar Ketua RT 002 RW 001 nomor 12/RT.002/2026 tanggal 20 Januari 2026",
        "pengajuan KIS",
        "KEPALA DESA TEGALSARI MAKMUR",
        "Petugas Head",
        "bukan bukti penerimaan bantuan",
    ):
        assert words in text, words
    assert letter.valid_until == letters.months_after(cast.village.today(), 3)


def test_the_letter_is_indonesian_whatever_the_officer_reads(make, child):
    said = []
    for language in ("id", "en"):
        with translation.override(language):
            letter = make(for_family=True, dependants=(str(child.uid),))
        said.append(text_of(letter).replace(letter.number, ""))
    first, second = (re.sub(r"[A-Z0-9]{5}(-[A-Z0-9]{5}){4}", "", text) for text in said)
    assert first == second


def test_no_word_of_the_letter_reads_as_acceptance(make):
    text = text_of(make()).lower()
    assert "layak" not in text
    assert "puskesmas" not in text


def test_a_letter_for_a_family_lists_the_dependants(make, child):
    text = text_of(make(for_family=True, dependants=(str(child.uid),)))
    assert "Ahmad Fauzi" in text
    assert CHILD_NIK in text
    assert "1 (satu) orang" in text
    assert "01-03-2004" in text


def test_a_family_letter_without_dependants_is_refused(make):
    with pytest.raises(InvalidInput) as caught:
        make(for_family=True)
    assert caught.value.field == "dependants"


def test_a_dependant_of_another_card_is_refused(make, front):
    other = create_resident(actor=front, name="Orang Lain")
    with pytest.raises(InvalidInput):
        make(for_family=True, dependants=(str(other.uid),))


def test_the_dead_are_no_dependants(make, child, front, siti):
    record_life_event(
        actor=front,
        uid=child.uid,
        version=child.version,
        kind="deceased",
        on=date(2026, 1, 2),
        source="Surat kematian",
    )
    assert letters.dependants_of(siti) == []
    with pytest.raises(InvalidInput):
        make(for_family=True, dependants=(str(child.uid),))


@pytest.mark.parametrize(("kind", "word"), [("deceased", "meninggal"), ("moved_away", "pindah")])
def test_nobody_dead_or_moved_gets_a_letter(make, front, siti, kind, word):
    record_life_event(
        actor=front,
        uid=siti.uid,
        version=siti.version,
        kind=kind,
        on=date(2026, 1, 2),
        source="Keterangan ketua RT",
    )
    with pytest.raises(InvalidInput) as caught:
        make()
    assert word in str(caught.value.message)
    assert not Letter.objects.exists()


def test_an_officer_makes_no_letter_for_his_own_family(make, cast):
    cast.front.kk = KK
    cast.front.save()
    with pytest.raises(OwnFamily):
        make()


def test_the_head_signs_no_letter_of_his_own_family(make, head):
    head.user.kk = KK
    head.user.save()
    with pytest.raises(InvalidInput) as caught:
        make()
    assert caught.value.field == "signer"


def test_another_officer_and_signer_may(make, cast):
    cast.back.kk = KK
    cast.back.save()
    assert make().state == LetterState.NUMBERED


@pytest.mark.parametrize("months", [0, 13])
def test_validity_is_one_to_twelve_months(make, months):
    with pytest.raises(InvalidInput) as caught:
        make(valid_months=months)
    assert caught.value.field == "valid_months"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 22), 3, date(2027, 2, 22)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
    ],
)
def test_months_end_on_days_that_exist(day, months, expected):
    assert letters.months_after(day, months) == expected


def listed(office, resident, *, days_old=10, decile=2):
    register = Register.objects.create(office=office, code="DTSEN", name_id="DTSEN")
    version = RegisterVersion.objects.create(
        office=office,
        register=register,
        data_date=office.today() - timedelta(days=days_old),
        file_sha256=uuid.uuid4().hex,
        published_at=timezone.now(),
    )
    if decile:
        RegisterRow.objects.create(
            register_version=version, line=1, name="x", raw={}, resident=resident, decile=decile
        )


def test_the_letter_says_what_the_register_said(make, cast, siti):
    listed(cast.village, siti)
    assert "terdaftar pada desil 2." in " ".join(text_of(make()).split())


def test_the_letter_says_not_listed_when_that_is_certain(make, cast, siti):
    listed(cast.village, siti, decile=None)
    assert "yang bersangkutan tidak terdaftar." in " ".join(text_of(make()).split())


def test_the_letter_is_silent_when_the_register_is_too_old(make, cast, siti):
    listed(cast.village, siti, days_old=4000)
    assert "DTSEN" not in text_of(make())


def test_a_later_change_of_the_person_leaves_the_letter_as_it_was(make, front, siti):
    letter = make()
    change_resident(actor=front, uid=siti.uid, version=siti.version, name="Nama Lain")
    body = letter.revisions.get().context["body"]
    assert body["subject"]["name"] == "Siti Maimunah"
    assert "Siti Maimunah" in text_of(letter)


def test_only_counter_officers_issue(siti, cast, head):
    facts = letters.SktmFacts(purpose="x", valid_months=1)
    for who in ("koordinator", "head", "kasun", "facilitator", "admin"):
        with pytest.raises(NotYourRole):
            letters.issue_sktm(actor=cast.actor(who), resident=siti, facts=facts, signer=head)


# --- Pages --------------------------------------------------------------------------------------


def form_of(page) -> dict:
    return {
        name: value
        for name, value in page.context["form"].initial.items()
        if value not in ("", None)
    } | {"client_uid": str(page.context["form"].fields["client_uid"].initial)}


@pytest.fixture
def clicks(login, siti, child, django_capture_on_commit_callbacks):
    """Return a browser session that commits as the real one does."""
    client = login("front")

    def post(url, data, **kwargs):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(url, data, **kwargs)

    client.send = post
    return client


def test_three_clicks_from_the_person_to_the_printed_letter(clicks, siti):
    person_page = clicks.get(f"/people/{siti.uid}/")
    (form_url,) = re.findall(r'href="(/people/[^"]+/sktm/)"', person_page.text)
    form_page = clicks.get(form_url)
    answer = clicks.send(form_url, form_of(form_page) | {"purpose": "pengajuan KIS"}, follow=True)
    (pdf_url,) = set(re.findall(r'href="(/letters/[^"]+/pdf/)"', answer.text))
    pdf = clicks.get(pdf_url)
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf["Content-Disposition"].startswith("inline")
    assert "no-store" in pdf["Cache-Control"]
    text = pdf_text(pdf.content)
    assert "Ahmad Fauzi" in text
    assert NIK in text
    assert str(Letter.objects.get().uid) in clicks.get(f"/people/{siti.uid}/").text


def test_the_same_form_sent_twice_makes_one_letter(clicks, siti):
    url = f"/people/{siti.uid}/sktm/"
    data = form_of(clicks.get(url)) | {"purpose": "pengajuan KIS"}
    first, second = clicks.send(url, data), clicks.send(url, data)
    assert first.url == second.url
    assert LetterSeries.objects.get().last_number == 1


def test_what_was_typed_stays_when_something_is_wrong(clicks, siti):
    url = f"/people/{siti.uid}/sktm/"
    data = form_of(clicks.get(url)) | {
        "purpose": "pengajuan KIS",
        "introduction_number": "12/RT",
        "introduction_date": "31-02-2026",
    }
    page = clicks.send(url, data)
    assert page.status_code == 400
    assert 'value="31-02-2026"' in page.text
    assert 'value="12/RT"' in page.text
    assert "Tulis tanggal sebagai hari-bulan-tahun" in page.text
    assert not Letter.objects.exists()


def test_the_draft_is_shown_without_a_number(clicks, siti):
    url = f"/people/{siti.uid}/sktm/"
    data = form_of(clicks.get(url)) | {"purpose": "pengajuan KIS", "preview": "1"}
    page = clicks.send(url, data)
    assert "KONSEP" in pdf_text(page.content)
    assert not LetterSeries.objects.exists()


def test_the_page_says_why_the_dead_get_no_letter(clicks, siti, front):
    record_life_event(
        actor=front,
        uid=siti.uid,
        version=siti.version,
        kind="deceased",
        on=date(2026, 1, 2),
        source="Surat kematian",
    )
    assert "Buat SKTM" not in clicks.get(f"/people/{siti.uid}/").text
    page = clicks.get(f"/people/{siti.uid}/sktm/")
    assert "tercatat meninggal" in page.text
    assert "Terbitkan" not in page.text
    answer = clicks.send(f"/people/{siti.uid}/sktm/", form_of(page) | {"purpose": "KIS"})
    assert "tercatat meninggal" in answer.text
    assert not Letter.objects.exists()


def test_a_letter_is_corrected_signed_and_handed_over_through_its_pages(clicks, siti):
    url = f"/people/{siti.uid}/sktm/"
    letter_url = clicks.send(url, form_of(clicks.get(url)) | {"purpose": "KIS"}).url
    letter = Letter.objects.get()
    revise_url = f"/people/sktm/{letter.uid}/revise/"
    assert revise_url in clicks.get(letter_url).text
    form = form_of(clicks.get(revise_url))
    assert form["purpose"] == "KIS"
    clicks.send(revise_url, form | {"purpose": "KIS PBI-JK", "reason": "Kurang lengkap"})
    assert "KIS PBI-JK" in text_of(letter)
    page = clicks.get(f"{letter_url}sign/")
    clicks.post(f"{letter_url}sign/", {"version": page.context["form"].initial["version"]})
    assert revise_url not in clicks.get(letter_url).text
    page = clicks.get(f"{letter_url}hand-over/")
    clicks.post(f"{letter_url}hand-over/", page.context["form"].initial)
    letter.refresh_from_db()
    assert letter.state == LetterState.HANDED
    assert letter.handed_over_to == "Siti Maimunah"
    assert letter.number in text_of(letter)


def test_a_signed_letter_is_voided_and_replaced_through_its_pages(
    clicks, siti, front, login, django_capture_on_commit_callbacks
):
    url = f"/people/{siti.uid}/sktm/"
    clicks.send(url, form_of(clicks.get(url)) | {"purpose": "KIS"})
    letter = Letter.objects.get()
    services.sign(actor=front, uid=letter.uid, version=letter.version)
    back = login("back")
    replace_url = f"/people/sktm/{letter.uid}/replace/"
    assert replace_url in back.get(f"/letters/{letter.uid}/").text
    form = form_of(back.get(replace_url)) | {"purpose": "KIP", "reason": "Keperluan salah"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = back.post(replace_url, form)
    successor = Letter.objects.get(replaces=letter)
    assert answer.url == f"/letters/{successor.uid}/"
    assert str(successor.uid) in back.get(f"/letters/{letter.uid}/").text
    assert back.post(replace_url, form).url == answer.url


def test_two_officers_correcting_one_letter_are_told(clicks, siti, cast, front, head):
    url = f"/people/{siti.uid}/sktm/"
    clicks.send(url, form_of(clicks.get(url)) | {"purpose": "KIS"})
    letter = Letter.objects.get()
    revise_url = f"/people/sktm/{letter.uid}/revise/"
    mine = form_of(clicks.get(revise_url)) | {"purpose": "punya saya", "reason": "x"}
    letters.revise_sktm(
        actor=cast.actor("back"),
        letter=selectors.letter(front, letter.uid),
        version=letter.version,
        facts=letters.SktmFacts(purpose="punya rekan", valid_months=3),
        signer=head,
        reason="y",
    )
    page = clicks.send(revise_url, mine)
    assert "diubah petugas lain" in page.text
    assert 'value="punya saya"' in page.text
    again = clicks.send(revise_url, mine | {"version": page.context["form"]["version"].value()})
    assert again.status_code == 302
