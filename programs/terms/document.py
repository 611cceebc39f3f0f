"""The shape of a version's document: frozen dataclasses, read with the place of every mistake."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from django.utils.translation import gettext as _

from programs.papers import in_page_language, papers
from programs.terms.fields import OPERATORS, field_of, fits, value_fits
from programs.terms.records import BadDocument, Choice, dump, read

#: Rules that block stop the forwarding until somebody answers for it; none rejects a person.
SEVERITIES = ("block", "warning", "info")
#: What a request is for; a maximum decile is laid down for each.
PURPOSES = ("new", "reactivation", "renewal")
FORMS = ("copy", "original", "either")
WHOSE = ("", "adult")
#: The only paper of which the registry knows who has one: the copy of an e-KTP.
EACH_OF = "ktp"
#: Cases keep the codes of papers and services in columns of this length.
LONGEST_CODE = 30
STEPS = ("village", "health_centre", "hospital", "kecamatan", "district", "owner", "partner")
PERIODS = ("month", "year", "once")
COLLECTORS = ("self", "same_kk", "guardian", "proxy", "officer_along", "brought_home")
OVERRIDERS = ("koordinator", "penanggung_jawab")
#: The service of a programme that names none.
ONLY_SERVICE = ""


@dataclass(frozen=True)
class Condition:
    """A fact, an operator and a value; ``value`` is left out where the operator needs none."""

    field: str
    operator: Annotated[str, Choice(tuple(OPERATORS))]
    value: Any = None


@dataclass(frozen=True)
class Requirement:
    """A paper. ``needed_when``: any of these (none: always). ``substitutes`` serve instead.

    ``each`` "adult": every adult on the card must have an e-KTP; of no other paper, for of no other
    the registry knows who has one. Names and ``by_office`` come from the list of papers where they
    are left out.
    """

    code: str
    mandatory: bool = True
    form: Annotated[str, Choice(FORMS)] = "copy"
    each: Annotated[str, Choice(WHOSE)] = ""
    substitutes: tuple[str, ...] = ()
    needed_when: tuple[Condition, ...] = ()
    own_name_id: str = ""
    own_name_en: str = ""

    @property
    def name_id(self) -> str:
        known = papers().get(self.code)
        return self.own_name_id or (known.name_id if known else self.code)

    @property
    def name_en(self) -> str:
        known = papers().get(self.code)
        return self.own_name_en or (known.name_en if known else "")

    @property
    def by_office(self) -> bool:
        known = papers().get(self.code)
        return bool(known and known.by_office)

    @property
    def name(self) -> str:
        return in_page_language(self.name_id, self.name_en)


@dataclass(frozen=True)
class Service:
    """One thing a programme gives. ``follows`` names the service whose referral it continues."""

    code: str
    name_id: str
    name_en: str = ""
    purpose: Annotated[str, Choice(PURPOSES)] = "new"
    follows: str = ""
    requirements: tuple[Requirement, ...] = ()

    @property
    def name(self) -> str:
        return in_page_language(self.name_id, self.name_en)


@dataclass(frozen=True)
class Rule:
    """A criterion: the condition, or any one of several, must hold."""

    code: str
    message_id: str
    field: str = ""
    operator: Annotated[str, Choice(("", *OPERATORS))] = ""
    value: Any = None
    any_of: tuple[Condition, ...] = ()
    severity: Annotated[str, Choice(SEVERITIES)] = "block"
    message_en: str = ""
    source: str = ""
    services: tuple[str, ...] = ()

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return self.any_of or (Condition(self.field, self.operator, self.value),)

    @property
    def message(self) -> str:
        return in_page_language(self.message_id, self.message_en)


@dataclass(frozen=True)
class Exclusion(Rule):
    """Who is in this state is left out, unless ``override`` lets him pass with a reason."""

    override: Annotated[str, Choice(OVERRIDERS)] = "koordinator"


@dataclass(frozen=True)
class Quota:
    """A number of places, as the owner states it."""

    number: int
    period: Annotated[str, Choice(PERIODS)] = "year"
    note: str = ""


@dataclass(frozen=True)
class Step:
    """A station of the referral path. ``when``: any of these (none: always)."""

    kind: Annotated[str, Choice(STEPS)]
    name_id: str
    name_en: str = ""
    emergency_skips: bool = False
    when: tuple[Condition, ...] = ()

    @property
    def name(self) -> str:
        return in_page_language(self.name_id, self.name_en)


@dataclass(frozen=True)
class Output:
    """What is handed over in the end, where, and who may collect it."""

    name_id: str
    name_en: str = ""
    collectors: tuple[Annotated[str, Choice(COLLECTORS)], ...] = ("self",)
    note_id: str = ""
    note_en: str = ""

    @property
    def name(self) -> str:
        return in_page_language(self.name_id, self.name_en)

    @property
    def note(self) -> str:
        return in_page_language(self.note_id, self.note_en)


@dataclass(frozen=True)
class Terms:
    """Everything a version lays down. ``requirements`` hold for every service.

    ``poverty_test`` false is a legal setting: no rule may then ask for decile, register or finding.
    ``max_deciles`` is by purpose.
    """

    legal_bases: tuple[str, ...] = ()
    poverty_test: bool = True
    max_deciles: dict[str, int] = field(default_factory=dict)
    quota: Quota | None = None
    requirements: tuple[Requirement, ...] = ()
    services: tuple[Service, ...] = ()
    rules: tuple[Rule, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    path: tuple[Step, ...] = ()
    outputs: tuple[Output, ...] = ()

    def service(self, code: str) -> Service | None:
        """Return the service of this code; None where the programme names no services."""
        return next((one for one in self.services if one.code == code), None)

    @property
    def default_service(self) -> str:
        """Return the code of the service asked for when nobody says which."""
        return self.services[0].code if self.services else ONLY_SERVICE

    def requirements_of(self, service: str) -> tuple[Requirement, ...]:
        """Return the papers of a service; what it says of a paper goes before what all share."""
        chosen = self.service(service)
        own = chosen.requirements if chosen else ()
        codes = {one.code for one in own}
        return (*(one for one in self.requirements if one.code not in codes), *own)

    def max_decile(self, service: str) -> int | None:
        chosen = self.service(service)
        return self.max_deciles.get(chosen.purpose if chosen else "new")


def read_terms(content: Any, *, known_programmes: Iterable[str] | None = None) -> Terms:
    """Return the document as checked terms.

    ``known_programmes`` are the codes ``holds.CODE`` may name; None lets any pass.

    Raises:
        BadDocument: a value is wrong, or a rule could never be evaluated.
    """
    terms = read(Terms, content)
    _check_codes(terms)
    _check_papers(terms)
    _check_deciles(terms)
    known = None if known_programmes is None else frozenset(known_programmes)
    for where, condition in conditions_of(terms):
        _check_condition(condition, where, poverty_test=terms.poverty_test, known=known)
    return terms


def terms_of(content: Mapping[str, Any]) -> Terms:
    """Return a stored document's terms; only its shape is checked, not its meaning.

    A rule that asks for a fact unknown here stays: the answer says that it cannot be evaluated.
    """
    return read(Terms, content)


def write_terms(terms: Terms) -> dict[str, Any]:
    """Return the terms as plain values, as short as can be: ``read_terms`` gives them back."""
    content: dict[str, Any] = dump(terms)
    return content


def conditions_of(terms: Terms) -> Iterator[tuple[str, Condition]]:
    """Yield every condition with its place in the document."""
    for name in ("rules", "exclusions"):
        for place, rule in enumerate(getattr(terms, name), 1):
            yield from _of_rule(rule, f"{name}[{place}]")
    for where, required in _requirements(terms):
        for one, condition in enumerate(required.needed_when, 1):
            yield f"{where}.needed_when[{one}]", condition
    for place, step in enumerate(terms.path, 1):
        for one, condition in enumerate(step.when, 1):
            yield f"path[{place}].when[{one}]", condition


def _of_rule(rule: Rule, where: str) -> Iterator[tuple[str, Condition]]:
    if bool(rule.field) == bool(rule.any_of):
        raise BadDocument(where, _("isi field dan operator, atau any_of, bukan keduanya."))
    if not rule.any_of:
        if not rule.operator:
            raise BadDocument(f"{where}.operator", _("wajib diisi."))
        yield where, rule.conditions[0]
    for one, condition in enumerate(rule.any_of, 1):
        yield f"{where}.any_of[{one}]", condition


def _requirements(terms: Terms) -> Iterator[tuple[str, Requirement]]:
    for place, required in enumerate(terms.requirements, 1):
        yield f"requirements[{place}]", required
    for number, service in enumerate(terms.services, 1):
        for place, required in enumerate(service.requirements, 1):
            yield f"services[{number}].requirements[{place}]", required


def _check_codes(terms: Terms) -> None:
    _unique((rule.code for rule in (*terms.rules, *terms.exclusions)), "rules")
    _unique((one.code for one in terms.requirements), "requirements")
    _unique((one.code for one in terms.services), "services")
    services = {one.code for one in terms.services}
    for place, one in enumerate(terms.services, 1):
        _check_length(one.code, f"services[{place}].code")
        _unique((item.code for item in one.requirements), f"services[{place}].requirements")
        if one.follows and one.follows not in services:
            raise BadDocument(f"services[{place}].follows", _("layanan ini tidak ada."))
    for name in ("rules", "exclusions"):
        for place, rule in enumerate(getattr(terms, name), 1):
            if not services.issuperset(rule.services):
                raise BadDocument(f"{name}[{place}].services", _("layanan ini tidak ada."))


def _check_papers(terms: Terms) -> None:
    for where, required in _requirements(terms):
        if required.each and required.code != EACH_OF:
            raise BadDocument(f"{where}.each", _("hanya untuk berkas “%s”.") % EACH_OF)
        _check_length(required.code, f"{where}.code")
        for place, code in enumerate(required.substitutes, 1):
            _check_length(code, f"{where}.substitutes[{place}]")


def _check_length(code: str, where: str) -> None:
    if len(code) > LONGEST_CODE:
        raise BadDocument(where, _("paling panjang %d huruf.") % LONGEST_CODE)


def _unique(codes: Iterable[str], where: str) -> None:
    seen = set()
    for place, code in enumerate(codes, 1):
        if not code or code in seen:
            raise BadDocument(
                f"{where}[{place}].code", _("kode kosong atau dipakai dua kali: %s.") % code
            )
        seen.add(code)


def _check_deciles(terms: Terms) -> None:
    for purpose, decile in terms.max_deciles.items():
        Choice(PURPOSES).check(purpose, "max_deciles")
        if not 1 <= decile <= 10:
            raise BadDocument(f"max_deciles.{purpose}", _("desil dari 1 sampai 10."))
    if terms.max_deciles and not terms.poverty_test:
        raise BadDocument("max_deciles", _("program tanpa uji kemiskinan tidak memakai desil."))


def _check_condition(
    condition: Condition, where: str, *, poverty_test: bool, known: frozenset[str] | None
) -> None:
    asked = field_of(condition.field)
    if asked is None:
        raise BadDocument(f"{where}.field", _("fakta ini tidak dikenal: %s.") % condition.field)
    if asked.poverty and not poverty_test:
        raise BadDocument(
            f"{where}.field", _("program tanpa uji kemiskinan tidak boleh menanyakan fakta ini.")
        )
    code = condition.field.removeprefix("holds.")
    if known is not None and code != condition.field and code not in known:
        raise BadDocument(f"{where}.field", _("program ini tidak ada di katalog: %s.") % code)
    if not fits(asked, condition.operator):
        raise BadDocument(f"{where}.operator", _("tidak cocok dengan jenis fakta ini."))
    if not value_fits(asked, condition.operator, condition.value):
        raise BadDocument(f"{where}.value", _("tidak cocok dengan fakta dan operatornya."))
