"""What may go wrong on the way is noticed and named, and leaves no trace."""

from datetime import UTC, date, datetime

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from complaints.models import Complaint, ComplaintKind
from complaints.receipts import new_number
from moving import importing, owners
from moving.errors import CannotMove
from puskesmas import attachments, bulk, office_keys
from puskesmas.crypto import blind_index
from puskesmas.history import audit, write_reason
from puskesmas.models import Assignment, Office, Role, User
from registry.likeness.fingerprints import of_row
from registry.models import (
    Household,
    HouseholdMember,
    Likeness,
    Register,
    RegisterRow,
    RegisterVersion,
    Resident,
)
from registry.naming import address_key, name_key
from tests.cast import SINCE
from tests.moving.another import keys_of_its_own, packed, take_in, uproot

NIK, KK = "3509994507800051", "3509990101150051"


@pytest.fixture
def person(cast):
    return Resident.objects.create(
        office=cast.village, nik=NIK, name="Sulastri", name_key="sulastri"
    )


def arrives(cast, raw, **options):
    with keys_of_its_own():
        return take_in(raw, **options)


def refused(raw, *, code="cannot_move"):
    with pytest.raises(CannotMove) as error:
        take_in(raw)
    assert error.value.code == code
    return str(error.value.message)


def gone(cast):
    """Pack the village, and take it out of the database."""
    _said, raw = packed(cast.village, cast.district)
    uproot(cast.village)
    return raw


def within(raw, part):
    """Return a place behind the first line, that part of the way."""
    begin = raw.index(b"\n") + 1
    return begin + int((len(raw) - begin) * part)


def test_every_table_moves_or_is_said_to_stay():
    every = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert every - owners.MOVES.keys() - owners.STAYS.keys() == set()
    assert (owners.MOVES.keys() | owners.STAYS.keys()) - every == set()
    assert owners.MOVES.keys() & owners.STAYS.keys() == set()


def test_every_columns_values_can_be_told_and_read():
    """A new kind of column must be thought of: what it is as text, and back."""
    known = {
        *("BigAutoField", "BigIntegerField", "BinaryField", "BooleanField", "CharField"),
        *("DateField", "DateTimeField", "ForeignKey", "JSONField", "OneToOneField"),
        *("PositiveBigIntegerField", "PositiveIntegerField", "PositiveSmallIntegerField"),
        *("TextField", "TimeField", "UUIDField"),
    }
    found = {
        field.get_internal_type() for model in owners.in_order() for field in owners.columns(model)
    }
    assert found <= known


# --- The file -------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [0.3, 0.6, 0.999])
def test_a_changed_byte_is_noticed(cast, person, at):
    raw = bytearray(gone(cast))
    raw[within(raw, at)] ^= 1
    refused(bytes(raw), code="damaged")
    assert not Office.objects.filter(uid=cast.village.uid).exists()


@pytest.mark.parametrize("kept", [0.4, 0.8, 0.999])
def test_a_file_cut_short_is_noticed(cast, person, kept):
    raw = gone(cast)
    refused(raw[: within(raw, kept)], code="damaged")
    assert not Office.objects.filter(uid=cast.village.uid).exists()


def test_bytes_behind_the_end_are_noticed(cast, person):
    refused(gone(cast) + b"x", code="damaged")


def test_something_else_is_no_office(cast):
    refused(b"PK\x03\x04 something else\n", code="not_an_office")


def test_another_office_cannot_open_it(cast, person):
    raw = gone(cast)
    refused_for = office_keys.keys_of(cast.district)
    refused_for.box_key = office_keys.keys_of(cast.other_village).box_key
    refused_for.save()
    refused(raw, code="wrong_recipient")


def test_nothing_of_anybody_is_readable_in_it(cast, person):
    raw = gone(cast)
    assert NIK.encode() not in raw
    assert b"Sulastri" not in raw


# --- What is here already -------------------------------------------------------------------------


def test_a_receipt_number_used_here_is_named(cast, person):
    kind = ComplaintKind.objects.create(office=cast.village, code="uji", name_id="Uji")
    now = datetime(2026, 5, 1, tzinfo=UTC)
    number = new_number()
    common = {"receipt_number": number, "received_at": now, "clock_started_at": now}
    case = Complaint.objects.create(office=cast.village, subject=person, kind=kind, **common)
    raw = gone(cast)
    other = Resident.objects.create(office=cast.other_village, name="Lain", name_key="lain")
    kind = ComplaintKind.objects.create(office=cast.other_village, code="uji", name_id="Uji")
    Complaint.objects.create(office=cast.other_village, subject=other, kind=kind, **common)
    said = refused(raw, code="taken")
    assert number in said
    assert str(case.uid) in said
    assert not Office.objects.filter(uid=cast.village.uid).exists()


