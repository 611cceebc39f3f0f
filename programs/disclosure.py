"""Who is told whole numbers of people: the government. A partner gets what it asks, and no NIK."""

from django.utils.translation import gettext as _

from programs.models import LegalBasis, Partner, Programme
from puskesmas.errors import InvalidInput
from reports.letters.words import masked


def is_government(programme: Programme | None) -> bool:
    """Return whether the owner is of the government; one of no known programme is not."""
    return programme is not None and programme.tier != Programme.Tier.PARTNER


def to_government(programme: Programme, partner: Partner | None) -> bool:
    """Return whether a person's data goes to the government: the partner's kind says so, if any.

    A hospital counts as none: not every one is the government's, and consent is soon asked.
    """
    return partner.kind == Partner.Kind.GOVERNMENT if partner else is_government(programme)


def require_basis(programme: Programme | None, basis: str) -> LegalBasis:
    """Return why people's data may go to a programme's owner; the government's is its duty.

    Raises:
        InvalidInput: none of these, or nothing but public duty for who is not of the government.
    """
    if is_government(programme) and not basis:
        return LegalBasis.PUBLIC_DUTY
    if basis not in LegalBasis.values:
        raise InvalidInput(_("Pilih dasar hukumnya."), field="legal_basis")
    if not is_government(programme) and basis == LegalBasis.PUBLIC_DUTY:
        raise InvalidInput(
            _(
                "Untuk lembaga non-pemerintah dibutuhkan persetujuan yang bersangkutan atau "
                "walinya, atau kepentingan vital."
            ),
            field="legal_basis",
        )
    return LegalBasis(basis)


def number_for(programme: Programme | None, number: str) -> str:
    """Return a NIK or KK as the programme's owner gets it."""
    return number if is_government(programme) else masked(number)
