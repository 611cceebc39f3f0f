"""The link by e-mail: put in the outbox with the file, handed to the mail server by the worker."""

from collections.abc import Callable
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
from referrals.disclosure import may_have
from referrals.models import PartnerKey, ReceivedReferral, Referral
from referrals.partners import keys
from referrals.workflow import Inbox

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
    return _enqueue(referral, partner, uid=referral.uid)


def owner_obstacle(row: ReceivedReferral, owner: Partner) -> str:
    """Return in words why the owner may not read a received referral; "" if he may."""
    if may_have(owner, row.payload["legal_basis"]):
        return ""
    return _(
        "%(owner)s bukan instansi pemerintah, dan desa mengirim berkas ini tanpa persetujuan "
        "warganya. Kembalikan ke desa untuk meminta persetujuan, atau catat jawabannya di sini."
    ) % {"owner": owner.name}


def invite_owner(row: ReceivedReferral) -> OutboxMessage | None:
    """Put the owner's link in the outbox (same transaction) once the file waits for his word.

    None where the chain names nobody, he may not have it, or no link can be sent.
    """
    owner = keys.owner_of(row)
    if owner is None or not keys.is_with(row, owner) or obstacle(owner, row.office):
        return None
    return _enqueue(row, owner, uid=row.referral_uid)


def _enqueue(subject: Referral | ReceivedReferral, partner: Partner, *, uid: Any) -> OutboxMessage:
    peer, _created = Peer.objects.update_or_create(
        office=subject.office,
        direction=Peer.Direction.PARTNER,
        peer_uid=partner.uid,
        defaults={
            "name": partner.name_id,
            "transport": Peer.Transport.EMAIL,
            "active": True,
        },
    )
    return outbox.enqueue(
        office=subject.office,
        peer=peer,
        kind=INVITED,
        subject=subject,
        body={"referral_uid": str(uid), "partner_uid": str(partner.uid)},
    )


def send(message: OutboxMessage) -> dict[str, Any]:
    """Hand one link to the mail server; the receipt is empty, for nobody has read anything yet.

    The token is made here and forgotten: it stands in the mail alone. A try that broke midway may
    have arrived, so its key stays; the next try makes another.

    Raises:
        TransportError: see :func:`puskesmas.mail.send`; permanent when the partner has no address.
    """
    partner, mint = _recipient(message)
    if partner is None or str(partner.uid) != message.body["partner_uid"]:
        raise TransportError("other_partner", _("mitranya sudah diganti"), permanent=True)
    if not partner.email:
        raise TransportError("no_address", _("surelnya belum dicatat"), permanent=True)
    with mail.server() as server:
        key, token = mint()
        try:
            mail.send(server, to=partner.email, **_text(key, token))
        except mail.Refused:
            key.delete()
            raise
    return {}


def _recipient(message: OutboxMessage) -> tuple[Partner | None, Callable[[], Any]]:
    """Return who is to get the link, and what makes his key. Nobody, once it went another way."""
    way = PartnerKey.Way.LINK
    if message.subject == Referral._meta.label_lower:
        referral = Referral.objects.select_related("office", "partner").get(uid=message.subject_uid)
        return referral.partner, lambda: keys.mint(referral, way)
    rows = ReceivedReferral.objects.select_related("office")
    row = rows.get(uid=message.subject_uid)
    owner = keys.owner_of(row)
    refused = row.state == Inbox.REFUSED
    if owner is None or refused or not keys.is_with(row, owner):
        return None, lambda: None
    return owner, lambda: keys.mint_for_owner(row, owner, way)


def _text(key: PartnerKey, token: str) -> dict[str, str]:
    """Return sender, subject and text: the office, the link, its last day. No person."""
    office = key.office
    sender = office.full_name if key.received else f"Puskesos {office.full_name}"
    with override("id"):
        until = date_format(localtime(key.expires_at, office.tz).date())
    lines = (
        "Yth. Bapak/Ibu,",
        "",
        f"{sender} mengirim satu rujukan yang menunggu jawaban lembaga Anda. "
        "Buka dan jawab di sini, tanpa akun dan tanpa kata sandi:",
        "",
        keys.link_to(office, token),
        "",
        f"Tautan ini berlaku sampai {until}. Siapa yang memegangnya dapat membaca dan menjawab: "
        "jangan diteruskan ke luar lembaga Anda.",
        "",
        sender,
        "",
    )
    return {
        "sender": sender,
        "subject": f"Rujukan dari {sender}",
        "text": "\n".join(lines),
    }
