"""Taking a referral for a change: its case first, always, so that no two verbs wait for each other.

A withdrawal holds the case and reaches for its referrals; whoever held a referral and reached for
the case would meet it halfway.
"""

import uuid

from django.utils.translation import gettext as _

from complaints.models import Complaint
from complaints.services import lock_case
from puskesmas.actors import Actor
from puskesmas.errors import NotFound
from puskesmas.locking import lock
from referrals.models import Referral


def lock_with_case(
    uid: uuid.UUID | str, *, actor: Actor, version: int | None = None
) -> tuple[Referral, Complaint]:
    """Return the office's referral and its case, both locked; ``version`` is the referral's.

    Raises:
        NotFound: no such referral in the actor's office.
        StaleVersion: somebody changed the referral since.
    """
    cases = Referral.objects.visible_to(actor).filter(uid=uid)
    case_uid = cases.values_list("complaint__uid", flat=True).first()
    if case_uid is None:
        raise NotFound(_("Data tidak ditemukan di kantor ini."))
    case = lock_case(case_uid, actor=actor)
    return lock(Referral, uid, actor=actor, version=version), case
