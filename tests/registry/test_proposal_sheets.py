"""Musdes, berita acara, the monthly sheet of 21 columns, and the answers that come back."""

import hashlib
import io
import uuid
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from puskesmas import attachments
from puskesmas.errors import InvalidInput, NotYourRole, OwnFamily, StaleVersion, WrongState
from puskesmas.models import AuditEntry, Office
from registry.models import AnswerFile, Meeting, Proposal, Register, Sheet, SheetProfile
from registry.proposals import answers, meetings, minutes, services, sheets
from registry.proposals.services import Extra
from registry.services import create_resident
from reports.letters.models import Letter
from reports.letters.selectors import last_revision
from reports.letters.selectors import letter as find_letter
from reports.letters.services import render_waiting, sign

KK = "3509990101100041"
NIKS = ["3509990101700041", "3509994202750042", "3509990303900043", "3509990404910044"]
#: The sheet as seen in use, written by hand.
COLUMNS = [
    *("NIK", "PROGRAM BANSOS", "NOKK", "NAMA", "TEMPAT LAHIR", "TANGGAL LAHIR", "IBU KANDUNG"),
    *("JENIS KELAMIN", "JENIS PEKERJAAN", "STATUS KAWIN", "ALAMAT", "RT", "RW", "PROVINSI"),
    *("KABUPATEN", "KECAMATAN", "KELURAHAN", "STATUS DISABILITAS", "KODE JENIS DISABILITAS"),
    *("STATUS HAMIL", "TGL MULAI HAMIL"),
]


@pytest.fixture
def village(cast):
    Register.objects.create(office=cast.village, code="DTSEN", name_id="DTSEN")
    sheets.load_profile(cast.village)
    return cast.village


@pytest.fixture
def people(cast, village):
    facts = {
        "birth_place": "Jember",
        "mother_name": "Sutinah",
        "occupation": "Buruh tani/perkebunan",
        "marital_status": "Kawin",
        "address": "Dusun Krajan",
        "rt": "02",
        "rw": "001",
    }
    names = (("Paimin", "L"), ("Tumini", "P"), ("Sarno", "L"), ("Wakidi", "L"))
    return [
        create_resident(
            actor=cast.actor("front"),
            name=name,
            nik=nik,
            kk=KK,
            sex=sex,
            relation="1",
            birth_date=date(1975, 2, 3),
            **facts,
        )
        for (name, sex), nik in zip(names, NIKS, strict=True)
    ]


def waiting(cast, resident, state="awaiting_musdes", **changes):
    values = {
        "actor": cast.actor("front"),
        "resident": resident,
        "register_code": "DTSEN",
        "kind": "enter",
        "reason": "Tidak bekerja",
        "origin": "rt_rw",
        "extra": Extra(pregnant=False, disabled=False),
    } | changes
    proposal = services.propose(**values)
    Proposal.objects.filter(pk=proposal.pk).update(state=state)
    proposal.refresh_from_db()
    return proposal


def hold(cast, **changes):
    values = {
        "held_on": cast.village.today(),
        "place": "Balai Desa",
        "chair": "Pak Ketua",
        "present": 12,
    } | changes
    return meetings.record_meeting(actor=cast.actor("back"), **values)


def hear(cast, meeting, *said, who="back"):
    return meetings.record_outcomes(
        actor=cast.actor(who),
        uid=meeting.uid,
        version=None,
        outcomes={str(one.uid): (outcome, reason) for one, outcome, reason in said},
    )


# --- Musdes and berita acara ---------------------------------------------------------------------


def test_a_meeting_moves_each_proposal_by_its_own_outcome(cast, people):
    agreed, refused, left = (waiting(cast, one) for one in people[:3])
    hear(cast, hold(cast), (agreed, "agreed", ""), (refused, "not_agreed", "Sudah mampu"))
    states = [Proposal.objects.get(pk=one.pk).state for one in (agreed, refused, left)]
    assert states == ["awaiting_verval", "not_agreed", "awaiting_musdes"]


