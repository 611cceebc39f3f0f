"""Both languages are whole: our own sentences in English, other packages' in Indonesian."""

import gettext
import inspect
import re
from collections.abc import Iterator
from types import ModuleType

import django_filters.fields
import polib
import pytest
import rest_framework.fields
import rest_framework.pagination
import rest_framework.relations
import rest_framework.serializers
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils import translation
from rest_framework import exceptions

from puskesmas.models import Office
from puskesmas.translations import ROOT as LOCALE
from puskesmas.translations import compile_catalogues
from tests import catalogue
from tests.catalogue import Sentence

CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Keluhan"
msgstr "Complaint"

#, fuzzy
msgid "Tutup"
msgstr "Close, perhaps"
"""


def read(language: str) -> polib.POFile:
    return polib.pofile(str(LOCALE / language / "LC_MESSAGES" / "django.po"))


def entry(indonesian: str, english: str, **extra: object) -> polib.POEntry:
    return polib.POEntry(msgid=indonesian, msgstr=english, **extra)


# --- Compiling -----------------------------------------------------------------------------------
def test_a_compiled_catalogue_translates_and_leaves_out_what_is_fuzzy(tmp_path):
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(CATALOGUE)
    (written,) = compile_catalogues(tmp_path)
    with written.open("rb") as file:
        english = gettext.GNUTranslations(file)
    assert english.gettext("Keluhan") == "Complaint"
    assert english.gettext("Tutup") == "Tutup"
    assert sorted(path.name for path in folder.iterdir()) == ["django.mo", "django.po"]


def test_pages_speak_from_the_compiled_catalogues():
    with translation.override("en"):
        assert translation.gettext("Menunggu warga") == "Waiting for the resident"
    with translation.override("id"):
        assert translation.gettext("Menunggu warga") == "Menunggu warga"


@pytest.mark.parametrize(("days", "words"), [(1, "1 day overdue"), (3, "3 days overdue")])
def test_english_counts_one_and_many_apart(days, words):
    with translation.override("en"):
        one_or_many = translation.ngettext("lewat %(n)s hari", "lewat %(n)s hari", days)
    assert one_or_many % {"n": days} == words


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_name_of_an_office_is_the_same_in_every_language(language):
    with translation.override(language):
        assert Office(kind="kelurahan", name="Sukamaju").full_name == "Kelurahan Sukamaju"


# --- Our own sentences ---------------------------------------------------------------------------
def test_the_english_of_every_sentence_in_the_catalogue_is_whole():
    english = read("en")
    sentences = {Sentence(one.msgid, one.msgid_plural, one.msgctxt or "") for one in english}
    assert catalogue.problems_of(sentences, english) == []
    assert len(sentences) > 800


def test_no_english_calls_a_resident_eligible_or_accepted():
    """The office never decides who receives aid, so no word of its own may sound as if it did."""
    english = read("en")
    said = "\n".join(text for one in english for text in [one.msgstr, *one.msgstr_plural.values()])
    asked = "\n".join(one.msgid for one in english)
    assert not re.findall(r"(?i)\b(?:in)?eligib\w+|\baccepted\b|\bentitled\b", said)
    assert not re.findall(r"(?i)\blayak\b", asked)


SEND = "Kirim %(n)s surat"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ([], f"no English: {SEND!r}"),
        ([entry(SEND, "")], f"no English: {SEND!r}"),
        ([entry(SEND, "Send %(n)s letters", flags=["fuzzy"])], f"only guessed: {SEND!r}"),
        ([entry(SEND, "Send a letter")], f"other placeholders: {SEND!r}"),
        ([entry(SEND, "Send %(m)s letters")], f"other placeholders: {SEND!r}"),
        ([entry(SEND, SEND)], f"still Indonesian: {SEND!r}"),
    ],
)
def test_a_sentence_without_good_english_is_told(given, problem):
    assert catalogue.problems_of([Sentence(SEND)], given) == [problem]


def test_a_sentence_with_good_english_is_not_told():
    good = entry(SEND, "Send %(n)s letters")
    assert catalogue.problems_of([Sentence(SEND)], [good]) == []


def test_a_sentence_nobody_says_any_more_is_told():
    assert catalogue.problems_of([], [entry("Lama", "Old")]) == ["no longer said: 'Lama'"]


def test_only_the_singular_may_leave_its_number_out():
    sentence = Sentence("%(n)s hari", "%(n)s hari")
    good = entry("%(n)s hari", "", msgid_plural="%(n)s hari")
    good.msgstr_plural = {0: "one day", 1: "%(n)s days"}
    bad = entry("%(n)s hari", "", msgid_plural="%(n)s hari")
    bad.msgstr_plural = {0: "%(n)s day", 1: "some days"}
    assert catalogue.problems_of([sentence], [good]) == []
    assert catalogue.problems_of([sentence], [bad]) == ["other placeholders: '%(n)s hari'"]


def test_sentences_are_found_in_python():
    source = """
