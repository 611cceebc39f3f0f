"""Issuing letters and what becomes of them: number, signature, handing over, voiding.

A draft is rendered for trial first, so that a letter that cannot be printed takes no number. Then
one short transaction takes the number and freezes the content; the real rendering follows outside
it and may be repeated: the number stays.
"""

import hashlib
import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas import attachments, closing
from puskesmas.actors import Actor
from puskesmas.errors import DomainError, InvalidInput, NotYourRole, WrongState
from puskesmas.history import audit, record_transition
from puskesmas.locking import first_result, lock
from puskesmas.models import Assignment, Office, Role
from puskesmas.public_pages import residents_base
from puskesmas.workflow import role_names
from reports.letters import codes, drafts, kinds, numbering, render, selectors
from reports.letters.contexts import FrozenLetter, Verification, freeze, undrawable
from reports.letters.kinds import LetterKind
from reports.letters.models import Letter, LetterForm, LetterRevision
from reports.letters.signals import letter_moved
from reports.letters.styles import checked, form_of, must_adapt, style_of
from reports.letters.workflow import LETTER, NOT_YET, LetterState

log = logging.getLogger("puskesmas.letters")

_PURPOSE = "reports.letters.pdf"


class CannotPrint(DomainError):
    """The trial rendering failed: no number was taken."""

    status = 422
    code = "cannot_print"


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a letter says, before the engine adds number and letterhead.

    ``body`` is the kind's own JSON with at least ``subject`` (name, nik). ``signer`` is the
    assignment under which somebody signs; None leaves the head's name to be written by hand.
    ``acknowledger`` adds "Mengetahui". ``dated`` defaults to the office's today.
    """

    body: Mapping[str, Any]
    signer: Assignment | None = None
    acknowledger: Assignment | None = None
    valid_until: date | None = None
    dated: date | None = None


def preview(*, actor: Actor, kind: str, content: Content) -> bytes:
    """Return the PDF of a draft, marked KONSEP across the sheet; nothing is stored or numbered.

    Raises:
        CannotPrint, InvalidInput, NotYourRole: see :func:`issue_letter`.
    """
    letter_kind = _kind_for(actor, kind)
    dated = _check(actor.office, content)
    return _trial(letter_kind, _frozen(letter_kind, actor.office, content, dated=dated))


def sample(*, actor: Actor, kind: LetterKind, form: LetterForm) -> bytes:
    """Return a letter about invented people by a form not kept yet, marked KONSEP.

    Raises:
        NotYourRole: the actor does not administer the office.
        InvalidInput: see :func:`reports.letters.styles.checked`.
        CannotPrint: it could not be laid out.
    """
    must_adapt(actor)
    office = actor.office
    people = selectors.signers(office)
    content = Content(
        body=kind.sample or {},
        signer=people[-1] if people else None,
        valid_until=office.today() + timedelta(days=90),
    )
    return _trial(kind, _frozen(kind, office, content, dated=office.today(), form=checked(form)))


def issue_letter(
    *,
    actor: Actor,
    kind: str,
    content: Content,
    subject_uid: uuid.UUID,
    matter_uid: uuid.UUID | None = None,
    client_uid: uuid.UUID | None = None,
    sole: Callable[[], Letter | None] | None = None,
) -> Letter:
    """Number a letter, freeze its content and render it; return it in state "numbered".

    A letter that says something of a case names it as ``matter_uid``: who may not read the case
    may not read the letter. A repeat with the same ``client_uid`` returns the first letter.

    Where there may be one only, ``sole`` returns the one there is, or raises what else speaks
    against it. It is asked again while the office's series is locked, so that of two officers at
    once one is refused. A letter with an excerpt (:class:`LetterKind`) is left to the worker.

    Call it outside a transaction of your own where you can: inside one, the office's letter series
    stays locked until it ends, and the PDF is rendered after it.

    Raises:
        NotYourRole: the actor may not issue this kind.
        InvalidInput: a date, the signer or the office's number pattern is impossible.
        CannotPrint: the trial rendering failed; no number was taken.
        WrongState: ``sole`` returned a letter.
    """
    letter_kind = _kind_for(actor, kind)
    if (earlier := first_result(Letter, client_uid, actor=actor)) is not None:
        return earlier
    _refuse_second(sole)
    dated = _check(actor.office, content)
    _trial(letter_kind, _frozen(letter_kind, actor.office, content, dated=dated))
    try:
        with transaction.atomic():
            return _issue(
                actor=actor,
                kind=letter_kind,
                content=content,
                dated=dated,
                subject_uid=subject_uid,
                matter_uid=matter_uid,
                client_uid=client_uid,
                sole=sole,
            )
    except (IntegrityError, WrongState):
        # The same button pressed twice at once: the other request was first, its number stands.
        if (earlier := first_result(Letter, client_uid, actor=actor)) is not None:
            return earlier
        raise


def _refuse_second(sole: Callable[[], Letter | None] | None) -> None:
    earlier = sole() if sole else None
    if earlier is not None:
        raise WrongState(
            _("Suratnya sudah ada, bernomor %(number)s.") % {"number": earlier.number},
            state="issued",
        )


def revise(
    *, actor: Actor, uid: uuid.UUID | str, version: int | None, content: Content, reason: str
) -> Letter:
    """Correct a letter before its signature: a new frozen revision under the same number.

    The date of the letter stays. Raises what :func:`issue_letter` raises, and what
    ``LETTER.check`` and ``lock`` raise.
    """
    seen = selectors.letter(actor, uid)
    kind = kinds.get(seen.kind)
    _check(actor.office, content)
    frozen = _frozen(kind, actor.office, content, dated=seen.dated, letter=seen)
    _trial(kind, frozen)
    with transaction.atomic():
        letter = lock(Letter, uid, actor=actor, version=version)
        step = LETTER.check("revise", state=letter.state, actor=actor, reason=reason)
        last = letter.revisions.order_by("-number").values_list("number", flat=True)[0]
        letter.signer = content.signer.user if content.signer else None
        letter.valid_until = content.valid_until
        letter.save()
        _add_revision(letter, kind, frozen, number=last + 1)
        record_transition(
            subject=letter,
            field="state",
            step=step,
            source=letter.state,
            actor=actor,
            reason=reason,
        )
        audit(actor=actor, action="letter.revise", subject=letter)
    return letter


@transaction.atomic
def sign(*, actor: Actor, uid: uuid.UUID | str, version: int | None) -> Letter:
    """Record that the paper is signed: from now on the letter is issued and never changes.

    Raises:
        WrongState: not in a state to sign, its validity ended, or its file is not rendered yet.
    """
    letter = lock(Letter, uid, actor=actor, version=version)
    LETTER.check("sign", state=letter.state, actor=actor)
    if selectors.is_expired(letter):
        raise WrongState(
            _("Masa berlaku surat ini sudah lewat. Buatlah surat baru."), state=letter.state
        )
    if not _last_revision(letter).pdf_path:
        raise WrongState(
            _("Berkas surat ini belum selesai dibuat. Tunggu sebentar, lalu coba lagi."),
            state=letter.state,
        )
    letter.signed_at = timezone.now()
    return _move(letter, "sign", actor=actor)


@transaction.atomic
def hand_over(*, actor: Actor, uid: uuid.UUID | str, version: int | None, receiver: str) -> Letter:
    """Record who took the signed letter.

    Raises:
        InvalidInput: no name given.
        WrongState: not signed yet, or void.
    """
    letter = lock(Letter, uid, actor=actor, version=version)
    LETTER.check("hand_over", state=letter.state, actor=actor)
    if not receiver.strip():
        raise InvalidInput(_("Tulis nama orang yang menerima surat."), field="receiver")
    letter.handed_over_at = timezone.now()
    letter.handed_over_to = receiver.strip()
    return _move(letter, "hand_over", actor=actor)


@transaction.atomic
def void(*, actor: Actor, uid: uuid.UUID | str, version: int | None, reason: str) -> Letter:
    """Make a letter void; its number stays taken and its public page says so.

    Raises:
        WrongState: void already.
        InvalidInput: no reason given.
    """
    letter = lock(Letter, uid, actor=actor, version=version)
    return _void(letter, actor=actor, reason=reason)


def void_and_replace(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    version: int | None,
    content: Content,
    reason: str,
    client_uid: uuid.UUID | None = None,
) -> Letter:
    """Void a letter and issue its successor, both or neither; return the successor.

    Raises what :func:`issue_letter` and :func:`void` raise.
    """
    if (earlier := first_result(Letter, client_uid, actor=actor)) is not None:
        return earlier
    seen = selectors.letter(actor, uid)
    kind = _kind_for(actor, seen.kind)
    dated = _check(actor.office, content)
    _trial(kind, _frozen(kind, actor.office, content, dated=dated))
    with transaction.atomic():
        old = _void(lock(Letter, uid, actor=actor, version=version), actor=actor, reason=reason)
        return _issue(
            actor=actor,
            kind=kind,
            content=content,
            dated=dated,
            subject_uid=old.subject_uid,
            matter_uid=old.matter_uid,
            client_uid=client_uid,
            replaces=old,
        )


def lapse_letters(*, limit: int = 500) -> int:
    """Let letters lapse that nobody signed within their validity; return how many.

    The numbers stay taken. What is no longer so when its turn comes (just signed, corrected to
    hold longer) is left alone.
    """
    ended = Letter.objects.filter(
        state=LetterState.NUMBERED, valid_until__lt=timezone.now().date() + timedelta(days=1)
    )
    found = ended.select_related("office").order_by("valid_until", "pk")[:limit]
    return sum(_lapse(item) for item in found if selectors.is_expired(item))


@transaction.atomic
def _lapse(seen: Letter) -> bool:
    actor = Actor.system(seen.office)
    letter = lock(Letter, seen.uid, actor=actor)
    if letter.state != LetterState.NUMBERED or not selectors.is_expired(letter):
        return False
    _move(letter, "lapse", actor=actor)
    return True


def render_revision(revision: LetterRevision) -> bool:
    """Render and store a revision's PDF, encrypted; return whether it is there now.

    What was once stored is never rendered again. A failure is counted and left to the next try.
    """
    if revision.pdf_path:
        return True
    letter = revision.letter
    try:
        kind = kinds.get(letter.kind)
        pdf = render.render_letter(kind, revision.context)
        name = path_of(letter.uid, revision.number)
        put_pdf(name, pdf)
    except Exception as error:
        # Whatever went wrong, the number and the frozen content stay and the next try may succeed.
        log.warning("letter %s not rendered: %s", letter.uid, type(error).__name__)
        LetterRevision.objects.filter(pk=revision.pk).update(
            render_attempts=F("render_attempts") + 1, render_error=type(error).__name__
        )
        return False
    LetterRevision.objects.filter(pk=revision.pk, pdf_path="").update(
        pdf_path=name,
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        template_version=render.template_version(kind.template),
        render_attempts=F("render_attempts") + 1,
        render_error="",
    )
    revision.refresh_from_db()
    return True


def path_of(letter: uuid.UUID, number: int) -> str:
    """Return where a revision's PDF is kept, below the data folder."""
    return f"letters/{letter.hex[-2:]}/{letter.hex}-{number}.bin"


