"""Every form: label, hint, error and control belong together, and nothing typed is lost."""

import re
from datetime import UTC, date, datetime

import pytest
from django import forms
from django.forms import formset_factory
from django.template import Context, Template
from django.utils import timezone, translation

from puskesmas.days import FIRST_DAY, FIRST_RECORD
from puskesmas.forms import (
    Choices,
    CountField,
    DateField,
    DateTimeField,
    DigitsInput,
    ManyChoices,
    PhoneInput,
    RupiahField,
)


class IntakeForm(forms.Form):
    name = forms.CharField(label="Nama", widget=forms.TextInput({"placeholder": "Nama"}))
    nik = forms.CharField(label="NIK", help_text="16 angka", widget=DigitsInput(), min_length=16)
    born = DateField(label="Tanggal lahir", required=False)
    channel = forms.ChoiceField(
        label="Saluran",
        choices=[("walk_in", "Datang"), ("phone", "Telepon")],
        widget=Choices(hints={"phone": "Juga WhatsApp"}),
    )
    papers = forms.MultipleChoiceField(
        label="Berkas",
        choices=[("ktp", "KTP"), ("kk", "KK")],
        widget=ManyChoices(),
        help_text="Apa saja yang ada",
    )
    told = forms.BooleanField(label="Sudah diberi tahu")
    token = forms.CharField(widget=forms.HiddenInput)


def ids(html: str) -> set[str]:
    return set(re.findall(r'\bid="([^"]+)"', html))


def control(html: str, name: str) -> str:
    return re.search(rf'<(?:input|select|textarea)[^>]*name="{name}"[^>]*>', html)[0]


@pytest.fixture
def refused() -> str:
    with translation.override("id"):
        return str(IntakeForm({"nik": "3509994107", "born": "11/22/1988", "papers": ["kk"]}))


def test_every_line_of_the_summary_leads_to_a_control_of_the_page(refused):
    targets = re.findall(r'<a href="#([^"]+)"', refused)

    assert targets == ["id_name", "id_nik", "id_born", "id_channel_0", "id_told"]
    assert set(targets) <= ids(refused)


def test_the_summary_names_the_field_and_does_not_say_it_twice():
    class Form(forms.Form):
        nik = forms.CharField(
            label="NIK", error_messages={"required": "NIK harus diisi, lihat KTP."}
        )
        urgent = forms.CharField(label="Mendesak?", error_messages={"required": "Pilih satu."})

    summary = Template("{% error_summary form %}").render(Context({"form": Form({})}))

    assert ">NIK harus diisi, lihat KTP.<" in summary
    assert ">Mendesak: Pilih satu.<" in summary


def test_an_error_of_a_hidden_field_is_told_without_a_link(refused):
    assert re.search(r"<li>Token: [^<]+</li>", refused)


def test_a_form_without_errors_has_no_summary():
    assert "error-summary" not in str(IntakeForm())


def test_the_summary_takes_the_focus(refused):
    assert re.search(r'class="error-summary" role="alert" tabindex="-1" autofocus', refused)


def test_hint_and_error_describe_the_control(refused):
    assert 'aria-describedby="id_nik_helptext id_nik_error"' in control(refused, "nik")
    assert {"id_nik_helptext", "id_nik_error"} <= ids(refused)
    assert 'aria-invalid="true"' in control(refused, "nik")


def test_a_group_of_choices_is_described_as_a_group(refused):
    assert re.search(r'<fieldset aria-describedby="id_channel_error">\s*<legend', refused)
    assert re.search(r'<fieldset aria-describedby="id_papers_helptext">\s*<legend', refused)


def test_a_choice_may_have_its_own_hint(refused):
    assert 'aria-describedby="id_channel_1_hint"' in refused
    assert '<p class="hint" id="id_channel_1_hint">Juga WhatsApp</p>' in refused


def test_every_description_and_label_points_at_something_that_exists(refused):
    pointed = re.findall(r'(?:aria-describedby|for)="([^"]+)"', refused)

    assert {part for value in pointed for part in value.split()} <= ids(refused)


def test_nothing_typed_is_lost(refused):
    assert 'value="3509994107"' in control(refused, "nik")
    assert 'value="11/22/1988"' in control(refused, "born")
    assert re.search(r'value="kk"[^>]*checked', refused)


def test_what_was_typed_is_escaped():
    assert "<script>" not in str(IntakeForm({"name": '"><script>'}))


def test_a_placeholder_never_stands_in_for_the_label():
    assert "placeholder" not in str(IntakeForm())


def test_a_field_that_may_stay_empty_says_so():
    with translation.override("id"):
        drawn = str(IntakeForm())

    assert re.search(r'for="id_born">Tanggal lahir <span class="optional">\(tidak wajib\)', drawn)
    assert re.search(r'for="id_name">Nama</label>', drawn)


