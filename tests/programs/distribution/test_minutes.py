"""The berita acara of a name and of a distribution."""

import pytest
from django.urls import reverse

from programs.distribution import handing, minutes, services
from programs.models import Programme
from puskesmas.errors import WrongState
from registry.models import Resident
from reports.letters import services as letters
from reports.letters.tasks import render_letter, render_waiting_letters
from tests.letters.test_issuing import pdf_text
from tests.programs.distribution.conftest import (
    NIK,
    RULE,
    THIRD_KK,
    die,
    fresh,
    hand,
    live,
    replaced,
    settled,
    stated,
)


def test_who_dies_alone_is_off_the_list_with_a_berita_acara(front, back, tukiyem):
    _held, (listed,) = settled(back, tukiyem)
    assert (die(front, listed).state, fresh(listed).gone) == ("struck", "alone")
    letter = minutes.issue(
        actor=back, kind=minutes.OF_RECIPIENT, subject=fresh(listed), signer=None
    )
    assert letter.subject_uid == listed.uid
    with pytest.raises(WrongState):
        minutes.issue(actor=back, kind=minutes.OF_RECIPIENT, subject=fresh(listed), signer=None)


def text_of(letter):
    revision = letter.revisions.get()
    letters.render_revision(revision)
    return " ".join(pdf_text(letters.read_pdf(revision)).split())


def void(back, letter):
    letters.void(actor=back, uid=letter.uid, version=None, reason="Salah tulis")


def offers_minutes(login, page, uid):
    where = reverse(f"programs:{page}", args=[uid])
    return "Buat berita acara" in login("back").get(where).text


def test_a_voided_berita_acara_is_made_again(login, front, back, tukiyem):
    held, (listed,) = settled(back, tukiyem)
    die(front, listed)
    services.close(actor=back, uid=held.uid, version=None, left_over=2, left_note="kembali")
    for kind, page, subject in (
        (minutes.OF_RECIPIENT, "aid_recipient", fresh(listed)),
        (minutes.OF_DISTRIBUTION, "distribution", fresh(held)),
    ):
        assert offers_minutes(login, page, subject.uid)
        first = stated(back, subject, kind)
        assert not offers_minutes(login, page, subject.uid)
        void(back, first)
        assert offers_minutes(login, page, subject.uid)
        assert stated(back, subject, kind) != first
        with pytest.raises(WrongState):
            stated(back, subject, kind)


def test_a_replacement_named_later_has_its_own_berita_acara(login, front, back, tukiyem, paijo):
    _held, (listed,) = settled(back, tukiyem, **RULE)
    die(front, listed)
    first = stated(back, fresh(listed))
    replaced(back, listed, paijo)
    assert offers_minutes(login, "aid_recipient", listed.uid)
    second = stated(back, fresh(listed))
    assert second != first
    assert "Paijo" in text_of(second)
    assert not offers_minutes(login, "aid_recipient", listed.uid)


@pytest.mark.parametrize(
    ("gone", "promised"), [("owner", False), ("declined", False), ("moved", True)]
)
def test_only_of_the_dead_and_moved_it_is_said_that_no_later_list_names_them(
    back, tukiyem, gone, promised
):
    _held, (listed,) = settled(back, tukiyem)
    if gone == "moved":
        Resident.objects.filter(pk=tukiyem.pk).update(life="moved")
    handing.strike(actor=back, uid=listed.uid, version=None, gone=gone, reason="surat 9")
    assert ("tidak dimasukkan lagi" in text_of(stated(back, fresh(listed)))) == promised


@pytest.mark.parametrize(("code", "whole"), [("PKH", True), ("BAZNAS", False), (None, False)])
def test_only_the_government_reads_whole_numbers_in_a_berita_acara(
    front, back, tukiyem, paijo, code, whole
):
    programme = Programme.objects.get(office=back.office, code=code) if code else None
    held, (listed, _second) = settled(back, tukiyem, paijo, programme=programme)
    die(front, listed)
    services.close(actor=back, uid=held.uid, version=None, left_over=4, left_note="kembali")
    for letter in (
        stated(back, fresh(listed)),
        stated(back, fresh(held), minutes.OF_DISTRIBUTION),
    ):
        text = text_of(letter)
        assert (NIK in text) == whole
        assert NIK[-4:] in text


