"""The rule of separation, in the words of a list of candidates."""

from django.utils.translation import gettext as _

from programs.models import Call
from puskesmas.actors import Actor
from puskesmas.errors import NotYourRole, OwnDraft, OwnFamily
from puskesmas.models import Role, User
from registry.separation import Approvers, Barrier, Matter


def matter_of(call: Call) -> Matter:
    """Return who made the list and who is on it (two queries)."""
    authors = set(call.authors.values_list("pk", flat=True))
    # A merged record and whom it was merged into are one person, and one family.
    rows = call.candidates.values_list("resident", "resident__canonical")
    people = {pk for pair in rows for pk in pair if pk is not None}
    return Matter(authors=authors, people=people)


def obstacle(call: Call, actor: Actor) -> NotYourRole | None:
    """Return why this officer may not approve the list, or None when he may."""
    approvers, matter = Approvers(actor.office), matter_of(call)
    barrier = approvers.barrier(matter, actor)
    if barrier is None:
        return None
    if barrier is Barrier.OWN_WORK:
        return OwnDraft(_("Anda ikut menyusun daftar ini. Yang menyetujui harus petugas lain."))
    if barrier is Barrier.OWN_FAMILY:
        return OwnFamily(
            _("Di daftar ini ada Anda atau keluarga satu KK. Yang menyetujui harus petugas lain.")
        )
    return NotYourRole(
        _("Daftar ini menunggu persetujuan %(role)s (%(names)s).")
        % {
            "role": Role(actor.office.approver_role).label,
            "names": ", ".join(user.name for user in approvers.turn(matter)) or "–",
        }
    )


def require_approver(call: Call, actor: Actor) -> None:
    """Raise what :func:`obstacle` returns."""
    found = obstacle(call, actor)
    if found is not None:
        raise found


def turn(call: Call, actor: Actor) -> list[User]:
    """Return whose turn it is to decide on the list."""
    return Approvers(actor.office).turn(matter_of(call))
