"""What the registers say of a person on a day: listed, not listed, or not certain.

Two readings: :func:`register_answers` is what an officer may tell somebody, with its reason when it
is uncertain; :func:`rows_on` is what the lists of that day literally say, without judging them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F, FilteredRelation, OuterRef, Q, Subquery

from puskesmas.actors import Actor
from puskesmas.models import Office
from registry.identities import people_by_record, records_of
from registry.models import (
    Household,
    Likeness,
    Register,
    RegisterCheck,
    RegisterRow,
    RegisterVersion,
    Resident,
)
from registry.naming import same_name


@dataclass(frozen=True)
class RegisterAnswer:
    """What one register says of a person on a day.

    ``why`` explains an uncertain answer: "no_list", "too_old", "partial", "no_nik",
    "look_alike" (the list has the name without a NIK, or a row nobody has matched yet); else
    empty. ``data_date`` is the list's date, or the day of the check made by hand. ``programmes``
    are the codes of those his row names.
    """

    register: Register
    result: str
    method: str
    decile: int | None = None
    data_date: date | None = None
    why: str = ""
    version: RegisterVersion | None = None
    check: RegisterCheck | None = None
    programmes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return str(RegisterCheck.Result(self.result).label)

    @property
    def method_label(self) -> str:
        return str(RegisterCheck.Method(self.method).label)

    @property
    def is_certain(self) -> bool:
        return self.result != RegisterCheck.Result.UNCERTAIN and self.data_date is not None

    @property
    def source(self) -> str:
        """Where the list came from, as whoever loaded it wrote; of a check, where one looked."""
        return self.version.source if self.version else self.method_label


def register_answers(
    resident: Resident, *, actor: Actor, on: date | None = None
) -> list[RegisterAnswer]:
    """Return what each of the office's registers said of the person on a day.

    The social registers come first, those in force before the others, each group with the newest
    data first; a list of one programme's recipients that was never loaded is left out. A list that
    is partial or older than the office allows cannot say "not listed"; neither can any list about
    a person whose NIK is unknown, nor one with a row nobody has matched that may be his: a like
    name without a NIK, or on his family card, or one an officer is still asked about. A check made
    by hand counts like a list of its day, unless it found nothing out. What is known of merged
    records is known of the person. Five queries.
    """
    day = on or actor.office.today()
    people = {resident.pk: records_of(resident)}
    return answers_of(people, office=actor.office, on=day)[resident.pk]


def answers_of(
    people: Mapping[int, list[Resident]],
    *,
    office: Office,
    on: date,
    cards: Mapping[int, set[str]] | None = None,
) -> dict[int, list[RegisterAnswer]]:
    """Return :func:`register_answers` of many people by key: four queries, however many.

    ``people`` are all records of each person; ``cards`` the blind indexes of each one's family
    cards, which only a single person may go without.
    """
    registers = list(Register.objects.filter(office=office).order_by("pk"))
    versions = latest_versions(registers, on)
    rows = _rows_about(people, versions.values(), cards)
    checks = _latest_checks(people, on, office)
    return {
        person: _in_order(
            _answer(
                register,
                versions.get(register.pk),
                rows[person],
                checks[person].get(register.pk),
                records,
                on,
                office,
            )
            for register in registers
        )
        for person, records in people.items()
    }


def _in_order(answers: Iterable[RegisterAnswer]) -> list[RegisterAnswer]:
    return sorted(
        (item for item in answers if item.why != "no_list" or not item.register.programme),
        key=lambda item: (
            not item.register.programme,
            item.register.in_force,
            item.data_date or date.min,
        ),
        reverse=True,
    )


def register_answer(
    resident: Resident, *, actor: Actor, on: date | None = None
) -> RegisterAnswer | None:
    """Return what the first social register said; None when the office keeps none.

    To receive a programme is another fact than to be in the register.
    """
    answers = register_answers(resident, actor=actor, on=on)
    social = (answer for answer in answers if not answer.register.programme)
    return next(social, None)


def _rows_about(
    people: Mapping[int, list[Resident]],
    versions: Iterable[RegisterVersion],
    cards: Mapping[int, set[str]] | None,
) -> dict[int, dict[int, list[RegisterRow]]]:
    """Return by person each version's rows (by its pk) that are his, or may be (one query).

    Somebody registered after the list was loaded is not linked yet: his NIK still finds his row.
    """
    owner = {record.pk: person for person, records in people.items() for record in records}
    by_nik = {
        record.nik_index: person
        for person, records in people.items()
        for record in records
        if record.nik_index
    }
    letters: dict[str, set[int]] = defaultdict(set)
    for person, records in people.items():
        for record in records:
            letters[record.name_key[:1]].add(person)
    found: dict[int, dict[int, list[RegisterRow]]] = {
        person: defaultdict(list) for person in people
    }
    for row in _possible_rows(owner, by_nik, letters, versions):
        his: int | None = (
            owner.get(row.resident_id or 0)
            or by_nik.get(row.nik_index)
            or owner.get(row.asked_about or 0)
        )
        if his is not None:
            found[his][row.register_version_id].append(row)
            continue
        for other in letters[row.name_key[:1]]:
            on_card = cards is None or not row.nik_index or row.kk_index in cards[other]
            if on_card and _is_like_named(row, people[other]):
                found[other][row.register_version_id].append(row)
    return found


def _possible_rows(
    owner: Mapping[int, int],
    by_nik: Mapping[str, int],
    letters: Iterable[str],
    versions: Iterable[RegisterVersion],
) -> Any:
    is_his = Q(resident__in=list(owner))
    if by_nik:
        is_his |= Q(resident__isnull=True, nik_index__in=list(by_nik))
    cards = Household.objects.filter(members__resident__in=list(owner), members__until__isnull=True)
    may_be_his = Q(nik_index="") | Q(kk_index__in=cards.exclude(kk_index="").values("kk_index"))
    # A slip in the first letter is rare, and this keeps the comparison to a handful of rows.
    first_letter = Q()
    for letter in sorted(letters):
        first_letter |= Q(name_key__startswith=letter)
    like_named = Q(first_letter, resident__isnull=True) & may_be_his
    # His NIK under quite another name: nobody has said yet whose row that is.
    asked = Likeness.objects.filter(resident__in=list(owner), verdict=Likeness.Verdict.OPEN)
    is_asked = Q(pk__in=asked.filter(register_row__isnull=False).values("register_row"))
    about = asked.filter(register_row=OuterRef("pk")).order_by("pk").values("resident")[:1]
    return RegisterRow.objects.filter(
        is_his | like_named | is_asked, register_version__in=list(versions)
    ).annotate(asked_about=Subquery(about))


def _is_like_named(row: RegisterRow, records: list[Resident]) -> bool:
    return any(same_name(row.name_key, record.name_key) for record in records)


def _niks_of(records: list[Resident]) -> set[str]:
    return {record.nik_index for record in records} - {""}


def _is_certain(row: RegisterRow, records: list[Resident]) -> bool:
    return row.resident_id is not None or row.nik_index in _niks_of(records)


def latest_versions(registers: list[Register], day: date) -> dict[int, RegisterVersion]:
    """Return each register's newest list by that day, by the register's pk (one query)."""
    versions = (
        RegisterVersion.objects.in_use()
        .filter(register__in=registers, data_date__lte=day)
        .select_related("batch", "register")
        .order_by("data_date", "pk")
    )
    return {version.register_id: version for version in versions}


def _latest_checks(
    people: Mapping[int, list[Resident]], day: date, office: Office
) -> dict[int, dict[int, RegisterCheck]]:
    owner = {record.pk: person for person, records in people.items() for record in records}
    until = datetime.combine(day, time.max, tzinfo=office.tz)
    checks = (
        RegisterCheck.objects.filter(office=office, resident__in=list(owner), checked_at__lte=until)
        .exclude(method=RegisterCheck.Method.LIST)
        .select_related("checked_by")
        .order_by("checked_at", "pk")
    )
    latest: dict[int, dict[int, RegisterCheck]] = {person: {} for person in people}
    for check in checks:
        his = latest[owner[check.resident_id]]
        found_out = check.result != RegisterCheck.Result.UNCERTAIN
        if check.register_id is not None and (found_out or check.register_id not in his):
            his[check.register_id] = check
    return latest


def _answer(
    register: Register,
    version: RegisterVersion | None,
    rows: dict[int, list[RegisterRow]],
    check: RegisterCheck | None,
    records: list[Resident],
    day: date,
    office: Office,
) -> RegisterAnswer:
    max_age = timedelta(days=office.register_max_age_days)
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
    row = next((one for one in named if _is_certain(one, records)), None)
    why = _doubt(
        version, row, records, too_old=day - version.data_date > max_age, look_alike=bool(named)
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
        programmes=tuple(row.programmes) if row else (),
    )


def _doubt(
    version: RegisterVersion,
    row: RegisterRow | None,
    records: list[Resident],
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
    return "" if _niks_of(records) else "no_nik"


@dataclass(frozen=True)
class Said:
    """What the newest list of a register by a day says of a person: his row, or that he has none.

    ``line`` is the row's line in the file, None when the list does not have him.
    """

    version: RegisterVersion
    line: int | None
    name: str
    decile: int | None


def rows_on(resident: Resident, *, actor: Actor, on: date, code: str = "") -> list[Said]:
    """Return what each register's newest list by that day literally says: one query for a
    person loaded by :func:`registry.selectors.person`, else two.

    ``code`` narrows it to one register. Lists taken back say nothing.
    """
    records = records_of(resident)
    is_his = Q(rows__resident__in=records)
    if niks := _niks_of(records):
        # Registered after the list was loaded: not linked, but his NIK finds his row.
        is_his |= Q(rows__resident__isnull=True, rows__nik_index__in=niks)
    found = (
        RegisterVersion.objects.visible_to(actor)
        .in_use()
        .filter(data_date__lte=on, **({"register__code": code} if code else {}))
        .annotate(
            his=FilteredRelation("rows", condition=is_his),
            line=F("his__line"),
            listed_as=F("his__name"),
            decile=F("his__decile"),
        )
        .select_related("register")
        .order_by("register", "-data_date", "-pk", "line")
    )
    newest: dict[int, Said] = {}
    for version in found:
        said = Said(version, version.line, version.listed_as or "", version.decile)
        newest.setdefault(version.register_id, said)
    return list(newest.values())


@dataclass(frozen=True)
class FamilyDecile:
    """A family's place in one list: its deciles as text, "2", or "1–3" where rows disagree."""

    version: RegisterVersion
    deciles: str


def deciles_of(residents: Iterable[Resident], *, kk_index: str = "") -> list[FamilyDecile]:
    """Return the deciles of a family over time, newest list first; two queries.

    ``residents`` are the people on the card. A row that names another card than ``kk_index``
    speaks of another family.
    """
    rows = RegisterRow.objects.filter(
        resident__in=list(people_by_record(resident.pk for resident in residents)),
        decile__isnull=False,
        register_version__published_at__isnull=False,
        register_version__withdrawn_at__isnull=True,
    )
    if kk_index:
        rows = rows.filter(kk_index__in=["", kk_index])
    by_version: dict[RegisterVersion, set[int]] = defaultdict(set)
    for row in rows.select_related("register_version__register"):
        by_version[row.register_version].add(row.decile or 0)
    newest = sorted(by_version, key=lambda one: (one.data_date, one.pk), reverse=True)
    return [FamilyDecile(version, _span(by_version[version])) for version in newest]


def _span(deciles: set[int]) -> str:
    first, last = min(deciles), max(deciles)
    return str(first) if first == last else f"{first}–{last}"


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
