"""What an office's letters look like: its own choice, kept apart from what they say."""

import re
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from puskesmas import attachments
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotYourRole
from puskesmas.history import audit
from puskesmas.locking import lock_office
from puskesmas.models import Attachment, Office, Role
from puskesmas.workflow import role_names
from reports.letters import wording
from reports.letters.kinds import LetterKind
from reports.letters.models import Letter, LetterForm, LetterStyle

#: Who adapts the office's letters.
ADAPTERS = (Role.ADMIN,)
MOST_WITNESSES = 2
_PICTURES = {"image/png", "image/jpeg"}
_PICTURE_BYTES = 2 * 1024 * 1024
# 22 mm wide on paper: 600 dots are 690 an inch.
_PICTURE_SIDE = 600
_CLASSIFICATION = re.compile(r"(\d{1,4}(\.\d{1,3}){0,5})?")


def style_of(office: Office) -> LetterStyle:
    """Return the office's choice, or the defaults unsaved (one query)."""
    rows = LetterStyle.objects.select_related("left_logo", "right_logo")
    return rows.filter(office=office).first() or LetterStyle(office=office)


def must_adapt(actor: Actor) -> None:
    """Refuse who does not administer the office. Raises NotYourRole."""
    if not actor.has(*ADAPTERS):
        raise NotYourRole(
            _("Bentuk surat diatur oleh %(roles)s.") % {"roles": role_names(ADAPTERS)}
        )


@transaction.atomic
def change_style(*, actor: Actor, version: int | None = None, **fields: Any) -> LetterStyle:
    """Change what the office's letters look like from now on; frozen letters stay as they are.

    Raises:
        NotYourRole: the actor does not administer the office.
        StaleVersion: another administrator changed the office since ``version``.
    """
    must_adapt(actor)
    office = lock_office(actor, version)
    style = style_of(office)
    _change(style, fields, actor=actor, office=office, action="letter.style")
    return style


def keep_style(
    *,
    actor: Actor,
    version: int | None = None,
    left_logo: UploadedFile | None = None,
    right_logo: UploadedFile | None = None,
    without_left: bool = False,
    without_right: bool = False,
    **fields: Any,
) -> LetterStyle:
    """Change the style with what a form sends: new pictures of the arms, or none any more.

    Raises what :func:`change_style` raises, and InvalidInput for what is no picture.
    """
    must_adapt(actor)
    sides = (
        ("left_logo", left_logo, without_left),
        ("right_logo", right_logo, without_right),
    )
    for name, upload, without in sides:
        if upload is not None:
            fields[name] = attachments.store(
                upload,
                actor=actor,
                allowed=_PICTURES,
                max_bytes=_PICTURE_BYTES,
                field=name,
                longest_side=_PICTURE_SIDE,
            )
        elif without:
            fields[name] = None
    return change_style(actor=actor, version=version, **fields)


def form_of(office: Office, kind: str) -> LetterForm:
    """Return what the office changed in the kind, or nothing, unsaved (one query)."""
    found = LetterForm.objects.filter(office=office, kind=kind).first()
    return found or LetterForm(office=office, kind=kind)


@transaction.atomic
def change_form(
    *, actor: Actor, kind: LetterKind, version: int | None = None, **fields: Any
) -> LetterForm:
    """Change the office's form of a kind from now on; frozen letters stay as they are.

    Raises:
        NotYourRole: the actor does not administer the office.
        StaleVersion: another administrator changed the office since ``version``.
        InvalidInput: see :func:`checked`; or the kind counts by itself and has letters this year.
    """
    must_adapt(actor)
    office = lock_office(actor, version)
    form = form_of(office, kind.code)
    checked(LetterForm(office=office, kind=kind.code, **fields))
    if fields.get("classification", form.classification) != form.classification:
        _refuse_split_series(office, kind)
    _change(form, fields, actor=actor, office=office, action="letter.form")
    return form


def _refuse_split_series(office: Office, kind: LetterKind) -> None:
    """Keep a kind's classification through the year where it names the kind's own series.

    Another kind of the same classification would otherwise come to a number that stands already.
    """
    made = Letter.objects.filter(
        office=office, kind=kind.code, series__year=office.today().year
    ).exists()
    if made and not office.one_letter_series:
        raise InvalidInput(
            _(
                "Tiap jenis surat dinomori sendiri dan tahun ini sudah ada surat jenis ini. Kode "
                "klasifikasinya dapat diganti sebelum surat pertama tahun depan."
            ),
            field="classification",
        )


def checked(form: LetterForm) -> LetterForm:
    """Return the form when letters can be made by it.

    Raises:
        InvalidInput: wording names what is not in the list or is too long; a classification that
            is none; more witnesses than there is room for.
    """
    wording.check(form.opening, field="opening")
    wording.check(form.closing, field="closing")
    if not _CLASSIFICATION.fullmatch(form.classification):
        raise InvalidInput(
            _("Kode klasifikasi berupa angka dan titik, misalnya 400.9.14.1."),
            field="classification",
        )
    if form.witnesses > MOST_WITNESSES:
        raise InvalidInput(
            _("Paling banyak %(most)d saksi.") % {"most": MOST_WITNESSES}, field="witnesses"
        )
    return form


def _change(
    row: LetterStyle | LetterForm,
    fields: dict[str, Any],
    *,
    actor: Actor,
    office: Office,
    action: str,
) -> None:
    changed = [name for name, value in fields.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, fields[name])
    if changed:
        row.save()
        office.save()
        audit(actor=actor, action=action, subject=office, fields=changed)


def may_see_logo(actor: Actor, attachment: Attachment) -> bool:
    """Let the office's officers see the arms on its letters."""
    rows = LetterStyle.objects.filter(office=actor.office)
    return rows.filter(Q(left_logo=attachment) | Q(right_logo=attachment)).exists()
