"""The attendance list and the tickets on paper."""

import pytest

from programs.distribution import prints
from tests.letters.test_issuing import pdf_text
from tests.programs.distribution.conftest import NIK, die, settled


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
