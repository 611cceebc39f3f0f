"""The link by e-mail: put in the outbox with the file, handed to the mail server by the worker."""

from typing import Any
from urllib.parse import urlsplit

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from programs.models import Partner
from puskesmas import mail, outbox
from puskesmas.models import Office, OutboxMessage, Peer
from puskesmas.outbox import TransportError
from referrals.models import PartnerKey, Referral
from referrals.partners import keys

#: The kind of the message; its body names the partner, and nobody else.
INVITED = "partner.invited"

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def obstacle(partner: Partner, office: Office) -> str:
    """Return in words why no link can be sent to the partner; "" if one can."""
    if not partner.email:
        return _("Surel %(partner)s belum dicatat di halaman Mitra.") % {"partner": partner.name}
    if not mail.is_on():
        return _("Kantor ini belum punya server surel.")
    if urlsplit(keys.public_base(office)).hostname in _LOOPBACK:
        return _("Halaman kantor ini belum bisa dibuka dari luar, jadi tautannya tidak berguna.")
    return ""


def invite(referral: Referral) -> OutboxMessage | None:
    """Put the link in the outbox (same transaction); None where none can be sent."""
    partner = referral.partner
    if partner is None or obstacle(partner, referral.office):
        return None
    peer, _created = Peer.objects.update_or_create(
        office=referral.office,
        direction=Peer.Direction.PARTNER,
        peer_uid=partner.uid,
        defaults={
            "name": partner.name_id,
            "transport": Peer.Transport.EMAIL,
            "active": True,
        },
    )
    return outbox.enqueue(
        office=referral.office,
        peer=peer,
        kind=INVITED,
        subject=referral,
        body={"referral_uid": str(referral.uid), "partner_uid": str(partner.uid)},
    )


def send(message: OutboxMessage) -> dict[str, Any]:
    """Hand one link to the mail server; the receipt is empty, for nobody has read anything yet.

    The token is made here and forgotten: it stands in the mail alone. A try that broke midway may
    have arrived, so its key stays; the next try makes another.

    Raises:
        TransportError: see :func:`puskesmas.mail.send`; permanent when the partner has no address.
    """
    referral = Referral.objects.select_related("office", "partner").get(uid=message.subject_uid)
    partner = referral.partner
    if partner is None or str(partner.uid) != message.body["partner_uid"]:
        raise TransportError("other_partner", _("mitranya sudah diganti"), permanent=True)
    if not partner.email:
        raise TransportError("no_address", _("surelnya belum dicatat"), permanent=True)
    with mail.server() as server:
        key, token = keys.mint(referral, PartnerKey.Way.LINK)
        try:
            mail.send(server, to=partner.email, **_text(key, token))
        except mail.Refused:
            key.delete()
            raise
    return {}


def _text(key: PartnerKey, token: str) -> dict[str, str]:
    """Return sender, subject and text: the office, the link, its last day. No person."""
    office = key.office
    with override("id"):
        until = date_format(localtime(key.expires_at, office.tz).date())
    lines = (
        "Yth. Bapak/Ibu,",
        "",
        f"Puskesos {office.full_name} mengirim satu rujukan yang menunggu jawaban lembaga Anda. "
        "Buka dan jawab di sini, tanpa akun dan tanpa kata sandi:",
        "",
        keys.link_to(office, token),
        "",
        f"Tautan ini berlaku sampai {until}. Siapa yang memegangnya dapat membaca dan menjawab: "
        "jangan diteruskan ke luar lembaga Anda.",
        "",
        f"Puskesos {office.full_name}",
        "",
    )
    return {
        "sender": f"Puskesos {office.full_name}",
        "subject": f"Rujukan dari Puskesos {office.full_name}",
        "text": "\n".join(lines),
    }
