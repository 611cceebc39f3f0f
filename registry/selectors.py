"""Reading people and registers: scoped to the actor's office, with a known number of queries."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from puskesmas.actors import Actor
from puskesmas.crypto import blind_index
from puskesmas.errors import NotFound
from puskesmas.models import User
from registry.identity import clean_number
from registry.models import (
    Household,
    HouseholdMember,
    Register,
    RegisterCheck,
    RegisterRow,
    RegisterVersion,
    Resident,
)
from registry.naming import name_key, same_name

#: From this score (0–100) a name is shown as a possible spelling of the one typed.
NAME_CUTOFF = 72
SHORTEST_NAME = 2


@dataclass(frozen=True)
class FoundPerson:
    """A search hit. ``by`` is "nik", "kk", "phone" or "name"; numbers are whole, names fuzzy."""

    resident: Resident
    by: str
    score: float = 100.0


def people_of(actor: Actor) -> QuerySet[Resident]:
    """Return the office's people, each with his open membership and card loaded."""
    open_memberships = HouseholdMember.objects.filter(until__isnull=True).select_related(
        "household"
    )
    people: QuerySet[Resident] = Resident.objects.visible_to(actor).filter(canonical__isnull=True)
    return people.prefetch_related(
        Prefetch("memberships", queryset=open_memberships, to_attr="open_memberships")
    )