def test_a_refusal_without_reason_undoes_the_whole_form(cast, people):
    agreed, refused = (waiting(cast, one) for one in people[:2])
    with pytest.raises(InvalidInput) as caught:
        hear(cast, hold(cast), (agreed, "agreed", ""), (refused, "not_agreed", " "))
    assert "Tumini" in str(caught.value.message)
    assert set(Proposal.objects.values_list("state", flat=True)) == {"awaiting_musdes"}


def test_nobody_notes_what_was_said_of_his_own_family(cast, people):
    proposal = waiting(cast, people[0])
    cast.back.kk = KK
    cast.back.save()
    with pytest.raises(OwnFamily):
        hear(cast, hold(cast), (proposal, "agreed", ""))
    hear(cast, hold(cast), (proposal, "agreed", ""), who="koordinator")


@pytest.mark.parametrize("who", ["front", "facilitator", "head", "kasun", "admin"])
def test_meetings_are_noted_by_back_office_and_koordinator_only(cast, village, who):
    with pytest.raises(NotYourRole):
        meetings.record_meeting(
            actor=cast.actor(who), held_on=village.today(), place="x", chair="x", present=1
        )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"held_on": date(2126, 1, 1)}, "held_on"),
        ({"present": 0}, "present"),
        ({"place": " "}, "place"),
        ({"chair": ""}, "chair"),
    ],
)
def test_an_impossible_meeting_is_refused_in_words(cast, village, changes, field):
    with pytest.raises(InvalidInput) as caught:
        hold(cast, **changes)
    assert caught.value.field == field


def test_the_minutes_count_per_programme_and_kind(cast, people):
    said = [
        (waiting(cast, people[0], programme="PKH"), "agreed", ""),
        (waiting(cast, people[1], programme="PKH", kind="leave"), "agreed", ""),
        (waiting(cast, people[2], programme="PKH"), "not_agreed", "Sudah mampu"),
        (waiting(cast, people[3], programme="BPNT", kind="change"), "agreed", ""),
    ]
    meeting = hear(cast, hold(cast), *said)
    body = minutes.minutes_body(meeting)
    rows = {one["programme"]: list(one.values())[1:] for one in [*body["totals"], body["sum"]]}
    assert rows == {
        "NONBANSOS": [0, 0, 0, 0, 0],
        "BPNT": [0, 1, 0, 1, 0],
        "PKH": [1, 0, 1, 2, 1],
        "PBI": [0, 0, 0, 0, 0],
        "BST": [0, 0, 0, 0, 0],
        "Jumlah": [1, 1, 1, 3, 1],
    }
    assert [(one["name"], one["nik"]) for one in body["rows"]] == sorted(
        (one.name, one.nik) for one in people
    )


@pytest.mark.parametrize(
    ("kind", "words"), [("desa", "Musyawarah Desa"), ("kelurahan", "Musyawarah Kelurahan")]
)
def test_a_desa_holds_a_musdes_and_a_kelurahan_a_muskel(cast, people, kind, words):
    Office.objects.filter(pk=cast.village.pk).update(kind=kind)
    cast.village.refresh_from_db()
    meeting = hear(cast, hold(cast), (waiting(cast, people[0]), "agreed", ""))
    assert minutes.minutes_body(meeting)["meeting"] == words


@pytest.fixture
def quick_print(monkeypatch):
    from reports.letters import render

    monkeypatch.setattr(render, "render_pdf", lambda *_args, **_kwargs: b"%PDF-1.7 stub")


def test_the_issued_minutes_are_numbered_and_close_the_meeting(cast, people, quick_print):
    one, two = (waiting(cast, person) for person in people[:2])
    meeting = hear(cast, hold(cast), (one, "agreed", ""))
    back = cast.actor("back")
    letter = minutes.issue_minutes(actor=back, meeting=meeting, signer=None)
    frozen = last_revision(find_letter(back, letter.uid)).context
    assert frozen["number"] == letter.number
    assert frozen["body"]["heard"] == "1 (satu) usulan"
    with pytest.raises(WrongState):
        hear(cast, meeting, (two, "agreed", ""))
    with pytest.raises(WrongState):
        minutes.issue_minutes(actor=back, meeting=meeting, signer=None)


