"""The invented inhabitants of a place: families, ages, work, numbers, aid they hold."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from registry.demo.names import full_name
from registry.demo.places import Neighbourhood, Place

COUNTED_ON = date(2026, 6, 30)
"""The day the population was "counted": fixed, so that the files never change."""

HEAD, WIFE, CHILD, IN_LAW, GRANDCHILD, PARENT = (
    "KEPALA KELUARGA",
    "ISTRI",
    "ANAK",
    "MENANTU",
    "CUCU",
    "ORANG TUA",
)
SINGLE, MARRIED, DIVORCED, WIDOWED = "BELUM KAWIN", "KAWIN", "CERAI HIDUP", "CERAI MATI"


@dataclass
class Person:
    """One inhabitant. ``remark`` is what the village wrote beside the name, if anything."""

    name: str
    sex: str
    born: date
    birth_place: str
    relation: str
    marital: str
    mother: str
    father: str
    education: str = ""
    occupation: str = ""
    nik: str = ""
    phone: str = ""
    disability: str = ""
    health_card: str = ""
    died_on: date | None = None
    moved_on: date | None = None

    @property
    def age(self) -> int:
        """Return whole years on the day of the count."""
        had_birthday = (COUNTED_ON.month, COUNTED_ON.day) >= (
            self.born.month,
            self.born.day,
        )
        return COUNTED_ON.year - self.born.year - (not had_birthday)

    @property
    def lives_here(self) -> bool:
        return self.died_on is None and self.moved_on is None


@dataclass
class Family:
    """The people of one KK. ``decile`` is 1 (poorest) to 10."""

    home: Neighbourhood
    address: str
    kk: str = ""
    members: list[Person] = field(default_factory=list)
    decile: int = 10
    programmes: set[str] = field(default_factory=set)


@dataclass
class Population:
    """Everybody of one place, in the order of the sheet."""

    place: Place
    families: list[Family]

    def people(self) -> Iterator[tuple[Family, Person]]:
        for family in self.families:
            for person in family.members:
                yield family, person

    def residents(self) -> Iterator[tuple[Family, Person]]:
        return ((family, person) for family, person in self.people() if person.lives_here)


def build_population(place: Place) -> Population:
    """Return the place's inhabitants: the same ones every time.

    The living who stay number ``place.residents``; families of decile 1–4 ``place.poor_families``;
    holders of a health card ``place.kis_holders``. On top come a few dead and moved people whom
    the village's sheet still lists.
    """
    builder = _Builder(place)
    families = builder.families()
    population = Population(place, families)
    builder.number(families)
    _grade(population, builder.rng)
    _give_health_cards(population, builder.rng)
    builder.add_departed(families)
    return population


class _Builder:
    """Draws families from one random stream and hands out unused numbers."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.rng = Random(place.seed)
        # A stream of its own: who the people are does not hang on their numbers.
        self._numbers = Random(place.seed + 4)
        self._issued: set[str] = set()
        self._shapes: list[tuple[Callable[[], list[Person]], float]] = [
            (self._couple_with_children, 0.50),
            (self._three_generations, 0.13),
            (self._one_parent, 0.11),
            (self._old_couple, 0.13),
            (self._alone, 0.13),
        ]

    def families(self) -> list[Family]:
        left = self.place.residents
        homes = self.place.neighbourhoods
        found: list[Family] = []
        while left:
            shape = self.rng.choices(
                [shape for shape, _ in self._shapes],
                [weight for _, weight in self._shapes],
            )[0]
            members = shape()
            names = {member.name for member in members}
            if len(members) > left or len(names) < len(members):
                continue
            home = self.rng.choices(homes, [home.weight for home in homes])[0]
            found.append(Family(home=home, address=self._address(home), members=members))
            left -= len(members)
        found.sort(key=lambda family: (family.home.rw, family.home.rt))
        return found

    def number(self, families: list[Family]) -> None:
        """Give each family its KK number and each person his NIK."""
        for family in families:
            oldest = min(member.born for member in family.members)
            first = max(date(2005, 1, 2), oldest + timedelta(days=17 * 365))
            registered = self._day(min(first, COUNTED_ON - timedelta(days=30)), COUNTED_ON)
            family.kk = self._serial(f"{self.place.nik_prefix}{registered:%d%m%y}")
            for member in family.members:
                member.nik = self.nik(member)

    def nik(self, person: Person) -> str:
        prefix = self.place.nik_prefix
        if person.age > 20 and self.rng.random() < 0.04:
            prefix = self.rng.choice(self.place.other_prefixes)
        day = person.born.day + (40 if person.sex == "P" else 0)
        return self._serial(f"{prefix}{day:02d}{person.born:%m%y}")

    def add_departed(self, families: list[Family]) -> None:
        """Add the dead and the moved whom the sheet still carries, without counting them."""
        for _number in range(DEPARTED["died"]):
            family = self.rng.choice([one for one in families if len(one.members) > 1])
            person = self._person("LP", self.rng.randint(55, 88), PARENT, WIDOWED)
            person.died_on = self._day(COUNTED_ON - timedelta(days=900), COUNTED_ON)
            self._add(family, person)
        for _number in range(DEPARTED["moved"]):
            family = self.rng.choice([one for one in families if len(one.members) > 2])
            person = self._person("LP", self.rng.randint(19, 30), CHILD, SINGLE)
            person.moved_on = self._day(COUNTED_ON - timedelta(days=600), COUNTED_ON)
            self._add(family, person)

    def _add(self, family: Family, person: Person) -> None:
        while any(person.name == member.name for member in family.members):
            person.name = self._name(person.sex, person.born, "")
        person.nik = self.nik(person)
        family.members.append(person)

    # --- shapes of a family ----------------------------------------------------------------

    def _couple_with_children(self) -> list[Person]:
        husband, wife = self._couple(self.rng.randint(21, 56))
        return [husband, wife, *self._children(husband, wife)]

    def _three_generations(self) -> list[Person]:
        if self.rng.random() < 0.5:
            husband, wife = self._couple(self.rng.randint(30, 52))
            parent = self._person("PPL", husband.age + self.rng.randint(19, 30), PARENT, WIDOWED)
            return [husband, wife, *self._children(husband, wife), parent]
        husband, wife = self._couple(self.rng.randint(46, 66))
        daughter = self._person(
            "P",
            max(18, wife.age - self.rng.randint(19, 26)),
            CHILD,
            MARRIED,
            (husband, wife),
        )
        in_law = self._person("L", daughter.age + self.rng.randint(0, 6), IN_LAW, MARRIED)
        grandchildren = self._children(in_law, daughter, relation=GRANDCHILD)
        return [husband, wife, daughter, in_law, *grandchildren[:2]]

    def _one_parent(self) -> list[Person]:
        marital = self.rng.choice([WIDOWED, WIDOWED, DIVORCED])
        parent = self._person("PPPL", self.rng.randint(27, 58), HEAD, marital)
        other = self._person("L" if parent.sex == "P" else "P", parent.age, HEAD, marital)
        mother, father = (parent, other) if parent.sex == "P" else (other, parent)
        return [parent, *self._children(father, mother, at_least=1)[:3]]

    def _old_couple(self) -> list[Person]:
        return list(self._couple(self.rng.randint(48, 79)))

    def _alone(self) -> list[Person]:
        if self.rng.random() < 0.25:
            return [self._person("LLP", self.rng.randint(20, 45), HEAD, SINGLE)]
        return [self._person("PPPL", self.rng.randint(55, 86), HEAD, WIDOWED)]

    def _couple(self, husband_age: int) -> tuple[Person, Person]:
        husband = self._person("L", husband_age, HEAD, MARRIED)
        wife = self._person("P", max(18, husband_age - self.rng.randint(-1, 7)), WIFE, MARRIED)
        return husband, wife

    def _children(
        self,
        father: Person,
        mother: Person,
        *,
        relation: str = CHILD,
        at_least: int = 0,
    ) -> list[Person]:
        wanted = max(at_least, self.rng.choices([0, 1, 2, 3, 4], [6, 34, 38, 17, 5])[0])
        oldest = min(mother.age - 18, 27)
        if oldest < 0:
            return []
        ages: list[int] = []
        for _number in range(wanted):
            age = self.rng.randint(max(0, mother.age - 42), max(oldest, mother.age - 42))
            if age <= 28 and all(abs(age - other) > 1 for other in ages):
                ages.append(age)
        return [
            self._person("LP", age, relation, SINGLE, (father, mother))
            for age in sorted(ages, reverse=True)
        ]

    def _person(
        self,
        sexes: str,
        age: int,
        relation: str,
        marital: str,
        parents: tuple[Person, Person] | None = None,
    ) -> Person:
        sex = self.rng.choice(sexes)
        latest = COUNTED_ON.replace(year=COUNTED_ON.year - age)
        born = self._day(latest - timedelta(days=364), latest)
        if parents:
            father, mother = (parent.name for parent in parents)
        else:
            father = self._name("L", born - timedelta(days=9_500), "")
            mother = self._name("P", born - timedelta(days=8_900), "")
        person = Person(
            name=self._name(sex, born, father),
            sex=sex,
            born=born,
            birth_place=self.rng.choice(self.place.birth_places),
            relation=relation,
            marital=marital,
            mother=mother,
            father=father,
        )
        person.education = self._education(person)
        person.occupation = self._occupation(person)
        if person.age >= 17 and self.rng.random() < 0.35:
            person.phone = f"0810{self.rng.randrange(10**8):08d}"
        if self.rng.random() < 0.012:
            person.disability = self.rng.choice(["FISIK", "NETRA", "RUNGU WICARA", "MENTAL"])
        return person

    def _name(self, sex: str, born: date, father: str) -> str:
        return full_name(
            self.place.words, sex=sex, birth_year=born.year, father=father, rng=self.rng
        )

    def _education(self, person: Person) -> str:
        if person.age < 6:
            return "BELUM SEKOLAH"
        if person.age < 13:
            return "BELUM TAMAT SD"
        if person.age < 16:
            return "SD"
        levels = ["TIDAK SEKOLAH", "SD", "SLTP", "SLTA", "D3", "S1"]
        weights = [2, 24, 30, 36, 3, 5] if person.born.year > 1980 else [22, 50, 14, 11, 1, 2]
        return self.rng.choices(levels, weights)[0]

    def _occupation(self, person: Person) -> str:
        if person.age < 6:
            return "BELUM/TIDAK BEKERJA"
        if person.age < 18:
            return "PELAJAR/MAHASISWA"
        if person.age > 70:
            return "BELUM/TIDAK BEKERJA"
        if person.sex == "P" and self.rng.random() < 0.62:
            return "MENGURUS RUMAH TANGGA"
        village = [
            ("PETANI/PEKEBUN", 24),
            ("BURUH TANI/PERKEBUNAN", 30),
            ("BURUH HARIAN LEPAS", 14),
            ("PEDAGANG", 8),
            ("WIRASWASTA", 12),
            ("KARYAWAN SWASTA", 6),
            ("SOPIR", 3),
            ("TUKANG BATU", 4),
            ("GURU", 2),
            ("PERANGKAT DESA", 1),
        ]
        town = [
            ("BURUH HARIAN LEPAS", 26),
            ("KARYAWAN SWASTA", 26),
            ("WIRASWASTA", 18),
            ("PEDAGANG", 14),
            ("SOPIR", 6),
            ("TUKANG BATU", 4),
            ("GURU", 2),
            ("PEGAWAI NEGERI SIPIL", 2),
            ("BELUM/TIDAK BEKERJA", 6),
        ]
        jobs = village if self.place.farming else town
        if person.sex == "P":
            jobs = [(job, weight) for job, weight in jobs if job not in _MEN_S_WORK]
        return self.rng.choices([job for job, _ in jobs], [weight for _, weight in jobs])[0]

    def _address(self, home: Neighbourhood) -> str:
        spellings = self.rng.choice(self.place.streets)
        if not spellings:
            return f"DUSUN {home.dusun.upper()}"
        # Half a street's houses are written the usual way, the rest as each clerk pleases.
        street = spellings[0] if self.rng.random() < 0.5 else self.rng.choice(spellings)
        return f"{street} No. {self.rng.randint(1, 120)}"

    def _day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.rng.randint(0, max(0, (last - first).days)))

    def _serial(self, twelve: str) -> str:
        """Return an unused number that begins so; its last four digits are anybody's guess.

        They are what a resident proves himself with on the public page. 9000 and above are kept
        for the strangers on a register's sheet.
        """
        number = ""
        while not number or number in self._issued:
            number = f"{twelve}{self._numbers.randint(1, 8999):04d}"
        self._issued.add(number)
        return number


