"""Allauth's forms, without the links that stand between a label and its field."""

from datetime import timedelta
from typing import Any

from allauth.account import forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.base.forms import BaseAuthenticateForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from puskesmas import throttle
from puskesmas.errors import TooManyTries

_CODES_PER = timedelta(minutes=10)


class LoginForm(forms.LoginForm):
    """User name and password; the page itself links to help for a forgotten password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Nama pengguna")
        self.fields["password"].label = _("Kata sandi")
        self.fields["login"].widget.attrs |= {
            "autofocus": True,
            "autocapitalize": "none",
            "spellcheck": "false",
        }
        self.fields["password"].help_text = ""


class ReauthenticateForm(forms.ReauthenticateForm):
    """The password once more, before the account's own settings change."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Kata sandi")
        self.fields["password"].help_text = ""


class ChangePasswordForm(forms.ChangePasswordForm):
    """The old password and, twice, the new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""


class _LimitedCode(BaseAuthenticateForm):
    """A six-digit code is guessed in a million tries: each spends one of the account's bucket."""

    def clean_code(self) -> str:
        try:
            throttle.take("second-factor", str(self.user.pk), capacity=6, per=_CODES_PER)
        except TooManyTries as error:
            raise ValidationError(str(error.message)) from error
        code: str = super().clean_code()
        throttle.forget("second-factor", str(self.user.pk))
        return code


class SecondFactorForm(_LimitedCode, mfa_forms.AuthenticateForm):
    """The code after the password."""


class SecondFactorAgainForm(_LimitedCode, mfa_forms.ReauthenticateForm):
    """The code once more, before the account's own settings change."""