def test_what_is_taken_up_while_the_minutes_are_printed_stops_them(
    cast, people, quick_print, monkeypatch
):
    meeting, late = hold(cast), waiting(cast, people[1])
    hear(cast, meeting, (waiting(cast, people[0]), "agreed", ""))
    body = minutes.minutes_body

    def overtaken(meeting):
        made = body(meeting)
        hear(cast, meeting, (late, "agreed", ""))
        return made

    with monkeypatch.context() as patched:
        patched.setattr(minutes, "minutes_body", overtaken)
        with pytest.raises(StaleVersion):
            minutes.issue_minutes(actor=cast.actor("back"), meeting=meeting, signer=None)
    assert meetings.issued_minutes(meeting) is None
    minutes.issue_minutes(actor=cast.actor("back"), meeting=meeting, signer=None)
    assert len(body(meeting)["rows"]) == 2


def test_of_two_officers_printing_the_minutes_one_is_refused(
    cast, people, quick_print, monkeypatch
):
    meeting = hold(cast)
    hear(cast, meeting, (waiting(cast, people[0]), "agreed", ""))
    body = minutes.minutes_body

    def overtaken(meeting):
        patched.undo()
        minutes.issue_minutes(actor=cast.actor("koordinator"), meeting=meeting, signer=None)
        return body(meeting)

    with monkeypatch.context() as patched:
        patched.setattr(minutes, "minutes_body", overtaken)
        with pytest.raises(WrongState):
            minutes.issue_minutes(actor=cast.actor("back"), meeting=meeting, signer=None)
    assert Letter.objects.filter(subject_uid=meeting.uid).count() == 1


def correct(cast, letter, **changes):
    values = {
        "actor": cast.actor("back"),
        "letter": letter,
        "version": letter.version,
        "place": "Balai Desa",
        "chair": "Pak Ketua",
        "present": 12,
        "signer": None,
        "reason": "Salah tulis",
    } | changes
    return minutes.revise_minutes(**values)


@pytest.fixture
def minuted(cast, people, quick_print):
    """Return the unsigned berita acara of a meeting that heard one proposal."""
    meeting = hear(cast, hold(cast), (waiting(cast, people[0]), "agreed", ""))
    return minutes.issue_minutes(actor=cast.actor("back"), meeting=meeting, signer=None)


def test_before_the_signature_the_minutes_are_corrected_under_their_number(cast, minuted):
    revised = correct(cast, minuted, chair="Bu Ketua", present=13)
    frozen = last_revision(find_letter(cast.actor("back"), minuted.uid)).context
    assert revised.number == minuted.number == frozen["number"]
    assert (frozen["body"]["chair"], frozen["body"]["heard"]) == ("Bu Ketua", "1 (satu) usulan")
    assert Meeting.objects.get().present == 13


def test_minutes_refused_leave_the_meeting_as_it_was(cast, minuted):
    with pytest.raises(InvalidInput):
        correct(cast, minuted, chair="Bu Ketua", reason=" ")
    with pytest.raises(StaleVersion):
        correct(cast, minuted, chair="Bu Ketua", version=99)
    render_waiting()
    sign(actor=cast.actor("back"), uid=minuted.uid, version=None)
    with pytest.raises(WrongState):
        correct(cast, minuted, chair="Bu Ketua", version=None)
    assert Meeting.objects.get().chair == "Pak Ketua"


def test_the_page_of_a_berita_acara_leads_to_its_correction(cast, minuted, login):
    browser = login("back")
    url = reverse("proposals:minutes_revise", args=[minuted.uid])
    assert url in browser.get(reverse("letters:letter", args=[minuted.uid])).content.decode()
    sent = {
        "version": minuted.version,
        "place": "Aula",
        "chair": "Pak Ketua",
        "present": "12",
        "signer": "by_hand",
        "reason": "Tempatnya di aula",
    }
    assert browser.post(url, sent).status_code == 302
    assert Meeting.objects.get().place == "Aula"