DEPARTED = {"died": 23, "moved": 9}
"""How many dead and moved people each population sheet still lists."""

_MEN_S_WORK = {"SOPIR", "TUKANG BATU"}
_POOR_WORK = {
    "BURUH TANI/PERKEBUNAN",
    "BURUH HARIAN LEPAS",
    "BELUM/TIDAK BEKERJA",
    "TUKANG BATU",
}
_WELL_OFF_WORK = {"PEGAWAI NEGERI SIPIL", "GURU", "PERANGKAT DESA", "WIRASWASTA"}


def _grade(population: Population, rng: Random) -> None:
    """Give every family its decile and the aid that usually goes with it."""

    def hardship(family: Family) -> float:
        head = family.members[0]
        points = rng.random() * 2
        points += 1.4 * (head.occupation in _POOR_WORK) - 1.6 * (head.occupation in _WELL_OFF_WORK)
        points += 0.8 * (head.sex == "P") + 0.9 * (head.age > 65)
        points += 0.25 * len(family.members)
        return points

    ranked = sorted(population.families, key=hardship, reverse=True)
    poor, others = (
        ranked[: population.place.poor_families],
        ranked[population.place.poor_families :],
    )
    for position, family in enumerate(poor):
        family.decile = 1 + position * 4 // len(poor)
        if family.decile <= 3 or rng.random() < 0.4:
            family.programmes.add("BPNT")
        eligible = any(member.age < 18 or member.age > 60 for member in family.members)
        if family.decile <= 2 and eligible and rng.random() < 0.8:
            family.programmes.add("PKH")
    for position, family in enumerate(others):
        family.decile = 5 + position * 6 // len(others)


def _give_health_cards(population: Population, rng: Random) -> None:
    """Hand out the cards, poorest first; in many homes one member was forgotten."""
    waiting = sorted(
        population.people(),
        key=lambda pair: pair[0].decile + rng.random() * 2 + (3 if rng.random() < 0.09 else 0),
    )
    for family, person in waiting[: population.place.kis_holders]:
        person.health_card = "PBI-JK" if family.decile <= 5 and rng.random() < 0.86 else "KIS-D"