def test_the_berita_acara_says_what_became_of_everybody(front, back, tukiyem, bagas, paijo):
    held, (listed, home, _third) = settled(back, tukiyem, paijo, live(back, "Sarmi", THIRD_KK))
    with pytest.raises(WrongState):
        minutes.issue(actor=back, kind=minutes.OF_DISTRIBUTION, subject=held, signer=None)
    hand(front, listed, receiver_uid=bagas.uid)
    hand(front, home, way="home", carrier="Pak RT")
    services.close(actor=back, uid=held.uid, version=None, left_over=2, left_note="kembali")
    body = minutes.distribution_body(fresh(held), actor=back)
    assert (body["given"], body["left"]) == ("4 karung beras 10 kg", "2 karung beras 10 kg")
    assert {row["result"] for row in body["rows"]} == {
        "Diterima, diwakili Bagas (satu KK)",
        "Diterima, diantar ke rumah oleh Pak RT",
        "Tidak diambil",
    }
    letter = minutes.issue(
        actor=back, kind=minutes.OF_DISTRIBUTION, subject=fresh(held), signer=None
    )
    assert letter.kind == "ba_penyaluran"


def test_one_of_many_names_is_drawn_by_the_worker_and_its_draft_shows_the_first(
    login, back, tukiyem, paijo, monkeypatch
):
    monkeypatch.setattr(minutes, "DRAWN_AT_ONCE", 1)
    held, _names = settled(back, tukiyem, paijo)
    services.close(actor=back, uid=held.uid, version=None, left_over=4, left_note="kembali")
    given = {"actor": back, "kind": minutes.OF_DISTRIBUTION, "subject": fresh(held), "signer": None}
    draft = " ".join(pdf_text(minutes.preview(**given)).split())
    assert "dan 1 nama lain dalam cetakan lengkap" in draft
    assert "Paijo" not in draft
    letter = minutes.issue(**given)
    office, page = login("back"), reverse("letters:letter", args=[letter.uid])
    file, by_script = reverse("letters:pdf", args=[letter.uid]), {"HTTP_HX_REQUEST": "true"}
    assert "Surat sedang dibuat" in office.get(page).text
    assert "HX-Refresh" not in office.get(page, **by_script)
    assert office.get(file).url == page
    assert office.get(f"/api/v1/letters/{letter.uid}/pdf/").status_code == 503
    with pytest.raises(WrongState):
        letters.sign(actor=back, uid=letter.uid, version=None)
    assert not letter.revisions.get().pdf_path  # nobody drew it meanwhile
    render_letter(letter.revisions.get().pk)
    assert office.get(page, **by_script)["HX-Refresh"] == "true"
    assert file in office.get(page).text
    whole = pdf_text(office.get(file).content)
    assert {"Tukiyem", "Paijo"} <= set(whole.split())
    assert "nama lain" not in whole
    assert letters.sign(actor=back, uid=letter.uid, version=None).state == "signed"


def test_a_letter_whose_worker_cannot_be_woken_is_drawn_by_beat(
    back, tukiyem, paijo, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(minutes, "DRAWN_AT_ONCE", 1)
    held, _names = settled(back, tukiyem, paijo)
    services.close(actor=back, uid=held.uid, version=None, left_over=4, left_note="kembali")

    def down(*_args, **_more):
        raise OSError("no broker")

    monkeypatch.setattr(render_letter, "apply_async", down)
    with django_capture_on_commit_callbacks(execute=True):
        letter = stated(back, fresh(held), minutes.OF_DISTRIBUTION)
    assert not letter.revisions.get().pdf_path
    assert render_waiting_letters() == 1
    assert letter.revisions.get().pdf_path