def put_pdf(name: str, pdf: bytes) -> None:
    """Keep a PDF under its :func:`path_of`, encrypted."""
    attachments.write_private(Path(settings.DATA_DIR) / name, pdf, purpose=_PURPOSE)


def forget_pdf(name: str) -> None:
    """Delete a PDF that belongs to no letter."""
    (Path(settings.DATA_DIR) / name).unlink(missing_ok=True)


def render_waiting(*, limit: int = 50) -> int:
    """Render what earlier tries left, those that failed least first; return how many are done."""
    waiting = LetterRevision.objects.filter(closing.is_open("letter__office"), pdf_path="")
    waiting = waiting.select_related("letter")
    return sum(render_revision(item) for item in waiting.order_by("render_attempts", "pk")[:limit])


def read_pdf(revision: LetterRevision) -> bytes:
    """Return a stored revision's PDF.

    Raises:
        ValueError: it is not the file that was frozen.
    """
    pdf = attachments.read_private(Path(settings.DATA_DIR) / revision.pdf_path, purpose=_PURPOSE)
    if hashlib.sha256(pdf).hexdigest() != revision.pdf_sha256:
        raise ValueError("the stored letter differs from what was frozen")
    return pdf


def _kind_for(actor: Actor, code: str) -> LetterKind:
    kind = kinds.get(code)
    step = LETTER.check("issue", state=NOT_YET, actor=actor)
    if not actor.has(*kind.roles):
        raise NotYourRole(
            _("Tindakan “%(action)s” hanya untuk %(roles)s.")
            % {"action": step.label, "roles": role_names(kind.roles)}
        )
    return kind