def test_minutes_of_a_meeting_that_heard_nothing_are_refused(cast, village):
    with pytest.raises(InvalidInput):
        minutes.issue_minutes(actor=cast.actor("back"), meeting=hold(cast), signer=None)


def test_the_printed_minutes_carry_totals_and_names(cast, people):
    meeting = hear(cast, hold(cast), (waiting(cast, people[0], programme="PKH"), "agreed", ""))
    pdf = minutes.preview_minutes(actor=cast.actor("back"), meeting=meeting, signer=None)
    assert pdf.startswith(b"%PDF")


def test_the_form_of_outcomes_keeps_what_was_chosen_when_it_is_refused(cast, people, login):
    proposal, meeting = waiting(cast, people[0]), hold(cast)
    url = reverse("proposals:outcomes", args=[meeting.uid])
    answer = login("back").post(
        url, {"version": meeting.version, f"o_{proposal.uid}": "not_agreed"}
    )
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "Tulis alasan tidak disetujui" in page
    assert '<option value="not_agreed" selected>' in page


# --- The sheet -----------------------------------------------------------------------------------


def make(cast, who="back", **changes):
    values = {"register_code": "DTSEN", "kind": "enter", "month": cast.village.today()} | changes
    return sheets.make_sheet(actor=cast.actor(who), **values)


def cells_of(sheet):
    book = load_workbook(io.BytesIO(attachments.read(sheet.file)))
    page = book["DATA"]
    return book, [[cell.value for cell in row] for row in page.iter_rows()]


def test_the_first_profile_is_exactly_the_sheet_in_use(cast, people):
    waiting(cast, people[0], "ready", programme="PKH")
    book, rows = cells_of(make(cast))
    assert book.sheetnames == ["DATA"]
    assert rows[0] == COLUMNS
    assert dict(zip(rows[0], rows[1], strict=True)) == {
        "NIK": NIKS[0],
        "PROGRAM BANSOS": "PKH",
        "NOKK": KK,
        "NAMA": "PAIMIN",
        "TEMPAT LAHIR": "JEMBER",
        "TANGGAL LAHIR": "03/02/1975",
        "IBU KANDUNG": "SUTINAH",
        "JENIS KELAMIN": "L",
        "JENIS PEKERJAAN": "BURUH TANI/PERKEBUNAN",
        "STATUS KAWIN": "KAWIN",
        "ALAMAT": "DUSUN KRAJAN",
        "RT": "02",
        "RW": "001",
        "PROVINSI": "JAWA TIMUR",
        "KABUPATEN": "JEMBER",
        "KECAMATAN": "SUKAMAJU BARU",
        "KELURAHAN": "TEGALSARI MAKMUR",
        "STATUS DISABILITAS": "TIDAK",
        "KODE JENIS DISABILITAS": None,
        "STATUS HAMIL": "TIDAK",
        "TGL MULAI HAMIL": None,
    }


def test_every_cell_is_text(cast, people):
    waiting(cast, people[0], "ready")
    book = load_workbook(io.BytesIO(attachments.read(make(cast).file)))
    line = next(iter(book["DATA"].iter_rows(min_row=2)))
    assert {cell.data_type for cell in line if cell.value} == {"s"}
    assert {cell.number_format for cell in line} == {"@"}


def test_a_name_that_looks_like_a_formula_stays_a_name(cast, people):
    people[0].name = "=HYPERLINK(1)"
    people[0].save()
    waiting(cast, people[0], "ready")
    _book, rows = cells_of(make(cast))
    assert rows[1][3] == "=HYPERLINK(1)"


def test_a_pregnant_and_a_disabled_person_carry_day_and_code(cast, people):
    extra = Extra(
        pregnant=True, pregnant_since=date(2026, 5, 9), disabled=True, disability_code="02"
    )
    waiting(cast, people[1], "ready", extra=extra)
    _book, rows = cells_of(make(cast))
    assert rows[1][17:] == ["YA", "02", "YA", "09/05/2026"]


