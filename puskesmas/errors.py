"""The errors the verbs raise, and what each means to a person and to a program.

One class a kind; pages and API turn them into words through ``DomainErrorMiddleware`` and
``puskesmas.api.problem_response`` (RFC 9457). ``message`` says what is wrong and what to do;
``field`` names the form field it belongs to.
"""

from typing import Any


class DomainError(Exception):
    """A rule of the office said no. ``status`` is the HTTP status, ``code`` is stable."""

    status = 400
    code = "invalid"

    def __init__(
        self, message: Any, *, field: str | None = None, code: str | None = None, **details: Any
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.code = code or self.code
        self.details = details


class InvalidInput(DomainError):
    """A value is missing or impossible."""


class NotYourRole(DomainError):
    """The officer's role does not carry this act; another role's does."""

    status = 403
    code = "not_your_role"


class OwnFamily(NotYourRole):
    """Nobody verifies or approves for himself or for anyone on his own family card."""

    code = "own_family"


class OwnDraft(NotYourRole):
    """Whoever drafts a referral does not approve it."""

    code = "own_draft"


class WrongState(DomainError):
    """The act does not fit the state the record is in now."""

    status = 409
    code = "wrong_state"


class StaleVersion(DomainError):
    """Somebody else changed the record since the form was opened; nothing was overwritten."""

    status = 409
    code = "stale_version"


class NotFound(DomainError):
    """There is no such record in this office."""

    status = 404
    code = "not_found"


class TooManyTries(DomainError):
    """A bucket is empty. ``details["retry_after"]`` is in seconds."""

    status = 429
    code = "too_many_tries"
