"""The demo: the size promised, its officers, its link upwards, nothing twice."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from complaints.models import Complaint
from complaints.workflow import CaseState
from programs.models import Participation
from puskesmas import demo_accounts
from puskesmas.actors import Actor
from puskesmas.models import ApiToken, Assignment, Office, Peer, User
from referrals.models import Answering, ChainRule, Quota
from registry.demo.places import MEKARWANGI, TEGALSARI
from registry.models import Household, Import, Register, RegisterRow, RegisterVersion, Resident
from registry.selectors import is_family
from tests.browser.residents import numbers_of
from tests.leaks import files_under, readable, rows_in


@pytest.fixture
def demo(settings, tmp_path):
    settings.DEMO = True
    settings.DATA_DIR = tmp_path
    return settings


def load(*args):
    call_command("load_demo", *args, stdout=io.StringIO())


def test_outside_the_demo_the_command_refuses(db, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="PUSKESOS_DEMO"):
        load()
    assert not User.objects.exists()


def counts():
    models = (Office, User, Assignment, Register, RegisterVersion, RegisterRow, Import)
    return [model.objects.count() for model in (*models, Resident, Household, Participation)]


@pytest.mark.sweep
def test_the_village_has_its_size_its_officers_and_nothing_twice(db, demo):
    load("--tier", "village")
    office = Office.objects.get(code="35.09.99.2003")
    # The list's 4,085; since then one died, one moved away, and one was written down twice.
    people = Resident.objects.filter(office=office, canonical=None)
    assert people.filter(life="alive").count() == 4085 - 2
    holders = Participation.objects.filter(
        office=office, until__isnull=True, programme__code__in=["PBI-JK", "KIS-D"]
    )
    # The list of one corner, with two more than the population list knew.
    assert holders.count() == 2422 + 2
    versions = RegisterVersion.objects.filter(register__office=office, register__code="DTSEN")
    newest = versions.latest("data_date")
    poor = newest.rows.filter(decile__lte=4, resident__life="alive").exclude(kk_index="")
    # Of the 515, one who lived alone died or moved.
    assert poor.values("kk_index").distinct().count() == 515 - 1

    cases = Complaint.objects.filter(office=office)
    cards = ["PBI-JK", "KIS-D"]
    wanted = cases.filter(kind__code="programme", programmes__relation="needed")
    assert wanted.filter(programmes__programme__code__in=cards).distinct().count() == 226
    assert cases.count() == 226 + 152
    assert set(cases.values_list("state", flat=True)) == set(CaseState.values)

    everyone = demo_accounts.VILLAGE + demo_accounts.KELURAHAN
    for account in everyone:
        user = User.objects.get(username=account.username)
        assert user.check_password(demo_accounts.PASSWORD)
        assert Actor.of(user, user.assignments.get().office).has(account.role)
    # In each of the two offices one referral lies at a partner who studies it.
    assert Answering.objects.filter(partner__isnull=False, value="studied").count() == 2
    back = User.objects.get(username="bo")
    assert is_family(back, Resident.objects.get(office=office, nik_index=back.nik_index))

    before = counts()
    load("--tier", "village")
    assert counts() == before
    assert_nobodys_number_is_readable(demo.DATA_DIR)


def assert_nobodys_number_is_readable(folder):
    """Neither in any row of the database nor in any file."""
    numbers = numbers_of(TEGALSARI) | numbers_of(MEKARWANGI)
    assert readable([*rows_in(connection), *files_under(folder)], numbers) == {}


def test_the_district_hands_its_village_a_key_that_is_used_up(db, demo, tmp_path):
    key_file = tmp_path / "key.json"
    load("--tier", "district", "--link-file", str(key_file))
    assert key_file.stat().st_mode & 0o077 == 0
    key = json.loads(key_file.read_text())
    assert ApiToken.objects.get(peer__isnull=False).scopes == ["exchange"]
    before = counts()
    load("--tier", "district", "--link-file", str(key_file))
    assert counts() == before
    assert json.loads(key_file.read_text()) == key
    for account in demo_accounts.DISTRICT:
        user = User.objects.get(username=account.username)
        assert Actor.of(user, user.assignments.get().office).has(account.role)
    assert Peer.objects.get().name == "Desa Tegalsari Makmur"
    assert Quota.objects.get().programme_code == "RTLH"
    assert ChainRule.objects.get().owner_partner is not None
    supervisor = User.objects.get(username="supervisor")
    assert supervisor.supervisions.get().peer == Peer.objects.get()


def test_offices_that_answer_elsewhere_are_corrected_and_nothing_else(db, demo):
    load("--tier", "district")
    office = Office.objects.get()
    upstream = Peer.objects.create(
        office=office, direction=Peer.Direction.UPSTREAM, name="SLRT", base_url="http://old.example"
    )
    private = Office.objects.create(code="35.09.1", kind=Office.Kind.DESA, name="A", regency="B")
    demo.BASE_URL = "http://127.0.0.1:8010"
    load("--addresses-only", "--upstream", "http://127.0.0.1:8011")
    for row in (office, upstream, private):
        row.refresh_from_db()
    assert office.public_base_url == "http://127.0.0.1:8010"
    assert upstream.base_url == "http://127.0.0.1:8011"
    assert private.public_base_url == ""