def test_an_office_of_the_same_code_is_named(cast, person):
    raw = gone(cast)
    Office.objects.create(code=cast.village.code, kind="desa", name="Lain", regency="Kabupaten X")
    assert cast.village.code in refused(raw, code="taken")


def test_a_name_somebody_else_has_is_given_a_number_and_said(cast, person):
    password = cast.users["front"].password
    uid = cast.users["front"].uid
    raw = gone(cast)
    User.objects.create(username="Front", name="Orang Lain")
    arrival = arrives(cast, raw)
    assert arrival.renamed == {"front": "front-2"}
    here = User.objects.get(uid=uid)
    assert (here.username, here.password) == ("front-2", password)


def test_an_account_that_is_here_stays_as_it_is(cast, person):
    """Somebody who works in two villages came with the first."""
    both = cast.users["stranger"]
    Assignment.objects.create(user=both, office=cast.village, role=Role.BACK, since=SINCE)
    Authenticator.objects.create(user=both, type="recovery_codes", data={"seed": "uji"})
    _said, raw = packed(cast.village, cast.district)
    uproot(cast.village, keep=(both,))
    User.objects.filter(pk=both.pk).update(name="Petugas", password="!")
    Authenticator.objects.filter(user=both).delete()
    Authenticator.objects.create(user=both, type="totp", data={"secret": "own"})
    arrival = arrives(cast, raw)
    assert arrival.kept == ["stranger"]
    # Its password and its second step are its own, whatever a village says of it.
    stayed = User.objects.get(uid=both.uid)
    assert (stayed.name, stayed.password) == ("Petugas", "!")
    assert [one.data for one in stayed.authenticator_set.all()] == [{"secret": "own"}]
    here = Office.objects.get(uid=cast.village.uid)
    assert Assignment.objects.filter(user__uid=both.uid, office=here).exists()


def test_nobody_becomes_powerful_by_moving_and_second_steps_come_along(cast, person):
    chief = cast.users["admin"]
    User.objects.filter(pk=chief.pk).update(is_superuser=True, is_staff=True)
    Authenticator.objects.create(user=chief, type="totp", data={"secret": "uji"})
    arrives(cast, gone(cast))
    here = User.objects.get(uid=chief.uid)
    assert (here.is_superuser, here.is_staff) == (False, False)
    assert here.authenticator_set.get().data == {"secret": "uji"}


def test_a_text_that_postgresql_would_not_keep_is_named(cast, person, monkeypatch):
    Resident.objects.filter(pk=person.pk).update(birth_place="Jember")
    monkeypatch.setattr(Resident._meta.get_field("birth_place"), "max_length", 5)
    assert str(person.uid) in refused(gone(cast), code="too_long")


# --- The proof ------------------------------------------------------------------------------------


def test_a_row_that_was_not_written_as_it_came_is_named_and_nothing_stays(
    cast, person, monkeypatch, png
):
    kept = attachments.store(png(), actor=cast.actor("front"))
    raw = gone(cast)
    attachments.forget(kept.uid)
    insert = bulk.insert

    def careless(model, names, rows, keys=None):
        if model is Resident:
            at = list(names).index("name")
            rows = [[*row[:at], "Sulastra", *row[at + 1 :]] for row in rows]
        return insert(model, names, rows, keys)

    monkeypatch.setattr(bulk, "insert", careless)
    said = refused(raw, code="differs")
    assert "registry.Resident" in said
    assert str(person.uid) in said
    assert not Office.objects.filter(uid=cast.village.uid).exists()


def test_files_of_a_refused_office_are_deleted_again(cast, person, monkeypatch, png):
    kept = attachments.store(png(), actor=cast.actor("front"))
    raw = gone(cast)
    attachments.forget(kept.uid)
    monkeypatch.setattr(importing._Coming, "_prove_history", _always_different)
    refused(raw)
    with pytest.raises(FileNotFoundError):
        attachments.read(kept)


def _always_different(self, office, said):
    raise CannotMove("berbeda")


def test_a_file_that_cannot_be_read_here_is_said_and_does_not_hold_the_office_up(cast, person, png):
    kept = attachments.store(png(), actor=cast.actor("front"))
    attachments.forget(kept.uid)
    said, raw = packed(cast.village, cast.district)
    assert said["missing"] == [f"attachments/{kept.uid.hex}"]
    uproot(cast.village)
    assert arrives(cast, raw).manifest["missing"] == said["missing"]


