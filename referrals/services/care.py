"""What the hospital found of somebody who was referred: known only after the referral has left."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from programs.eligibility.services import keep, state_fact
from puskesmas.actors import Actor
from puskesmas.errors import WrongState
from referrals.grounds import CARE_VERDICT, HOSPITAL, asking_service
from referrals.models import Referral
from referrals.services.locking import lock_with_case
from referrals.weighing import weigh
from referrals.workflow import Approval


@transaction.atomic
def record_care_verdict(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    value: str,
    source: str,
    on: date,
    version: int | None = None,
) -> Referral:
    """Record whether the hospital found an emergency, and keep what the rules say of it.

    It holds for this case only. What follows ("biaya umum") is the programme's rule, kept with the
    referral; nothing that was approved or answered changes.

    Raises:
        NotFound, StaleVersion, NotYourRole, OwnFamily.
        WrongState: the referral is not approved, or no rule of its programme asks for it.
        InvalidInput: neither of the two findings, or a day that has not come.
    """
    referral, case = lock_with_case(uid, actor=actor, version=version)
    service = asking_service(referral)
    if service is None or referral.programme_version is None:
        raise WrongState(_("Program ini tidak menanyakan penilaian rumah sakit."))
    if referral.approval != Approval.APPROVED:
        raise WrongState(
            _("Penilaian rumah sakit dicatat setelah rujukannya disetujui."),
            state=referral.approval,
        )
    state_fact(
        actor=actor,
        resident=case.person,
        field=CARE_VERDICT,
        value=value,
        on=on,
        source=source,
        matter_uid=case.uid,
    )
    keep(
        actor=actor,
        verdict=weigh(case, referral.programme_version, service),
        resident=case.person,
        matter=referral,
        moment=HOSPITAL,
    )
    referral.save()
    return referral
