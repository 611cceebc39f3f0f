"""Logging in and out, the second step, and error pages, as an officer sees them."""

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from puskesmas.models import Assignment, Role
from tests.cast import PASSWORD, SINCE, Cast

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def test_an_officer_logs_in_and_sees_his_office_and_role(cast: Cast, client: Client):
    response = client.post("/account/login/", {"login": "front", "password": PASSWORD}, follow=True)

    assert response.redirect_chain[-1][0] == "/"
    assert cast.village.full_name in text(response)
    assert "Front office" in text(response)


def test_a_wrong_password_is_told_and_the_name_stays(cast: Cast, client: Client):
    response = client.post("/account/login/", {"login": "front", "password": "bukan-ini"})

    assert "error-summary" in text(response)
    assert 'value="front"' in text(response)
    assert "bukan-ini" not in text(response)


def test_nobody_signs_up_by_himself(client: Client):
    response = client.post("/account/signup/", {"username": "baru", "password1": PASSWORD})

    assert "Pendaftaran akun ditutup" in text(response)


@pytest.mark.parametrize(
    "path",
    ["/account/login/", "/account/password/reset/", "/account/inactive/", "/account/signup/"],
)
def test_entrance_pages_are_indonesian_throughout(client: Client, path: str):
    page = text(client.get(path, headers={"accept-language": "id"}))

    for word in ("Password", "Sign", "Forgot", "Username", "Please"):
        assert word not in page


@pytest.mark.parametrize(
    "path",
    [
        "/account/password/change/",
        "/account/email/",
        "/account/logout/",
        "/account/2fa/",
        "/account/reauthenticate/",
    ],
)
def test_account_pages_are_indonesian_throughout(login, path: str):
    page = text(login("front").get(path, headers={"accept-language": "id"}))

    for word in ("Password", "Sign", "Forgot", "Change", "Authenticator App", "Please"):
        assert word not in page


def test_the_office_pc_forgets_the_officer_when_the_browser_closes(cast: Cast, client: Client):
    client.post("/account/login/", {"login": "front", "password": PASSWORD})

    assert client.session.get_expire_at_browser_close()


def test_the_second_step_is_switched_on_only_after_the_password_was_asked_again(login):
    response = login("front").get("/account/2fa/totp/activate/")

    assert response.status_code == 302
    assert response["Location"].startswith("/account/reauthenticate/")


def test_an_unknown_address_is_told_in_the_officers_frame(login):
    response = login("front").get("/tidak-ada/", headers={"accept-language": "id"})

    assert response.status_code == 404
    assert "Halaman tidak ditemukan" in text(response)
    assert 'action="/search/"' in text(response)


def test_an_unknown_address_is_told_to_a_visitor_without_the_officers_frame(client: Client):
    response = client.get("/tidak-ada/", headers={"accept-language": "id"})

    assert response.status_code == 404
    assert "Halaman tidak ditemukan" in text(response)
    assert 'action="/search/"' not in text(response)


def test_a_form_from_an_old_page_says_what_to_do(cast: Cast):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.users["front"])

    response = strict.post("/search/", {"q": "Wartini"}, headers={"accept-language": "id"})

    assert response.status_code == 403
    assert "sudah terlalu lama terbuka" in text(response)


@override_settings(DEBUG=False)
def test_an_unforeseen_error_is_a_page_in_words(client: Client, monkeypatch):
    def broken(request):
        raise RuntimeError("rahasia")

    monkeypatch.setattr("puskesmas.views.render", broken)
    client.raise_request_exception = False
    response = client.get("/", headers={"accept-language": "id"})

    assert response.status_code == 500
    assert "Ini bukan kesalahan Anda" in text(response)
    assert "rahasia" not in text(response)


def test_the_language_is_switched_without_leaving_the_page(login):
    officer = login("front")
    response = officer.post(
        reverse("set_language"), {"language": "en", "next": "/account/2fa/"}, follow=True
    )

    assert response.redirect_chain[-1][0] == "/account/2fa/"
    assert '<html lang="en">' in text(response)


def test_an_officer_of_two_offices_changes_between_them(cast: Cast, login):
    Assignment.objects.create(
        user=cast.front, office=cast.other_village, role=Role.FRONT, since=SINCE
    )
    officer = login("front")
    first = officer.get("/account/2fa/", headers={"accept-language": "id"})
    assert f"Bertugas untuk {cast.other_village.full_name}" in text(first)

    officer.post(reverse("choose_office"), {"office": str(cast.other_village.uid)})
    then = officer.get("/account/2fa/", headers={"accept-language": "id"})
    assert f"Bertugas untuk {cast.village.full_name}" in text(then)