@pytest.mark.parametrize("widget", [DigitsInput(), PhoneInput()])
def test_private_numbers_are_kept_out_of_drafts_and_of_the_browsers_memory(widget):
    drawn = widget.render("nik", "")

    assert "data-private" in drawn
    assert 'autocomplete="off"' in drawn


def test_a_number_that_is_not_private_may_be_kept():
    assert "data-private" not in DigitsInput(width=12, private=False).render("receipt", "")


def test_a_summary_covers_several_forms_and_formsets():
    rows = formset_factory(IntakeForm, extra=0)(
        {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0"}, prefix="form"
    )
    rows.is_valid()
    summary = Template("{% error_summary form rows %}").render(
        Context({"form": IntakeForm({}), "rows": rows})
    )

    assert 'href="#id_name"' in summary
    assert "Lengkapi" not in summary


def test_fields_are_drawn_in_the_order_asked_for():
    drawn = Template('{% fields form "told" "name" %}').render(Context({"form": IntakeForm()}))

    assert drawn.index("id_told") < drawn.index("id_name")
    assert "id_nik" not in drawn


def test_a_hidden_field_drawn_by_name_has_no_label():
    drawn = Template('{% fields form "token" %}').render(Context({"form": IntakeForm()}))

    assert control(drawn, "token")
    assert "<label" not in drawn


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("typed", ["22-11-2026", "22/11/2026", "22.11.2026", "22112026"])
def test_a_date_is_read_day_first_in_every_language(language, typed):
    with translation.override(language):
        assert DateField().clean(typed) == date(2026, 11, 22)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("typed", ["11/22/2026", "22-11-26", "31-02-2026", "kemarin"])
def test_month_first_two_digit_years_and_impossible_dates_are_refused(language, typed):
    with translation.override(language), pytest.raises(forms.ValidationError):
        DateField().clean(typed)


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_date_is_shown_as_it_is_typed(language):
    with translation.override(language):

        class Form(forms.Form):
            day = DateField(initial=date(2026, 11, 22))

        assert 'value="22-11-2026"' in str(Form())


@pytest.mark.parametrize("typed", ["22-11-2026 09.15", "22-11-2026 09:15", "22/11/2026 09.15"])
def test_a_moment_is_read_in_the_active_zone(typed):
    with timezone.override("Asia/Jayapura"):
        assert DateTimeField().clean(typed) == datetime(2026, 11, 22, 0, 15, tzinfo=UTC)


@pytest.mark.parametrize("field", [DateField, DateTimeField])
@pytest.mark.parametrize(
    ("first", "day", "possible"),
    [
        (FIRST_DAY, "22-11-0206", False),
        (FIRST_DAY, "01-01-0001", False),
        (FIRST_DAY, "31-12-1899", False),
        (FIRST_DAY, "01-01-1900", True),
        (FIRST_DAY, "31-12-2200", True),
        (FIRST_DAY, "01-01-2201", False),
        (FIRST_DAY, "31-12-9999", False),
        (FIRST_RECORD, "31-12-1999", False),
        (FIRST_RECORD, "01-01-2000", True),
    ],
)
def test_a_year_nobody_can_mean_is_refused_in_words(field, first, day, possible):
    typed = day if field is DateField else f"{day} 09.15"
    with translation.override("id"):
        if possible:
            assert field(first=first).clean(typed).strftime("%d-%m-%Y") == day
        else:
            with pytest.raises(forms.ValidationError, match=f"Tahun {day[-4:]} tidak mungkin"):
                field(first=first).clean(typed)


@pytest.mark.parametrize(
    "typed", ["1250000", "1.250.000", "Rp1.250.000", "Rp 1.250.000,-", " rp. 1.250.000,00"]
)
def test_rupiah_is_read_however_it_is_written(typed):
    assert RupiahField().clean(typed) == 1_250_000


@pytest.mark.parametrize("typed", ["sejuta", "-5", "1.250.000,50", "1.5", "1.250.00"])
def test_what_is_no_amount_of_whole_rupiah_is_refused(typed):
    with pytest.raises(forms.ValidationError):
        RupiahField().clean(typed)


@pytest.mark.parametrize(
    ("typed", "number"), [("4", 4), (" 4 ", 4), ("300.000", 300_000), ("1.250.000", 1_250_000)]
)
def test_a_count_is_read_with_and_without_points(typed, number):
    assert CountField().clean(typed) == number


@pytest.mark.parametrize("typed", ["1.5", "30.00.0", "-300.000", "1,5"])
def test_what_is_no_count_is_refused(typed):
    with pytest.raises(forms.ValidationError):
        CountField().clean(typed)


def test_a_count_refuses_words():
    with translation.override("id"), pytest.raises(forms.ValidationError, match="angka saja"):
        CountField().clean("lima")
