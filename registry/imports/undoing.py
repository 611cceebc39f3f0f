"""Taking a list back: what it made goes, what it changed becomes as it was.

A person whom it made and nobody has touched or referred to since is deleted, not hidden: a list of
the wrong village must not stay. What was changed since stays as it is, and the row says why.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import models
from django.utils import timezone

from puskesmas.actors import Actor
from registry.imports import followers, plans, residents
from registry.imports.plans import Outcome
from registry.models import (
    Household,
    HouseholdMember,
    Import,
    ImportRow,
    LifeEvent,
    Likeness,
    RegisterRow,
    Resident,
)
from reports.letters.selectors import subjects_with_letters

CHANGED_SINCE, REFERRED_TO = "changed_since", "referred_to"


def take_back_piece(batch: Import, *, actor: Actor) -> int:
    """Take back some rows; return the line below which the list is still in, 0 for nothing left.

    The caller holds the import and the transaction.
    """
    if batch.kind == Import.Kind.REGISTER:
        return _take_back_version(batch, actor)
    rows = list(
        batch.rows.filter(outcome__in=[Outcome.NEW, Outcome.CHANGED], undone=False, kept_because="")
        .select_related("left", "opened__household")
        .order_by("-line")[: plans.PIECE]
    )
    if not rows:
        return 0
    people = Resident.objects.select_for_update(of=("self",)).order_by("pk")
    known = people.in_bulk([row.resident_id for row in rows if row.resident_id])
    for row in rows:
        row.resident = known.get(row.resident_id)
    _delete_made([row for row in rows if row.outcome == Outcome.NEW], batch)
    _put_back([row for row in rows if row.outcome == Outcome.CHANGED], batch)
    return rows[-1].line


# --- Registers -----------------------------------------------------------------------------------


def _take_back_version(batch: Import, actor: Actor) -> int:
    """Withdraw the version first, so that it says nothing any more; then delete its rows."""
    version = batch.versions.order_by("-pk").first()
    if version is None:
        return 0
    if version.withdrawn_at is None:
        version.withdrawn_at = timezone.now()
        version.save()
        if version.published_at is not None:
            followers.withdraw(version, actor=actor)
    last = list(version.rows.order_by("-line").values_list("pk", "line")[: plans.PIECE])
    RegisterRow.objects.filter(pk__in=[pk for pk, _line in last]).delete()
    if last:
        return last[-1][1]
    if version.published_at is None:
        version.delete()
    return 0


# --- Residents made by the list ------------------------------------------------------------------


def _delete_made(rows: Sequence[ImportRow], batch: Import) -> None:
    made = {row.resident.pk: row.resident for row in rows if row.resident}
    changed = {pk for pk, resident in made.items() if resident.version != 1}
    opened = {row.opened_id for row in rows if row.opened_id}
    referred = _referred_to(made, batch=batch, opened=opened) - changed
    _keep([row for row in rows if row.resident_id in changed], CHANGED_SINCE)
    _keep([row for row in rows if row.resident_id in referred], REFERRED_TO)
    gone = made.keys() - changed - referred
    ImportRow.objects.filter(resident__in=gone).exclude(batch=batch).update(resident=None)
    away = [row for row in rows if row.resident_id in gone or row.resident is None]
    ImportRow.objects.filter(pk__in=[row.pk for row in away]).update(
        undone=True, resident=None, opened=None
    )
    LifeEvent.objects.filter(batch=batch, resident__in=gone).delete()
    asked = models.Q(resident__in=gone) | models.Q(other__in=gone)
    Likeness.objects.filter(asked, verdict="").delete()
    members = HouseholdMember.objects.filter(pk__in=[row.opened_id for row in away])
    households = set(members.values_list("household", flat=True))
    members.delete()
    Resident.objects.filter(pk__in=gone).delete()
    _delete_empty(households, batch)


def _referred_to(made: dict[int, Resident], *, batch: Import, opened: set[int]) -> set[int]:
    """Return whom somebody has used since: any row of any table, or a letter (by uid).

    What the list itself wrote about them does not count, nor a question nobody answered yet.
    """
    not_counted: dict[Any, models.Q] = {
        HouseholdMember: models.Q(pk__in=opened),
        LifeEvent: models.Q(batch=batch),
        Likeness: models.Q(verdict=""),
    }
    found: set[int] = set()
    for table, name in _references_to(Resident):
        if table is ImportRow:
            continue
        rows = table._base_manager.filter(**{f"{name}__in": list(made)})
        if table in not_counted:
            rows = rows.exclude(not_counted[table])
        found.update(rows.values_list(f"{name}_id", flat=True))
    lettered = subjects_with_letters(resident.uid for resident in made.values())
    return found | {pk for pk, resident in made.items() if resident.uid in lettered}


def _references_to(model: type[models.Model]) -> Iterator[tuple[Any, str]]:
    """Yield every (table, foreign key) that may point at a row of the model."""
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel):
            yield relation.related_model, relation.field.name


def _delete_empty(households: Iterable[int], batch: Import) -> None:
    """Delete the family cards that came with the list and now stand for nobody."""
    empty = Household.objects.filter(
        pk__in=list(households), version=1, created_at__gte=batch.started_at
    )
    used: set[int] = set()
    for table, name in _references_to(Household):
        rows = table._base_manager.filter(**{f"{name}__in": list(households)})
        used.update(rows.values_list(f"{name}_id", flat=True))
    empty.exclude(pk__in=used).delete()


# --- Residents changed by the list ---------------------------------------------------------------


def _put_back(rows: Sequence[ImportRow], batch: Import) -> None:
    open_now: dict[Any, HouseholdMember] = {
        member.resident_id: member
        for member in HouseholdMember.objects.filter(
            resident__in=[row.resident_id for row in rows], until__isnull=True
        )
    }
    fitting = [row for row in rows if _is_as_left(row, open_now.get(row.resident_id))]
    as_left = {row.pk for row in fitting}
    _keep([row for row in rows if row.pk not in as_left], CHANGED_SINCE)
    names: set[str] = set()
    for row in fitting:
        if row.resident is not None:
            residents.put(row.resident, _read(row.before or {}))
            names |= (row.before or {}).keys()
    residents.save_changed([row.resident for row in fitting if row.resident], names)
    people = [row.resident_id for row in fitting]
    LifeEvent.objects.filter(batch=batch, resident__in=people).delete()
    _put_back_cards(fitting, open_now, batch)
    ImportRow.objects.filter(pk__in=as_left).update(undone=True, left=None, opened=None)


def _is_as_left(row: ImportRow, member: HouseholdMember | None) -> bool:
    """Return whether everything the row changed still is what the row made of it."""
    resident, after = row.resident, row.after or {}
    if resident is None or resident.canonical_id is not None:
        return False
    if any(getattr(resident, name) != value for name, value in _read(after).items()):
        return False
    if "kk" in after and (member is None or member.pk != row.opened_id):
        return False
    return "relation" not in after or (member is not None and member.relation == after["relation"])


def _read(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the resident's own facts, kept as JSON, as the model has them: days are days."""
    fields: dict[str, Any] = {
        name: Resident._meta.get_field(name) for name in facts.keys() - residents.OF_CARD
    }
    return {name: field.to_python(facts[name]) for name, field in fields.items()}


def _put_back_cards(
    rows: Sequence[ImportRow], open_now: dict[Any, HouseholdMember], batch: Import
) -> None:
    moved = [row for row in rows if "kk" in (row.after or {})]
    opened = [row.opened_id for row in moved if row.opened_id]
    households = {row.opened.household_id for row in moved if row.opened}
    HouseholdMember.objects.filter(pk__in=opened).delete()
    HouseholdMember.objects.filter(pk__in=[row.left_id for row in moved if row.left_id]).update(
        until=None
    )
    _delete_empty(households, batch)
    relabelled: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        before = row.before or {}
        if "relation" in before and "kk" not in before:
            relabelled[before["relation"]].append(open_now[row.resident_id].pk)
    for relation, members in relabelled.items():
        HouseholdMember.objects.filter(pk__in=members).update(relation=relation)
    left = {row.left.household_id for row in moved if row.left}
    corrected = {pk for members in relabelled.values() for pk in members}
    kept = {member.household_id for member in open_now.values() if member.pk in corrected}
    residents.touch_cards(households | left | kept, batch)


def _keep(rows: Sequence[ImportRow], reason: str) -> None:
    ImportRow.objects.filter(pk__in=[row.pk for row in rows]).update(kept_because=reason)
