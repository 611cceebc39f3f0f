"""Numbers, frozen content, rendering that may fail, and what follows a letter's issue."""

import io
import subprocess
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from unittest import mock

import pikepdf
import pytest
from django.db import IntegrityError, transaction

from puskesmas import attachments
from puskesmas.errors import InvalidInput, NotYourRole, StaleVersion, WrongState
from puskesmas.models import AuditEntry, Office, Transition
from reports.letters import kinds, render, selectors, services
from reports.letters.models import Letter, LetterRevision, LetterSeries
from reports.letters.services import CannotPrint
from reports.letters.words import roman_month
from reports.letters.workflow import LetterState
from tests.letters.conftest import body


def text_of(letter: Letter) -> str:
    revision = letter.revisions.latest("number")
    return pdf_text(services.read_pdf(revision))


def pdf_text(pdf: bytes) -> str:
    return subprocess.run(
        ["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()


def test_a_letter_gets_the_offices_number(issue, cast):
    letter = issue()
    today = cast.village.today()
    month = roman_month(today)
    assert letter.number == f"400.9/0001/35.09.99.2003/{month}/{today.year}"
    assert letter.state == LetterState.NUMBERED


def test_numbers_run_without_gaps_over_all_kinds(issue):
    assert [issue().counter, issue(kind="rujukan").counter, issue().counter] == [1, 2, 3]


def test_an_office_may_count_each_kind_by_itself(issue, cast):
    Office.objects.filter(pk=cast.village.pk).update(one_letter_series=False)
    actor = cast.actor("front")
    counters = [issue(actor=actor, kind=kind).counter for kind in ("uji", "rujukan", "uji")]
    assert counters == [1, 1, 2]


def test_changing_between_one_agenda_and_one_per_kind_never_prints_a_number_twice(issue, cast):
    def letters(*codes, one_series):
        Office.objects.filter(pk=cast.village.pk).update(one_letter_series=one_series)
        actor = cast.actor("front")
        return [issue(actor=actor, kind=code) for code in codes]

    made = [
        *letters("uji", "rujukan", one_series=True),
        *letters("uji", "uji", "rujukan", one_series=False),
        *letters("uji", "rujukan", one_series=True),
        *letters("uji", "rujukan", one_series=False),
    ]
    assert [letter.counter for letter in made] == [1, 2, 3, 4, 3, 5, 6, 7, 7]
    assert len({letter.number for letter in made}) == len(made)


def test_kinds_of_one_classification_never_share_a_number(issue, cast, plain_kind):
    kinds.register(replace(plain_kind, code="uji2"))
    Office.objects.filter(pk=cast.village.pk).update(one_letter_series=False)
    actor = cast.actor("front")
    try:
        made = [issue(actor=actor, kind=code) for code in ("uji", "uji2", "uji", "uji2")]
    finally:
        del kinds._kinds["uji2"]
    assert [letter.counter for letter in made] == [1, 2, 3, 4]


def test_a_pattern_without_classification_numbers_no_kinds_apart(issue, cast):
    office = Office.objects.filter(pk=cast.village.pk)
    office.update(one_letter_series=False, letter_number_pattern="{counter}/{year}")
    with pytest.raises(InvalidInput, match="classification"):
        issue(actor=cast.actor("front"))
    office.update(one_letter_series=True)
    assert issue(actor=cast.actor("front")).counter == 1


def test_a_number_an_earlier_pattern_made_is_refused_in_words(issue, cast):
    Letter.objects.filter(pk=issue().pk).update(number=f"2/{cast.village.today().year}")
    Office.objects.filter(pk=cast.village.pk).update(letter_number_pattern="{counter}/{year}")
    with pytest.raises(InvalidInput, match="sudah dipakai"):
        issue(actor=cast.actor("front"))
    assert LetterSeries.objects.get().last_number == 1


def test_the_database_refuses_a_number_twice(issue):
    first, second = issue(), issue()
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=second.pk).update(number=first.number)


def test_two_offices_count_apart(issue, cast):
    issue()
    stranger = issue(actor=cast.actor("stranger_front"), content=services.Content(body=body()))
    assert stranger.counter == 1


def test_the_same_request_twice_makes_one_letter(issue):
    key = uuid.uuid4()
    assert issue(client_uid=key).pk == issue(client_uid=key).pk
    assert LetterSeries.objects.get().last_number == 1


def test_a_letter_that_cannot_be_printed_takes_no_number(issue):
    with (
        mock.patch.object(render, "render_letter", side_effect=RuntimeError),
        pytest.raises(CannotPrint),
    ):
        issue()
    assert not Letter.objects.exists()
    assert not LetterSeries.objects.exists()


def test_a_failed_rendering_keeps_the_number_and_is_retried(issue):
    real = render.render_letter
    calls = []

    def fails_after_the_trial(kind, frozen):
        calls.append(kind)
        if len(calls) == 2:
            raise RuntimeError("disk full")
        return real(kind, frozen)

    with mock.patch.object(render, "render_letter", side_effect=fails_after_the_trial):
        letter = issue()
        revision = letter.revisions.get()
        assert (revision.pdf_path, revision.render_error) == ("", "RuntimeError")
        assert services.render_waiting() == 1
    revision.refresh_from_db()
    assert revision.pdf_sha256
    assert revision.render_error == ""
    assert letter.number in text_of(letter)


def test_a_letter_without_its_file_cannot_be_signed(issue, cast):
    letter = issue()
    LetterRevision.objects.update(pdf_path="")
    with pytest.raises(WrongState):
        services.sign(actor=cast.actor("front"), uid=letter.uid, version=letter.version)


def test_later_changes_of_office_and_signer_leave_the_letter_as_it_was(issue, cast):
    letter = issue()
    before = letter.revisions.get().context
    Office.objects.filter(pk=cast.village.pk).update(name="Nama Baru")
    cast.head.name = "Kepala Baru"
    cast.head.save()
    after = letter.revisions.get()
    assert after.context == before
    assert "TEGALSARI MAKMUR" in text_of(letter)
    kind = services.kinds.get("uji")
    assert render.render_letter(kind, after.context) == services.read_pdf(after)


def test_the_same_content_gives_the_same_bytes(issue, plain_kind):
    frozen = issue().revisions.get().context
    assert render.render_letter(plain_kind, frozen) == render.render_letter(plain_kind, frozen)


def test_the_pdf_names_its_language_and_title(issue):
    letter = issue()
    pdf = pikepdf.open(io.BytesIO(services.read_pdf(letter.revisions.get())))
    assert str(pdf.Root.Lang) == "id"
    assert letter.number in str(pdf.docinfo["/Title"])


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        '<img src="http://evil.example/x.png">',
        '"><link rel=stylesheet href=file:///etc/passwd>',
        "{{ settings.SECRET_KEY }}{% include 'base.html' %}",
        "</title></style><h1>",
        "Budi\x00\x1b[31m\u202eitiS",
        "A" * 120,
    ],
)
def test_a_malicious_name_is_only_text(issue, name):
    letter = issue(content=services.Content(body=body(subject={"name": name, "nik": ""})))
    shown = "".join(text_of(letter).split())
    printable = "".join(char for char in name if char.isprintable())
    assert "".join(printable.split())[:60] in shown


