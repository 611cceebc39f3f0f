"""Encryption, history, throttling, receipt numbers, clocks: what every app leans on."""

import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from cryptography.exceptions import InvalidTag
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from complaints import receipts
from puskesmas import clock, crypto, logs, sealing, throttle
from puskesmas.errors import TooManyTries
from puskesmas.history import audit
from puskesmas.models import AuditEntry, Seal, User

WIB, WIT = ZoneInfo("Asia/Jakarta"), ZoneInfo("Asia/Jayapura")


@given(st.binary())
def test_encrypt_then_decrypt_gives_the_value_back(plain):
    assert crypto.decrypt(crypto.encrypt(plain, purpose="a"), purpose="a") == plain


def test_a_ciphertext_moved_to_another_column_does_not_decrypt():
    with pytest.raises(InvalidTag):
        crypto.decrypt(crypto.encrypt(b"x", purpose="a"), purpose="b")


def test_blind_index_tells_kinds_apart_and_keeps_unknown_empty():
    assert crypto.blind_index("3509", purpose="nik") != crypto.blind_index("3509", purpose="kk")
    assert crypto.blind_index("", purpose="nik") == ""


def test_nik_is_not_readable_in_the_row(cast):
    user = cast.front
    user.nik = "3509990101900001"
    user.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nik, nik_index FROM puskesmas_user WHERE id = %s", [user.pk])
        stored, index = cursor.fetchone()
    assert b"3509990101900001" not in bytes(stored)
    assert index == crypto.blind_index("3509990101900001", purpose="nik")
    assert User.objects.get(pk=user.pk).nik == "3509990101900001"


@pytest.mark.parametrize(
    "statement",
    ["UPDATE puskesmas_auditentry SET action = 'x'", "DELETE FROM puskesmas_auditentry"],
)
def test_history_refuses_update_and_delete_in_the_database(cast, statement):
    audit(actor=cast.actor("front"), action="test")
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_seals_fit_until_a_row_is_missing(cast):
    old = datetime.now(UTC) - timedelta(hours=1)
    AuditEntry.objects.bulk_create(
        [AuditEntry(office=cast.village, action=f"a{n}", at=old) for n in range(3)]
    )
    assert sealing.seal_history() == 1
    assert sealing.seal_history() == 0
    assert sealing.broken_seals() == []
    first = Seal.objects.get()
    AuditEntry.objects.bulk_create([AuditEntry(office=cast.village, action="late", at=old)])
    Seal.objects.bulk_create(
        [
            Seal(
                table="audit",
                first_id=first.last_id + 1,
                last_id=first.last_id + 1,
                previous="forged",
                digest="0" * 64,
            )
        ]
    )
    assert len(sealing.broken_seals()) == 1


def test_a_bucket_gives_its_capacity_then_says_when_to_come_back(db):
    for _ in range(5):
        throttle.take("t", "x", capacity=5, per=timedelta(days=1))
    with pytest.raises(TooManyTries) as caught:
        throttle.take("t", "x", capacity=5, per=timedelta(days=1))
    assert 0 < caught.value.details["retry_after"] <= 86400 / 5 + 1
    throttle.take("t", "another", capacity=5, per=timedelta(days=1))


@given(st.integers(0, 10**10 - 1), st.integers(0, 11), st.integers(1, 9))
def test_a_receipt_number_with_one_wrong_digit_is_noticed(payload, place, shift):
    digits = f"{payload:010d}"
    number = digits + receipts.check_digits(digits)
    assert receipts.is_wellformed(number)
    wrong = (int(number[place]) + shift) % 10
    assert not receipts.is_wellformed(number[:place] + str(wrong) + number[place + 1 :])


@given(st.integers(0, 10**10 - 1), st.integers(0, 10))
def test_a_receipt_number_with_two_neighbours_swapped_is_noticed(payload, place):
    digits = f"{payload:010d}"
    number = digits + receipts.check_digits(digits)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or not receipts.is_wellformed(swapped)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("nik 3509990101900001 ada", "nik [NIK/KK] ada"),
        ("3509 9901 0190 0001", "[NIK/KK]"),
        ("satu angka kurang 350999010190000", "satu angka kurang [NIK/KK]"),
        ("satu angka lebih 35099901019000011", "satu angka lebih [NIK/KK]"),
        ("/cases/01a20404-0109-7606-9204-141959813730/", None),
        ("wa 081234567890", "wa [telepon]"),
        ("+62 812-3456-7890", "[telepon]"),
        ("resi 123456789012", "resi 123456789012"),
    ],
)
def test_logs_blank_personal_numbers(text, shown):
    assert logs.redact(text) == (text if shown is None else shown)


def _due(start, days, *, working=True, zone=WIB, pauses=(), local=()):
    is_off = clock.day_off(local) if working else None
    return clock.due_at(start=start, days=days, is_off=is_off, zone=zone, pauses=pauses)


@pytest.mark.parametrize(
    ("zone", "expected"), [(WIB, date(2026, 11, 24)), (WIT, date(2026, 11, 25))]
)
def test_the_same_instant_is_another_day_east_of_midnight(zone, expected):
    # 23:30 in Jakarta on Monday is 01:30 on Tuesday in Jayapura.
    received = datetime(2026, 11, 23, 23, 30, tzinfo=WIB)
    assert _due(received, 1, zone=zone).astimezone(zone).date() == expected


def test_weekend_and_local_holiday_do_not_count():
    friday = datetime(2026, 11, 20, 9, 0, tzinfo=WIB)
    assert _due(friday, 1).date() == date(2026, 11, 23)
    assert _due(friday, 1, local=[date(2026, 11, 23)]).date() == date(2026, 11, 24)
    assert _due(friday, 1, working=False).date() == date(2026, 11, 21)


def test_christmas_and_new_year_do_not_count():
    assert _due(datetime(2026, 12, 31, 23, 0, tzinfo=WIB), 1).date() == date(2027, 1, 4)


def test_the_clock_stands_while_somebody_else_owes():
    start = datetime(2026, 11, 23, 9, 0, tzinfo=WIB)
    running = clock.Pause(since=start + timedelta(days=1))
    assert _due(start, 3, pauses=[running]) is None
    over = clock.Pause(since=start + timedelta(days=1), until=start + timedelta(days=3))
    assert _due(start, 3).date() == date(2026, 11, 26)
    assert _due(start, 3, pauses=[over]).date() == date(2026, 11, 30)


@given(st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.integers(0, 40))
def test_adding_working_days_and_counting_them_agree(start, days):
    is_off = clock.day_off()
    end = clock.add_days(start, days, is_off=is_off)
    assert clock.working_days_between(start, end, is_off=is_off) == days


def test_uids_are_version_7_and_unlike(cast):
    uids = [user.uid for user in cast.users.values()]
    assert len(set(uids)) == len(uids)
    assert {uuid.UUID(str(uid)).version for uid in uids} == {7}
