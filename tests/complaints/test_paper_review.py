"""The checklist: each paper in order or to be replaced, what the resident is told, and the SKTM."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from complaints import public, services
from complaints.forms import SeenForm, missing_papers
from complaints.letters import receipt_context
from complaints.models import ComplaintPaper
from complaints.selectors import case as find
from complaints.verification.papers import review_paper
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, OwnFamily, StaleVersion
from puskesmas.models import AuditEntry
from referrals.letters import _files
from referrals.payload import _status
from registry.letters import SktmFacts, issue_sktm
from registry.models import HouseholdMember, Resident
from reports.letters import notes, selectors
from reports.letters import services as letters
from reports.letters.models import Letter
from tests.complaints.conftest import NIK, make_resident
from tests.letters.test_issuing import pdf_text

pytestmark = pytest.mark.django_db


def photo(
    *, told: bool = False, at: tuple[float, float] = (-8.123333, 113.7)
) -> SimpleUploadedFile:
    exif = Image.Exif()
    if told:
        north, east = at
        exif[0x8825] = {
            1: "N" if north >= 0 else "S",
            2: (abs(north), 0.0, 0.0),
            3: "E" if east >= 0 else "W",
            4: (abs(east), 0.0, 0.0),
        }
    out = io.BytesIO()
    Image.new("RGB", (12, 8), "teal").save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("foto.jpg", out.getvalue(), content_type="image/jpeg")


@pytest.fixture
def filed(cast, resident, kind, programmes):
    """A case that asks for papers; the identity card was seen, a copy of the family card kept."""
    case = services.register_complaint(
        actor=cast.actor("front"),
        client_uid="0197f000-0000-7000-8000-000000000001",
        subject=resident,
        kind=kind,
        story="Tidak punya kartu",
        needed=[programmes["KIS-D"]],
        papers_seen=["ktp"],
    )
    services.attach_paper(actor=cast.actor("front"), uid=case.uid, code="kk", upload=photo())
    case.refresh_from_db()
    return case


def review(cast, case, code="kk", who="back", **more):
    values = {"review": "replace", "fault": "unreadable"} | more
    return review_paper(actor=cast.actor(who), uid=case.uid, code=code, **values)


def missing(cast, case):
    return {paper.code for paper in missing_papers(find(case.uid, actor=cast.actor("back")))}


def test_a_refused_paper_tells_the_resident_on_page_and_receipt_what_to_bring_again(cast, filed):
    review(cast, filed, note="Nama ibu tertutup lipatan")

    status = public.status_of(filed.receipt_number, address="127.0.0.1")
    assert "Fotokopi KK: perlu diganti (tidak terbaca)" in status.bring
    assert "lipatan" not in " ".join(status.bring)  # words of an officer may be personal
    opened = public.details_of(filed.receipt_number, last4=NIK[-4:], address="127.0.0.1")
    assert ("Berkas: Fotokopi KK", "Nama ibu tertutup lipatan") in opened.words
    receipt = receipt_context(find(filed.uid, actor=cast.actor("front")))
    assert {"label": "Fotokopi KK", "note": "perlu diganti: Nama ibu tertutup lipatan"} in receipt[
        "missing"
    ]


def test_a_refused_copy_stays_until_a_better_one_comes(cast, filed):
    paper = review(cast, filed)
    assert (paper.status, paper.attachment is not None) == ("missing", True)
    better = services.attach_paper(
        actor=cast.actor("front"), uid=filed.uid, code="kk", upload=photo()
    )
    assert (better.status, better.review, better.fault) == ("copied", "", "")


def test_a_paper_in_order_is_said_of_the_paper_never_of_the_person(cast, filed):
    paper = review(cast, filed, review="fits", fault="")
    assert str(paper.get_review_display()) == "Berkas sesuai"
    assert "kk" not in {
        one.code for one in missing_papers(find(filed.uid, actor=cast.actor("back")))
    }


def test_a_refused_paper_that_was_optional_is_brought_again_too(cast, filed):
    filed.papers.filter(code="kk").update(mandatory=False)
    review(cast, filed)
    assert "kk" in missing(cast, filed)


def test_ticking_a_replaced_paper_takes_the_refusal_away(cast, filed):
    review(cast, filed, code="ktp")
    services.tick_papers(actor=cast.actor("front"), uid=filed.uid, seen=["ktp"])
    paper = filed.papers.get(code="ktp")
    assert (paper.status, paper.review) == ("seen", "")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"review": ""}, "review"),
        ({"review": "accepted"}, "review"),
        ({"fault": ""}, "fault"),
        ({"fault": "other"}, "note"),
    ],
)
def test_an_examination_without_its_words_is_refused(cast, filed, values, field):
    with pytest.raises(InvalidInput) as refused:
        review(cast, filed, **values)
    assert refused.value.field == field


def test_what_is_not_there_cannot_be_in_order(cast, filed):
    filed.papers.filter(code="ktp").update(status="missing")
    with pytest.raises(InvalidInput):
        review(cast, filed, code="ktp", review="fits")


def test_only_papers_of_the_case_are_examined_by_who_handles_papers_and_saw_the_newest(cast, filed):
    with pytest.raises(NotFound):
        review(cast, filed, code="land")
    with pytest.raises(NotYourRole):
        review(cast, filed, who="koordinator")
    with pytest.raises(StaleVersion):
        review(cast, filed, version=filed.version - 1)


def test_nobody_examines_the_papers_of_his_own_family(cast, filed, resident):
    cast.back.nik = resident.nik
    cast.back.save()
    with pytest.raises(OwnFamily):
        review(cast, filed)
    assert review(cast, filed, who="front").review == "replace"


def test_nobody_ticks_stores_or_takes_in_the_papers_of_his_own_family_but_may_register_it(
    cast, filed, resident, kind, login
):
    front, back = cast.actor("front"), cast.actor("back")
    cast.front.nik = resident.nik
    cast.front.save()
    with pytest.raises(OwnFamily):
        services.tick_papers(actor=front, uid=filed.uid, seen=["ktp", "sktm"])
    with pytest.raises(OwnFamily):
        services.attach_paper(actor=front, uid=filed.uid, code="ktp", upload=photo())
    services.ask_papers(actor=back, uid=filed.uid, reason="Bawa SKTM", wanted=["sktm"])
    with pytest.raises(OwnFamily):
        services.papers_received(actor=front, uid=filed.uid, seen=["sktm"])
    page = login("front").get(f"/cases/{filed.uid}/").text
    assert "Simpan foto atau salinan" not in page
    assert "Simpan foto atau salinan" in login("back").get(f"/cases/{filed.uid}/").text
    services.tick_papers(actor=back, uid=filed.uid, seen=["ktp", "sktm"])
    assert services.register_complaint(
        actor=front,
        client_uid="0197f000-0000-7000-8000-000000000003",
        subject=resident,
        kind=kind,
        story="Minta surat",
        papers_seen=["ktp"],
    ).pk


def test_a_house_photo_keeps_its_place_and_a_paper_loses_it(cast, filed):
    front = cast.actor("front")
    house = services.attach_paper(
        actor=front, uid=filed.uid, code="house_front", upload=photo(told=True)
    )
    paper = services.attach_paper(actor=front, uid=filed.uid, code="ktp", upload=photo(told=True))
    assert house.attachment.position == {"latitude": -8.123333, "longitude": 113.7}
    assert paper.attachment.position is None


# --- The SKTM -----------------------------------------------------------------------------------


def sktm(cast, resident, *, sign=True, **more):
    front = cast.actor("front")
    facts = SktmFacts(purpose="KIS", valid_months=3, **more)
    letter = issue_sktm(actor=front, resident=resident, facts=facts, signer=None)
    if sign:
        signed(cast, letter)
    return letter


def signed(cast, letter):
    found = selectors.letter(cast.actor("front"), letter.uid)
    letters.render_revision(selectors.last_revision(found))
    letters.sign(actor=cast.actor("front"), uid=letter.uid, version=None)


def wanting_sktm(case):
    return ComplaintPaper.objects.get_or_create(
        complaint=case, code="sktm", defaults={"name_id": "SKTM"}
    )[0]


def test_an_sktm_ticks_itself_when_it_is_signed_with_number_and_validity(cast, filed, resident):
    paper = wanting_sktm(filed)
    letter = sktm(cast, resident, sign=False)
    paper.refresh_from_db()
    assert paper.status == "missing"  # numbered is not issued
    signed(cast, letter)
    paper.refresh_from_db()
    letter.refresh_from_db()
    assert (paper.status, paper.reference, paper.valid_until) == (
        "seen",
        letter.number,
        letter.valid_until,
    )
    # Nobody unticks it by leaving its box empty, and it is no other paper's substitute.
    services.tick_papers(actor=cast.actor("front"), uid=filed.uid, seen=["ktp"])
    paper.refresh_from_db()
    assert paper.status == "seen"


def test_an_sktm_that_is_void_is_missing_again(cast, filed, resident):
    paper = wanting_sktm(filed)
    letter = sktm(cast, resident)
    letters.void(actor=cast.actor("back"), uid=letter.uid, version=None, reason="Salah nama")
    paper.refresh_from_db()
    assert (paper.status, paper.reference, paper.letter) == ("missing", "", None)


def test_an_sktm_out_of_date_is_to_be_brought_again(cast, filed, resident):
    wanting_sktm(filed)
    sktm(cast, resident)
    yesterday = cast.village.today() - timedelta(days=1)
    filed.papers.filter(code="sktm").update(valid_until=yesterday)
    assert "sktm" in missing(cast, filed)


def with_an_old_sktm(cast, case, resident):
    """Let the case hold an SKTM that ran out yesterday; return its paper."""
    wanting_sktm(case)
    sktm(cast, resident)
    yesterday = cast.village.today() - timedelta(days=1)
    case.papers.filter(code="sktm").update(valid_until=yesterday)
    return case.papers.get(code="sktm")


def test_an_sktm_out_of_date_gives_way_to_the_next(cast, filed, resident):
    old = with_an_old_sktm(cast, filed, resident).letter
    new = sktm(cast, resident)
    paper = filed.papers.get(code="sktm")
    assert paper.letter == new != old
    assert "sktm" not in missing(cast, filed)


def test_a_paper_out_of_date_is_ticked_anew_when_a_good_one_was_seen(cast, filed, resident):
    with_an_old_sktm(cast, filed, resident)
    case = find(filed.uid, actor=cast.actor("front"))
    assert set(SeenForm(case=case).fields["seen"].initial) == {"ktp", "kk"}
    services.tick_papers(actor=cast.actor("front"), uid=filed.uid, seen=["ktp"])
    assert filed.papers.get(code="sktm").reference  # left as it was: nobody brought another
    services.tick_papers(actor=cast.actor("front"), uid=filed.uid, seen=["ktp", "sktm"])
    paper = filed.papers.get(code="sktm")
    assert (paper.status, paper.letter, paper.valid_until) == ("seen", None, None)


def test_a_paper_out_of_date_is_in_no_receipt_letter_or_file_as_present(cast, filed, resident):
    with_an_old_sktm(cast, filed, resident)
    case = find(filed.uid, actor=cast.actor("back"))
    assert "SKTM" not in " ".join(receipt_context(case)["received_papers"])
    assert [row["label"] for row in _files(case)] == ["Fotokopi KTP", "Fotokopi KK"]
    sent = {paper.code: _status(paper, cast.village.today()) for paper in case.papers.all()}
    assert (sent["ktp"], sent["kk"], sent["sktm"]) == ("seen", "copied", "missing")
    with pytest.raises(InvalidInput):
        review(cast, filed, code="sktm", review="fits")


def test_a_copy_of_our_own_sktm_is_still_that_letter_until_it_is_refused(cast, filed, resident):
    wanting_sktm(filed)
    letter = sktm(cast, resident)
    front = cast.actor("front")
    kept = services.attach_paper(actor=front, uid=filed.uid, code="sktm", upload=photo())
    assert (kept.status, kept.letter, kept.valid_until) == ("copied", letter, letter.valid_until)
    review(cast, filed, code="sktm")
    better = services.attach_paper(actor=front, uid=filed.uid, code="sktm", upload=photo())
    assert (better.letter, better.reference) == (None, "")


def test_what_a_letter_does_to_the_papers_of_a_case_is_audited_and_leaves_an_ended_case_alone(
    cast, filed, resident
):
    wanting_sktm(filed)
    letter = sktm(cast, resident)
    assert AuditEntry.objects.filter(action="paper_letter_sign", subject_uid=filed.uid).count() == 1
    services.withdraw(actor=cast.actor("front"), uid=filed.uid, reason="Tidak jadi")
    letters.void(actor=cast.actor("back"), uid=letter.uid, version=None, reason="Salah nama")
    assert filed.papers.get(code="sktm").letter == letter


def test_a_new_case_finds_the_sktm_made_before_it(cast, resident, kind, programmes):
    letter = sktm(cast, resident)
    case = services.register_complaint(
        actor=cast.actor("front"),
        client_uid="0197f000-0000-7000-8000-000000000002",
        subject=resident,
        kind=kind,
        story="Minta bantuan",
        needed=[programmes["KIS-D"]],
    )
    assert case.papers.get(code="sktm").letter == letter


def test_a_family_sktm_is_the_paper_of_its_dependants_and_of_nobody_else(cast, resident, kind):
    card = resident.memberships.get().household
    named, left_out = (
        make_resident(cast.village, nik=f"350999010110000{at}", kk="", name=f"Anak {at}")
        for at in (1, 2)
    )
    for child in (named, left_out):
        HouseholdMember.objects.create(household=card, resident=child, relation="4")
    papers = {}
    for child in (named, left_out):
        case = services.register_complaint(
            actor=cast.actor("front"),
            client_uid=child.uid,
            subject=Resident.objects.get(pk=child.pk),
            kind=kind,
            story="Sekolah",
        )
        papers[child] = wanting_sktm(case)
    sktm(cast, resident, for_family=True, dependants=(str(named.uid),))
    assert ComplaintPaper.objects.get(pk=papers[named].pk).status == "seen"
    assert ComplaintPaper.objects.get(pk=papers[left_out].pk).status == "missing"


def test_the_register_shows_beside_an_sktm_that_a_later_verification_found_otherwise(
    cast, filed, resident, login
):
    letter = sktm(cast, resident)
    back = cast.actor("back")
    assert notes.notes_of(back, Letter.objects.all()) == {}
    services.record_finding(
        actor=back, uid=filed.uid, finding="does_not_meet", reason="Dua rumah sewa"
    )
    said = notes.notes_of(back, Letter.objects.all())
    assert "tidak memenuhi kriteria" in said[letter.uid]
    assert "tidak memenuhi kriteria" in login("front").get("/letters/").content.decode()
    page = login("front").get(f"/letters/{letter.uid}/").content.decode()
    assert "Diketahui sesudah surat ini dibuat" in page


def test_the_register_keeps_quiet_of_a_confidential_case(cast, filed, resident, kinds):
    letter = sktm(cast, resident)
    services.record_finding(
        actor=cast.actor("back"), uid=filed.uid, finding="does_not_meet", reason="Uji"
    )
    type(filed).objects.filter(pk=filed.pk).update(
        kind=kinds["protection"], entered_by=cast.actor("back").user
    )
    assert notes.notes_of(cast.actor("front"), Letter.objects.all()) == {}
    assert letter.uid in notes.notes_of(cast.actor("back"), Letter.objects.all())


def test_the_page_keeps_what_was_typed_when_it_is_refused(cast, filed, login):
    url = f"/verification/cases/{filed.uid}/papers/kk/"
    answer = login("back").post(
        url, {"version": filed.version, "review": "replace", "note": "Lipatan"}
    )
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Pilih mengapa berkas perlu diganti." in page
    assert "Lipatan" in page


def test_a_file_is_chosen_by_camera_or_from_the_phone_and_one_is_needed(cast, filed, login):
    client, url = login("front"), f"/cases/{filed.uid}/upload/"
    page = client.get(f"/cases/{filed.uid}/").content.decode()
    assert 'capture="environment"' in page
    assert client.post(url, {"version": filed.version, "code": "ktp"}).status_code == 400
    sent = {"version": filed.version, "code": "ktp", "photo": photo()}
    assert client.post(url, sent).status_code == 302
    assert filed.papers.get(code="ktp").status == "copied"


def _child(resident):
    resident.memberships.update(relation="1")
    child = make_resident(resident.office, nik="", kk="", name="Bagas")
    Resident.objects.filter(pk=child.pk).update(
        birth_date=resident.office.today() - timedelta(days=9 * 365)
    )
    household = resident.memberships.get().household
    HouseholdMember.objects.create(household=household, resident=child, relation="4")
    return Resident.objects.get(pk=child.pk)


@pytest.mark.parametrize("who", ["himself", "child", "orphan"])
@pytest.mark.parametrize(
    ("code", "words"),
    [("statement", "keluarga tidak mampu"), ("sptjm", "mengembalikan bantuan yang sudah diterima")],
)
def test_a_residents_statement_is_printed_to_be_signed_by_him_or_the_head_of_his_card(
    login, filed, resident, who, code, words
):
    services.new_paper(filed, code, status="missing", mandatory=True).save()
    if who != "himself":
        filed.subject = _child(resident)
        filed.save()
    if who == "orphan":
        Resident.objects.filter(pk=resident.pk).update(life="deceased")
    front, case = login("front"), reverse("complaints:case", args=[filed.uid])
    form = reverse("verification:statement", args=[filed.uid, code])
    assert form in front.get(case).text
    answer = front.get(f"{form}?paper=a4")
    text = " ".join(pdf_text(answer.content).split())
    signs = resident.name if who != "orphan" else "Bagas"
    assert text.index("saya:") < text.index(signs)
    assert ("untuk anggota keluarga saya" in text) == (who == "child")
    assert all(one in text for one in (words, "meterai", "KIS"))
    assert (NIK in text) == (who != "orphan")
    asked = AuditEntry.objects.filter(action="statement.print", subject_uid=filed.uid)
    assert asked.count() == 1
    assert filed.papers.get(code=code).is_missing(filed.office.today())


def test_a_paper_that_is_no_statement_or_not_asked_for_has_no_form(login, filed):
    front = login("front")
    for code in ("ktp", "sptjm"):
        form = reverse("verification:statement", args=[filed.uid, code])
        assert front.get(form).status_code == 404
        assert form not in front.get(reverse("complaints:case", args=[filed.uid])).text
