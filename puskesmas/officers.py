"""Setting up an office and its people: the verbs behind the administrator's pages and commands."""

import secrets
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.crypto import token_hash
from puskesmas.errors import InvalidInput, NotFound, NotYourRole
from puskesmas.furnishing import furnish
from puskesmas.history import audit
from puskesmas.locking import lock_office, require_version
from puskesmas.models import (
    DISTRICT_ROLES,
    VILLAGE_ROLES,
    ApiToken,
    Assignment,
    Office,
    Role,
    TimeLimit,
    User,
)
from puskesmas.number_patterns import check_pattern
from puskesmas.office_keys import keys_of

#: Defaults: days and whether they are working days; each office may change its own.
DEFAULT_LIMITS: dict[str, tuple[int, bool]] = {
    TimeLimit.Code.FIRST_ANSWER: (3, True),
    TimeLimit.Code.INFORMATION: (5, True),
    TimeLimit.Code.NO_FIELD_CHECK: (14, True),
    TimeLimit.Code.FIELD_CHECK: (60, True),
    TimeLimit.Code.SKTM: (1, True),
    TimeLimit.Code.PAPERS: (30, False),
    TimeLimit.Code.EMERGENCY: (1, True),
}


def roles_of(office: Office) -> tuple[Role, ...]:
    """Return the roles an office of this tier has."""
    return VILLAGE_ROLES if office.is_village else DISTRICT_ROLES


@transaction.atomic
def create_office(**fields: Any) -> Office:
    """Create an office with its default time limits and every app's starter data.

    Raises:
        InvalidInput: the code is taken or missing.
    """
    if not fields.get("code"):
        raise InvalidInput(_("Isi kode wilayah kantor."), field="code")
    if Office.objects.filter(code=fields["code"]).exists():
        raise InvalidInput(_("Kantor dengan kode ini sudah ada."), field="code")
    office = Office.objects.create(**fields)
    TimeLimit.objects.bulk_create(
        TimeLimit(office=office, code=code, days=days, working_days=working)
        for code, (days, working) in DEFAULT_LIMITS.items()
    )
    keys_of(office)
    furnish(office)
    return office


@transaction.atomic
def change_office(*, actor: Actor, version: int | None = None, **fields: Any) -> Office:
    """Change what letters and public pages say of the office, and its own settings.

    Raises:
        NotYourRole: the actor does not administer the office.
        StaleVersion: another administrator changed it since ``version``.
        InvalidInput: letters could not be numbered, or twice alike, by the pattern.
    """
    _must_administer(actor)
    office = lock_office(actor, version)
    changed = [name for name, value in fields.items() if getattr(office, name) != value]
    for name in changed:
        setattr(office, name, fields[name])
    if {"letter_number_pattern", "one_letter_series"}.intersection(changed):
        check_pattern(office.letter_number_pattern, one_series=office.one_letter_series)
    if changed:
        office.save()
        audit(actor=actor, action="change_office", subject=office, fields=changed)
    return office


def create_first_officer(
    *, office: Office, username: str, name: str, password: str, roles: Iterable[str]
) -> User:
    """Create an account from the command line, before anybody can log in.

    Raises:
        InvalidInput: username taken, weak password, or a role this tier does not have.
    """
    with transaction.atomic():
        user = _create_user(username=username, name=name, password=password, nik="", kk="")
        for role in roles:
            _assign(user, office, role, since=office.today(), until=None, is_deputy=False, dusun="")
    return user


@transaction.atomic
def add_officer(
    *,
    actor: Actor,
    username: str,
    name: str,
    password: str,
    role: str,
    since: date,
    until: date | None = None,
    is_deputy: bool = False,
    dusun: str = "",
    nik: str = "",
    kk: str = "",
    nip: str = "",
    rank: str = "",
) -> User:
    """Create an account with its first role in the administrator's office.

    Raises:
        NotYourRole: the actor does not administer the office.
        InvalidInput: a field is wrong; ``field`` says which.
    """
    _must_administer(actor)
    user = _create_user(
        username=username, name=name, password=password, nik=nik, kk=kk, nip=nip, rank=rank
    )
    _assign(user, actor.office, role, since=since, until=until, is_deputy=is_deputy, dusun=dusun)
    audit(actor=actor, action="add_officer", subject=user, fields=["username", "role"])
    return user