def preview(cast, **changes):
    actor = cast.actor("back")
    register = Register.objects.get(office=cast.village)
    values = {"register": register, "kind": "enter", "month": cast.village.today()} | changes
    return sheets.candidates(actor, profile=sheets.current_profile(actor), **values)


def test_the_preview_names_what_nobody_knows(cast, people):
    people[1].mother_name = ""
    people[1].birth_date = None
    people[1].save()
    waiting(cast, people[1], "ready", extra=Extra(disabled=True))
    [row] = preview(cast)
    assert row.missing == [
        "TANGGAL LAHIR",
        "IBU KANDUNG",
        "KODE JENIS DISABILITAS",
        "STATUS HAMIL",
    ]


def test_pregnancy_is_not_asked_of_a_man(cast, people):
    waiting(cast, people[0], "ready", extra=Extra(disabled=False))
    [row] = preview(cast)
    assert row.missing == []


def test_incomplete_rows_stay_behind_unless_wanted(cast, people):
    full, part = waiting(cast, people[0], "ready"), waiting(cast, people[1], "ready", extra=None)
    sheet = make(cast)
    assert [row.proposal for row in sheet.rows.all()] == [full]
    part.refresh_from_db()
    assert part.state == "ready"


def test_incomplete_rows_go_along_when_wanted(cast, people):
    waiting(cast, people[1], "ready", extra=None)
    assert make(cast, with_incomplete=True).rows.count() == 1


def test_the_dead_stay_out_of_the_sheet_with_the_reason(cast, people):
    waiting(cast, people[0], "ready")
    waiting(cast, people[2], "ready")
    people[0].life, people[0].life_since = "deceased", date(2026, 2, 3)
    people[0].save()
    rows = preview(cast)
    assert ["meninggal" in row.obstacle for row in rows] == [True, False]
    sheet = make(cast, with_incomplete=True)
    assert [row.proposal.resident for row in sheet.rows.all()] == [people[2]]


def test_a_leaving_never_stands_among_the_entering(cast, people):
    waiting(cast, people[0], "ready")
    waiting(cast, people[1], "ready", kind="leave")
    assert [row.proposal.resident for row in make(cast).rows.all()] == [people[0]]
    assert [row.proposal.resident for row in make(cast, kind="leave").rows.all()] == [people[1]]


def test_one_file_a_village_and_month(cast, people):
    waiting(cast, people[0], "ready")
    make(cast)
    late = waiting(cast, people[1], "ready")
    with pytest.raises(WrongState):
        make(cast)
    late.refresh_from_db()
    assert late.state == "ready"


def test_a_sheet_of_nobody_is_not_made(cast, people):
    with pytest.raises(InvalidInput) as caught:
        make(cast)
    assert caught.value.code == "nothing_ready"
    assert not Sheet.objects.exists()


def test_the_sheet_is_frozen_with_its_fingerprint_and_every_download_audited(cast, people, login):
    waiting(cast, people[0], "ready")
    sheet = make(cast)
    people[0].name = "Nama Lain"
    people[0].save()
    content = login("back").get(reverse("proposals:sheet_file", args=[sheet.uid])).content
    assert hashlib.sha256(content).hexdigest() == sheet.file.sha256
    assert AuditEntry.objects.filter(action="sheet.download", subject_uid=sheet.uid).count() == 1
    assert login("back").get(f"/attachments/{sheet.file.uid}/").status_code == 404


def test_the_page_of_a_sheet_masks_what_the_file_has_whole(cast, people, login):
    waiting(cast, people[0], "ready")
    sheet = make(cast)
    page = login("back").get(reverse("proposals:sheet", args=[sheet.uid])).content.decode()
    assert NIKS[0] not in page
    assert "Paimin" in page


def test_a_form_sent_twice_makes_one_sheet(cast, people):
    waiting(cast, people[0], "ready")
    sent = uuid.uuid4()
    assert make(cast, client_uid=sent).pk == make(cast, client_uid=sent).pk


# --- The profile ---------------------------------------------------------------------------------


