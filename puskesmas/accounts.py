"""Logging in: allauth with closed sign-up and our own database buckets."""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from puskesmas import throttle
from puskesmas.errors import TooManyTries
from puskesmas.requests import client_address

_TRIES_PER_ACCOUNT = 8
_TRIES_PER_ADDRESS = 60
_PERIOD = timedelta(minutes=10)


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Accounts are made by the office's administrator, never by a visitor."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Spend one try of the account, then of the address.

        Raises:
            ValidationError: too many tries; the form shows it.
        """
        username = str(credentials.get("username", "")).lower()
        try:
            throttle.take("login-account", username, capacity=_TRIES_PER_ACCOUNT, per=_PERIOD)
            throttle.take(
                "login-address", client_address(request), capacity=_TRIES_PER_ADDRESS, per=_PERIOD
            )
        except TooManyTries as error:
            raise ValidationError(str(error.message)) from error

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if user is not None:
            throttle.forget("login-account", str(credentials.get("username", "")).lower())
        return user