def test_nothing_is_fetched_from_outside(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("rahasia")
    fetcher = render._engine()[2]
    for url in (secret.as_uri(), "http://127.0.0.1:1/x", "data:text/plain,x", "puskesos:font/x"):
        with pytest.raises(ValueError, match="outside"):
            fetcher.fetch(url)


def test_a_draft_says_so_and_takes_no_number(cast, content, plain_kind):
    text = pdf_text(services.preview(actor=cast.actor("front"), kind="uji", content=content))
    assert "KONSEP – belum bernomor" in text
    assert "verify" not in text
    assert not LetterSeries.objects.exists()


def test_after_printing_a_photo_cut_short_is_still_refused(issue, cast, png):
    issue()
    whole = png().read()
    with pytest.raises(InvalidInput, match="tidak dapat dibaca"):
        attachments.store(png(content=whole[:-30]), actor=cast.actor("front"))


def test_an_issued_letter_is_no_draft(issue):
    assert "KONSEP" not in text_of(issue())


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("{counter}/{year.__class__}", "tidak dikenal"),
        ("{counter}/{year}/{office}", "tidak dikenal"),
        ("{counter}/{year}/{", "tidak dikenal"),
        ("{counter}/{roman}", "{year}"),
        ("{year}/x", "{counter}"),
    ],
)
def test_a_wrong_number_pattern_is_refused_before_a_number_is_taken(issue, cast, pattern, problem):
    Office.objects.filter(pk=cast.village.pk).update(letter_number_pattern=pattern)
    with pytest.raises(InvalidInput) as caught:
        issue(actor=cast.actor("front"))
    assert problem in str(caught.value.message)
    assert not LetterSeries.objects.exists()


