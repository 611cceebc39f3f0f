"""Who receives what, as the newest version of a register says.

A register's columns (PKH, PBI-JK …) name the programmes each person receives. Loading a version
opens what is new and ends what it no longer names; what a person said himself, or an owner
answered, is another source and stays.
"""

from collections import defaultdict
from typing import Any

from programs.models import Participation, Programme
from puskesmas.actors import Actor
from registry.models import RegisterRow, RegisterVersion, Resident

_BATCH = 2_000
Source = Participation.Source


def take_over(version: RegisterVersion, actor: Actor) -> None:
    """Bring the participations of source "register" in step with a version just loaded.

    A programme of which a newer version speaks is left alone. Programmes the sheet has no column
    for are not judged; neither are people a partial list does not name. Nothing is opened for
    somebody who died or moved away: the list's own page says so of his row.
    """
    told_since = set[str]().union(*(_judged_by(newer) for newer in _newer_than(version)))
    merged = _merged_in(version.office_id)
    named, listed = _named_by(version, _judged_by(version) - told_since, merged)
    programmes = {
        programme.code: programme
        for programme in Programme.objects.filter(office=version.office, code__in=named)
    }
    open_rows = Participation.objects.filter(
        office=version.office,
        programme__in=programmes.values(),
        source=Source.REGISTER,
        until__isnull=True,
    ).values_list("pk", "resident_id", "programme__code")
    ended = []
    held: dict[str, set[int]] = defaultdict(set)
    for pk, record, code in open_rows:
        resident = merged.get(record, record)
        held[code].add(resident)
        judged = version.whole_village or resident in listed
        if judged and resident not in named[code]:
            ended.append(pk)
    for start in range(0, len(ended), _BATCH):
        Participation.objects.filter(pk__in=ended[start : start + _BATCH]).update(
            until=version.data_date
        )
    gone = _gone_from(version.office_id)
    Participation.objects.bulk_create(
        (
            Participation(
                office=version.office,
                resident_id=resident,
                programme=programme,
                source=Source.REGISTER,
                since=version.data_date,
                recorded_by=actor.user,
            )
            for code, programme in programmes.items()
            for resident in sorted(named[code] - held[code] - gone)
        ),
        batch_size=_BATCH,
    )


def give_back(version: RegisterVersion, actor: Actor) -> None:
    """Undo what a version now withdrawn had opened and ended, as the newest ones left say it.

    What the version opened was never so and is deleted. What it ended goes on where the newest
    version that speaks of the programme names the person.
    """
    untold = _judged_by(version)
    rows = Participation.objects.filter(
        office=version.office, programme__code__in=untold, source=Source.REGISTER
    )
    rows.filter(since=version.data_date, until__isnull=True).delete()
    ended = list(
        rows.filter(until=version.data_date).values_list("pk", "resident_id", "programme__code")
    )
    merged = _merged_in(version.office_id)
    left = RegisterVersion.objects.in_use().filter(office=version.office)
    for newest in left.select_related("register", "batch").order_by("-data_date", "-pk"):
        named, _listed = _named_by(newest, _judged_by(newest) & untold, merged)
        again = [
            pk for pk, record, code in ended if merged.get(record, record) in named.get(code, ())
        ]
        for start in range(0, len(again), _BATCH):
            rows.filter(pk__in=again[start : start + _BATCH]).update(until=None)
        if named:
            take_over(newest, actor)
        untold -= named.keys()


def programmes_told(version: RegisterVersion) -> set[str]:
    """Return the codes of the programmes of which each row says yes or no.

    They have columns of their own, or the register is one programme's list of recipients.
    """
    mapping = version.batch.mapping if version.batch else {}
    told = {
        field.removeprefix("programme:")
        for field in mapping.values()
        if field.startswith("programme:")
    }
    own = version.register.programme
    return told | {own} if own else told


def _judged_by(version: RegisterVersion) -> set[str]:
    """Return the codes of the programmes the version speaks of.

    A column that names programmes ("PKH, BPNT") speaks of those it names anywhere in the list.
    """
    told = programmes_told(version)
    if version.batch and "programmes" in version.batch.mapping.values():
        named = version.rows.exclude(programmes=[]).values_list("programmes", flat=True)
        told = told.union(*named.iterator())
    return told


def _newer_than(version: RegisterVersion) -> list[RegisterVersion]:
    newer = RegisterVersion.objects.in_use().filter(
        office=version.office, data_date__gt=version.data_date
    )
    return list(newer.select_related("register", "batch"))


def _merged_in(office_id: int) -> dict[int, Any]:
    """Return, by the key of each merged record of the office, whom it was merged into."""
    merged = Resident.objects.filter(office=office_id, canonical__isnull=False)
    return dict(merged.values_list("pk", "canonical"))


def _gone_from(office_id: int) -> set[int]:
    """Return the keys of those who died or moved away."""
    gone = Resident.objects.filter(office=office_id).exclude(life=Resident.Life.ALIVE)
    return set(gone.values_list("pk", flat=True))


def _named_by(
    version: RegisterVersion, told: set[str], merged: dict[int, Any]
) -> tuple[dict[str, set[int]], set[int]]:
    """Return the people named for each of the programmes (empty ones too), and all listed."""
    named: dict[str, set[int]] = {code: set() for code in told}
    listed = set()
    rows = RegisterRow.objects.filter(register_version=version, resident__isnull=False)
    for record, programmes in rows.values_list("resident_id", "programmes").iterator():
        resident = merged.get(record, record)
        listed.add(resident)
        for code in told.intersection(programmes):
            named[code].add(resident)
    if version.register.programme in told:
        named[version.register.programme] = set(listed)
    return named, listed
