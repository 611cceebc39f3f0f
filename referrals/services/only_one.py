"""One live referral per person and programme, in whichever of his cases it runs.

KIS Daerah and KIS Nasional are two programmes. What is finished stands in nobody's way: a refused
request may be made again, a collected card renewed; a control visit continues what still runs; an
emergency waits for nothing.
"""

from django.db.models import Q
from django.utils.translation import gettext as _

from complaints import receipts
from complaints.models import Complaint
from complaints.selectors import cases
from complaints.workflow import OPEN_STATES
from programs.models import Programme
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput
from referrals.models import Referral, is_live
from referrals.workflow import Approval
from registry.identities import identities_of
from registry.models import Resident


def require_only_one(
    *,
    actor: Actor,
    case: Complaint,
    programme: Programme,
    follows: Referral | None = None,
    itself: Referral | None = None,
) -> None:
    """Pass a draft of a locked case whose person asks for the programme nowhere else.

    The person stays locked until the transaction ends, so that of two drafts in two cases at one
    moment one finds the other. ``follows`` is the referral it continues, ``itself`` the one that is
    put forward again.

    Raises:
        InvalidInput: another one is live (``code`` "live_referral").
    """
    if case.is_emergency:
        return
    person = Resident.objects.select_for_update(of=("self",), no_key=True).get(pk=case.person.pk)
    others = Referral.objects.filter(
        is_live(),
        _still_leads_somewhere(),
        office=case.office_id,
        programme=programme,
        complaint__subject__in=identities_of(person),
    ).exclude(pk__in=[row.pk for row in (follows, itself) if row])
    other = others.exclude(complaint=case).first()
    if other is not None:
        raise InvalidInput(
            _(
                "Warga ini sudah punya rujukan yang masih berjalan untuk program ini di perkara "
                "%(case)s. Lanjutkan di sana, atau tunggu jawabannya."
            )
            % {"case": _name_of(other.complaint_id, actor)},
            field="programme",
            code="live_referral",
        )


def _still_leads_somewhere() -> Q:
    """Return the condition "sent, or in a case that still runs"."""
    return Q(approval=Approval.APPROVED) | Q(complaint__state__in=OPEN_STATES)


def _name_of(case_pk: int, actor: Actor) -> str:
    """Return the case's receipt number, or "lain" where the officer may not read it."""
    number = cases(actor).filter(pk=case_pk).values_list("receipt_number", flat=True).first()
    return receipts.shown(number) if number else _("lain")
