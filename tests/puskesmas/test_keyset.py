"""Pages by position: every row once, forwards and back, whatever is written meanwhile."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from puskesmas import keyset
from puskesmas.models import Office


@pytest.fixture
def offices(db):
    """Seven offices; kind repeats, so that the order needs its second column."""
    kinds = ["desa", "kelurahan", "desa", "desa", "kelurahan", "desa", "desa"]
    for number, kind in enumerate(kinds):
        Office.objects.create(code=f"{number}", kind=kind, name=f"O{number}", regency="R")
    return Office.objects.all()


def walk(queryset, order, size, way="next"):
    position, pages = "", []
    for _step in range(20):
        page = keyset.page(queryset, order=order, position=position, size=size)
        pages.append([office.code for office in page.rows])
        position = getattr(page, way)
        if not position:
            return pages, page
    raise AssertionError("the list does not end")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
@pytest.mark.parametrize("order", [("kind", "pk"), ("-kind", "-pk"), ("-created_at", "pk")])
def test_every_row_comes_once_and_in_order(offices, order, size):
    pages, _last = walk(offices, order, size)
    expected = list(offices.order_by(*order).values_list("code", flat=True))
    assert [code for page in pages for code in page] == expected


def test_going_back_shows_the_same_pages(offices):
    order = ("kind", "pk")
    pages, last = walk(offices, order, 3)
    back = []
    while last.previous:
        last = keyset.page(offices, order=order, position=last.previous, size=3)
        back.append([office.code for office in last.rows])
    assert back == list(reversed(pages[:-1]))
    assert last.next


def test_a_row_written_meanwhile_neither_repeats_nor_skips_another(offices):
    first = keyset.page(offices, order=("-pk",), size=3)
    Office.objects.create(code="new", kind="desa", name="new", regency="R")
    second = keyset.page(offices, order=("-pk",), position=first.next, size=3)
    assert [office.code for office in [*first.rows, *second.rows]] == list("654321")


@pytest.mark.parametrize("position", ["x", "WyJuIl0", "bnVsbA", "WyJuIixudWxsLDFd", "W10", "%%%"])
def test_an_unreadable_position_is_the_beginning(offices, position):
    page = keyset.page(offices, order=("kind", "pk"), position=position, size=2)
    assert [office.code for office in page.rows] == ["0", "2"]
    assert page.previous == ""


def test_a_page_is_one_query_however_many_rows_there_are(offices):
    with CaptureQueriesContext(
        connection,
    ) as few:
        keyset.page(offices, order=("kind", "pk"), size=2)
    assert len(few) == 1
