"""The search box of the tier above: a received referral by agenda number, receipt or NIK."""

import re

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from complaints import receipts
from puskesmas.actors import Actor
from puskesmas.crypto import blind_index
from puskesmas.history import audit
from puskesmas.models import Role
from puskesmas.searching import Hit
from referrals.selectors import received_by
from registry.identity import clean_number

READERS = (Role.MANAGER, Role.DISTRICT_FRONT, Role.DISTRICT_BACK, Role.SUPERVISOR)
#: How many of one person's referrals are listed, newest first.
MOST = 20
_AGENDA = re.compile(r"20\d\d/\d{1,6}")


def find(text: str, actor: Actor) -> list[Hit]:
    """Return what this office received under the number; looking up a NIK is audited."""
    if not actor.has(*READERS):
        return []
    rule, is_nik = _named(text.strip())
    rows = list(received_by(actor).filter(rule).order_by("-received_at")[:MOST])
    if rows and is_nik:
        audit(actor=actor, action="lookup_number", fields=["nik"])
    return [
        Hit(
            url=reverse("referrals:received", args=[row.uid]),
            title=row.number,
            detail=f"{row.village} · {row.programme_name} · {row.get_state_display()}",
            kind=_("Rujukan masuk"),
            exact=True,
        )
        for row in rows
    ]


def _named(text: str) -> tuple[Q, bool]:
    """Return what the text asks for, and whether it is a NIK."""
    if _AGENDA.fullmatch(text):
        year, _slash, serial = text.partition("/")
        return Q(number=f"{year}/{int(serial):05d}"), False
    number = clean_number(text)
    if re.fullmatch(r"\d{16}", number, re.ASCII):
        return Q(nik_index=blind_index(number, purpose="nik")), True
    receipt = receipts.normalise(text)
    known = receipts.is_wellformed(receipt)
    return (Q(receipt_number=receipt) if known else Q(pk__in=[])), False
