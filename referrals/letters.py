"""The surat rujukan: what goes with a file that is carried, built from what was approved."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.models import Complaint
from puskesmas.actors import Actor
from puskesmas.errors import WrongState
from puskesmas.models import Assignment, Office, Role
from referrals import selectors
from referrals.disclosure import require_basis
from referrals.models import PartnerKey, Referral, Submission
from referrals.partners import keys
from referrals.workflow import Approval
from registry.letters import person_of, refuse_signer_of_family
from reports.letters import codes, kinds
from reports.letters.contexts import LetterFile, Person, ReferralBody
from reports.letters.models import Letter
from reports.letters.selectors import signers
from reports.letters.services import Content, issue_letter
from reports.letters.words import counted

KIND = "rujukan"


_SAMPLE = {
    "subject": kinds.SAMPLE_PERSON,
    "recipient": ["Kepala Dinas Sosial", "di Jember"],
    "nature": "Biasa",
    "about": "Rujukan kepesertaan KIS PBI-JK",
    "programme": "KIS PBI-JK",
    "case": "4821 0937 5561",
    "enclosed": "",
    "needs": ["Kartu KIS aktif"],
    "finding": "",
    "paragraphs": [],
    "files": [],
    "copies": ["Arsip"],
}


def register() -> None:
    """Give the kind its place among the letters; called from ``AppConfig.ready()``."""
    kinds.register(
        correspondence(
            KIND,
            name=gettext_lazy("Surat rujukan"),
            title="Surat Rujukan",
            subject_url=_referral_url,
            sample=_SAMPLE,
        )
    )


def correspondence(
    code: str,
    *,
    name: Any,
    title: str,
    subject_url: Callable[[Letter], str],
    sample: Mapping[str, Any] | None = None,
) -> kinds.LetterKind:
    """Return a kind of letter from the Puskesos to whom a referral goes."""
    return kinds.LetterKind(
        code=code,
        name=name,
        title=title,
        template=f"letters/{code}.html",
        classification="400.9.14",
        letterhead="puskesos",
        roles=frozenset(
            role.value for role in (Role.FRONT, Role.BACK, Role.COORDINATOR, Role.HEAD)
        ),
        subject_url=subject_url,
        sample=sample,
    )


def _referral_url(letter: Letter) -> str:
    submission = Submission.objects.select_related("referral").filter(letter=letter).first()
    return reverse("referrals:referral", args=[submission.referral.uid]) if submission else ""


def issue(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    signer: Assignment | None,
    client_uid: uuid.UUID | None = None,
) -> Letter:
    """Number and freeze the letter of the latest approved submission; one there is, is returned.

    Whoever signs, "Mengetahui" is the penanggung jawab's, unless he signs himself.

    Raises:
        NotFound: no such referral here.
        WrongState: not approved. InvalidInput: the signer is family, or the legal basis does not
            fit who receives it.
        NotYourRole, CannotPrint: see :func:`reports.letters.services.issue_letter`.
    """
    referral = selectors.referral(uid, actor=actor)
    submission = referral.submissions.order_by("-number").first()
    if referral.approval != Approval.APPROVED or submission is None:
        raise WrongState(
            _("Surat rujukan dicetak setelah rujukannya disetujui."), state=referral.approval
        )
    made = selectors.letter_of(referral)
    if made is not None:
        return made
    require_basis(referral.programme, referral.partner, referral.legal_basis)
    subject = referral.complaint.person
    refuse_signer_of_family(subject, signer)
    key, code = _answer_key(referral)
    letter = issue_letter(
        actor=actor,
        kind=KIND,
        content=Content(
            body=dict(body(referral, code=code)),
            signer=signer,
            acknowledger=acknowledger(actor, signer),
        ),
        subject_uid=subject.uid,
        matter_uid=referral.complaint.uid,
        client_uid=client_uid,
    )
    Submission.objects.filter(pk=submission.pk).update(letter=letter)
    if key:
        PartnerKey.objects.filter(pk=key.pk).update(letter=letter)
    return letter


def _answer_key(referral: Referral) -> tuple[PartnerKey | None, str]:
    """Return the code the letter carries, on a partner's road; it is printed there alone."""
    if referral.road != Referral.Road.PARTNER:
        return None, ""
    return keys.mint(referral, PartnerKey.Way.CODE)


def acknowledger(actor: Actor, signer: Assignment | None) -> Assignment | None:
    """Return whose "Mengetahui" stands beside the signature: the head's, unless he signs."""
    if signer is None or signer.role == Role.HEAD:
        return None
    heads = [one for one in signers(actor.office) if one.role == Role.HEAD]
    return heads[0] if heads else None


def body(referral: Referral, *, code: str = "") -> ReferralBody:
    """Return what the letter says; a partner reads name, address, phone and need only.

    ``code`` opens the page where he answers.
    """
    case = referral.complaint
    for_partner = referral.gets_only_what_is_asked
    files = [] if for_partner else _files(case)
    return {
        "subject": partner_person(case, referral.office)
        if for_partner
        else person_of(case.person, referral.office),
        "recipient": [referral.destination],
        "nature": "Segera" if case.is_emergency else "Biasa",
        "about": f"Rujukan {referral.programme.name_id}",
        "programme": referral.programme.name_id,
        "case": shown(case.receipt_number),
        "needs": [referral.need],
        "finding": "" if for_partner else _finding(case),
        "paragraphs": [f"Keadaan darurat: {case.urgency_reason}"] if case.is_emergency else [],
        "enclosed": counted(len(files), "berkas") if files else "",
        "files": files,
        "copies": [],
        "answer_page": keys.form_address(referral.office) if code else "",
        "answer_code": codes.shown(code),
    }


def partner_person(case: Complaint, office: Office) -> Person:
    """Return a person as a partner may read of him: no NIK, no card."""
    whole = person_of(case.person, office)
    return {
        "name": whole["name"],
        "nik": "",
        "nik_withheld": True,
        "address": whole["address"],
        "phone": case.person.phone,
    }


#: Letters are Indonesian whatever the screen's language.
_FINDINGS = {
    Complaint.Finding.MEETS: "memenuhi kriteria",
    Complaint.Finding.DOES_NOT_MEET: "tidak memenuhi kriteria",
}


def _finding(case: Complaint) -> str:
    if not case.finding:
        return ""
    words = _FINDINGS[Complaint.Finding(case.finding)]
    reason = case.finding_reason.rstrip(". ")
    return f"{words} ({reason})" if reason else words


def _files(case: Complaint) -> list[LetterFile]:
    today = case.office.today()
    papers = case.papers.select_related("attachment").order_by("pk")
    return [
        {"label": paper.name_id, "sha256": paper.attachment.sha256 if paper.attachment else ""}
        for paper in papers
        if not paper.is_missing(today)
    ]


def shown(number: str) -> str:
    """Return a receipt number in groups of four."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def signer_choices(actor: Actor) -> list[tuple[str, Any]]:
    """Return who may sign, as choices of a form."""
    return [
        (str(item.uid), f"{item.user.name} – {item.get_role_display()}")
        for item in signers_of(actor)
    ]


def signers_of(actor: Actor) -> list[Assignment]:
    """Return who may sign: the koordinator first, as this letter is the Puskesos' own."""
    return sorted(signers(actor.office), key=lambda item: item.role != Role.COORDINATOR)


def signer_of(actor: Actor, uid: str) -> Assignment | None:
    """Return the chosen signer among those who may sign; None for anything else."""
    return next((item for item in signers(actor.office) if str(item.uid) == uid), None)