@transaction.atomic
def assign_role(
    *,
    actor: Actor,
    user_uid: Any,
    role: str,
    since: date,
    until: date | None = None,
    is_deputy: bool = False,
    dusun: str = "",
) -> Assignment:
    """Give an officer of this office a further role, or a deputy's post for a time.

    Raises:
        NotYourRole: the actor does not administer the office.
        NotFound: nobody of this office.
        InvalidInput: the role is not of this tier, or the dates are wrong.
    """
    _must_administer(actor)
    user = officer_of(actor, user_uid)
    assignment = _assign(
        user, actor.office, role, since=since, until=until, is_deputy=is_deputy, dusun=dusun
    )
    audit(actor=actor, action="assign_role", subject=user, fields=["role"])
    return assignment


@transaction.atomic
def end_assignment(*, actor: Actor, uid: Any, until: date) -> Assignment:
    """End a post on a day. Nobody removes the office's last administrator.

    Raises:
        NotYourRole, NotFound, InvalidInput.
    """
    _must_administer(actor)
    assignment = Assignment.objects.filter(office=actor.office, uid=uid).first()
    if assignment is None:
        raise NotFound(_("Penugasan tidak ditemukan di kantor ini."))
    if until < assignment.since:
        raise InvalidInput(_("Tanggal selesai sebelum tanggal mulai."), field="until")
    if assignment.role == Role.ADMIN and not _another_admin(assignment):
        raise InvalidInput(_("Kantor ini harus punya paling sedikit satu pengelola aplikasi."))
    assignment.until = until
    assignment.save(update_fields=["until"])
    audit(actor=actor, action="end_assignment", subject=assignment.user, fields=["until"])
    return assignment


@transaction.atomic
def reset_password(*, actor: Actor, user_uid: Any, password: str) -> User:
    """Set a new password for an officer of this office, and only this office, who forgot his.

    Whoever may set a password may log in with it: an account that also acts elsewhere is not one
    administrator's to open.

    Raises:
        NotYourRole, NotFound; InvalidInput when the password is too weak.
    """
    _must_administer(actor)
    user = _own_officer(actor, user_uid)
    _check_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    audit(actor=actor, action="reset_password", subject=user)
    return user


@transaction.atomic
def change_officer(
    *,
    actor: Actor,
    user_uid: Any,
    name: str,
    version: int | None = None,
    nik: str = "",
    kk: str = "",
    rank: str = "",
    nip: str = "",
) -> User:
    """Correct an officer's name and numbers; an empty NIK or KK leaves the one that is kept.

    Raises:
        NotYourRole, NotFound, StaleVersion; InvalidInput without a name.
    """
    _must_administer(actor)
    user = User.objects.select_for_update().get(pk=_own_officer(actor, user_uid).pk)
    user.version += 1
    require_version(user, version)
    if not name.strip():
        raise InvalidInput(_("Isi nama."), field="name")
    before = {field: getattr(user, field) for field in ("name", "nik", "kk", "rank", "nip")}
    user.name, user.rank, user.nip = name.strip(), rank, nip
    user.nik, user.kk = nik or user.nik, kk or user.kk
    user.save()
    changed = [field for field, value in before.items() if getattr(user, field) != value]
    audit(actor=actor, action="change_officer", subject=user, fields=changed)
    return user


