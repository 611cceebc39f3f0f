"""The administrator sets up officers; nobody else does; another office's people are unknown."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotYourRole
from puskesmas.models import ApiToken, Assignment, AuditEntry, Office, Role, TimeLimit, User
from puskesmas.officers import end_assignment, issue_token, roles_of
from tests.cast import PASSWORD

NEW = {
    "name": "Wulan Cempaka",
    "username": "wulan",
    "password": "teratai-biru-71",
    "role": Role.FRONT.value,
    "since": "01-11-2026",
}


def test_the_administrator_adds_an_officer_who_can_log_in(login, cast, client):
    response = login("admin").post(reverse("office:officer_new"), NEW)
    assert response.status_code == 302
    actor = Actor.of(User.objects.get(username="wulan"), cast.village)
    assert actor.roles == {Role.FRONT.value}
    assert AuditEntry.objects.filter(action="add_officer").count() == 1
    client.post(reverse("account_login"), {"login": "wulan", "password": "teratai-biru-71"})
    assert client.get(reverse("office:tokens")).status_code == 200


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"username": "front"}, "username", "sudah dipakai"),
        ({"password": "pendek"}, "password", "10"),
        ({"role": "manajer"}, "role", ""),
        ({"is_deputy": "on"}, "until", "sampai kapan"),
        ({"until": "01-10-2026"}, "until", "sebelum"),
        ({"nik": "123"}, "nik", "16 angka"),
        ({"since": "31-02-2026"}, "since", ""),
    ],
)
def test_a_wrong_field_is_named_and_the_rest_stays_typed(login, change, field, words):
    response = login("admin").post(reverse("office:officer_new"), NEW | change)
    form = response.context["form"]
    assert list(form.errors) == [field]
    assert words in str(form.errors)
    assert "Wulan Cempaka" in response.content.decode()
    assert not User.objects.filter(username="wulan").exists()


@pytest.mark.parametrize("who", ["front", "back", "koordinator", "head", "kasun", "manager"])
def test_only_the_administrator_sees_the_pages(login, who):
    browser = login(who)
    for name in ("office:office", "office:officers", "office:officer_new"):
        assert browser.get(reverse(name)).status_code == 403


def test_an_officer_of_another_village_is_unknown(login, cast):
    browser = login("admin")
    stranger = cast.stranger
    assignment = stranger.assignments.get()
    for url in (
        reverse("office:officer_role", args=[stranger.uid]),
        reverse("office:officer_password", args=[stranger.uid]),
    ):
        assert browser.get(url).status_code == 404
    url = reverse("office:assignment_end", args=[assignment.uid])
    assert browser.post(url, {"until": "22-11-2026"}).status_code == 404


def test_an_ended_post_gives_no_role_from_the_next_day(cast):
    today = cast.village.today()
    assignment = cast.back.assignments.get()
    end_assignment(actor=cast.actor("admin"), uid=assignment.uid, until=today)
    assert cast.actor("back").roles == {Role.BACK.value}
    Assignment.objects.filter(pk=assignment.pk).update(until=today - timedelta(days=1))
    assert cast.actor("back").roles == frozenset()


def test_the_last_administrator_stays(cast):
    assignment = cast.admin.assignments.get()
    with pytest.raises(InvalidInput):
        end_assignment(actor=cast.actor("admin"), uid=assignment.uid, until=date(2026, 12, 1))


def test_a_token_carries_only_roles_its_owner_holds(cast):
    with pytest.raises(InvalidInput):
        issue_token(actor=cast.actor("front"), name="x", roles=[Role.COORDINATOR])
    token, secret = issue_token(actor=cast.actor("front"), name="x", roles=[Role.FRONT])
    assert secret not in {token.token_hash, token.name}


def test_a_token_is_shown_once_and_can_be_revoked(login, cast):
    browser = login("front")
    page = browser.post(reverse("office:tokens"), {"name": "antrean", "roles": [Role.FRONT.value]})
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert secret not in browser.get(reverse("office:tokens")).content.decode()
    token = ApiToken.objects.get()
    other = login("back").post(reverse("office:token_revoke", args=[token.uid]))
    assert other.status_code == 404
    browser.post(reverse("office:token_revoke", args=[token.uid]))
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_the_letter_number_pattern_must_keep_numbers_apart(login, cast):
    browser = login("admin")
    page = browser.get(reverse("office:office"))
    values = {
        name: field.initial if field.initial is not None else ""
        for name, field in page.context["form"].fields.items()
    }
    values |= {k: v for k, v in page.context["form"].initial.items() if v is not None}
    refused = ("{year}", "{counter}", "{counter:04d}/{nothing}", "{counter.__class__}{year")
    # Python could fill these in; the numbering of letters does not.
    formats = (
        "{counter:4d}/{year}",
        "{counter:x}/{year}",
        "{counter!r}/{year}",
        "{{}}{counter}{year}",
    )
    for pattern in (*refused, *formats):
        answer = browser.post(reverse("office:office"), values | {"letter_number_pattern": pattern})
        assert "letter_number_pattern" in answer.context["form"].errors
    # Two kinds, each counted from one, would have the same number.
    plain = {"letter_number_pattern": "{counter}/{year}", "one_letter_series": ""}
    answer = browser.post(reverse("office:office"), values | plain)
    assert "{classification}" in str(answer.context["form"].errors["letter_number_pattern"])
    answer = browser.post(
        reverse("office:office"), values | {"letter_number_pattern": "{counter:03d}/{year}"}
    )
    assert answer.status_code == 302


def test_a_real_office_is_set_up_from_the_command_line(db, monkeypatch):
    monkeypatch.setenv("PUSKESOS_ADMIN_PASSWORD", "melati-putih-88")
    call_command(
        "create_office",
        "--code=35.09.99.2009",
        "--kind=desa",
        "--name=Sidoluhur",
        "--regency=Kabupaten Jember",
        "--admin=pengelola",
        "--admin-name=Danu Wiraga",
        verbosity=0,
    )
    office = Office.objects.get()
    assert TimeLimit.objects.filter(office=office).count() == len(TimeLimit.Code)
    assert Actor.of(User.objects.get(), office).roles == {Role.ADMIN.value}


def test_a_village_has_no_manager_and_a_district_no_kasun(cast):
    assert Role.MANAGER not in roles_of(cast.village)
    assert Role.KASUN not in roles_of(cast.district)


def test_resetting_a_password_is_refused_to_others(cast):
    from puskesmas.officers import reset_password

    with pytest.raises(NotYourRole):
        reset_password(
            actor=cast.actor("front"), user_uid=cast.back.uid, password="bulan-purnama-9"
        )


def test_a_locked_door_after_too_many_wrong_passwords(client, cast):
    url = reverse("account_login")
    for _ in range(8):
        client.post(url, {"login": "front", "password": "salah"})
    page = client.post(url, {"login": "front", "password": "salah"})
    assert "Terlalu banyak percobaan" in page.content.decode()


def test_a_password_is_reset_only_where_the_account_belongs(cast):
    from puskesmas.officers import reset_password

    admin, secret = cast.actor("admin"), "bulan-purnama-9"
    reset_password(actor=admin, user_uid=cast.back.uid, password=secret)
    # A stranger who once had a post here keeps his account to himself.
    Assignment.objects.create(
        user=cast.stranger,
        office=cast.village,
        role=Role.FRONT,
        since="2020-01-01",
        until="2021-01-01",
    )
    with pytest.raises(NotYourRole):
        reset_password(actor=admin, user_uid=cast.stranger.uid, password=secret)
    # So does a colleague who also has a post elsewhere.
    Assignment.objects.create(
        user=cast.back, office=cast.other_village, role=Role.HEAD, since="2020-01-01"
    )
    with pytest.raises(NotYourRole):
        reset_password(actor=admin, user_uid=cast.back.uid, password=secret)


def test_an_officers_numbers_can_be_filled_in_later(login, cast):
    browser = login("admin")
    assert "NIK/KK belum diisi" in browser.get(reverse("office:officers")).content.decode()
    url = reverse("office:officer_edit", args=[cast.koordinator.uid])
    nik = "3509990101900001"
    browser.post(url, {"name": "Koordinator Baru", "nik": nik})
    cast.koordinator.refresh_from_db()
    assert (cast.koordinator.name, cast.koordinator.nik) == ("Koordinator Baru", nik)
    browser.post(url, {"name": "Koordinator Baru", "nik": ""})
    cast.koordinator.refresh_from_db()
    assert cast.koordinator.nik == nik
    assert nik not in browser.get(url).content.decode()


def test_codes_of_the_second_factor_cannot_be_tried_without_end(client, cast):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(cast.front, generate_totp_secret())
    client.post(reverse("account_login"), {"login": "front", "password": PASSWORD})
    url = reverse("mfa_authenticate")
    pages = [client.post(url, {"code": f"{n:06d}"}).content.decode() for n in range(7)]
    assert "Terlalu banyak percobaan" not in pages[0]
    assert "Terlalu banyak percobaan" in pages[6]


def test_no_name_is_left_in_a_cookie(login):
    browser = login("admin")
    browser.post(reverse("office:officer_new"), NEW)
    assert "messages" not in browser.cookies


def test_history_can_be_checked_from_the_command_line(cast):
    from datetime import UTC, datetime

    from django.core.management.base import CommandError

    from puskesmas.models import Seal
    from puskesmas.sealing import seal_history

    old = datetime(2026, 1, 1, tzinfo=UTC)
    AuditEntry.objects.bulk_create([AuditEntry(office=cast.village, action="a", at=old)])
    seal_history()
    call_command("check_history", verbosity=0)
    last = Seal.objects.get().last_id
    Seal.objects.bulk_create(
        [Seal(table="audit", first_id=last + 1, last_id=last + 1, previous="x", digest="0" * 64)]
    )
    with pytest.raises(CommandError):
        call_command("check_history", verbosity=0)
