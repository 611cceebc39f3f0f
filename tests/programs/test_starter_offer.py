"""An office of an earlier version is offered what the starter catalogue has more, and no other."""

from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse

from programs.catalogue import starter
from programs.catalogue.exchange import load_catalogue
from programs.catalogue.services import change_programme
from programs.models import Programme, ProgrammeVersion

CATALOGUE = reverse("programs:catalogue")
LOOK = f"{reverse('programs:catalogue_import')}?starter=1"
TAKE = reverse("programs:catalogue_take")


@pytest.fixture
def older(cast, monkeypatch):
    """An office furnished before the starter got a programme and a version more, and a mended one.

    It calls PKH by a name of its own.
    """
    load_catalogue(cast.village)
    pkh = Programme.objects.get(office=cast.village, code="PKH")
    names = {name: getattr(pkh, name) for name in ("name_en", "owner", "tier", "unit", "aliases")}
    change_programme(
        actor=cast.actor("admin"), uid=pkh.uid, version=None, name_id="PKH desa", **names
    )
    known = starter._starter()
    (entry,) = (one for one in known.programmes if one.code == "PKH")
    mended = replace(entry.versions[-1], legal_bases=("Permensos 1/2027",))
    later = replace(mended, effective_from=date(2027, 1, 1))
    new = replace(entry, code="BARU", name_id="Program baru", versions=(mended,))
    newer = replace(entry, versions=(*entry.versions[:-1], mended, later))
    programmes = [newer if one == entry else one for one in known.programmes]
    monkeypatch.setattr(starter, "_starter", lambda: replace(known, programmes=(*programmes, new)))
    return pkh


def test_an_office_that_has_it_all_is_offered_nothing(login, cast):
    load_catalogue(cast.village)
    assert "starter=1" not in login("koordinator").get(CATALOGUE).text


def test_what_is_lacking_is_offered_to_the_keeper_shown_and_then_taken(login, older):
    keeper = login("koordinator")
    page = keeper.get(CATALOGUE).text
    assert "1 program baru" in page
    assert "2 versi dari program" in page
    assert "starter=1" not in login("front").get(CATALOGUE).text
    look = keeper.get(LOOK)
    changes = look.context["plan"].changes
    assert [(one.entry.code, len(one.versions), one.fields) for one in changes] == [
        ("PKH", 2, []),
        ("BARU", 1, []),
    ]
    assert not Programme.objects.filter(code="BARU").exists()
    text = look.context["take"].initial["text"]
    assert keeper.post(TAKE, {"text": text, "way": "publish"}).status_code == 302
    assert Programme.objects.get(code="PKH").name_id == "PKH desa"
    assert Programme.objects.get(code="BARU").versions.published().count() == 1
    assert "starter=1" not in keeper.get(CATALOGUE).text
    assert "plan" not in keeper.get(LOOK).context


def test_what_somebody_of_the_office_published_or_is_drafting_is_left_alone(cast, older):
    own = older.versions.published().in_order().last()
    ProgrammeVersion.objects.create(
        office=cast.village,
        programme=older,
        effective_from=own.effective_from,
        content=own.content | {"legal_bases": ["Perdes 3"]},
        published_at=own.published_at,
        published_by=cast.admin,
    )
    assert (starter.offer(cast.village).programmes, starter.offer(cast.village).versions) == (1, 1)
    ProgrammeVersion.objects.create(
        office=cast.village, programme=older, effective_from=date(2028, 1, 1), content=own.content
    )
    assert starter.offer(cast.village).versions == 0