@transaction.atomic
def issue_token(
    *, actor: Actor, name: str, roles: Iterable[str], expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Give the officer a key for a program of his; return the row and the secret, shown once.

    The token may carry only roles the officer holds himself.

    Raises:
        InvalidInput: no name, or a role he does not hold.
    """
    wanted = sorted(roles)
    if not name.strip():
        raise InvalidInput(_("Beri nama, misalnya aplikasi yang memakainya."), field="name")
    if not wanted or not actor.roles.issuperset(wanted):
        raise InvalidInput(_("Pilih peran yang Anda pegang sendiri."), field="roles")
    secret = new_secret()
    token = ApiToken.objects.create(
        office=actor.office,
        user=actor.user,
        name=name.strip(),
        token_hash=token_hash(secret),
        scopes=["api"],
        roles=wanted,
        expires_at=expires_at,
    )
    audit(actor=actor, action="issue_token", subject=token, fields=["roles"])
    return token, secret


@transaction.atomic
def revoke_token(*, actor: Actor, uid: Any) -> ApiToken:
    """Revoke one of one's own tokens; an administrator may revoke any of the office.

    Raises:
        NotFound: no such token that the actor may revoke.
    """
    tokens = ApiToken.objects.filter(office=actor.office, uid=uid, revoked_at__isnull=True)
    if not actor.has(Role.ADMIN):
        tokens = tokens.filter(user=actor.user)
    token = tokens.select_for_update().first()
    if token is None:
        raise NotFound(_("Token tidak ditemukan."))
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    audit(actor=actor, action="revoke_token", subject=token)
    return token


def new_secret() -> str:
    """Return a random secret of 256 bits, safe in a header and a URL."""
    return secrets.token_urlsafe(32)


def officer_of(actor: Actor, uid: Any) -> User:
    """Return an officer with a post (past or present) in the actor's office.

    Raises:
        NotFound: nobody of this office has that uid.
    """
    user = User.objects.filter(uid=uid, assignments__office=actor.office).distinct().first()
    if user is None:
        raise NotFound(_("Petugas tidak ditemukan di kantor ini."))
    return user


def _own_officer(actor: Actor, uid: Any) -> User:
    """Return an officer whose running posts are all in the actor's office."""
    user = officer_of(actor, uid)
    running = Assignment.objects.filter(user=user).filter(
        Q(until__isnull=True) | Q(until__gte=actor.office.today())
    )
    if running.exclude(office=actor.office).exists() or not running.exists():
        raise NotYourRole(
            _("Akun ini juga bertugas di kantor lain, atau tidak lagi bertugas di sini.")
        )
    return user


def _must_administer(actor: Actor) -> None:
    if not actor.has(Role.ADMIN):
        raise NotYourRole(_("Hanya pengelola aplikasi kantor ini yang mengatur petugas."))


def _another_admin(assignment: Assignment) -> bool:
    others = Assignment.objects.filter(office=assignment.office, role=Role.ADMIN)
    return others.filter(until__isnull=True).exclude(pk=assignment.pk).exists()


def _create_user(*, username: str, name: str, password: str, **more: str) -> User:
    if User.objects.filter(username__iexact=username).exists():
        raise InvalidInput(_("Nama pengguna ini sudah dipakai. Pilih yang lain."), field="username")
    user = User(username=username, name=name.strip(), **more)
    _check_password(password, user)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise InvalidInput(_("Nama pengguna ini sudah dipakai."), field="username") from None
    return user


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput(" ".join(error.messages), field="password") from error


def _assign(
    user: User,
    office: Office,
    role: str,
    *,
    since: date,
    until: date | None,
    is_deputy: bool,
    dusun: str,
) -> Assignment:
    if role not in roles_of(office):
        raise InvalidInput(_("Peran ini tidak ada di kantor tingkat ini."), field="role")
    if is_deputy and until is None:
        raise InvalidInput(_("Isi sampai kapan pengganti sementara bertugas."), field="until")
    if until is not None and until < since:
        raise InvalidInput(_("Tanggal selesai sebelum tanggal mulai."), field="until")
    return Assignment.objects.create(
        user=user,
        office=office,
        role=role,
        since=since,
        until=until,
        is_deputy=is_deputy,
        dusun=dusun,
    )