def test_a_date_to_come_is_refused(issue, content, cast):
    tomorrow = cast.village.today() + timedelta(days=1)
    with pytest.raises(InvalidInput):
        issue(content=replace(content, dated=tomorrow))


def test_a_validity_that_ends_before_it_begins_is_refused(issue, content):
    with pytest.raises(InvalidInput):
        issue(content=replace(content, valid_until=date(2020, 1, 1)))


def test_a_signer_of_another_office_is_refused(issue, content, cast):
    foreign = cast.stranger_koordinator.assignments.get()
    with pytest.raises(InvalidInput) as caught:
        issue(content=replace(content, signer=foreign))
    assert caught.value.field == "signer"


def test_a_signer_whose_time_is_over_is_refused(issue, content, cast, head):
    head.until = cast.village.today() - timedelta(days=1)
    head.save()
    with pytest.raises(InvalidInput):
        issue(content=replace(content, signer=head))


@pytest.mark.parametrize("who", ["koordinator", "head", "kasun", "facilitator", "admin"])
def test_a_kind_is_issued_only_by_its_roles(issue, cast, who):
    with pytest.raises(NotYourRole):
        issue(actor=cast.actor(who))


# 31 December 2026, 17:30 UTC is already 1 January 2027 in Jakarta (00:30) and Jayapura (02:30);
# half an hour earlier Jakarta still writes 2026 while Jayapura is two hours into the new year.
@pytest.mark.parametrize(
    ("zone", "now", "number_end", "dated"),
    [
        ("Asia/Jakarta", time(16, 59), "XII/2026", date(2026, 12, 31)),
        ("Asia/Jakarta", time(17, 1), "I/2027", date(2027, 1, 1)),
        ("Asia/Jayapura", time(14, 59), "XII/2026", date(2026, 12, 31)),
        ("Asia/Jayapura", time(15, 1), "I/2027", date(2027, 1, 1)),
    ],
)
def test_year_and_number_follow_the_offices_midnight(
    issue, cast, content, zone, now, number_end, dated
):
    Office.objects.filter(pk=cast.village.pk).update(zone=zone)
    moment = datetime.combine(date(2026, 12, 31), now, tzinfo=UTC)
    with mock.patch("django.utils.timezone.now", return_value=moment):
        letter = issue(actor=cast.actor("front"))
    assert letter.dated == dated
    assert letter.number.endswith(number_end)
    assert (letter.series.year, letter.counter) == (dated.year, 1)


def test_each_year_starts_at_one(issue, content, cast):
    last_year = date(cast.village.today().year - 1, 12, 31)
    issue()
    assert issue(content=replace(content, dated=last_year)).counter == 1
    assert issue().counter == 2


