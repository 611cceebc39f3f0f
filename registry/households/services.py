"""Changing family cards. Memberships are dated rows: what was stays readable."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.crypto import blind_index
from puskesmas.errors import InvalidInput, OwnFamily
from puskesmas.history import audit
from puskesmas.locking import first_result, lock
from registry import codes
from registry.households.selectors import household_by, members_of
from registry.identities import card_of, lock_person
from registry.identity import IdentityError, clean_number, parse_kk
from registry.models import Household, HouseholdMember, HousingFacts, Resident
from registry.roles import SURVEYORS, must_write
from registry.selectors import family_of, household_of

_HEAD = HouseholdMember.Relation.HEAD


def put_on_card(resident: Resident, *, actor: Actor, kk: str, relation: str) -> None:
    """Put a person on the card of that number from today, making it if need be; "" does nothing.

    On the same card already: only the relation is corrected. The caller is in a transaction.

    Raises:
        InvalidInput: the number cannot be one of a family card.
    """
    if not clean_number(kk):
        return
    household = _card(kk, actor=actor, like=resident)
    now_on = card_of(resident)
    if now_on and now_on.household_id == household.pk:
        if relation and now_on.relation != relation:
            now_on.relation = relation
            now_on.save(update_fields=["relation"])
        return
    _change_membership(resident, household, relation=relation, on=actor.office.today())


@transaction.atomic
def make_head(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    version: int | None,
    resident: uuid.UUID | str,
    on: date | None = None,
) -> Household:
    """Make a member of the card its head from a day (today): somebody died, moved or stepped back.

    The former head stays on the card without a relation, for the new one's is not known to us.

    Raises:
        NotYourRole, NotFound, StaleVersion; InvalidInput: nobody living of that uid is on the card,
        he is its head already, or a day to come.
    """
    must_write(actor)
    household = lock(Household, uid, actor=actor, version=version)
    day = _past_day(on, actor)
    rows = members_of(household)
    chosen = next((row for row in rows if str(row.resident.uid) == str(resident)), None)
    if chosen is None or chosen.resident.life != Resident.Life.ALIVE:
        raise InvalidInput(
            _("Pilih anggota keluarga yang masih hidup dan tinggal di sini."), field="resident"
        )
    if chosen.relation == _HEAD:
        raise InvalidInput(_("Ia sudah kepala keluarga ini."), field="resident")
    for former in rows:
        if former.relation == _HEAD:
            _change_membership(former.resident, household, relation="", on=day)
    _change_membership(chosen.resident, household, relation=_HEAD, on=day)
    household.save()
    audit(actor=actor, action="make_head", subject=household, fields=["relation"])
    return household


@transaction.atomic
def move_to_card(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    version: int | None,
    source: str,
    kk: str = "",
    relation: str = "",
    on: date | None = None,
    along: Iterable[uuid.UUID | str] = (),
) -> Household:
    """Move a person to another family card, with ``along`` from his own; a new one if need be.

    Without a number, or with one the office does not know, a card is split off: its first person
    heads it unless ``relation`` says otherwise. Everybody else's relation there is to be filled in.

    Raises:
        NotYourRole, NotFound, StaleVersion; InvalidInput: an impossible number, the card he is on,
        no source, a day to come, or somebody along who is not on his card.
    """
    must_write(actor)
    resident = lock_person(uid, actor=actor, version=version)
    day = _past_day(on, actor)
    if not source.strip():
        raise InvalidInput(
            _("Isi sumbernya, misalnya KK baru yang ditunjukkan warga."), field="source"
        )
    now_on = card_of(resident)
    others = _company(along, besides=resident)
    household = _card(kk, actor=actor, like=resident)
    if now_on and now_on.household_id == household.pk:
        raise InvalidInput(_("Ia sudah berada di KK ini."), field="kk")
    is_new = not household.members.exists()
    _change_membership(resident, household, relation=relation or (_HEAD if is_new else ""), on=day)
    for other in others:
        _change_membership(other, household, relation="", on=day)
    resident.save()
    cards = [now_on.household, household] if now_on else [household]
    for card in sorted(cards, key=lambda one: one.pk):
        lock(Household, card.uid, actor=actor).save()
    # The reason says where the change is known from, apart from the names and numbers.
    audit(
        actor=actor,
        action="move_to_card",
        subject=resident,
        fields=["household"],
        reason=source.strip(),
    )
    return household


@transaction.atomic
def record_housing(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    observed_on: date,
    source: str = "",
    client_uid: uuid.UUID | None = None,
    **facts: Any,
) -> HousingFacts:
    """Keep what a family's house was like on a day; earlier rows stay.

    ``facts`` are those of :class:`HousingFacts`, codes of ``registry.codes.HOUSING`` or numbers.

    Raises:
        NotYourRole, NotFound; OwnFamily: what is seen counts in a verification, so somebody else
        looks; InvalidInput: nothing seen, an unknown code, a day to come.
    """
    must_write(actor, SURVEYORS)
    if earlier := first_result(HousingFacts, client_uid, actor=actor):
        return earlier
    household = household_by(uid, actor=actor)
    own = family_of(actor.user, household.office_id)
    if own and any(row.resident.pk in own for row in members_of(household)):
        raise OwnFamily(_("Ini keluarga Anda sendiri. Minta petugas lain yang melihat rumahnya."))
    _past_day(observed_on, actor, field="observed_on")
    seen = {name: value for name, value in facts.items() if value not in ("", None)}
    if not seen:
        raise InvalidInput(_("Isi paling sedikit satu keadaan rumah."), field="floor")
    for name, known in codes.HOUSING.items():
        if seen.get(name, "") not in {"", *known.words}:
            raise InvalidInput(_("Pilih salah satu yang tersedia."), field=name)
    row = HousingFacts.objects.create(
        office=actor.office,
        client_uid=client_uid,
        household=household,
        observed_on=observed_on,
        source=source.strip(),
        recorded_by=actor.user,
        **seen,
    )
    audit(actor=actor, action="record_housing", subject=household, fields=sorted(seen))
    return row


def _past_day(day: date | None, actor: Actor, *, field: str = "on") -> date:
    today = actor.office.today()
    if day is not None and day > today:
        raise InvalidInput(_("Tanggal ini belum terjadi."), field=field)
    return day or today


def _card(kk: str, *, actor: Actor, like: Resident) -> Household:
    """Return the office's card of that number, or a new one at the person's address."""
    number = clean_number(kk)
    if number:
        try:
            parse_kk(number, today=actor.office.today())
        except IdentityError as error:
            raise InvalidInput(error.message, field="kk") from error
    place = {name: getattr(like, name) for name in ("address", "dusun", "rt", "rw")}
    if not number:
        return Household.objects.create(office=actor.office, **place)
    # Two officers may write the same new card at once: one row, for both.
    card, _created = Household.objects.get_or_create(
        office=actor.office,
        kk_index=blind_index(number, purpose="kk"),
        defaults={"kk": number, **place},
    )
    return card


def _change_membership(
    resident: Resident, household: Household, *, relation: str, on: date
) -> None:
    """End the person's membership on a day and begin the new one: the history keeps both."""
    now_on = card_of(resident)
    if now_on:
        if now_on.since and on < now_on.since:
            raise InvalidInput(
                _("%(name)s baru tercatat di KK ini sesudah tanggal itu. Periksa tanggalnya.")
                % {"name": resident.name},
                field="on",
            )
        now_on.until = on
        now_on.save(update_fields=["until"])
    HouseholdMember.objects.create(
        household=household, resident=resident, relation=relation, since=on
    )


def _company(along: Iterable[uuid.UUID | str], *, besides: Resident) -> list[Resident]:
    wanted = {str(uid) for uid in along} - {str(besides.uid)}
    if not wanted:
        return []
    found = [row.resident for row in household_of(besides) if str(row.resident.uid) in wanted]
    if len(found) != len(wanted):
        raise InvalidInput(_("Yang ikut pindah harus anggota KK yang sama."), field="along")
    return found