def test_a_change_is_a_new_version_and_a_sent_sheet_keeps_its_own(cast, people):
    waiting(cast, people[0], "ready")
    sheet = make(cast)
    old = sheets.current_profile(cast.actor("back"))
    new = sheets.change_profile(
        actor=cast.actor("koordinator"),
        number=1,
        name="Baru",
        sheet_name="USULAN",
        columns_=[{"title": "N I K", "source": "nik", "format": "plain", "required": True}],
    )
    sheet.refresh_from_db()
    assert (sheet.profile, new.number) == (old, 2)
    waiting(cast, people[1], "ready", kind="leave")
    made = make(cast, kind="leave")
    book = load_workbook(io.BytesIO(attachments.read(made.file)))
    assert [[cell.value for cell in row] for row in book["USULAN"].iter_rows()] == [
        ["N I K"],
        [NIKS[1]],
    ]


def test_the_second_of_two_editors_of_the_profile_is_told(cast, village):
    one = {"name": "x", "sheet_name": "x", "columns_": [sheets.columns.SIKS_NG[0]]}
    sheets.change_profile(actor=cast.actor("admin"), number=1, **one)
    with pytest.raises(StaleVersion):
        sheets.change_profile(actor=cast.actor("koordinator"), number=1, **one)


@pytest.mark.parametrize(
    "columns",
    [
        [],
        [{"title": " ", "source": "nik", "format": "plain", "required": True}],
        [{"title": "A", "source": "salary", "format": "plain", "required": True}],
        [{"title": "A", "source": "nik", "format": "pink", "required": True}],
        [{"title": "A", "source": "nik", "format": "plain", "required": True}] * 2,
    ],
)
def test_an_impossible_profile_is_refused(cast, village, columns):
    with pytest.raises(InvalidInput):
        sheets.change_profile(
            actor=cast.actor("admin"), number=1, name="x", sheet_name="x", columns_=columns
        )


def test_the_profile_page_changes_order_and_titles(cast, village, login):
    data = {
        "number": 1,
        "name": "Dua kolom",
        "sheet_name": "DATA",
        "columns-TOTAL_FORMS": 2,
        "columns-INITIAL_FORMS": 0,
    }
    for at, (place, title, source) in enumerate((("2", "NAMA", "name"), ("1", "NIK", "nik"))):
        data |= {
            f"columns-{at}-{key}": value
            for key, value in {
                "place": place,
                "title": title,
                "source": source,
                "format": "plain",
                "required": "on",
            }.items()
        }
    answer = login("admin").post(reverse("proposals:profile"), data)
    assert answer.status_code == 302
    newest = SheetProfile.objects.get(number=2)
    assert [one["title"] for one in newest.columns] == ["NIK", "NAMA"]


# --- Answers -------------------------------------------------------------------------------------


@pytest.fixture
def sent(cast, people):
    """Return the proposals in the order of the sheet that carried them: Paimin, Sarno, Wakidi."""
    for one in (people[0], people[2], people[3]):
        waiting(cast, one, "ready")
    sheet = make(cast)
    return [row.proposal for row in sheet.rows.order_by("line")]


def csv(*lines, header="NO;NIK;NAMA;STATUS;KETERANGAN"):
    return SimpleUploadedFile("jawaban.csv", "\n".join([header, *lines]).encode())


def hand_in(cast, upload, who="back"):
    return answers.hand_in(actor=cast.actor(who), upload=upload, answered_on=cast.village.today())


def run(cast, upload):
    handed = hand_in(cast, upload)
    return answers.apply(actor=cast.actor("back"), uid=handed.uid, version=None)


def states(sent):
    return [Proposal.objects.get(pk=one.pk).state for one in sent]


def test_the_trial_changes_nothing_and_says_what_it_would_do(cast, sent):
    handed = hand_in(cast, csv(f"1;{NIKS[0]};PAIMIN;PADAN;", "9;3509990909990099;SIAPA;PADAN;"))
    rows = answers.try_dry(handed, actor=cast.actor("back"))
    assert [row.outcome for row in rows] == ["changes", "unmatched"]
    assert states(sent) == ["sent", "sent", "sent"]