def test_a_correction_before_signature_keeps_the_number(issue, cast, content):
    letter = issue()
    corrected = replace(content, body=body(about="Rujukan yang dibetulkan"))
    services.revise(
        actor=cast.actor("front"),
        uid=letter.uid,
        version=letter.version,
        content=corrected,
        reason="Salah ketik",
    )
    first, second = letter.revisions.order_by("number")
    assert first.context["body"]["about"] == "Rujukan"
    assert second.context["body"]["about"] == "Rujukan yang dibetulkan"
    assert second.context["number"] == letter.number
    assert second.context["verification"] == first.context["verification"]
    assert LetterSeries.objects.get().last_number == 1


def test_two_officers_revising_one_letter_do_not_overwrite_each_other(issue, cast, content):
    letter = issue()
    act = {"uid": letter.uid, "version": letter.version, "content": content, "reason": "x"}
    services.revise(actor=cast.actor("front"), **act)
    with pytest.raises(StaleVersion):
        services.revise(actor=cast.actor("back"), **act)


def test_a_signed_letter_is_not_corrected_but_replaced(issue, cast, content):
    letter = issue()
    front, back = cast.actor("front"), cast.actor("back")
    signed = services.sign(actor=front, uid=letter.uid, version=letter.version)
    with pytest.raises(WrongState):
        services.revise(
            actor=front, uid=letter.uid, version=signed.version, content=content, reason="x"
        )
    successor = services.void_and_replace(
        actor=back, uid=letter.uid, version=signed.version, content=content, reason="Nama salah"
    )
    letter.refresh_from_db()
    assert letter.state == LetterState.VOID
    assert successor.replaces == letter
    assert (letter.counter, successor.counter) == (1, 2)


def test_a_replacement_that_fails_leaves_the_old_letter_valid(issue, cast, content):
    letter = issue()
    with (
        mock.patch.object(services.numbering, "take_number", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        services.void_and_replace(
            actor=cast.actor("back"), uid=letter.uid, version=1, content=content, reason="x"
        )
    letter.refresh_from_db()
    assert letter.state == LetterState.NUMBERED


def test_every_act_leaves_its_history(issue, cast):
    letter = issue()
    signed = services.sign(actor=cast.actor("head"), uid=letter.uid, version=letter.version)
    services.hand_over(
        actor=cast.actor("front"), uid=letter.uid, version=signed.version, receiver="Siti"
    )
    moves = Transition.objects.filter(subject_uid=letter.uid).values_list(
        "action", "source", "target", "actor__username"
    )
    assert list(moves.order_by("pk")) == [
        ("issue", "", "numbered", "front"),
        ("sign", "numbered", "signed", "head"),
        ("hand_over", "signed", "handed", "front"),
    ]
    assert AuditEntry.objects.filter(subject_uid=letter.uid).count() == 3


def test_what_was_signed_is_never_rendered_again(issue, cast):
    letter = issue()
    services.sign(actor=cast.actor("front"), uid=letter.uid, version=letter.version)
    revision = letter.revisions.get()
    with mock.patch.object(render, "render_letter", side_effect=AssertionError):
        assert services.render_revision(revision)
        assert services.render_waiting() == 0


def test_a_file_that_was_changed_on_disk_is_not_served(issue):
    revision = issue().revisions.get()
    revision.pdf_sha256 = "0" * 64
    with pytest.raises(ValueError, match="differs"):
        services.read_pdf(revision)


def test_the_pdf_lies_encrypted_on_disk(issue, settings):
    revision = issue().revisions.get()
    stored = (Path(settings.DATA_DIR) / revision.pdf_path).read_bytes()
    assert b"%PDF" not in stored


def test_the_head_is_offered_first_as_signer(cast):
    assert [item.user.username for item in selectors.signers(cast.village)] == [
        "head",
        "koordinator",
    ]
