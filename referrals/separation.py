"""The hard rule of a referral, in its words: whoever drafts it, or is family, does not approve it.

The rule itself is :mod:`registry.separation`'s.
"""

from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import NotYourRole, OwnDraft, OwnFamily
from puskesmas.models import Office, Role, User
from referrals.models import Referral
from registry.separation import Approvers, Barrier, Matter


class Bench:
    """Who may decide on an office's drafts today.

    Loaded once (up to four queries for each person asked about), then asked per draft without a
    query; drafts come with ``complaint`` and ``authors`` loaded.
    """

    def __init__(self, office: Office) -> None:
        self.office = office
        self._approvers = Approvers(office)

    def obstacle(self, referral: Referral, actor: Actor) -> NotYourRole | None:
        """Return why this officer may not decide on the draft, or None when he may."""
        barrier = self._approvers.barrier(_matter(referral), actor)
        if barrier is None:
            return None
        if barrier is Barrier.NO_PERSON:
            return NotYourRole(_("Persetujuan rujukan adalah tindakan orang, bukan aplikasi."))
        if barrier is Barrier.OWN_WORK:
            return OwnDraft(
                _("Rujukan ini Anda ajukan sendiri. Yang menyetujui harus petugas lain.")
            )
        if barrier is Barrier.OWN_FAMILY:
            return OwnFamily(
                _(
                    "Yang dirujuk adalah Anda sendiri atau keluarga satu KK dengan Anda. "
                    "Yang menyetujui harus petugas lain."
                )
            )
        return NotYourRole(
            _("Rujukan ini menunggu persetujuan %(role)s (%(names)s).")
            % {
                "role": Role(self.office.approver_role).label,
                "names": ", ".join(user.name for user in self.able(referral)) or "–",
            }
        )

    def able(self, referral: Referral) -> list[User]:
        """Return today's holders of the approver's role against whom nothing stands."""
        return self._approvers.able(_matter(referral))

    def is_own(self, referral: Referral, actor: Actor) -> bool:
        """Return whether the referral is about the officer himself or somebody on his card."""
        return self._approvers.is_own(_matter(referral), actor)

    def turn(self, referral: Referral) -> list[User]:
        """Return whose turn it is: the able approvers, else the penanggung jawab, if he may."""
        return self._approvers.turn(_matter(referral))


def _matter(referral: Referral) -> Matter:
    authors = {author.pk for author in referral.authors.all()}
    return Matter(authors=authors, people={referral.complaint.subject_id})