def test_each_row_finds_its_proposal_by_nik(cast, sent):
    done = run(
        cast,
        csv(
            f"1;{NIKS[2]};SARNO;TIDAK PADAN;NIK ganda",
            f"2;{NIKS[0]};PAIMIN;Padan;",
            f"3;{NIKS[3]};WAKIDI;DIKEMBALIKAN;No KK salah",
        ),
    )
    assert done.changed == 3
    assert states(sent) == ["accepted", "rejected", "returned"]
    assert Proposal.objects.get(pk=sent[1].pk).answer_note == "NIK ganda"


def test_the_same_file_twice_changes_nothing(cast, sent):
    lines = csv(f"1;{NIKS[0]};PAIMIN;PADAN;").read()
    first = run(cast, SimpleUploadedFile("a.csv", lines))
    again = hand_in(cast, SimpleUploadedFile("b.csv", lines))
    assert (again.pk, again.is_repeat) == (first.pk, True)
    answers.apply(actor=cast.actor("back"), uid=again.uid, version=None)
    assert AnswerFile.objects.get().changed == 1
    assert states(sent)[0] == "accepted"


def test_a_later_file_corrects_an_earlier_one(cast, sent):
    run(cast, csv(f"1;{NIKS[0]};PAIMIN;PADAN;"))
    run(cast, csv(f"1;{NIKS[0]};PAIMIN;TIDAK PADAN;Ralat"))
    assert states(sent)[0] == "rejected"


def test_an_old_file_does_not_overtake_what_was_sent_again(cast, sent):
    run(cast, csv(f"1;{NIKS[0]};PAIMIN;DIKEMBALIKAN;No KK salah"))
    services.move(
        actor=cast.actor("back"),
        uid=sent[0].uid,
        version=None,
        action="resubmit",
        reason="Sudah dibetulkan",
    )
    handed = hand_in(cast, csv(f"1;{NIKS[0]};PAIMIN;PADAN;"))
    [row] = answers.try_dry(handed, actor=cast.actor("back"))
    assert row.outcome == "moved_on"


def test_words_nobody_knows_are_listed_not_guessed(cast, sent):
    handed = hand_in(cast, csv(f"1;{NIKS[0]};PAIMIN;MUNGKIN;"))
    [row] = answers.try_dry(handed, actor=cast.actor("back"))
    assert row.outcome == "unreadable"


def test_of_two_sent_ones_the_row_number_decides(cast, sent, people):
    waiting(cast, people[0], "ready", kind="change")
    waiting(cast, people[1], "ready", kind="change")
    make(cast, kind="change")
    handed = hand_in(cast, csv(f"7;{NIKS[0]};PAIMIN;PADAN;", f";{NIKS[1]};TUMINI;PADAN;"))
    rows = answers.try_dry(handed, actor=cast.actor("back"))
    assert [row.outcome for row in rows] == ["ambiguous", "changes"]


def test_the_answer_about_one_s_own_family_is_left_to_another(cast, sent):
    cast.back.kk = KK
    cast.back.save()
    handed = hand_in(cast, csv(f"1;{NIKS[0]};PAIMIN;PADAN;"))
    answers.apply(actor=cast.actor("back"), uid=handed.uid, version=None)
    assert states(sent)[0] == "sent"
    answers.apply(actor=cast.actor("koordinator"), uid=handed.uid, version=None)
    assert states(sent)[0] == "accepted"


def test_an_answer_in_a_workbook_under_a_letterhead_is_read(cast, sent):
    book = Workbook()
    page = book.active
    for line in (
        ["KEMENTERIAN SOSIAL"],
        [],
        ["No", "NIK", "Hasil", "Ket"],
        [1, NIKS[0], "Padan", ""],
    ):
        page.append(line)
    out = io.BytesIO()
    book.save(out)
    assert run(cast, SimpleUploadedFile("jawaban.xlsx", out.getvalue())).changed == 1


