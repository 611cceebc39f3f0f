"""What an office starts with, also one that is older than the program."""

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from puskesmas.furnishing import furnish_after_migrating
from registry.models import CriteriaSet, Register

pytestmark = pytest.mark.django_db
PLAN = [("a migration", False)]


def test_an_older_office_gets_what_a_new_version_brings(cast):
    furnish_after_migrating(using="default", plan=PLAN)
    assert CriteriaSet.objects.filter(office=cast.village).exists()
    assert not CriteriaSet.objects.filter(office=cast.district).exists()


def test_what_the_office_made_of_it_stays(cast):
    furnish_after_migrating(using="default", plan=PLAN)
    Register.objects.filter(office=cast.village, code="DTSEN").update(name_id="DTSEN desa kami")
    before = CriteriaSet.objects.count()
    furnish_after_migrating(using="default", plan=PLAN)
    assert Register.objects.get(office=cast.village, code="DTSEN").name_id == "DTSEN desa kami"
    assert CriteriaSet.objects.count() == before


@pytest.mark.parametrize("plan", [(), PLAN])
def test_nothing_happens_without_migrations_or_halfway_through_them(cast, plan):
    if plan:
        recorder = MigrationRecorder(connection)
        newest = recorder.migration_qs.filter(app="registry").order_by("-name").first()
        recorder.record_unapplied("registry", newest.name)
    CriteriaSet.objects.all().delete()
    furnish_after_migrating(using="default", plan=plan)
    assert not CriteriaSet.objects.exists()
