"""A draft tried on somebody: the answer it would give, and nothing of it is kept."""

from datetime import date

import pytest
from django.urls import reverse

from programs.catalogue import services
from programs.models import Judgement, Programme, StatedFact
from puskesmas.models import AuditEntry

RULE = {
    "code": "umur",
    "message_id": "Berumur paling tinggi 20 tahun",
    "field": "person.age",
    "operator": "at_most",
    "value": 20,
}


@pytest.fixture
def draft(somebody):
    admin = somebody.cast.actor("admin")
    programme = Programme.objects.get(office=somebody.office, code="PKH")
    made = services.draft_version(
        actor=admin, programme_uid=programme.uid, effective_from=date(2027, 1, 1)
    )
    content = {**made.content, "rules": [RULE]}
    services.save_draft(actor=admin, uid=made.uid, version=None, content=content)
    return made


def of(draft, somebody):
    return reverse("programs:draft_trial_of", args=[draft.uid, somebody.resident.uid])


def test_the_keeper_finds_somebody_from_the_draft_and_sees_what_it_would_say(
    somebody, draft, login
):
    keeper = login("koordinator")
    trial = reverse("programs:draft_trial", args=[draft.uid])
    assert trial in keeper.get(reverse("programs:draft", args=[draft.uid])).content.decode()
    found = keeper.post(trial, {"q": somebody.resident.name}).content.decode()
    assert of(draft, somebody) in found
    page = keeper.get(of(draft, somebody)).content.decode()
    assert "Berumur paling tinggi 20 tahun" in page
    assert "Tidak memenuhi kriteria" in page


def test_what_is_in_force_still_answers_and_nothing_is_kept_but_the_look(somebody, draft, login):
    keeper = login("koordinator")
    keeper.get(of(draft, somebody))
    assert not Judgement.objects.exists()
    assert not StatedFact.objects.exists()
    assert AuditEntry.objects.filter(
        action="open_person", subject_uid=somebody.resident.uid
    ).exists()
    options = keeper.get(reverse("programs:options", args=[somebody.resident.uid]))
    assert "Berumur paling tinggi 20 tahun" not in options.content.decode()


def test_who_may_not_read_people_is_not_offered_the_trial(somebody, draft, login):
    admin = login("admin")
    page = admin.get(reverse("programs:draft", args=[draft.uid])).content.decode()
    assert reverse("programs:draft_trial", args=[draft.uid]) not in page
    assert admin.get(of(draft, somebody)).status_code == 403
