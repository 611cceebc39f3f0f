"""Bring rows of earlier installations in step: search keys, published lists, first life events."""

from django.db import migrations
from django.db.models import F

from registry.naming import address_key

_BATCH = 2_000
_EVENTS = {"moved": "moved_away", "deceased": "deceased"}


def fill(apps, _schema_editor):
    Resident = apps.get_model("registry", "Resident")
    SearchTerm = apps.get_model("registry", "SearchTerm")
    LifeEvent = apps.get_model("registry", "LifeEvent")
    RegisterVersion = apps.get_model("registry", "RegisterVersion")

    RegisterVersion.objects.update(published_at=F("created_at"))
    last = 0
    while rows := list(Resident.objects.filter(pk__gt=last).order_by("pk")[:_BATCH]):
        last = rows[-1].pk
        for row in rows:
            row.address_key = address_key(row.address)
        Resident.objects.bulk_update(rows, ["address_key"])
        terms = {(row.office_id, "name", row.name_key) for row in rows if row.name_key}
        terms |= {(row.office_id, "address", row.address_key) for row in rows if row.address_key}
        SearchTerm.objects.bulk_create(
            [SearchTerm(office_id=office, kind=kind, text=text) for office, kind, text in terms],
            ignore_conflicts=True,
        )
        LifeEvent.objects.bulk_create(
            [
                LifeEvent(
                    office_id=row.office_id,
                    resident=row,
                    kind=_EVENTS[row.life],
                    on=row.life_since,
                    source=row.life_source,
                )
                for row in rows
                if row.life in _EVENTS
            ]
        )


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_registry_in_depth")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
