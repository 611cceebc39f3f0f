"""The verbs of the catalogue: programmes, drafts of their versions, publishing, partners."""

import uuid
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.catalogue.completeness import lacking
from programs.catalogue.roles import must_edit
from programs.models import Partner, PartnerAgreement, Programme, ProgrammeVersion
from programs.terms.document import read_terms, terms_of, write_terms
from programs.terms.records import BadDocument
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound, WrongState
from puskesmas.history import audit
from puskesmas.locking import lock
from puskesmas.mail import is_address

Uid = uuid.UUID | str

#: What an office may say of a programme; the rest stands in its versions.
PROGRAMME_FIELDS = ("code", "name_id", "name_en", "owner", "tier", "unit", "aliases")


@transaction.atomic
def add_programme(*, actor: Actor, code: str, **values: Any) -> Programme:
    """Add a programme of the office's own at the end of the list; it needs a version to be offered.

    ``values`` are of :data:`PROGRAMME_FIELDS`.

    Raises:
        NotYourRole: only who keeps the catalogue.
        InvalidInput: the code is taken, or a name, owner or tier is missing.
    """
    must_edit(actor)
    _check_programme({"code": code, "tier": "", "name_id": "", "owner": ""} | values)
    last = Programme.objects.visible_to(actor).order_by("order").last()
    try:
        with transaction.atomic():
            programme: Programme = Programme.objects.create(
                office=actor.office, code=code, order=last.order + 1 if last else 0, **values
            )
    except IntegrityError:
        raise InvalidInput(_("Kode ini sudah dipakai program lain."), field="code") from None
    audit(actor=actor, action="add_programme", subject=programme)
    return programme


@transaction.atomic
def change_programme(*, actor: Actor, uid: Uid, version: int | None, **values: Any) -> Programme:
    """Change a programme's names, owner, tier, unit or aliases; its code never changes.

    Raises:
        NotYourRole, NotFound, StaleVersion; InvalidInput: as :func:`add_programme`.
    """
    must_edit(actor)
    programme = lock(Programme, uid, actor=actor, version=version)
    _check_programme({name: getattr(programme, name) for name in PROGRAMME_FIELDS} | values)
    for name, value in values.items():
        setattr(programme, name, value)
    programme.save()
    audit(actor=actor, action="change_programme", subject=programme, fields=values)
    return programme


@transaction.atomic
def place_programme(*, actor: Actor, uid: Uid, after: Uid | None) -> Programme:
    """Offer a programme right after another one; first of all without ``after``.

    Raises:
        NotYourRole, NotFound (either programme).
    """
    must_edit(actor)
    rows = list(Programme.objects.visible_to(actor).select_for_update())
    by_uid = {str(row.uid): row for row in rows}
    if str(uid) not in by_uid or (after is not None and str(after) not in by_uid):
        raise NotFound(_("Data tidak ditemukan di kantor ini."))
    moved = by_uid[str(uid)]
    others = [row for row in rows if row != moved]
    # After itself means: where it stands.
    model = by_uid[str(after)] if after is not None else None
    if model == moved:
        return moved
    place = others.index(model) + 1 if model is not None else 0
    for order, row in enumerate([*others[:place], moved, *others[place:]]):
        if row.order != order:
            Programme.objects.filter(pk=row.pk).update(order=order)
            row.order = order
    audit(actor=actor, action="place_programme", subject=moved, fields=["order"])
    return moved


def _check_programme(values: dict[str, Any]) -> None:
    for name in ("code", "name_id", "owner"):
        if not str(values[name]).strip():
            raise InvalidInput(_("Wajib diisi."), field=name)
    if values["tier"] not in Programme.Tier.values:
        raise InvalidInput(_("Pilih tingkatnya."), field="tier")


@transaction.atomic
def draft_version(*, actor: Actor, programme_uid: Uid, effective_from: date) -> ProgrammeVersion:
    """Start a draft from the version in force on that day; the one there is when there is one.

    Raises:
        NotYourRole, NotFound.
    """
    must_edit(actor)
    programme = lock(Programme, programme_uid, actor=actor)
    existing: ProgrammeVersion | None = programme.versions.filter(published_at=None).first()
    if existing is not None:
        existing.is_repeat = True
        return existing
    before = programme.versions.published().filter(effective_from__lte=effective_from)
    model = before.in_order().last()
    draft: ProgrammeVersion = ProgrammeVersion.objects.create(
        office=actor.office,
        programme=programme,
        effective_from=effective_from,
        content=model.content if model else {},
    )
    audit(actor=actor, action="draft_version", subject=draft)
    return draft


@transaction.atomic
def save_draft(
    *,
    actor: Actor,
    uid: Uid,
    version: int | None,
    content: dict[str, Any],
    effective_from: date | None = None,
) -> ProgrammeVersion:
    """Keep a draft's whole document, and its first day.

    Raises:
        NotYourRole, NotFound, StaleVersion.
        WrongState: it is published, and so never changed.
        InvalidInput: a value is wrong; ``field`` is its way in the document: "rules[2].operator".
    """
    draft = _lock_draft(actor, uid, version)
    draft.content = _checked(actor, content)
    if effective_from is not None:
        draft.effective_from = effective_from
    draft.save()
    audit(actor=actor, action="save_draft", subject=draft)
    return draft