def _check(office: Office, content: Content) -> date:
    """Return the letter's date; refuse impossible dates and signers of other offices."""
    today = office.today()
    dated = content.dated or today
    if dated > today:
        raise InvalidInput(_("Tanggal surat tidak boleh sesudah hari ini."), field="dated")
    if content.valid_until and content.valid_until < dated:
        raise InvalidInput(
            _("Masa berlaku tidak boleh berakhir sebelum tanggal surat."), field="valid_until"
        )
    for person in (content.signer, content.acknowledger):
        if person is not None and not _may_sign(person, office, today):
            raise InvalidInput(
                _("Penanda tangan itu tidak sedang bertugas di kantor ini. Pilih yang lain."),
                field="signer",
            )
    return dated


def _may_sign(person: Assignment, office: Office, today: date) -> bool:
    running = person.since <= today and (person.until is None or person.until >= today)
    return running and person.office_id == office.pk


def _frozen(
    kind: LetterKind,
    office: Office,
    content: Content,
    *,
    dated: date,
    letter: Letter | None = None,
    form: LetterForm | None = None,
) -> FrozenLetter:
    """Return the complete content; without a numbered letter it is a draft.

    ``form`` is the office's own of the kind, read where it is not given.
    """
    form = form or form_of(office, kind.code)
    number = letter.number if letter else _number(kind, office, form, dated=dated, counter=None)
    return freeze(
        kind=kind,
        office=office,
        style=style_of(office),
        form=form,
        body=dict(content.body),
        dated=dated,
        number=number,
        valid_until=content.valid_until,
        signer=content.signer,
        acknowledger=content.acknowledger or _acknowledger(office, form, content.signer),
        verification=_verification(office, letter.token) if letter else None,
    )


