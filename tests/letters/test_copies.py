"""What is printed again, and the agenda on paper."""

import io
from datetime import timedelta

import pikepdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from puskesmas.models import AuditEntry
from reports.letters import services
from reports.letters.models import Letter
from reports.letters.services import Content
from tests.letters.conftest import body
from tests.letters.test_issuing import pdf_text


def printed(client, letter) -> bytes:
    return client.get(f"/letters/{letter.uid}/pdf/").content


def signed(letter, cast):
    return services.sign(actor=cast.actor("front"), uid=letter.uid, version=letter.version)


def test_until_it_is_signed_the_original_is_printed(issue, login):
    letter = issue()
    assert printed(login("front"), letter) == services.read_pdf(letter.revisions.get())


def test_after_the_signature_every_sheet_is_a_copy_and_the_frozen_file_stays(issue, cast, login):
    letter = issue(content=Content(body=body(files=[{"label": "KTP", "sha256": "ab" * 32}])))
    frozen = services.read_pdf(letter.revisions.get())
    signed(letter, cast)
    copy = printed(login("front"), letter)
    sheets = pdf_text(copy).split("\f")[:-1]
    assert len(sheets) == 2
    assert all("SALINAN" in sheet for sheet in sheets)
    assert letter.number in sheets[0]
    assert services.read_pdf(letter.revisions.get()) == frozen
    assert "SALINAN" not in pdf_text(frozen)


def test_a_copy_does_not_claim_to_be_an_archive_file(issue, cast, login):
    letter = issue()
    signed(letter, cast)
    pdf = pikepdf.open(io.BytesIO(printed(login("front"), letter)))
    with pdf.open_metadata() as metadata:
        assert "pdfaid:part" not in metadata


def test_void_and_lapsed_letters_are_printed_as_such(issue, cast, login):
    void, late = issue(), issue()
    services.void(actor=cast.actor("back"), uid=void.uid, version=void.version, reason="salah")
    Letter.objects.filter(pk=late.pk).update(valid_until=cast.village.today() - timedelta(days=1))
    services.lapse_letters()
    assert "BATAL" in pdf_text(printed(login("front"), void))
    assert "GUGUR" in pdf_text(printed(login("front"), late))


# --- The agenda --------------------------------------------------------------------------------


def month_of(client, day):
    return client.get(f"/letters/month/?month={day:%Y-%m}")


def test_the_months_list_leaves_no_number_out(issue, cast, login, head):
    first = issue(content=Content(body=body(), signer=head))
    second = issue()
    services.void(actor=cast.actor("back"), uid=second.uid, version=1, reason="salah")
    answer = month_of(login("head"), cast.village.today())
    text = " ".join(pdf_text(answer.content).split())
    assert answer["Content-Type"] == "application/pdf"
    for words in ("Siti Maimunah", head.user.name, "batal", "menunggu tanda tangan"):
        assert words in text, words
    shown = text.replace(" ", "")
    assert shown.index(first.number) < shown.index(second.number)
    assert AuditEntry.objects.filter(action="letter.agenda").count() == 1


def test_another_month_and_another_office_have_their_own_list(issue, cast, login):
    letter = issue()
    today = cast.village.today()
    before = today.replace(day=1) - timedelta(days=1)
    for answer in (month_of(login("front"), before), month_of(login("stranger"), today)):
        assert letter.number not in pdf_text(answer.content).replace("\n", "")
        assert "Tidak ada surat bernomor" in pdf_text(answer.content)


def test_without_a_month_it_is_this_one(issue, login):
    letter = issue()
    text = pdf_text(login("front").get("/letters/month/").content)
    assert letter.number in "".join(text.split())


@pytest.mark.parametrize("month", ["2026", "2026-13", "x", "99999-01"])
def test_a_month_that_is_none_is_not_there(login, month):
    assert login("front").get("/letters/month/", {"month": month}).status_code == 404


def test_queries_of_the_list_do_not_grow_with_the_letters(issue, cast, login, quick_print):
    client = login("front")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            month_of(client, cast.village.today())
        return len(queries)

    issue()
    asked()
    one = asked()
    for _n in range(4):
        issue()
    assert asked() == one