@pytest.mark.parametrize("header", ["NIK;NAMA;X", "NAMA;STATUS;X", "A;B;C"])
def test_a_file_without_the_columns_waits_until_somebody_shows_them(cast, sent, header):
    handed = hand_in(cast, csv(f"{NIKS[0]};PADAN;", header=header))
    assert (handed.rows, handed.is_readable) == ([], False)
    shown = answers.set_columns(
        actor=cast.actor("back"),
        uid=handed.uid,
        version=handed.version,
        columns={"0": "nik", "1": "answer"},
    )
    rows = answers.try_dry(shown, actor=cast.actor("back"))
    assert [(row.answer, row.outcome) for row in rows] == [("accept", "changes")]
    assert states(sent)[0] == "sent"


@pytest.mark.parametrize(
    "columns",
    [
        {"0": "nik"},
        {"0": "nik", "1": "answer", "2": "answer"},
        {"0": "nik", "1": "colour"},
        {"x": "nik", "1": "answer"},
        {"1": "nik", "40": "answer"},
    ],
)
def test_columns_that_cannot_be_are_refused(cast, sent, columns):
    handed = hand_in(cast, csv(f"1;{NIKS[0]};PAIMIN;PADAN;"))
    with pytest.raises(InvalidInput):
        answers.set_columns(actor=cast.actor("back"), uid=handed.uid, version=None, columns=columns)
    assert AnswerFile.objects.get().columns == handed.columns


def test_looking_at_the_example_values_of_a_file_is_audited(cast, sent, login):
    handed = hand_in(cast, csv(f"1;{NIKS[0]};PAIMIN;PADAN;"))
    opened = AuditEntry.objects.filter(action="open_answers")
    assert not opened.exists()
    page = login("back").get(reverse("proposals:answers_columns", args=[handed.uid]))
    assert "PAIMIN" in page.content.decode()
    assert opened.count() == 1
    login("back").get(reverse("api:answers_columns", args=[handed.uid]))
    assert opened.count() == 2


def test_a_wrong_guess_is_put_right_on_the_page(cast, sent, login):
    handed = hand_in(
        cast,
        csv(f"{NIKS[0]};KAWIN;PADAN;x", header="NIK;STATUS;HASIL MENSOS;KET"),
    )
    [row] = answers.try_dry(handed, actor=cast.actor("back"))
    assert row.outcome == "unreadable"
    url = reverse("proposals:answers_columns", args=[handed.uid])
    browser = login("back")
    page = browser.get(url).content.decode()
    assert "HASIL MENSOS" in page
    assert NIKS[0] not in page
    said = {"version": handed.version, "column_0": "nik", "column_2": "answer"}
    assert browser.post(url, said).status_code == 302
    run_again = AnswerFile.objects.get()
    answers.apply(actor=cast.actor("back"), uid=run_again.uid, version=run_again.version)
    assert states(sent)[0] == "accepted"
    assert browser.post(url, said).status_code == 409


def test_another_office_s_rows_are_not_found(cast, sent):
    village = cast.other_village
    Register.objects.create(office=village, code="DTSEN", name_id="DTSEN")
    handed = answers.hand_in(
        actor=cast.actor("stranger"),
        upload=csv(f"1;{NIKS[0]};PAIMIN;PADAN;"),
        answered_on=village.today(),
    )
    [row] = answers.try_dry(handed, actor=cast.actor("stranger"))
    assert row.outcome == "unmatched"


def test_the_page_shows_the_trial_then_applies_it(cast, sent, login):
    browser = login("back")
    upload = csv(f"1;{NIKS[0]};PAIMIN;PADAN;", "9;3509990909990099;SIAPA;PADAN;")
    answer = browser.post(
        reverse("proposals:answers_new"),
        {"client_uid": str(uuid.uuid4()), "upload": upload, "answered_on": "01-02-2026"},
    )
    assert answer.status_code == 302
    page = browser.get(answer["Location"]).content.decode()
    assert "Catat 1 jawaban" in page
    assert "Tidak ditemukan di usulan terkirim" in page
    assert NIKS[0] not in page
    handed = AnswerFile.objects.get()
    applied = reverse("proposals:answers_apply", args=[handed.uid])
    browser.post(applied, {"version": handed.version})
    assert states(sent)[0] == "accepted"
