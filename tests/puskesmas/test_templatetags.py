"""How facts are worded: numbers hidden, money, dates in the office's zone, days left."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import timezone, translation

from puskesmas.templatetags import puskesos as tags

NIK = "3509994107880003"


def draw(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def test_a_masked_number_shows_its_last_four_digits_only():
    drawn = tags.masked(NIK)

    assert "0003" in drawn
    assert NIK[:12] not in drawn
    assert "350999" not in drawn


def test_a_masked_number_is_also_told_in_words():
    with translation.override("id"):
        assert "nomor berakhiran" in tags.masked(NIK)


@pytest.mark.parametrize("short", ["1", "123", "1234", "12345"])
def test_a_number_too_short_to_hide_anything_is_hidden_whole(short):
    assert short not in tags.masked(short)


def test_a_masked_number_is_escaped():
    assert "<b>" not in tags.masked("12345678<b>")


@pytest.mark.parametrize(
    "shown", [tags.masked(""), tags.masked(None), tags.receipt(""), tags.rupiah(None)]
)
def test_a_missing_value_is_a_dash(shown):
    assert shown == "–"


def test_missing_dates_numbers_and_days_are_dashes():
    assert {tags.tanggal(None), tags.tanggal_jam(None), tags.angka(""), tags.hari(None)} == {"–"}


def test_a_receipt_number_is_read_in_groups_of_four():
    assert tags.receipt("482109375561") == "4821 0937 5561"


@pytest.mark.parametrize("language", ["id", "en"])
def test_rupiah_is_grouped_the_indonesian_way_in_every_language(language):
    with translation.override(language):
        assert tags.rupiah(1250000) == "Rp1.250.000"
        assert tags.rupiah("0") == "Rp0"
        assert tags.rupiah(-500) == "-Rp500"


def test_a_count_is_grouped_as_the_language_does():
    with translation.override("id"):
        assert tags.angka(12345) == "12.345"
    with translation.override("en"):
        assert tags.angka(12345) == "12,345"


def test_a_moment_just_before_utc_midnight_is_the_next_day_in_the_offices_zone():
    moment = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    with translation.override("id"):
        with timezone.override(ZoneInfo("Asia/Jakarta")):
            assert tags.tanggal_jam(moment) == "31 Desember 2026, 23.30 WIB"
        with timezone.override(ZoneInfo("Asia/Jayapura")):
            assert tags.tanggal_jam(moment) == "1 Januari 2027, 01.30 WIT"
            assert tags.tanggal(moment) == "1 Januari 2027"


def test_a_plain_date_does_not_move_with_the_zone():
    with translation.override("id"), timezone.override(ZoneInfo("Asia/Jayapura")):
        assert tags.tanggal(date(2026, 11, 22)) == "22 November 2026"


def test_dates_are_day_first_in_english_too():
    with translation.override("en"):
        assert tags.tanggal(date(2026, 11, 2)) == "2 November 2026"


@pytest.mark.parametrize(
    ("days", "kind", "words"),
    [
        (2, "kerja", "2 hari kerja lagi"),
        (1, "kalender", "1 hari lagi"),
        (0, "kerja", "hari ini"),
        (-3, "kerja", "lewat 3 hari kerja"),
        (-1, "kalender", "lewat 1 hari"),
    ],
)
def test_days_are_told_as_people_say_them(days, kind, words):
    with translation.override("id"):
        assert tags.hari(days, kind) == words


def test_a_due_date_carries_its_date_for_hover_and_print():
    with translation.override("id"):
        drawn = draw("{% tenggat days due %}", days=2, due=date(2026, 11, 24))

    assert 'title="24 November 2026"' in drawn
    assert 'datetime="2026-11-24"' in drawn
    assert '<span class="print-only"> (24 November 2026)</span>' in drawn


@pytest.mark.parametrize(("days", "tone"), [(-1, "late"), (0, "near"), (1, "near"), (2, "calm")])
def test_a_due_date_is_coloured_by_how_near_it_is(days, tone):
    assert f"due-{tone}" in draw("{% tenggat days due %}", days=days, due=date(2026, 11, 24))


def test_a_badge_says_the_state_in_words():
    assert ">Darurat</span>" in draw('{% badge "Darurat" tone="emergency" %}')


def test_a_badge_refuses_a_tone_that_does_not_exist():
    with pytest.raises(TemplateSyntaxError, match="unknown tone"):
        draw('{% badge "Darurat" tone="merah" %}')


def test_an_icon_is_hidden_from_screen_readers_and_has_no_inline_style():
    drawn = draw('{% icon "search" %}')

    assert 'aria-hidden="true"' in drawn
    assert "style=" not in drawn


def test_text_inside_a_component_is_escaped_once():
    drawn = draw(
        "{% callout title %}<p>{{ text }}</p>{% endcallout %}", title="<i>", text="Adi & <b>"
    )

    assert "&lt;i&gt;" in drawn
    assert "<p>Adi &amp; &lt;b&gt;</p>" in drawn


def test_a_fact_without_a_value_shows_a_dash_and_its_link_names_the_fact():
    drawn = draw('{% fact "Telepon" "" "/ubah/" "Ubah" %}')

    assert "<dd>–</dd>" in drawn
    assert 'Ubah<span class="visually-hidden"> Telepon</span>' in drawn


def test_the_last_breadcrumb_is_this_page_and_no_link():
    drawn = draw(
        '{% breadcrumbs %}{% crumb "Antrean" "/q/" %}{% crumb "Perkara" %}{% endbreadcrumbs %}'
    )

    assert '<a href="/q/">Antrean</a>' in drawn
    assert '<span aria-current="page">Perkara</span>' in drawn