def person(uid: uuid.UUID | str, *, actor: Actor) -> Resident:
    """Return one person of the office.

    Raises:
        NotFound: nobody of that uid here.
    """
    found = people_of(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Warga tidak ditemukan di kantor ini."))
    return found


def household_of(resident: Resident) -> list[HouseholdMember]:
    """Return everyone on the person's card now, head first; empty when he is on none."""
    mine = HouseholdMember.objects.filter(resident=resident, until__isnull=True)
    members = (
        HouseholdMember.objects.filter(household__in=mine.values("household"), until__isnull=True)
        .select_related("household", "resident")
        .order_by("pk")
    )
    return sorted(members, key=lambda member: int(member.relation or "99"))


def find_people(text: str, *, actor: Actor, limit: int = 20) -> list[FoundPerson]:
    """Return who the text may mean: a whole NIK, KK or phone number, or a name with slips.

    Two or three queries, whatever the number of hits.
    """
    number = clean_number(text)
    if number.isascii() and number.isdigit():
        return _by_number(number, actor)[:limit]
    return _by_name(text, actor, limit)


def _by_number(number: str, actor: Actor) -> list[FoundPerson]:
    people = people_of(actor)
    if len(number) == 16:
        by_nik = people.filter(nik_index=blind_index(number, purpose="nik"))
        hits = [FoundPerson(one, "nik") for one in by_nik]
        if hits:
            return hits
        on_card = people.filter(
            memberships__until__isnull=True,
            memberships__household__kk_index=blind_index(number, purpose="kk"),
        ).order_by("pk")
        return [FoundPerson(one, "kk") for one in on_card]
    by_phone = people.filter(phone_index=blind_index(number, purpose="phone")).order_by("pk")
    return [FoundPerson(one, "phone") for one in by_phone]


def _by_name(text: str, actor: Actor, limit: int) -> list[FoundPerson]:
    wanted = name_key(text)
    if len(wanted) < SHORTEST_NAME:
        return []
    # Distinct names of the village first, then people: small, and the same on both databases.
    names = (
        Resident.objects.visible_to(actor)
        .filter(canonical__isnull=True)
        .order_by()
        .values_list("name_key", flat=True)
        .distinct()
    )
    scores = dict(_close_names(wanted, names, limit))
    people = people_of(actor).filter(name_key__in=scores)
    found = [FoundPerson(one, "name", scores[one.name_key]) for one in people]
    found.sort(key=lambda hit: (-hit.score, hit.resident.name, hit.resident.pk))
    return found[:limit]


def _close_names(wanted: str, names: Iterable[str], limit: int) -> list[tuple[str, float]]:
    hits = process.extract(
        wanted, list(names), scorer=_likeness, limit=3 * limit, score_cutoff=NAME_CUTOFF
    )
    return [(name, score) for name, score, _index in hits]


def _likeness(typed: str, name: str, *, score_cutoff: float | None = None) -> float:
    """Return 0–100: the beginnings of words count as typed so far, slips cost a little."""
    words = name.split()
    if all(any(word.startswith(part) for word in words) for part in typed.split()):
        # Among the whole matches the shortest name is the likeliest.
        return 100.0 - min(len(name) - len(typed), 20) / 4
    return 0.95 * max(
        fuzz.ratio(typed, name),
        fuzz.token_sort_ratio(typed, name),
        0.95 * fuzz.token_set_ratio(typed, name) if len(typed.split()) > 1 else 0.0,
        0.9 * max((fuzz.ratio(typed, word) for word in words), default=0.0),
    )


def is_family(user: User | None, resident: Resident) -> bool:
    """Return whether the resident is the officer himself or on his family card today."""
    return resident.pk in family_of(user, resident.office_id)


def family_of(user: User | None, office_id: int) -> set[int]:
    """Return the keys of an officer's own rows in an office and of everyone on his card today.

    The officer's own NIK and KK are on his account; his card is also found through his own row.
    Up to four small queries, each along an index: one with the choices joined by OR made PostgreSQL
    read every membership of the office.
    """
    if user is None or not (user.nik_index or user.kk_index):
        return set()
    himself, cards = set[int](), set[int]()
    if user.nik_index:
        rows = Resident.objects.filter(office_id=office_id, nik_index=user.nik_index)
        himself = set(rows.values_list("pk", flat=True))
    open_memberships = HouseholdMember.objects.filter(until__isnull=True)
    if himself:
        cards |= set(
            open_memberships.filter(resident__in=himself).values_list("household", flat=True)
        )
    if user.kk_index:
        own = Household.objects.filter(office_id=office_id, kk_index=user.kk_index)
        cards |= set(own.values_list("pk", flat=True))
    if not cards:
        return himself
    on_cards = open_memberships.filter(household__in=cards)
    return himself | set(on_cards.values_list("resident", flat=True))


@dataclass(frozen=True)
class RegisterAnswer:
    """What one register says of a person on a day.

    ``why`` explains an uncertain answer: "no_list", "too_old", "partial", "no_nik",
    "look_alike" (the list has the name without a NIK); else empty.
    ``data_date`` is the list's date, or the day of the check made by hand.
    """

    register: Register
    result: str
    method: str
    decile: int | None = None
    data_date: date | None = None
    why: str = ""
    version: RegisterVersion | None = None
    check: RegisterCheck | None = None

    @property
    def label(self) -> str:
        return str(RegisterCheck.Result(self.result).label)

    @property
    def method_label(self) -> str:
        return str(RegisterCheck.Method(self.method).label)


def register_answers(
    resident: Resident, *, actor: Actor, on: date | None = None
) -> list[RegisterAnswer]:
    """Return what each of the office's registers said of the person on a day.

    Registers in force come first, each group with the newest data first. A list that is partial or
    older than the office allows cannot say "not listed"; neither can any list about a person whose
    NIK is unknown, nor one with a row nobody has matched that may be his: a like name without a
    NIK, or on his family card. A check made by hand counts like a list of its day, unless it found
    nothing out. Four queries.
    """
    day = on or actor.office.today()
    registers = list(Register.objects.visible_to(actor).order_by("pk"))
    versions = _latest_versions(registers, day)
    rows = _rows_about(resident, versions.values())
    checks = _latest_checks(resident, day, actor)
    answers = [
        _answer(register, versions.get(register.pk), rows, checks.get(register.pk), resident, day)
        for register in registers
    ]
    return sorted(
        answers,
        key=lambda item: (item.register.in_force, item.data_date or date.min),
        reverse=True,
    )


def register_answer(
    resident: Resident, *, actor: Actor, on: date | None = None
) -> RegisterAnswer | None:
    """Return the first of :func:`register_answers`; None when the office keeps no register."""
    answers = register_answers(resident, actor=actor, on=on)
    return answers[0] if answers else None


def _rows_about(
    resident: Resident, versions: Iterable[RegisterVersion]
) -> dict[int, list[RegisterRow]]:
    """Return each version's rows (by its pk) that are the person's, or may be.

    Somebody registered after the list was loaded is not linked yet: his NIK still finds his row.
    """
    is_his = Q(resident=resident)
    if resident.nik_index:
        is_his |= Q(resident__isnull=True, nik_index=resident.nik_index)
    cards = Household.objects.filter(members__resident=resident, members__until__isnull=True)
    may_be_his = Q(nik_index="") | Q(kk_index__in=cards.exclude(kk_index="").values("kk_index"))
    # A slip in the first letter is rare, and this keeps the comparison to a handful of rows.
    like_named = Q(name_key__startswith=resident.name_key[:1], resident__isnull=True) & may_be_his
    found = RegisterRow.objects.filter(is_his | like_named, register_version__in=list(versions))
    rows: dict[int, list[RegisterRow]] = defaultdict(list)
    for row in found:
        if _is_certain(row, resident) or same_name(row.name_key, resident.name_key):
            rows[row.register_version_id].append(row)
    return rows


def _is_certain(row: RegisterRow, resident: Resident) -> bool:
    same_nik = bool(row.nik_index) and row.nik_index == resident.nik_index
    return row.resident_id is not None or same_nik


def registers_of(actor: Actor) -> list[tuple[Register, RegisterVersion | None]]:
    """Return the office's registers, each with its newest list by today (two queries)."""
    registers = list(Register.objects.visible_to(actor).order_by("code"))
    newest = _latest_versions(registers, actor.office.today())
    return [(register, newest.get(register.pk)) for register in registers]


def _latest_versions(registers: list[Register], day: date) -> dict[int, RegisterVersion]:
    versions = (
        RegisterVersion.objects.in_use()
        .filter(register__in=registers, data_date__lte=day)
        .order_by("data_date", "pk")
    )
    return {version.register_id: version for version in versions}


def _latest_checks(resident: Resident, day: date, actor: Actor) -> dict[int, RegisterCheck]:
    until = datetime.combine(day, time.max, tzinfo=actor.office.tz)
    checks = (
        RegisterCheck.objects.visible_to(actor)
        .filter(resident=resident, checked_at__lte=until)
        .exclude(method=RegisterCheck.Method.LIST)
        .select_related("checked_by")
        .order_by("checked_at", "pk")
    )
    latest: dict[int, RegisterCheck] = {}
    for check in checks:
        found_out = check.result != RegisterCheck.Result.UNCERTAIN
        if check.register_id is not None and (found_out or check.register_id not in latest):
            latest[check.register_id] = check
    return latest


def _answer(
    register: Register,
    version: RegisterVersion | None,
    rows: dict[int, list[RegisterRow]],
    check: RegisterCheck | None,
    resident: Resident,
    day: date,
) -> RegisterAnswer:
    # The register is its office's, loaded with it for its two settings.
    max_age = timedelta(days=resident.office.register_max_age_days)
    checked_on = check.data_date if check else None
    if check and version and check.result == RegisterCheck.Result.UNCERTAIN:
        # Somebody looked and did not find out: that takes nothing from what a list says.
        check = None
    if check and checked_on and (version is None or checked_on >= version.data_date):
        old = day - checked_on > max_age
        return RegisterAnswer(
            register=register,
            result=RegisterCheck.Result.UNCERTAIN if old else check.result,
            method=check.method,
            decile=check.decile,
            data_date=checked_on,
            why="too_old" if old else "",
            check=check,
        )
    if version is None:
        return RegisterAnswer(
            register, RegisterCheck.Result.UNCERTAIN, RegisterCheck.Method.LIST, why="no_list"
        )
    named = rows.get(version.pk, [])
    row = next((one for one in named if _is_certain(one, resident)), None)
    why = _doubt(
        version, row, resident, too_old=day - version.data_date > max_age, look_alike=bool(named)
    )
    found = RegisterCheck.Result.LISTED if row else RegisterCheck.Result.NOT_LISTED
    return RegisterAnswer(
        register=register,
        result=RegisterCheck.Result.UNCERTAIN if why else found,
        method=RegisterCheck.Method.LIST,
        decile=row.decile if row else None,
        data_date=version.data_date,
        why=why,
        version=version,
    )


def _doubt(
    version: RegisterVersion,
    row: RegisterRow | None,
    resident: Resident,
    *,
    too_old: bool,
    look_alike: bool,
) -> str:
    if too_old:
        return "too_old"
    if row is not None:
        return ""
    if look_alike:
        return "look_alike"
    if not version.whole_village:
        return "partial"
    return "" if resident.nik_index else "no_nik"


def facts_of(answers: Iterable[RegisterAnswer]) -> list[dict[str, Any]]:
    """Return the answers as plain values for letters and payloads."""
    return [
        {
            "register": answer.register.name_id,
            "result": str(answer.result),
            "decile": answer.decile,
            "data_date": answer.data_date.isoformat() if answer.data_date else None,
            "method": str(answer.method),
        }
        for answer in answers
    ]
