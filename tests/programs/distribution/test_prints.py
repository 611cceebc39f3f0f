"""The attendance list and the tickets on paper, drawn by the worker."""

import pytest
from django.urls import reverse

from programs import tasks
from programs.distribution import printing, prints
from programs.models import DistributionPrint
from puskesmas.errors import InvalidInput, NotYourRole, WrongState
from puskesmas.models import AuditEntry
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
    tasks.draw_print(DistributionPrint.objects.get().pk)
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
    made = printing.ask(**given)
    monkeypatch.setattr(printing, "_DRAWN_BY", {})
    assert [tasks.draw_waiting_prints() for _try in range(printing.TRIES)] == [0] * printing.TRIES
    page = login("back").get(reverse("programs:print", args=[made.uid]))
    assert "tidak dapat dibuat" in page.text
    monkeypatch.undo()
    assert tasks.draw_waiting_prints() == 0
    assert printing.ask(**given).pk != made.pk
    assert tasks.draw_waiting_prints() == 1


@pytest.mark.parametrize(
    ("what", "paper"), [("tickets", "b5"), ("tickets", ""), ("receipts", "a4"), ("", "")]
)
def test_what_nobody_prints_is_refused(back, tukiyem, what, paper):
    held, _names = settled(back, tukiyem)
    with pytest.raises(InvalidInput):
        printing.ask(actor=back, uid=held.uid, what=what, paper=paper)


def test_only_a_locked_list_is_printed_and_by_who_serves_the_table(cast, back, tukiyem):
    held, draft = settled(back, tukiyem)[0], opened(back)
    given = {"what": "attendance", "paper": "f4"}
    with pytest.raises(WrongState):
        printing.ask(actor=back, uid=draft.uid, **given)
    with pytest.raises(NotYourRole):
        printing.ask(actor=cast.actor("head"), uid=held.uid, **given)
    assert printing.ask(actor=cast.actor("facilitator"), uid=held.uid, **given).file is None
