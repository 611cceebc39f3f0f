"""A sheet of cards that are ready: tried first, recorded row by row, problems taken home."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from complaints.models import Complaint, ComplaintKind
from puskesmas import outbox, transports
from puskesmas.errors import InvalidInput, NotYourRole
from puskesmas.models import OutboxMessage, Peer
from referrals import selectors
from referrals.models import RealisationSheet, ReceivedReferral, Referral
from referrals.realised import services as realised
from referrals.services import approval, fetching, inbox, linking
from registry.models import Resident
from tests.referrals.conftest import make_programme, today
from tests.referrals.test_quotas import District

NIK = "35099945078000{:02d}"


def upload(*lines, titles="NOMOR AGENDA;NOMOR RESI;NIK;STATUS;TEMPAT;TANGGAL"):
    text = "\n".join(["Kartu siap", titles, *lines])
    return SimpleUploadedFile("kartu.csv", text.encode(), content_type="text/csv")


@pytest.fixture
def district(cast):
    return District(cast)


@pytest.fixture
def hand_in(cast):
    def do(*lines, **kwargs):
        return realised.hand_in(actor=cast.actor("manager"), upload=upload(*lines, **kwargs))

    return do


@pytest.fixture
def outcomes(cast):
    def do(sheet):
        return [row.outcome for row in realised.try_dry(sheet, actor=cast.actor("manager"))]

    return do


def test_every_row_says_beforehand_what_it_would_do(district, hand_in, outcomes):
    district.quota(4)
    for n in range(1, 7):
        row = district.file(nik=NIK.format(n))
        if n != 5:
            district.approve(row)
    sheet = hand_in(
        f"2026/1;;{NIK.format(1)};siap;Loket 2;22-11-2026",
        f"2026/00001;;{NIK.format(1)};siap;Loket 2;",
        f"2026/2;;{NIK.format(3)};siap;Loket 2;",
        "2026/2;;;siap;Loket 2;",
        f"2026/3;;{NIK.format(3)};entah;Loket 2;",
        f"2026/4;;{NIK.format(4)};diambil;;31-02-2026",
        f"2026/5;;{NIK.format(5)};diambil;;",
        f"2026/6;;{NIK.format(6)};diambil;;",
        f"2026/99;;{NIK.format(6)};diambil;;",
        f"2026/7;;{NIK.format(7)};siap;;",
    )
    assert outcomes(sheet) == [
        *("changes", "twice", "nik_differs", "twice", "unreadable", "no_day", "not_approved"),
        *("waiting", "unmatched", "unmatched"),
    ]
    assert set(ReceivedReferral.objects.values_list("realisation", flat=True)) <= {"none", "queued"}


def test_a_receipt_finds_the_approved_one_of_its_case_and_asks_where_there_are_two(
    district, hand_in, outcomes
):
    rows = [district.file(code, nik=NIK.format(1)) for code in ("KIS-D", "PBI")]
    ReceivedReferral.objects.update(receipt_number=_receipt())
    line = f";{_receipt()};{NIK.format(1)};siap;Loket 2;"
    assert outcomes(hand_in(line)) == ["ambiguous"]
    district.approve(ReceivedReferral.objects.get(pk=rows[0].pk))
    assert outcomes(RealisationSheet.objects.get()) == ["changes"]
    district.approve(ReceivedReferral.objects.get(pk=rows[1].pk))
    assert outcomes(RealisationSheet.objects.get()) == ["ambiguous"]


def _receipt():
    from complaints.receipts import check_digits

    return "1234567890" + check_digits("1234567890")


def test_what_can_be_recorded_is_once_and_the_village_is_told_place_and_day(
    cast, district, hand_in, outcomes
):
    rows = [district.approve(district.file(nik=NIK.format(n))) for n in (1, 2, 3)]
    sheet = hand_in(
        f"2026/1;;{NIK.format(1)};Siap diambil;Loket 2;22-11-2026",
        f"2026/2;;{NIK.format(2)};batal;Pindah;",
        f"2026/3;;{NIK.format(1)};siap;Loket 2;",
    )
    for _again in range(2):
        sheet = realised.apply(actor=cast.actor("district_back"), uid=sheet.uid, version=None)
    assert outcomes(sheet) == ["same", "same", "nik_differs"]
    assert [district.told(row) for row in rows] == [
        ["approved", "ready"],
        ["approved", "never"],
        ["approved"],
    ]
    body = OutboxMessage.objects.filter(subject_uid=rows[0].uid).last().body
    assert (body["instructions"], body["said_on"]) == ("Loket 2", "2026-11-22")


def test_a_sheet_without_its_columns_and_who_does_not_record_are_refused(cast, hand_in):
    with pytest.raises(InvalidInput):
        hand_in("Sulastri;siap", titles="NAMA;STATUS")
    with pytest.raises(NotYourRole):
        realised.hand_in(actor=cast.actor("supervisor"), upload=upload())
    first, second = hand_in("2026/1;;;siap;x;"), hand_in("2026/1;;;siap;x;")
    assert (first.uid, second.is_repeat) == (second.uid, True)


def test_the_pages_try_record_and_give_the_problems_back_without_nik(cast, district, client):
    client.force_login(cast.manager)
    district.approve(district.file(nik=NIK.format(1)))
    file = upload(f"2026/1;;{NIK.format(1)};siap;Loket 2;", f"2026/9;;{NIK.format(9)};siap;x;")
    form = client.get(reverse("referrals:realised_new")).context["form"]
    sent = {"upload": file, "client_uid": str(form["client_uid"].value())}
    page = client.post(reverse("referrals:realised_new"), sent, follow=True)
    assert "Catat 1 realisasi" in page.text
    assert NIK.format(9) not in page.text
    item = RealisationSheet.objects.get()
    problems = client.get(reverse("referrals:realised_problems", args=[item.uid]))
    [book] = load_workbook(io.BytesIO(problems.content)).worksheets
    cells = [[str(cell or "") for cell in line] for line in book.values]
    assert [line[1] for line in cells[1:]] == ["2026/00009"]
    assert not any(NIK.format(9) in cell for line in cells for cell in line)
    apply = reverse("referrals:realised_apply", args=[item.uid])
    assert "Sudah dicatat" in client.post(apply, {"version": item.version}, follow=True).text
    assert ReceivedReferral.objects.get().realisation == "ready"


# --- Over the real roads --------------------------------------------------------------------------


@pytest.fixture
def two_villages(cast, make_case, programme):
    """A referral of each village, drafted and approved; one village over HTTP, one beside it."""
    make_case()
    other = cast.other_village
    ComplaintKind.objects.create(office=other, code="programme", name_id="Kebutuhan program")
    neighbour = Resident.objects.create(
        office=other, nik=NIK.format(77), name="Sumiati", name_key="sumiati"
    )
    make_case(office=other, subject=neighbour, kind=ComplaintKind.objects.get(office=other))
    theirs = make_programme(cast, "kis_daerah", office=other)

    def refer():
        made = []
        for office, programme_of, author, approver in (
            (cast.village, programme, "back", "koordinator"),
            (other, theirs, "stranger", "stranger_koordinator"),
        ):
            case = Complaint.objects.get(office=office)
            draft = approval.draft_referral(
                actor=cast.actor(author),
                case_uid=case.uid,
                programme_uid=programme_of.uid,
                road=Referral.Road.DISTRICT,
                need="Kartu untuk berobat rutin",
            )
            approval.approve(actor=cast.actor(approver), uid=draft.uid)
            made.append(draft)
        return made

    return refer


def carry():
    """Let every office's sender and fetcher run once."""
    outbox.send_due(transports.transport(), transports.after_ack)
    for peer in Peer.objects.filter(direction="upstream", transport="http").select_related(
        "office"
    ):
        fetching.fetch_from(peer)


