"""By what right a file leaves the office: checked where it is drafted, approved and printed."""

from django.utils.translation import gettext as _

from programs.disclosure import to_government
from programs.models import LegalBasis, Partner, Programme
from puskesmas.errors import InvalidInput


def require_basis(programme: Programme, partner: Partner | None, basis: str) -> None:
    """Refuse to give a person's data to a non-government body on the office's public duty alone.

    Asked again whenever something leaves: a programme may have changed hands since the draft.

    Raises:
        InvalidInput: the basis does not fit who receives it.
    """
    if basis not in LegalBasis.values:
        raise InvalidInput(_("Pilih dasar hukumnya."), field="legal_basis")
    if not to_government(programme, partner) and basis == LegalBasis.PUBLIC_DUTY:
        raise InvalidInput(
            _(
                "Untuk lembaga non-pemerintah dibutuhkan persetujuan yang bersangkutan atau "
                "walinya, atau kepentingan vital."
            ),
            field="legal_basis",
        )


def may_have(partner: Partner, basis: str) -> bool:
    """Return whether a received file may go on to a partner on the basis its village stated."""
    return partner.kind == Partner.Kind.GOVERNMENT or basis not in ("", LegalBasis.PUBLIC_DUTY)
