"""What opens a partner's page: 125 random bits, told once, kept hashed, for a limited time."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from programs.models import Partner
from puskesmas.models import Office
from referrals.chain.selectors import hops_of
from referrals.disclosure import may_have
from referrals.models import PartnerKey, ReceivedReferral, Referral
from referrals.workflow import WITH_OWNER, Approval, Inbox
from reports.letters import codes

Way = PartnerKey.Way


def mint(referral: Referral, way: str) -> tuple[PartnerKey, str]:
    """Return a new key of the referral's partner, and the token nobody can read again."""
    return _mint(office=referral.office, referral=referral, partner=referral.partner, way=way)


def mint_for_owner(row: ReceivedReferral, owner: Partner, way: str) -> tuple[PartnerKey, str]:
    """Return a new key of a received referral for its programme's owner, and the token."""
    return _mint(office=row.office, received=row, partner=owner, way=way)


def _mint(**fields: Any) -> tuple[PartnerKey, str]:
    token = codes.new_code()
    key = PartnerKey.objects.create(
        token_hash=codes.lookup(token),
        expires_at=timezone.now() + timedelta(days=settings.PARTNER_PAGE_DAYS),
        **fields,
    )
    return key, token


def opens(key: PartnerKey) -> bool:
    """Return whether the key opens its page now: live, and the referral still goes to him."""
    if key.received is not None:
        return not key.is_over and is_with(key.received, key.partner)
    row: Any = key.referral
    return (
        not key.is_over
        and row.road == Referral.Road.PARTNER
        and row.partner_id == key.partner_id
        and row.approval == Approval.APPROVED
    )


def is_with(row: ReceivedReferral, owner: Partner) -> bool:
    """Return whether a received referral waits for this owner, or he decided, and he may have it.

    A file that was returned comes back to him only when it is recommended again. Once the chain
    names somebody else, or nobody, it is not his any more.
    """
    there = (*WITH_OWNER, Inbox.APPROVED, Inbox.REFUSED)
    if row.state not in there or not may_have(owner, row.payload["legal_basis"]):
        return False
    return owner_of(row) == owner


def owner_of(row: ReceivedReferral) -> Partner | None:
    """Return the owner who decides on a page of his own, as the chain says today (one query)."""
    hops = hops_of(row.office, peer_id=row.peer_id, programme_code=row.programme_code)
    return hops.page_of


def found(token: str) -> PartnerKey | None:
    """Return the key of a token if it opens anything; what was typed from paper is normalised.

    One query, whether the token is known or not.
    """
    key = (
        PartnerKey.objects.filter(token_hash=codes.lookup(codes.normalise(token)))
        .select_related("office", "partner", "referral__programme", "received")
        .first()
    )
    return key if key and opens(key) else None


def revoke_all(**whose: Any) -> int:
    """Revoke the live keys of a referral, a received one or a letter; return how many."""
    live = PartnerKey.objects.filter(revoked_at__isnull=True, **whose)
    return live.update(revoked_at=timezone.now())


def link_to(office: Office, token: str) -> str:
    """Return the address a partner opens."""
    return public_base(office) + reverse("partner:page", args=[codes.shown(token)])


def form_address(office: Office) -> str:
    """Return where a code is typed, as printed: "puskesos.example/partner"."""
    whole = public_base(office) + reverse("partner:form")
    return whole.split("://", 1)[-1].rstrip("/")


def public_base(office: Office) -> str:
    """Return the office's public address, without a slash at its end."""
    return (office.public_base_url or settings.BASE_URL).rstrip("/")