def _acknowledger(office: Office, form: LetterForm, signer: Assignment | None) -> Assignment | None:
    """Return the head who acknowledges, where the form asks for it and he does not sign himself."""
    if not form.acknowledged or signer is None or signer.role == Role.HEAD:
        return None
    heads = [one for one in selectors.signers(office) if one.role == Role.HEAD]
    return heads[0] if heads else None


def _number(
    kind: LetterKind, office: Office, form: LetterForm, *, dated: date, counter: int | None
) -> str:
    return numbering.format_number(
        office.letter_number_pattern,
        classification=form.classification or kind.classification,
        counter=counter,
        village=office.code,
        dated=dated,
        one_series=office.one_letter_series,
    )


def _verification(office: Office, code: str) -> Verification:
    base = residents_base(office)
    shown = codes.shown(code)
    page = urlsplit(base + reverse("verify:form"))
    return {
        "url": base + reverse("verify:letter", args=[shown]),
        "page": f"{page.netloc}{page.path}".rstrip("/"),
        "code": shown,
    }


def waits_for_worker(revision: LetterRevision) -> bool:
    """Return whether the letter is still to be drawn, and too long to wait for."""
    kind = kinds.get(revision.letter.kind)
    return not revision.pdf_path and _is_long(kind, revision.context)


def _is_long(kind: LetterKind, frozen: FrozenLetter) -> bool:
    return kind.excerpt is not None and kind.excerpt(frozen["body"]) != frozen["body"]


