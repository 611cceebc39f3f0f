"""The second clock: what was received and is not answered is asked about again, by a letter."""

import uuid
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puskesmas.actors import Actor
from puskesmas.errors import WrongState
from puskesmas.models import Assignment
from referrals import letters, selectors
from referrals.models import Referral, Reminder
from registry.letters import person_of, refuse_signer_of_family
from reports.letters import kinds
from reports.letters.contexts import ReminderBody
from reports.letters.models import Letter
from reports.letters.services import Content, issue_letter
from reports.letters.words import long_date

KIND = "pengingat"


def register() -> None:
    """Give the kind its place among the letters; called from ``AppConfig.ready()``."""
    kinds.register(
        letters.correspondence(
            KIND,
            name=gettext_lazy("Surat pengingat rujukan"),
            title="Surat Pengingat",
            subject_url=_referral_url,
        )
    )


def _referral_url(letter: Letter) -> str:
    reminder = Reminder.objects.select_related("referral").filter(letter=letter).first()
    return reverse("referrals:referral", args=[reminder.referral.uid]) if reminder else ""


def remind(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    signer: Assignment | None,
    client_uid: uuid.UUID | None = None,
) -> Letter:
    """Number and freeze a letter that asks the receiver again; a repeat returns the first.

    The clock of the answer starts again with it, and the resident's page says that it was sent.

    Raises:
        NotFound: no such referral here.
        WrongState: not received there, or answered. InvalidInput: the signer is family.
        NotYourRole, CannotPrint: see :func:`reports.letters.services.issue_letter`.
    """
    referral = selectors.referral(uid, actor=actor)
    if not referral.is_with_owner or _since(referral) is None:
        raise WrongState(
            _("Yang diingatkan hanya rujukan yang sudah diterima dan belum dijawab."),
            state=referral.answer,
        )
    subject = referral.complaint.person
    refuse_signer_of_family(subject, signer)
    letter = issue_letter(
        actor=actor,
        kind=KIND,
        content=Content(
            body=dict(body(referral)),
            signer=signer,
            acknowledger=letters.acknowledger(actor, signer),
        ),
        subject_uid=subject.uid,
        matter_uid=referral.complaint.uid,
        client_uid=client_uid,
    )
    Reminder.objects.get_or_create(
        letter=letter, defaults={"referral": referral, "written_by": actor.user}
    )
    return letter


def _since(referral: Referral) -> datetime | None:
    """Return since when the receiver has it: received, or the link lies in a partner's mail."""
    if referral.acknowledged_at or referral.road != Referral.Road.PARTNER:
        return referral.acknowledged_at
    sent = referral.submissions.filter(message__acked_at__isnull=False).order_by("-number")
    return sent.values_list("message__acked_at", flat=True).first()


def body(referral: Referral) -> ReminderBody:
    """Return what the letter says; a partner reads no NIK."""
    case, office = referral.complaint, referral.office
    received = _since(referral)
    asked = [reminder.letter.number for reminder in referral.reminders.select_related("letter")]
    return {
        "subject": letters.partner_person(case, office)
        if referral.gets_only_what_is_asked
        else person_of(case.person, office),
        "recipient": [referral.destination],
        "nature": "Segera" if case.is_emergency else "Biasa",
        "about": f"Tindak lanjut rujukan {referral.programme.name_id}",
        "programme": referral.programme.name_id,
        "case": letters.shown(case.receipt_number),
        "received_on": long_date(received.astimezone(office.tz).date()) if received else "",
        "their_number": referral.upstream_number,
        "earlier": asked,
    }
