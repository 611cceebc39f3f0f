"""Published versions never change; drafts do; a mistake is mended by another version."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from programs.catalogue import services
from programs.catalogue.exchange import load_catalogue
from programs.models import Programme, ProgrammeVersion
from programs.selectors import versions_on
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, StaleVersion, WrongState

START, LATER = date(2027, 1, 1), date(2027, 6, 1)
RULE = {
    "code": "dewasa",
    "field": "person.age",
    "operator": "at_least",
    "value": 17,
    "message_id": "Berumur 17 tahun atau lebih",
}


@pytest.fixture
def pkh(cast):
    load_catalogue(cast.village)
    return Programme.objects.get(office=cast.village, code="PKH")


@pytest.fixture
def draft(cast, pkh):
    return services.draft_version(
        actor=cast.actor("admin"), programme_uid=pkh.uid, effective_from=START
    )


def in_force(programme, day):
    return versions_on([programme], day).get(programme.pk)


@pytest.mark.parametrize("act", ["update", "save", "delete"])
def test_the_database_refuses_to_change_or_delete_a_published_version(pkh, act):
    version = pkh.versions.get()
    acts = {
        "update": lambda: ProgrammeVersion.objects.filter(pk=version.pk).update(content={}),
        "save": version.save,
        "delete": version.delete,
    }
    with pytest.raises(DatabaseError), transaction.atomic():
        acts[act]()
    assert ProgrammeVersion.objects.get(pk=version.pk).content == version.content


def test_a_draft_starts_from_the_terms_in_force_and_is_in_force_nowhere(pkh, draft):
    assert draft.content == in_force(pkh, START).content
    assert in_force(pkh, LATER) != draft


def test_a_second_draft_of_a_programme_is_the_first_one(cast, pkh, draft):
    again = services.draft_version(
        actor=cast.actor("koordinator"), programme_uid=pkh.uid, effective_from=LATER
    )
    assert again == draft
    assert again.is_repeat


def test_a_published_draft_is_in_force_from_its_day_and_no_verb_changes_it(cast, pkh, draft):
    admin = cast.actor("admin")
    content = draft.content | {"rules": [RULE]}
    services.save_draft(actor=admin, uid=draft.uid, version=draft.version, content=content)
    published = services.publish(actor=admin, uid=draft.uid, version=draft.version + 1)
    assert in_force(pkh, date(2026, 12, 31)) != published
    assert in_force(pkh, START).terms.rules[0].code == "dewasa"
    for verb in (services.publish, services.discard_draft):
        with pytest.raises(WrongState):
            verb(actor=admin, uid=draft.uid, version=published.version)
    with pytest.raises(WrongState):
        services.save_draft(actor=admin, uid=draft.uid, version=published.version, content=content)


def test_a_correction_of_the_same_day_takes_its_place_and_the_first_stays(cast, pkh):
    first = pkh.versions.get()
    admin, day = cast.actor("admin"), first.effective_from
    mended = services.draft_version(actor=admin, programme_uid=pkh.uid, effective_from=day)
    services.publish(actor=admin, uid=mended.uid, version=mended.version)
    assert in_force(pkh, day) == mended
    assert ProgrammeVersion.objects.filter(pk=first.pk).exists()


def test_two_editors_of_one_draft_the_second_is_told(cast, draft):
    seen = {"uid": draft.uid, "version": draft.version, "content": {}}
    services.save_draft(actor=cast.actor("admin"), **seen)
    with pytest.raises(StaleVersion):
        services.save_draft(actor=cast.actor("koordinator"), **seen)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"rules": [RULE | {"field": "person.shoe_size"}]}, "rules[1].field"),
        ({"rules": [RULE | {"operator": "is_empty"}]}, "rules[1].operator"),
        ({"rules": [RULE | {"operator": "about"}]}, "rules[1].operator"),
        ({"rules": [RULE | {"value": "tua"}]}, "rules[1].value"),
        ({"rules": [RULE, RULE]}, "rules[2].code"),
        ({"rules": [RULE | {"severity": "reject"}]}, "rules[1].severity"),
        ({"rules": [RULE | {"services": ["inap"]}]}, "rules[1].services"),
        ({"rules": [RULE | {"field": "holds.TIDAK-ADA", "operator": "is", "value": True}]},
         "rules[1].field"),
        ({"rules": [{"code": "a", "message_id": "b"}]}, "rules[1]"),
        ({"exclusions": [RULE | {"override": "kasun"}]}, "exclusions[1].override"),
        ({"requirements": [{"code": "kk", "needed_when": [{"field": "x", "operator": "is"}]}]},
         "requirements[1].needed_when[1].field"),
        ({"requirements": [{"code": "kk", "each": "adult"}]}, "requirements[1].each"),
        ({"requirements": [{"code": "ktp", "each": "member"}]}, "requirements[1].each"),
        ({"requirements": [{"code": "k" * 31}]}, "requirements[1].code"),
        ({"requirements": [{"code": "kk", "substitutes": ["k" * 31]}]},
         "requirements[1].substitutes[1]"),
        ({"services": [{"code": "k" * 31, "name_id": "A"}]}, "services[1].code"),
        ({"services": [{"code": "k", "name_id": "A", "requirements": [{"code": "k" * 31}]}]},
         "services[1].requirements[1].code"),
        ({"legal_bases": ["UU\0"]}, "legal_bases[1]"),
        ({"max_deciles": {"new": 11}}, "max_deciles.new"),
        ({"max_deciles": {"holiday": 4}}, "max_deciles"),
        ({"poverty_test": False, "max_deciles": {"new": 4}}, "max_deciles"),
        ({"poverty_test": False,
          "rules": [RULE | {"field": "register.decile", "operator": "at_most", "value": 4}]},
         "rules[1].field"),
        ({"quota": {"number": "banyak"}}, "quota.number"),
        ({"colour": "merah"}, "colour"),
    ],
)  # fmt: skip
def test_a_document_that_is_wrong_is_refused_and_the_place_is_named(cast, draft, content, field):
    with pytest.raises(InvalidInput) as refused:
        services.save_draft(actor=cast.actor("admin"), uid=draft.uid, version=None, content=content)
    assert refused.value.field == field


@pytest.mark.parametrize("who", ["front", "back", "head", "kasun", "facilitator"])
def test_only_who_keeps_the_catalogue_changes_it(cast, pkh, who):
    actor = cast.actor(who)
    with pytest.raises(NotYourRole):
        services.draft_version(actor=actor, programme_uid=pkh.uid, effective_from=START)
    with pytest.raises(NotYourRole):
        services.add_programme(
            actor=actor, code="BARU", name_id="Baru", owner="Desa", tier="village"
        )
    with pytest.raises(NotYourRole):
        services.save_partner(actor=actor, code="rs", name_id="RS Uji", kind="hospital")


def test_another_offices_programme_and_draft_are_not_there(cast, pkh, draft):
    stranger = cast.actor("stranger_koordinator")
    with pytest.raises(NotFound):
        services.draft_version(actor=stranger, programme_uid=pkh.uid, effective_from=START)
    with pytest.raises(NotFound):
        services.publish(actor=stranger, uid=draft.uid, version=None)


def test_an_offices_own_programme_stands_last_and_its_code_is_its_own(cast, pkh):
    admin = cast.actor("admin")
    own = {"code": "BEDAH-DESA", "name_id": "Bedah rumah desa", "owner": "Desa", "tier": "village"}
    programme = services.add_programme(actor=admin, **own)
    assert programme.order > pkh.order
    with pytest.raises(InvalidInput):
        services.add_programme(actor=admin, **own)
    changed = services.change_programme(
        actor=admin, uid=programme.uid, version=programme.version, aliases=["bedah"]
    )
    assert changed.aliases == ["bedah"]


def test_an_agreement_has_an_end_and_does_not_end_before_it_begins(cast, pkh):
    admin = cast.actor("admin")
    partner = services.save_partner(actor=admin, code="rs", name_id="RS Uji", kind="hospital")
    terms = {"actor": admin, "partner_uid": partner.uid, "programme_uid": pkh.uid, "since": START}
    assert services.record_agreement(**terms).until is None
    assert services.record_agreement(**terms, until=LATER).until == LATER
    with pytest.raises(InvalidInput):
        services.record_agreement(**terms, until=date(2026, 1, 1))
