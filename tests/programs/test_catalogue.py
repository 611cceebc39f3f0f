"""The starter catalogue, the version in force on a day, and the papers asked for."""

from datetime import date

import pytest
from django.utils.translation import override

from programs.catalogue.exchange import STARTER
from programs.catalogue.file import parse
from programs.catalogue.words import condition_in_words
from programs.models import Participation, Programme, ProgrammeVersion
from programs.papers import paper_name, papers
from programs.selectors import papers_wanted, participations_of, programmes_of, versions_on
from programs.services import end_participation, load_catalogue, record_participation
from programs.terms.document import Condition
from puskesmas.errors import InvalidInput, NotFound
from registry.models import Resident

KNOWN = {
    "PBI-JK",
    "KIS-D",
    "KIS-MANDIRI",
    "PBI-REAKTIVASI",
    "PKH",
    "BPNT",
    "PIP",
    "KIP-KULIAH",
    "KKS",
    "CBP",
    "RTLH",
    "ASLUT",
    "ASPDB",
    "KUBE",
    "KAT",
    "KUR",
    "BLT-DD",
    "JAMPERSAL",
    "BAZNAS",
    "PANGAN",
    "ALAT-BANTU",
    "ADMINDUK",
}


@pytest.fixture
def office(cast):
    load_catalogue(cast.village)
    return cast.village


@pytest.fixture
def sulastri(office):
    return Resident.objects.create(office=office, name="Sulastri", name_key="sulastri")


def programme(office, code):
    return Programme.objects.get(office=office, code=code)


def version(office, code, day=date(2026, 11, 22)):
    wanted = programme(office, code)
    return versions_on([wanted], day)[wanted.pk]


def test_every_paper_the_catalogue_asks_for_has_both_names():
    asked = {
        code
        for programme in parse(STARTER.read_text(encoding="utf-8")).programmes
        for version in programme.versions
        for service in ("", *(one.code for one in version.services))
        for required in version.requirements_of(service)
        for code in (required.code, *required.substitutes)
    }
    assert asked <= set(papers())
    assert all(paper.name_id and paper.name_en for paper in papers().values())


def test_loading_brings_every_programme_known_and_loading_again_changes_nothing(office):
    assert set(programmes_of(office).values_list("code", flat=True)) == KNOWN
    versions_before = ProgrammeVersion.objects.count()
    assert load_catalogue(office) == 0
    assert ProgrammeVersion.objects.count() == versions_before


def test_loading_again_keeps_what_the_office_changed_and_brings_back_what_is_new(office):
    Programme.objects.filter(office=office, code="PKH").update(owner="Dinas Sosial")
    Programme.objects.filter(office=office, code="KUR").update(code="KUR-LAMA")
    assert load_catalogue(office) == 1
    assert programme(office, "PKH").owner == "Dinas Sosial"


def test_a_programme_of_one_city_is_loaded_there_only(cast, office):
    assert not Programme.objects.filter(office=office, code="KS-BEKASI").exists()
    cast.other_village.regency = "Kota Bekasi"
    load_catalogue(cast.other_village)
    assert Programme.objects.filter(office=cast.other_village, code="KS-BEKASI").exists()


@pytest.mark.parametrize(
    ("day", "starts"),
    [
        (date(2015, 12, 31), date(2008, 1, 1)),
        (date(2016, 1, 1), date(2016, 1, 1)),
        (date(2018, 8, 26), date(2017, 1, 1)),
        (date(2018, 8, 27), date(2018, 8, 27)),
    ],
)
def test_the_version_in_force_follows_the_day(cast, day, starts):
    cast.village.regency = "Kota Bekasi"
    load_catalogue(cast.village)
    assert version(cast.village, "KS-BEKASI", day).effective_from == starts


def test_a_programme_has_no_version_before_it_began(office):
    pip = programme(office, "PIP")
    assert versions_on([pip], date(2019, 1, 1)) == {}


def test_village_regency_and_partners_are_offered_before_national_programmes(office):
    tiers = list(programmes_of(office).values_list("tier", flat=True))
    assert tiers == sorted(tiers, key=["village", "regency", "partner", "national"].index)


def test_papers_of_two_programmes_are_asked_once_and_keep_only_shared_substitutes(office):
    both = [version(office, "KIS-D"), version(office, "PKH")]
    wanted = {paper.code: paper for paper in papers_wanted(both)}
    assert wanted["ktp"].substitutes == ()
    assert papers_wanted([version(office, "KIS-D")])[0].substitutes == ("domicile",)
    assert wanted["house_front"].by_office
    assert not wanted["electricity"].mandatory


def test_papers_are_named_in_the_language_of_the_page(office):
    paper = papers_wanted([version(office, "PKH")])[0]
    assert paper.name == paper_name("ktp") == "Fotokopi KTP"
    with override("en"):
        assert paper.name == paper_name("ktp") == "Copy of identity card (KTP)"
    assert paper_name("unheard_of") == "unheard_of"


def test_participation_is_noted_once_a_source_and_ends_on_a_day(cast, office, sulastri):
    front, pkh = cast.actor("front"), programme(office, "PKH")
    said = {"actor": front, "resident": sulastri, "programme": pkh}
    first = record_participation(**said, source=Participation.Source.SELF, since=date(2025, 1, 1))
    assert record_participation(**said, source=Participation.Source.SELF) == first
    record_participation(**said, source=Participation.Source.OWNER)
    assert len(participations_of([sulastri])[sulastri.pk]) == 2
    with pytest.raises(InvalidInput):
        end_participation(actor=front, uid=first.uid, until=date(2024, 1, 1))
    end_participation(actor=front, uid=first.uid, until=date(2026, 1, 1))
    assert len(participations_of([sulastri])[sulastri.pk]) == 1


def test_another_office_cannot_note_or_end_participation(cast, office, sulastri):
    stranger = cast.actor("stranger")
    pkh = programme(office, "PKH")
    with pytest.raises(NotFound):
        record_participation(actor=stranger, resident=sulastri, programme=pkh, source="self")
    held = record_participation(
        actor=cast.actor("front"), resident=sulastri, programme=pkh, source="self"
    )
    with pytest.raises(NotFound):
        end_participation(actor=stranger, uid=held.uid, until=date(2026, 1, 1))


@pytest.mark.parametrize(
    ("value", "language", "said"),
    [
        (True, "id", "Kartu Sehat ada"),
        (False, "id", "Kartu Sehat tidak ada"),
        (False, "en", "Kartu Sehat card not at hand"),
    ],
)
def test_a_paper_at_hand_or_not_is_said_as_people_say_it(value, language, said):
    with override(language):
        assert condition_in_words(Condition("paper.ks_card", "is", value)) == said
