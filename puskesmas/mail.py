"""E-mail: one short text handed to the mail server the environment names, or the reason why not."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email

from puskesmas.logs import redact
from puskesmas.outbox import TransportError


def is_on() -> bool:
    """Return whether a mail server was named (``PUSKESOS_EMAIL_URL``)."""
    return bool(settings.EMAIL_FROM)


def is_address(text: str) -> bool:
    """Return whether the text is empty or can be an e-mail address."""
    try:
        validate_email(text or "nobody@example.org")
    except ValidationError:
        return False
    return True


class Refused(TransportError):
    """The server said no to this mail: it was certainly not delivered."""


@contextmanager
def server() -> Iterator[BaseEmailBackend]:
    """Connect to the mail server before anything is written that a broken line would leave behind.

    Raises:
        puskesmas.outbox.TransportError: it cannot be reached, or does not let us in.
    """
    connection = get_connection()
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        raise _trouble(error) from error
    try:
        yield connection
    finally:
        connection.close()


def send(server: BaseEmailBackend, *, to: str, sender: str, subject: str, text: str) -> None:
    """Hand one text to the server. ``sender`` is the name before the installation's own address.

    Returning means that the server took it, not that anybody has read it.

    Raises:
        Refused: this address or this text; permanent when for good.
        puskesmas.outbox.TransportError: the line broke; it may have arrived or not.
    """
    mail = EmailMessage(
        subject=subject,
        body=text,
        from_email=f'"{_plain(sender)}" <{settings.EMAIL_FROM}>',
        to=[to],
        headers={
            "Message-ID": make_msgid(domain=urlsplit(settings.BASE_URL).hostname),
            # No "out of office" is wanted: the answer is given on the page.
            "Auto-Submitted": "auto-generated",
        },
        connection=server,
    )
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        raise _refusal("address_refused", *next(iter(error.recipients.values()))) from error
    except smtplib.SMTPDataError as error:
        raise _refusal("mail_refused", error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise _trouble(error) from error


def _trouble(error: Exception) -> TransportError:
    # A wrong password too is the administrator's to mend: the mail is as good as it was.
    return TransportError("mail_server", redact(f"{type(error).__name__} {error}"))


def _refusal(outcome: str, code: int, words: bytes | str) -> Refused:
    said = words.decode(errors="replace") if isinstance(words, bytes) else words
    # RFC 5321, 4.2.1: 5yz is for good, 4yz may pass.
    permanent = code >= 500
    return Refused(outcome, redact(f"{code} {said}"), permanent=permanent, stumbled=not permanent)


def _plain(name: str) -> str:
    return "".join(char for char in name if char.isprintable() and char not in '"\\<>')