def _trial(kind: LetterKind, frozen: FrozenLetter) -> bytes:
    """Return the draft's file. Raises InvalidInput for letters no font of ours has, CannotPrint."""
    if strange := undrawable(frozen):
        raise InvalidInput(
            _(
                "Surat tidak dapat memuat huruf ini: %(letters)s. Tulislah dengan huruf Latin, "
                "lalu coba lagi."
            )
            % {"letters": " ".join(strange[:10])}
        )
    if kind.excerpt is not None:
        frozen = {**frozen, "body": kind.excerpt(frozen["body"])}
    try:
        return render.render_letter(kind, frozen)
    except Exception as error:
        log.exception("trial of a letter of kind %s failed", kind.code)
        raise CannotPrint(
            _(
                "Surat belum dapat dicetak, jadi belum diberi nomor. Isian Anda tetap ada; coba "
                "lagi, dan hubungi pengelola aplikasi bila terulang."
            )
        ) from error


def _issue(
    *,
    actor: Actor,
    kind: LetterKind,
    content: Content,
    dated: date,
    subject_uid: uuid.UUID,
    matter_uid: uuid.UUID | None,
    client_uid: uuid.UUID | None,
    replaces: Letter | None = None,
    sole: Callable[[], Letter | None] | None = None,
) -> Letter:
    office = actor.office
    series, counter = numbering.take_number(office=office, kind=kind, year=dated.year)
    _refuse_second(sole)
    form = form_of(office, kind.code)
    number = _number(kind, office, form, dated=dated, counter=counter)
    _require_unused(office, number)
    code = codes.new_code()
    letter = Letter.objects.create(
        office=office,
        client_uid=client_uid,
        kind=kind.code,
        subject_uid=subject_uid,
        matter_uid=matter_uid,
        series=series,
        counter=counter,
        number=number,
        dated=dated,
        valid_until=content.valid_until,
        signer=content.signer.user if content.signer else None,
        issued_by=actor.user,
        replaces=replaces,
        token=code,
        token_hash=codes.lookup(code),
    )
    drafts.become_letter(letter, actor=actor)
    frozen = _frozen(kind, office, content, dated=dated, letter=letter, form=form)
    _add_revision(letter, kind, frozen, number=1)
    record_transition(
        subject=letter, field="state", step=LETTER.steps["issue"], source=NOT_YET, actor=actor
    )
    audit(actor=actor, action="letter.issue", subject=letter)
    return letter


def _require_unused(office: Office, number: str) -> None:
    """Refuse a number an earlier pattern already made; the caller holds the office's agenda."""
    if Letter.objects.filter(office=office, number=number).exists():
        raise InvalidInput(
            _(
                "Nomor surat %(number)s sudah dipakai. Minta pengelola memeriksa pola nomor surat "
                "di halaman Kantor."
            )
            % {"number": number}
        )


def _add_revision(letter: Letter, kind: LetterKind, frozen: FrozenLetter, *, number: int) -> None:
    revision = LetterRevision.objects.create(
        letter=letter,
        number=number,
        context=frozen,
        template_version=render.template_version(kind.template),
    )
    if _is_long(kind, frozen):
        transaction.on_commit(lambda: _wake(revision.pk))
    else:
        transaction.on_commit(lambda: render_revision(revision))


def _wake(pk: int) -> None:
    from reports.letters.tasks import render_letter

    try:
        render_letter.apply_async([pk], retry=False)
    except Exception as error:
        # A broker that is down costs a minute: beat draws what waits.
        log.warning("rendering worker not woken: %s", type(error).__name__)


def _last_revision(letter: Letter) -> LetterRevision:
    return letter.revisions.latest("number")


def _void(letter: Letter, *, actor: Actor, reason: str) -> Letter:
    LETTER.check("void", state=letter.state, actor=actor, reason=reason)
    letter.voided_at = timezone.now()
    return _move(letter, "void", actor=actor, reason=reason)


def _move(letter: Letter, action: str, *, actor: Actor, reason: str = "") -> Letter:
    source = letter.state
    step = LETTER.check(action, state=source, actor=actor, reason=reason)
    letter.state = LetterState(step.target)
    letter.save()
    record_transition(
        subject=letter, field="state", step=step, source=source, actor=actor, reason=reason
    )
    audit(actor=actor, action=f"letter.{action}", subject=letter)
    letter_moved.send(sender=Letter, letter=letter, action=action, actor=actor)
    return letter