def test_a_row_that_points_into_another_office_stops_the_export(cast, person):
    own = Household.objects.create(office=cast.village)
    stranger = Resident.objects.create(office=cast.other_village, name="Lain", name_key="lain")
    HouseholdMember.objects.create(household=own, resident=stranger, relation="1")
    with pytest.raises(CannotMove):
        packed(cast.village, cast.district)


def test_who_points_forward_arrives_pointing_forward(cast, person):
    """The older of two records was found to be the newer one's double."""
    newer = Resident.objects.create(office=cast.village, name="Sulastri N", name_key="sulastri n")
    Resident.objects.filter(pk=person.pk).update(canonical=newer)
    arrives(cast, gone(cast))
    assert Resident.objects.get(uid=person.uid).canonical.uid == newer.uid


def test_lists_find_their_people_and_their_answered_questions_by_the_keys_of_here(cast, person):
    register = Register.objects.create(office=cast.village, code="DTSEN", name_id="DTSEN")
    version = RegisterVersion.objects.create(
        office=cast.village, register=register, data_date=date(2026, 1, 1), file_sha256="0" * 64
    )
    facts = {"name": "SULASTRI", "nik": NIK, "kk": KK, "address": "Jl. Melati 4", "rt": "02"}
    row = _Row(facts)
    row.seal()
    fingerprint = of_row(row, nth=1)
    RegisterRow.objects.create(
        register_version=version,
        line=2,
        nik_index=row.nik_index,
        kk_index=row.kk_index,
        name="SULASTRI",
        raw={"NIK": f"'{NIK}", "NO KK": KK, "NAMA": "SULASTRI"},
        fingerprint=fingerprint,
    )
    Likeness.objects.create(
        office=cast.village,
        resident=person,
        fingerprint=fingerprint,
        facts=facts | {"nth": 1},
        score=80,
    )
    raw = gone(cast)
    with keys_of_its_own():
        take_in(raw)
        row.seal()
        here = RegisterRow.objects.get(nik_index=row.nik_index, kk_index=row.kk_index)
        assert here.fingerprint == Likeness.objects.get().fingerprint == of_row(row, nth=1)
    assert row.nik_index != ""


class _Row:
    """A list's row, as far as its fingerprint goes."""

    def __init__(self, facts):
        self.nik, self.kk, self.rt, self.rw = facts["nik"], facts["kk"], facts["rt"], ""
        self.name, self.address, self.birth_date = facts["name"], facts["address"], None

    def seal(self):
        self.name_key, self.address_key = name_key(self.name), address_key(self.address)
        self.nik_index = blind_index(self.nik, purpose="nik")
        self.kk_index = blind_index(self.kk, purpose="kk")


# --- Any small office -----------------------------------------------------------------------------

WORDS = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=40
)
PEOPLE = st.lists(
    st.tuples(WORDS, st.booleans(), st.none() | st.integers(0, 7), st.none() | st.dates()),
    max_size=8,
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(people=PEOPLE, stories=st.lists(WORDS, max_size=4), photos=st.integers(0, 2))
def test_any_office_moves_and_is_told_the_same_again(cast, people, stories, photos):
    with transaction.atomic():
        _furnish(cast, people, stories, photos)
        said, raw = packed(cast.village, cast.district)
        uproot(cast.village)
        with keys_of_its_own():
            assert take_in(raw).manifest == said
            again, _raw = packed(Office.objects.get(uid=cast.village.uid), cast.district)
        assert again["tables"] == said["tables"]
        assert again["files"] == said["files"]
        transaction.set_rollback(True)


def _furnish(cast, people, stories, photos):
    actor = cast.actor("front")
    made = []
    for number, (name, has_nik, canonical, born) in enumerate(people):
        one = Resident.objects.create(
            office=cast.village,
            name=name,
            name_key=name[:40],
            nik=f"3509990101{number:06d}" if has_nik else "",
            birth_date=born,
        )
        made.append((one, canonical))
        household = Household.objects.create(office=cast.village, address=name)
        HouseholdMember.objects.create(household=household, resident=one, relation="1")
    for one, canonical in made:
        if canonical is not None and canonical < len(made) and made[canonical][0] != one:
            Resident.objects.filter(pk=one.pk).update(canonical=made[canonical][0])
    for story in stories:
        write_reason(office=cast.village, text=story)
        audit(actor=actor, action="uji", subject=cast.village, reason=story)
    for number in range(photos):
        attachments.store_bytes(
            f"foto {number}".encode(), actor=actor, media_type="image/png", name="f"
        )
