"""What opens a partner's page: 125 random bits, told once, kept hashed, for a limited time."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from puskesmas.models import Office
from referrals.models import PartnerKey, Referral
from referrals.workflow import Approval
from reports.letters import codes

Way = PartnerKey.Way


def mint(referral: Referral, way: str) -> tuple[PartnerKey, str]:
    """Return a new key of the referral's partner, and the token nobody can read again."""
    token = codes.new_code()
    partner: Any = referral.partner
    key = PartnerKey.objects.create(
        office=referral.office,
        referral=referral,
        partner=partner,
        way=way,
        token_hash=codes.lookup(token),
        expires_at=timezone.now() + timedelta(days=settings.PARTNER_PAGE_DAYS),
    )
    return key, token


def opens(key: PartnerKey) -> bool:
    """Return whether the key opens its page now: live, and the referral still goes to him."""
    row = key.referral
    return (
        not key.is_over
        and row.road == Referral.Road.PARTNER
        and row.partner_id == key.partner_id
        and row.approval == Approval.APPROVED
    )


def found(token: str) -> PartnerKey | None:
    """Return the key of a token if it opens anything; what was typed from paper is normalised.

    One query, whether the token is known or not.
    """
    key = (
        PartnerKey.objects.filter(token_hash=codes.lookup(codes.normalise(token)))
        .select_related("office", "partner", "referral__programme")
        .first()
    )
    return key if key and opens(key) else None


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