_("Buka " "perkara") ; gettext_lazy("Tutup") ; self.say(other("Bukan"))
ngettext("%d surat", "%d surat", n) ; pgettext_lazy("menu", "Surat")
"""
    assert set(catalogue.sentences_of_python(source)) == {
        Sentence("Buka perkara"),
        Sentence("Tutup"),
        Sentence("%d surat", "%d surat"),
        Sentence("Surat", context="menu"),
    }


def test_sentences_are_found_in_templates():
    source = """<p>{% translate "Warga" %}{% panel _("Berkas") %}{% endpanel %}
{% blocktranslate trimmed count n=rows|length with who=name %}
  {{ n }} surat untuk {{ who }}
{% plural %}
  {{ n }} surat untuk {{ who }}
{% endblocktranslate %}{# _("Bukan") #}{% translate "Surat" context "menu" %}"""
    counted = "%(n)s surat untuk %(who)s"
    assert set(catalogue.sentences_of_template(source)) == {
        Sentence("Warga"),
        Sentence("Berkas"),
        Sentence(counted, counted),
        Sentence("Surat", context="menu"),
    }


def test_a_new_sentence_waits_for_its_english_and_an_old_one_goes(tmp_path):
    path = tmp_path / "django.po"
    path.write_text(CATALOGUE)
    written = catalogue.write({Sentence("Keluhan"), Sentence("%(n)s baris", "%(n)s baris")}, path)
    assert [one.msgid for one in written] == ["%(n)s baris", "Keluhan"]
    assert [one.translated() for one in written] == [False, True]
    again = path.read_text()
    assert "Tutup" not in again
    catalogue.write({Sentence(one.msgid, one.msgid_plural) for one in written}, path)
    assert path.read_text() == again


# --- What other packages say ---------------------------------------------------------------------
def messages_of(module: ModuleType) -> Iterator[str]:
    """Yield the English of every error a field or an exception of ``module`` can show."""
    for _, thing in inspect.getmembers(module, inspect.isclass):
        for text in getattr(thing, "default_error_messages", {}).values():
            yield _english(text)
        if detail := getattr(thing, "default_detail", ""):
            yield _english(detail)


def _english(text: object) -> str:
    with translation.override("en"):
        return str(text)


PACKAGES = [
    forms.fields,
    forms.models,
    django_filters.fields,
    rest_framework.fields,
    rest_framework.relations,
    rest_framework.serializers,
    exceptions,
]


@pytest.mark.parametrize("module", PACKAGES, ids=lambda module: module.__name__)
def test_no_package_shows_its_english_on_an_indonesian_page(module):
    english = {text for text in messages_of(module) if re.search("[a-z]", text)}
    with translation.override("id"):
        untranslated = {text for text in english if translation.gettext(text) == text}
    assert english
    assert untranslated == set()


def test_an_indonesian_program_is_told_in_indonesian():
    class Row(rest_framework.serializers.Serializer):
        number = rest_framework.serializers.IntegerField(max_value=3)
        names = rest_framework.serializers.ListField(max_length=1)

    with translation.override("id"):
        form = Row(data={"number": 7, "names": ["a", "b"]})
        assert not form.is_valid()
        said = {field: str(errors[0]) for field, errors in form.errors.items()}
    assert said == {"number": "Paling besar 3.", "names": "Daftar ini paling banyak berisi 1."}


def test_what_is_required_is_said_in_everyday_words():
    with translation.override("id"), pytest.raises(ValidationError, match="wajib diisi"):
        forms.CharField().clean("")


def test_indonesian_has_one_form_for_one_and_many():
    validator = MaxLengthValidator(3)
    for typed in ("abcd", "abcdefg"):
        with translation.override("id"), pytest.raises(ValidationError) as refused:
            validator(typed)
        assert refused.value.messages == [f"Paling banyak 3 huruf; sekarang {len(typed)}."]


def test_the_indonesian_of_other_packages_fills_the_same_slots():
    for one in read("id"):
        slots = set(catalogue.PLACEHOLDER.findall(one.msgid))
        said = [one.msgstr, *one.msgstr_plural.values()]
        assert one.translated(), one.msgid
        assert all(set(catalogue.PLACEHOLDER.findall(text)) == slots for text in said if text), one
