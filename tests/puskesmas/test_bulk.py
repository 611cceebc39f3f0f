"""Rows written by the thousand are stored as ``save()`` would store them, and no column is lost."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, models, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from puskesmas import attachments, bulk
from puskesmas.fields import BlindIndexField
from registry.models import (
    Household,
    HouseholdMember,
    Import,
    ImportRow,
    LifeEvent,
    Register,
    RegisterRow,
    RegisterVersion,
    Resident,
)

AWKWARD = "Jl. \\N\t\"A\"\n\r'é' %s ✓"
NIK = "3509995205800001"
BULK = [Household, Resident, HouseholdMember, ImportRow, RegisterRow, LifeEvent]


@pytest.fixture
def around(cast):
    """Rows that others point at, by the model they are of."""
    office = cast.village
    resident = Resident.objects.create(office=office, name="Siti")
    household = Household.objects.create(office=office, kk="")
    register = Register.objects.create(office=office, code="DTSEN", name_id="DTSEN")
    day = date(2026, 6, 30)
    version = RegisterVersion.objects.create(office=office, register=register, data_date=day)
    member = HouseholdMember.objects.create(household=household, resident=resident, until=day)
    batch = Import.objects.create(
        office=office, kind="residents", data_date=day, file=_file(cast.actor("back"))
    )
    known = (office, resident, household, version, member, batch, batch.file, cast.back)
    return {type(one): one for one in known}


def _file(actor):
    upload = SimpleUploadedFile("daftar.csv", b"NAMA\nSITI\n", content_type="text/csv")
    return attachments.store(upload, actor=actor, allowed=attachments.SHEET_TYPES, max_bytes=1000)


def value_of(field, around):
    """Return a value of the field that is not its default."""
    if isinstance(field, models.ForeignKey):
        return around[field.related_model].pk
    if field.name in {"nik", "kk"}:
        return NIK
    values = {
        "BooleanField": True,
        "DateField": date(1980, 5, 12),
        "DateTimeField": datetime(2026, 6, 30, 1, 2, 3, 4, tzinfo=UTC),
        "UUIDField": UUID(int=7),
        "JSONField": [AWKWARD, {"a": None}, 1.5],
        "BinaryField": [AWKWARD, 3] if "JSON" in type(field).__name__ else AWKWARD,
    }
    kind = field.get_internal_type()
    if kind == "CharField":
        return AWKWARD[: field.max_length]
    return values.get(kind, 5)


def saved(model, said):
    """Return the row as it comes back when Django saves it; it is gone again."""
    one = model(**said)
    # Without what the model's own save() adds.
    models.Model.save(one)
    found = stored(model, one.pk)
    one.delete()
    return found


def stored(model, key):
    """Return the row as it comes back, by column."""
    row = model.objects.get(pk=key)
    return {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields[1:]}


@pytest.mark.parametrize("model", BULK)
def test_a_row_is_stored_as_saving_it_would(around, model):
    said = {
        field.attname: value_of(field, around)
        for field in model._meta.concrete_fields
        if not field.primary_key and not isinstance(field, BlindIndexField)
    }
    usual = saved(model, said)
    (key,) = bulk.insert(model, list(said), [list(said.values())])
    assert stored(model, key) == usual


@pytest.mark.parametrize("model", BULK)
def test_what_is_not_said_is_at_its_default(around, model):
    said = {
        field.attname: value_of(field, around)
        for field in model._meta.concrete_fields
        if not (field.primary_key or field.has_default() or field.null or field.blank)
    }
    usual = saved(model, said)
    (key,) = bulk.insert(model, list(said), [list(said.values())])
    found = stored(model, key)
    assert found.keys() == usual.keys()
    differ = {name for name, value in found.items() if value != usual[name]}
    assert differ <= {"uid", "created_at"}


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["household_id"], "needs resident_id"),
        (["household_id", "resident_id", "nickname"], "no nickname"),
    ],
)
def test_a_column_nobody_thought_of_is_refused(cast, names, told):
    with pytest.raises(TypeError, match=told):
        bulk.insert(HouseholdMember, names, [])


@pytest.mark.django_db(transaction=True)
def test_keys_are_never_given_twice(cast):
    def write(count):
        with transaction.atomic():
            return bulk.insert(Household, ["office_id"], [[cast.village.pk]] * count)

    first = write(3)
    between = Household.objects.create(office=cast.village).pk
    Household.objects.filter(pk=between).delete()
    second = write(2)
    last = Household.objects.create(office=cast.village).pk
    assert len({*first, between, *second, last}) == 7
    assert Household.objects.count() == 6


def test_equal_secrets_are_not_equal_in_the_table(cast):
    keys = bulk.insert(
        Resident,
        ["office_id", "name", "name_key", "phone"],
        [[cast.village.pk, "A", "a", "0812"], [cast.village.pk, "A", "a", "0812"]],
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM registry_resident WHERE id IN (%s, %s)", keys)
        one, other = (bytes(phone) for (phone,) in cursor.fetchall())
    assert one != other
    assert [row.phone for row in Resident.objects.filter(pk__in=keys)] == ["0812", "0812"]


def test_a_broken_rule_of_the_table_is_told_as_django_tells_it(cast):
    rows = [[cast.village.pk, NIK], [cast.village.pk, NIK]]
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(Household, ["office_id", "kk"], rows)
    assert not Household.objects.exists()


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)))
def test_any_text_comes_back_as_it_was(cast, texts):
    rows = [[cast.village.pk, text] for text in texts]
    keys = bulk.insert(Household, ["office_id", "address"], rows)
    found = Household.objects.in_bulk(keys)
    assert [found[key].address for key in keys] == texts
