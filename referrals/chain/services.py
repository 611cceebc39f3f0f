"""Saying which way files go at the district. Only its administrator and manager do."""

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from programs.models import Partner
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound, NotYourRole
from puskesmas.history import audit
from puskesmas.models import Office, Peer, Role, User
from puskesmas.workflow import role_names
from referrals.chain.models import ChainRule, Supervision
from referrals.chain.selectors import owners_with_a_page, supervisors_of, village_peers

KEEPERS = (Role.ADMIN.value, Role.MANAGER.value)


@transaction.atomic
def set_chain(
    *,
    actor: Actor,
    village: uuid.UUID | str | None = None,
    programme_code: str = "",
    supervisor: bool = False,
    manager: bool = True,
    owner: bool = True,
    owner_partner: uuid.UUID | str | None = None,
) -> ChainRule:
    """Say which hops the files of a village (a linked office's uid; none: all) take.

    For one programme, or for all. ``owner_partner`` (a partner's uid) is an owner who decides on a
    page of his own. What was said before of the same village and programme is replaced; files that
    are already past a hop do not go back.

    Raises:
        NotYourRole: neither administrator nor manager.
        InvalidInput: no such village or partner, neither manager nor owner is left, or a page for
            an owner the files go past.
    """
    _must_keep(actor)
    if not (manager or owner):
        raise InvalidInput(
            _("Paling sedikit manajer atau pemilik program harus dilewati."), field="owner"
        )
    if owner_partner and not owner:
        raise InvalidInput(
            _("Centang juga “Diputuskan pemilik program”: di halamannya ia memutuskan."),
            field="owner",
        )
    # Two administrators at one moment: the second replaces what the first said.
    Office.objects.select_for_update(no_key=True).get(pk=actor.office.pk)
    rule, _created = ChainRule.objects.update_or_create(
        office=actor.office,
        peer=_village(actor, village) if village else None,
        programme_code=programme_code.strip(),
        defaults={
            "supervisor": supervisor,
            "manager": manager,
            "owner": owner,
            "owner_partner": _partner(actor, owner_partner) if owner_partner else None,
        },
    )
    audit(
        actor=actor,
        action="chain.set",
        subject=rule,
        fields=["supervisor", "manager", "owner", "owner_partner"],
    )
    return rule


@transaction.atomic
def drop_chain(*, actor: Actor, uid: uuid.UUID | str) -> None:
    """Take a row back; the less specific one, or the usual way, holds again.

    Raises:
        NotYourRole, NotFound.
    """
    _must_keep(actor)
    rule = ChainRule.objects.visible_to(actor).filter(uid=uid).first()
    if rule is None:
        raise NotFound(_("Jalur ini tidak ditemukan di kantor ini."))
    audit(actor=actor, action="chain.drop", subject=rule)
    rule.delete()


@transaction.atomic
def set_supervised(
    *, actor: Actor, officer_uid: uuid.UUID | str, villages: Iterable[uuid.UUID | str]
) -> User:
    """Say which villages a supervisor reviews: exactly these.

    Raises:
        NotYourRole, NotFound: nobody posted as supervisor here.
        InvalidInput: no such village.
    """
    _must_keep(actor)
    officer = supervisor_of(actor, officer_uid)
    peers = {str(peer.uid): peer for peer in village_peers(actor)}
    wanted = {str(uid) for uid in villages}
    if not wanted <= peers.keys():
        raise InvalidInput(_("Pilih desanya."), field="villages")
    Supervision.objects.filter(officer=officer, peer__office=actor.office).delete()
    Supervision.objects.bulk_create(
        Supervision(officer=officer, peer=peers[uid]) for uid in sorted(wanted)
    )
    audit(actor=actor, action="chain.supervise", subject=officer, fields=["villages"])
    return officer


def supervisor_of(actor: Actor, uid: uuid.UUID | str) -> User:
    """Return somebody posted as supervisor here today.

    Raises:
        NotFound: nobody of that uid.
    """
    for item in supervisors_of(actor):
        if str(item.officer.uid) == str(uid):
            return item.officer
    raise NotFound(_("Supervisor tidak ditemukan di kantor ini."))


def _village(actor: Actor, uid: uuid.UUID | str) -> Peer:
    found = next((peer for peer in village_peers(actor) if str(peer.uid) == str(uid)), None)
    if found is None:
        raise InvalidInput(_("Pilih desanya."), field="village")
    return found


def _partner(actor: Actor, uid: uuid.UUID | str) -> Partner:
    found = next((one for one in owners_with_a_page(actor) if str(one.uid) == str(uid)), None)
    if found is None:
        raise InvalidInput(_("Pilih lembaganya."), field="owner_partner")
    return found


def _must_keep(actor: Actor) -> None:
    if not actor.is_system and not actor.has(*KEEPERS):
        raise NotYourRole(
            _("Mengatur jalur rujukan hanya untuk %(roles)s.") % {"roles": role_names(KEEPERS)}
        )
