"""Why an office cannot leave, or cannot be taken in. Nothing was changed then."""

from puskesmas.errors import DomainError


class CannotMove(DomainError):
    """The office, its file or this installation is not as it must be; the sentence says how."""

    status = 409
    code = "cannot_move"
