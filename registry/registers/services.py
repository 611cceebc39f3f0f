"""Naming the registers an office uses."""

import re
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotYourRole
from puskesmas.history import audit
from puskesmas.locking import lock
from puskesmas.workflow import role_names
from registry.imports.services import IMPORT_ROLES
from registry.models import Register

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,19}")
_NAMED = ("name_id", "name_en", "in_force", "programme")


@transaction.atomic
def add_register(
    *,
    actor: Actor,
    code: str,
    name_id: str,
    name_en: str = "",
    in_force: bool = True,
    programme: str = "",
) -> Register:
    """Let the office use another register. The code is for good; the rest may change.

    ``programme`` is the code of the one programme whose recipients it lists, else empty. The same
    once more returns the register it made.

    Raises:
        NotYourRole: none of the roles that load lists.
        InvalidInput: no name, an impossible code, or one that another register has.
    """
    _must_keep(actor)
    code = code.strip().upper()
    if not _CODE.fullmatch(code):
        raise InvalidInput(
            _("Kode 2 sampai 20 huruf besar, angka, atau tanda hubung, contoh PBI-JK."),
            field="code",
        )
    facts = _facts(name_id=name_id, name_en=name_en, in_force=in_force, programme=programme)
    held: Register | None = Register.objects.visible_to(actor).filter(code=code).first()
    if held is not None and all(getattr(held, name) == facts[name] for name in _NAMED):
        held.is_repeat = True
        return held
    try:
        with transaction.atomic():
            made: Register = Register.objects.create(office=actor.office, code=code, **facts)
    except IntegrityError:
        raise InvalidInput(
            _("Kode ini sudah dipakai daftar lain. Pilih kode lain, atau ubah daftar itu."),
            field="code",
        ) from None
    audit(actor=actor, action="register.add", subject=made)
    return made


@transaction.atomic
def change_register(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    version: int | None,
    name_id: str,
    name_en: str = "",
    in_force: bool = True,
    programme: str = "",
) -> Register:
    """Rename a register, say that another replaced it, or whose recipients it lists.

    Raises:
        NotYourRole, NotFound, StaleVersion; InvalidInput without a name.
    """
    _must_keep(actor)
    facts = _facts(name_id=name_id, name_en=name_en, in_force=in_force, programme=programme)
    held = lock(Register, uid, actor=actor, version=version)
    changed = [name for name in _NAMED if getattr(held, name) != facts[name]]
    for name in changed:
        setattr(held, name, facts[name])
    held.save()
    audit(actor=actor, action="register.change", subject=held, fields=changed)
    return held


def _facts(*, name_id: str, name_en: str, in_force: bool, programme: str) -> dict[str, Any]:
    if not name_id.strip():
        raise InvalidInput(_("Isi nama daftarnya."), field="name_id")
    return {
        "name_id": name_id.strip(),
        "name_en": name_en.strip(),
        "in_force": in_force,
        "programme": programme.strip(),
    }


def _must_keep(actor: Actor) -> None:
    if not actor.has(*IMPORT_ROLES):
        raise NotYourRole(
            _("Mengatur daftar resmi hanya untuk %(roles)s.") % {"roles": role_names(IMPORT_ROLES)}
        )
