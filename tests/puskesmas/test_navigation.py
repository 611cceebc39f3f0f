"""The main navigation: what each officer sees of it, and where he is."""

import pytest

from puskesmas import navigation
from puskesmas.navigation import Entry, Group, add, links_for


@pytest.fixture(autouse=True)
def entries(monkeypatch):
    monkeypatch.setattr(navigation, "_entries", {})
    add(Entry(label="Panduan", url_name="styleguide", icon="book", order=30))
    add(Entry(label="Beranda", url_name="home", icon="house", order=10))
    add(Entry(label="Akun", url_name="mfa_index", icon="key", order=20, roles=frozenset({"admin"})))
    add(Entry(label="Hilang", url_name="no-such-address", icon="x", order=40))
    add(Entry(label="Kiriman", url_name="search", icon="inbox", order=50, village=False))


def labels(roles: set[str], *, village: bool = True, path: str = "/") -> list[str]:
    return [link.label for link in links_for(roles=roles, village=village, path=path)]


def test_entries_stand_in_their_order_and_only_where_the_address_exists():
    assert labels({"front_office"}) == ["Beranda", "Panduan"]


def test_an_entry_for_a_role_is_seen_by_that_role_only():
    assert labels({"admin"}) == ["Beranda", "Akun", "Panduan"]


def test_an_entry_of_the_upper_tiers_is_not_seen_in_a_village():
    assert "Kiriman" in labels({"manajer"}, village=False)
    assert "Kiriman" not in labels({"manajer"}, village=True)


@pytest.mark.parametrize(
    ("path", "current"),
    [("/", "Beranda"), ("/styleguide/public/", "Panduan"), ("/elsewhere/", None)],
)
def test_the_entry_of_the_page_is_marked(path, current):
    links = links_for(roles={"front_office"}, village=True, path=path)

    assert next((link.label for link in links if link.current), None) == current


def test_the_same_address_is_listed_once():
    add(Entry(label="Depan", url_name="home", icon="house", order=10))

    assert labels(set()) == ["Depan", "Panduan"]


LISTS = Group(label="Daftar", icon="list", order=25)


def group_of(roles: set[str], path: str = "/"):
    add(Entry(label="Isi", url_name="registry:imports", icon="x", order=60, group=LISTS))
    add(
        Entry(
            label="Usul",
            url_name="registry:verval",
            icon="x",
            order=5,
            group=LISTS,
            roles=frozenset({"admin"}),
        )
    )
    return links_for(roles=roles, village=True, path=path)


def test_entries_of_a_group_stand_under_its_heading_in_its_place():
    links = group_of({"admin"})

    assert [link.label for link in links] == ["Beranda", "Akun", "Daftar", "Panduan"]
    assert [link.label for link in links[2].links] == ["Usul", "Isi"]


def test_a_group_of_one_entry_is_that_entry():
    assert [link.label for link in group_of({"front_office"})] == ["Beranda", "Isi", "Panduan"]


@pytest.mark.parametrize(("path", "is_here"), [("/people/imports/new/", True), ("/", False)])
def test_a_group_is_marked_on_the_pages_of_its_entries(path, is_here):
    _home, _account, group, _guide = group_of({"admin"}, path)

    assert group.current is is_here
    assert [link.label for link in group.links if link.current] == (["Isi"] if is_here else [])
