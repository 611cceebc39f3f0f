"""The hard rule of a referral: whoever drafts it, or is family, does not approve it.

Who approves is a setting of the office (the koordinator unless it says otherwise). A dated deputy
holds the approver's role for that time like anyone else. The penanggung jawab steps in when nobody
who holds the role today may act: he drafted it himself, is family, or is away.
"""

from functools import cached_property

from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import NotYourRole, OwnDraft, OwnFamily
from puskesmas.models import Assignment, Office, Role, User
from referrals.models import Referral
from registry.selectors import family_of


class Bench:
    """Who may decide on an office's drafts today.

    Loaded once (up to four queries for each person asked about), then asked per draft without a
    query; drafts come with ``complaint`` and ``authors`` loaded.
    """

    def __init__(self, office: Office) -> None:
        self.office = office
        self._families: dict[int, set[int]] = {}

    def obstacle(self, referral: Referral, actor: Actor) -> NotYourRole | None:
        """Return why this officer may not decide on the draft, or None when he may."""
        if actor.user is None:
            return NotYourRole(_("Persetujuan rujukan adalah tindakan orang, bukan aplikasi."))
        if _wrote(actor.user, referral):
            return OwnDraft(
                _("Rujukan ini Anda ajukan sendiri. Yang menyetujui harus petugas lain.")
            )
        if self._is_family(actor.user, referral):
            return OwnFamily(
                _(
                    "Yang dirujuk adalah Anda sendiri atau keluarga satu KK dengan Anda. "
                    "Yang menyetujui harus petugas lain."
                )
            )
        if actor.has(self.office.approver_role):
            return None
        able = self.able(referral)
        if actor.has(Role.HEAD) and not able:
            return None
        return NotYourRole(
            _("Rujukan ini menunggu persetujuan %(role)s (%(names)s).")
            % {
                "role": Role(self.office.approver_role).label,
                "names": ", ".join(user.name for user in able) or "–",
            }
        )

    def able(self, referral: Referral) -> list[User]:
        """Return today's holders of the approver's role against whom nothing stands."""
        return [user for user in self._holders if not self._is_barred(user, referral)]

    def turn(self, referral: Referral) -> list[User]:
        """Return whose turn it is: the able approvers, else the penanggung jawab, if he may."""
        able = self.able(referral)
        return able or [user for user in self._heads if not self._is_barred(user, referral)]

    @cached_property
    def _holders(self) -> list[User]:
        return _running(self.office, self.office.approver_role)

    @cached_property
    def _heads(self) -> list[User]:
        return _running(self.office, Role.HEAD)

    def _is_barred(self, user: User, referral: Referral) -> bool:
        return _wrote(user, referral) or self._is_family(user, referral)

    def _is_family(self, user: User, referral: Referral) -> bool:
        if user.pk not in self._families:
            self._families[user.pk] = family_of(user, self.office.pk)
        return referral.complaint.subject_id in self._families[user.pk]


def _wrote(user: User, referral: Referral) -> bool:
    return any(author.pk == user.pk for author in referral.authors.all())


def _running(office: Office, role: str) -> list[User]:
    """Return who holds a role today, standing officers before deputies (one query)."""
    today = office.today()
    rows = (
        Assignment.objects.filter(office=office, role=role, since__lte=today, user__is_active=True)
        .select_related("user")
        .order_by("is_deputy", "pk")
    )
    return [row.user for row in rows if row.until is None or row.until >= today]