def test_a_sheet_of_cards_ends_as_a_ready_notice_in_each_village_by_its_road(
    cast, wire, two_villages, client
):
    linking.link_here(actor=cast.actor("district_admin"), uids=[cast.other_village.uid])
    referrals = two_villages()
    carry()
    said = inbox.Said(said_on=today(), owner="Dinas Kesehatan")
    for row in ReceivedReferral.objects.all():
        for action in ("recommend", "approve"):
            inbox.act(actor=cast.actor("manager"), uid=row.uid, action=action, said=said)
    numbers = {row.referral_uid: row.number for row in ReceivedReferral.objects.all()}
    niks = [one.complaint.subject.nik for one in referrals]
    sheet = realised.hand_in(
        actor=cast.actor("manager"),
        upload=upload(
            *(
                f"{numbers[one.uid]};;{nik};siap;Loket 2 Dinas Kesehatan;"
                for one, nik in zip(referrals, niks, strict=True)
            )
        ),
    )
    realised.apply(actor=cast.actor("manager"), uid=sheet.uid, version=None)
    carry()
    for referral, who in zip(referrals, ("back", "stranger"), strict=True):
        referral.refresh_from_db()
        assert referral.realisation == "ready"
        notice = referral.answers.get(value="ready")
        assert (notice.instructions, notice.source) == ("Loket 2 Dinas Kesehatan", "system")
        assert selectors.delivery_counts(cast.actor(who))[selectors.NOT_TOLD] == 1
        client.force_login(cast.users[who])
        assert "Siap diambil, belum diberitahukan" in client.get("/").text
    assert not OutboxMessage.objects.filter(acked_at__isnull=True).exists()
