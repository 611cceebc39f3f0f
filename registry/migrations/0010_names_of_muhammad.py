"""Moch., Mhd. and others became spellings of Muhammad: bring the keys of stored names in step."""

from datetime import date
from types import SimpleNamespace

from django.db import migrations
from django.db.models import Q

from puskesmas.crypto import blind_index
from registry.likeness import fingerprints
from registry.naming import name_key

_BATCH = 2_000
_PARTS = ("mokh", "mukh", "mhd", "mohamat", "muhamat")


def bring_in_step(apps, _schema_editor):
    respelled = Q()
    for part in _PARTS:
        respelled |= Q(name_key__contains=part)
    SearchTerm = apps.get_model("registry", "SearchTerm")
    for rows in _rekeyed(apps.get_model("registry", "Resident"), respelled, "office"):
        terms = {(row.office_id, row.name_key) for row in rows}
        SearchTerm.objects.bulk_create(
            [SearchTerm(office_id=at, kind="name", text=text) for at, text in terms],
            ignore_conflicts=True,
        )
    for _rows in _rekeyed(apps.get_model("registry", "RegisterRow"), respelled):
        pass
    _reprint(apps)


def _rekeyed(table, respelled, *also):
    last = 0
    found = table.objects.filter(respelled).order_by("pk").only("name", *also)
    while rows := list(found.filter(pk__gt=last)[:_BATCH]):
        last = rows[-1].pk
        for row in rows:
            row.name_key = name_key(row.name)
        table.objects.bulk_update(rows, ["name_key"])
        yield rows


def _reprint(apps):
    """Give the questions of these names the fingerprint the next list will have."""
    Likeness = apps.get_model("registry", "Likeness")
    RegisterRow = apps.get_model("registry", "RegisterRow")
    for asked in Likeness.objects.order_by("pk").iterator(chunk_size=_BATCH):
        key = name_key(asked.facts.get("name", ""))
        if "muhammad" not in key:
            continue
        old, asked.fingerprint = asked.fingerprint, _print(asked.facts, key)
        if asked.fingerprint == old:
            continue
        twin = Likeness.objects.filter(
            office=asked.office_id, resident=asked.resident_id, fingerprint=asked.fingerprint
        )
        if not twin.exists():
            asked.save(update_fields=["fingerprint"])
            RegisterRow.objects.filter(
                fingerprint=old, register_version__office=asked.office_id
            ).update(fingerprint=asked.fingerprint)


def _print(facts, key):
    told = {fact: facts.get(fact, "") for fact in ("address", "rt", "rw")}
    born = facts.get("birth_date")
    return fingerprints.of_row(
        SimpleNamespace(
            **told,
            name_key=key,
            birth_date=date.fromisoformat(born) if born else None,
            nik_index=blind_index(facts.get("nik", ""), purpose="nik"),
            kk_index=blind_index(facts.get("kk", ""), purpose="kk"),
        )
    )


class Migration(migrations.Migration):
    dependencies = [("registry", "0009_likeness_by_fingerprint")]
    operations = [migrations.RunPython(bring_in_step, migrations.RunPython.noop)]
