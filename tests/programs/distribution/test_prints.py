"""The attendance list and the tickets on paper, drawn by the worker."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs import printing, tasks
from programs.distribution import prints
from programs.models import ListPrint
from puskesmas import attachments
from puskesmas.errors import InvalidInput, NotYourRole, WrongState
from puskesmas.models import Attachment, AuditEntry
from tests.letters.test_issuing import pdf_text
from tests.programs.distribution.conftest import NIK, die, opened, settled


@pytest.mark.parametrize("paper", ["f4", "a4", "b5"])
def test_the_lists_are_printed_without_whole_numbers(back, tukiyem, paijo, paper):
    held, _names = settled(back, tukiyem, paijo)
    for draw in (prints.attendance_pdf, prints.tickets_pdf):
        text = pdf_text(draw(held, actor=back, paper=paper))
        assert {"Tukiyem", "Paijo"} <= set(text.split())
        assert f"•••• {NIK[-4:]}" in text
        assert NIK not in text


def test_who_is_off_the_list_is_on_no_print(front, back, tukiyem, paijo):
    held, (listed, _other) = settled(back, tukiyem, paijo)
    die(front, listed)
    assert [line.person for line in prints._standing(held, back)] == [paijo]


def test_a_print_is_asked_for_waited_for_and_opened(login, back, tukiyem, paijo):
    held, _names = settled(back, tukiyem, paijo)
    office = login("back")

    def press():
        return office.post(reverse("programs:print_ask", args=[held.uid]), {"print": "tickets-a4"})

    where = press().url
    assert press().url == where
    assert "sedang dibuat" in office.get(where).text
    asked_by_script = {"HTTP_HX_REQUEST": "true"}
    assert "HX-Refresh" not in office.get(where, **asked_by_script)
    assert office.get(f"{where}file/").url == where
    tasks.draw_print(ListPrint.objects.get().pk)
    assert office.get(where, **asked_by_script)["HX-Refresh"] == "true"
    assert f"{where}file/" in office.get(where).text
    pdf = office.get(f"{where}file/")
    assert {"Tukiyem", "Paijo"} <= set(pdf_text(pdf.content).split())
    done = AuditEntry.objects.filter(subject_uid=held.uid, action__startswith="distribution.print")
    assert [one.action.rpartition(".")[2] for one in done] == ["print", "print", "print_open"]
    # Another press is a print of the list as it is now.
    assert press().url != where


def test_what_cannot_be_drawn_is_tried_again_and_then_given_up_in_words(
    login, monkeypatch, back, tukiyem
):
    held, _names = settled(back, tukiyem)
    given = {"actor": back, "uid": held.uid, "what": "tickets", "paper": "a4"}
    made = printing.ask_distribution(**given)
    monkeypatch.setattr(printing, "_OF_DISTRIBUTION", {})
    assert [tasks.draw_waiting_prints() for _try in range(printing.TRIES)] == [0] * printing.TRIES
    page = login("back").get(reverse("programs:print", args=[made.uid]))
    assert "tidak dapat dibuat" in page.text
    monkeypatch.undo()
    assert tasks.draw_waiting_prints() == 0
    assert printing.ask_distribution(**given).pk != made.pk
    assert tasks.draw_waiting_prints() == 1


@pytest.mark.parametrize(
    ("what", "paper"), [("tickets", "b5"), ("tickets", ""), ("receipts", "a4"), ("", "")]
)
def test_what_nobody_prints_is_refused(back, tukiyem, what, paper):
    held, _names = settled(back, tukiyem)
    with pytest.raises(InvalidInput):
        printing.ask_distribution(actor=back, uid=held.uid, what=what, paper=paper)


def test_only_a_locked_list_is_printed_and_by_who_serves_the_table(cast, back, tukiyem):
    held, draft = settled(back, tukiyem)[0], opened(back)
    given = {"what": "attendance", "paper": "f4"}
    with pytest.raises(WrongState):
        printing.ask_distribution(actor=back, uid=draft.uid, **given)
    with pytest.raises(NotYourRole):
        printing.ask_distribution(actor=cast.actor("head"), uid=held.uid, **given)
    at_the_table = cast.actor("facilitator")
    assert printing.ask_distribution(actor=at_the_table, uid=held.uid, **given).file is None


def test_who_prints_the_list_of_aid_only_opens_no_other(login, back, tukiyem):
    held, _names = settled(back, tukiyem)
    made = printing.ask_distribution(actor=back, uid=held.uid, what="tickets", paper="a4")
    page = reverse("programs:print", args=[made.uid])
    assert login("facilitator").get(page).status_code == 200
    # The head prints lists of candidates, no tickets.
    assert login("head").get(page).status_code == 403
    assert login("head").get(f"{page}file/").status_code == 403


def test_prints_are_thrown_away_after_their_days_and_their_files_too(
    settings, login, back, tukiyem, django_capture_on_commit_callbacks
):
    held, _names = settled(back, tukiyem)
    given = {"actor": back, "uid": held.uid, "what": "tickets", "paper": "a4"}
    old = printing.ask_distribution(**given)
    tasks.draw_waiting_prints()
    kept = printing.ask_distribution(**given)
    tasks.draw_waiting_prints()
    page = reverse("programs:print", args=[old.uid])
    assert "Cetakan ini disimpan sampai" in login("back").get(page).text
    file = ListPrint.objects.get(pk=old.pk).file
    days = settings.PRINTS_KEPT_DAYS
    ListPrint.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=days + 1))
    ListPrint.objects.filter(pk=kept.pk).update(
        created_at=timezone.now() - timedelta(days=days - 1)
    )
    with django_capture_on_commit_callbacks(execute=True):
        assert tasks.tidy_prints() == 1
    assert list(ListPrint.objects.all()) == [kept]
    assert not Attachment.objects.filter(pk=file.pk).exists()
    with pytest.raises(FileNotFoundError):
        attachments.read(file)
    assert login("back").get(page).status_code == 404
    assert login("back").get(reverse("programs:print_file", args=[kept.uid])).status_code == 200
    assert tasks.tidy_prints() == 0


def test_a_print_drawn_twice_at_once_keeps_one_file(back, tukiyem, monkeypatch):
    held, _names = settled(back, tukiyem)
    made = printing.ask_distribution(actor=back, uid=held.uid, what="tickets", paper="a4")
    draw_it = printing._OF_DISTRIBUTION["tickets"]

    def slowly(*args, **more):
        # While one worker draws, beat's has drawn it.
        monkeypatch.setitem(printing._OF_DISTRIBUTION, "tickets", draw_it)
        assert printing.draw(made.pk)
        return draw_it(*args, **more)

    monkeypatch.setitem(printing._OF_DISTRIBUTION, "tickets", slowly)
    assert printing.draw(made.pk)
    assert Attachment.objects.filter(media_type="application/pdf").count() == 1