@transaction.atomic
def publish(*, actor: Actor, uid: Uid, version: int | None) -> ProgrammeVersion:
    """Put a draft in force from its first day; from now on nothing changes it.

    Raises: as :func:`save_draft`; InvalidInput also when it is incomplete.
    """
    draft = _lock_draft(actor, uid, version)
    draft.content = _checked(actor, draft.content)
    if wanting := lacking(terms_of(draft.content)):
        raise InvalidInput(" ".join(wanting), code="incomplete", lacking=wanting)
    draft.published_at, draft.published_by = timezone.now(), actor.user
    draft.save()
    audit(actor=actor, action="publish_version", subject=draft)
    return draft


@transaction.atomic
def discard_draft(*, actor: Actor, uid: Uid, version: int | None) -> None:
    """Throw a draft away. Raises NotYourRole, NotFound, StaleVersion, WrongState (published)."""
    draft = _lock_draft(actor, uid, version)
    audit(actor=actor, action="discard_draft", subject=draft)
    draft.delete()


def _lock_draft(actor: Actor, uid: Uid, version: int | None) -> ProgrammeVersion:
    must_edit(actor)
    return require_draft(lock(ProgrammeVersion, uid, actor=actor, version=version))


def require_draft(version: ProgrammeVersion) -> ProgrammeVersion:
    """Pass a draft. Raises WrongState: it is published, and so never changed."""
    if version.published_at is not None:
        raise WrongState(
            _("Versi yang sudah terbit tidak diubah lagi. Buat versi baru untuk memperbaikinya."),
            state="published",
        )
    return version


def _checked(actor: Actor, content: dict[str, Any]) -> dict[str, Any]:
    codes = Programme.objects.visible_to(actor).values_list("code", flat=True)
    try:
        return write_terms(read_terms(content, known_programmes=codes))
    except BadDocument as error:
        raise InvalidInput(str(error), field=error.where) from None


@transaction.atomic
def save_partner(
    *,
    actor: Actor,
    code: str,
    name_id: str,
    kind: str,
    uid: Uid | None = None,
    version: int | None = None,
    name_en: str = "",
    contact: str = "",
    email: str = "",
) -> Partner:
    """Add a partner, or change the one of this uid.

    Raises:
        NotYourRole, NotFound, StaleVersion.
        InvalidInput: no name, an unknown kind, a code another partner has, or no e-mail address.
    """
    must_edit(actor)
    if not code.strip() or not name_id.strip():
        raise InvalidInput(_("Wajib diisi."), field="code" if not code.strip() else "name_id")
    if kind not in Partner.Kind.values:
        raise InvalidInput(_("Pilih jenisnya."), field="kind")
    if not is_address(email.strip()):
        raise InvalidInput(
            _("Ini bukan alamat surel. Contoh: rujukan@baznas.example"), field="email"
        )
    partner = (
        lock(Partner, uid, actor=actor, version=version) if uid else Partner(office=actor.office)
    )
    partner.code, partner.name_id, partner.name_en = code.strip(), name_id.strip(), name_en
    partner.kind, partner.contact, partner.email = kind, contact, email.strip()
    try:
        with transaction.atomic():
            partner.save()
    except IntegrityError:
        raise InvalidInput(_("Kode ini sudah dipakai mitra lain."), field="code") from None
    audit(actor=actor, action="save_partner", subject=partner)
    return partner


@transaction.atomic
def record_agreement(
    *,
    actor: Actor,
    partner_uid: Uid,
    programme_uid: Uid,
    since: date,
    until: date | None = None,
    number: str = "",
) -> PartnerAgreement:
    """Note a partner's agreement about a programme; one of the same start is changed.

    Raises:
        NotYourRole, NotFound.
        InvalidInput: it ends before it begins.
    """
    must_edit(actor)
    partner = lock(Partner, partner_uid, actor=actor)
    programme = Programme.objects.visible_to(actor).filter(uid=programme_uid).first()
    if programme is None:
        raise NotFound(_("Data tidak ditemukan di kantor ini."))
    if until is not None and until < since:
        raise InvalidInput(_("Tanggal selesai sebelum tanggal mulai."), field="until")
    agreement: PartnerAgreement
    agreement, _created = PartnerAgreement.objects.update_or_create(
        office=actor.office,
        partner=partner,
        programme=programme,
        since=since,
        defaults={"until": until, "number": number},
    )
    audit(actor=actor, action="record_agreement", subject=agreement)
    return agreement


@transaction.atomic
def change_agreement(
    *,
    actor: Actor,
    uid: Uid,
    version: int | None,
    until: date | None = None,
    number: str = "",
) -> PartnerAgreement:
    """Change an agreement's end and number; when it began stays.

    Raises:
        NotYourRole, NotFound, StaleVersion.
        InvalidInput: it ends before it begins.
    """
    must_edit(actor)
    agreement = lock(PartnerAgreement, uid, actor=actor, version=version)
    if until is not None and until < agreement.since:
        raise InvalidInput(_("Tanggal selesai sebelum tanggal mulai."), field="until")
    agreement.until, agreement.number = until, number
    agreement.save()
    audit(actor=actor, action="change_agreement", subject=agreement, fields=["until", "number"])
    return agreement
