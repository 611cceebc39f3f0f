"""The facts a rule may ask for, their kinds, and the operators each kind takes."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

YES_NO, NUMBER, CHOICE, NAMES, DAY = "yes_no", "number", "choice", "names", "day"
#: Who answers: the registry, the case's own papers and states, or an officer who asked.
REGISTRY, CASE, STATED = "registry", "case", "stated"


@dataclass(frozen=True)
class FactField:
    """A fact by its code. ``poverty`` marks what only a poverty test asks for.

    ``restricted`` is health data: shown to those who handle a case of his, never in a list
    (:mod:`programs.eligibility.confidence`).
    """

    code: str
    kind: str
    label: "str | Promise"
    origin: str = REGISTRY
    choices: tuple[tuple[str, "str | Promise"], ...] = ()
    poverty: bool = False
    restricted: bool = False

    def label_of(self, value: Any) -> str:
        """Return the word for a choice's code; the code itself where there is none."""
        return str(dict(self.choices).get(value, value))


#: Operators by what they compare with, and the kinds they fit.
OPERATORS: dict[str, frozenset[str]] = {
    "is": frozenset({YES_NO, NUMBER, CHOICE}),
    "is_not": frozenset({YES_NO, NUMBER, CHOICE}),
    "in": frozenset({NUMBER, CHOICE}),
    "not_in": frozenset({NUMBER, CHOICE}),
    "at_most": frozenset({NUMBER}),
    "at_least": frozenset({NUMBER}),
    "is_empty": frozenset({NAMES}),
    "is_known": frozenset({YES_NO, NUMBER, CHOICE, NAMES, DAY}),
}
#: Operators that compare with nothing, and with several values.
BARE, LISTS = frozenset({"is_empty", "is_known"}), frozenset({"in", "not_in"})

_SEXES = (("L", _("Laki-laki")), ("P", _("Perempuan")))
_FINDINGS = (
    ("meets", _("Memenuhi kriteria")),
    ("does_not_meet", _("Tidak memenuhi kriteria")),
)
_VERDICTS = (("emergency", _("Gawat darurat")), ("not_emergency", _("Bukan gawat darurat")))
_CLASSES = (("III", "III"), ("II", "II"), ("I", "I"), ("VIP", "VIP"))


@cache
def fields() -> dict[str, FactField]:
    """Return every fixed fact by its code; ``holds.CODE`` and ``paper.CODE`` come besides."""
    rows = (
        FactField("person.alive", YES_NO, _("Masih hidup dan tinggal di sini")),
        FactField("person.age", NUMBER, _("Umur (tahun)")),
        FactField("person.sex", CHOICE, _("Jenis kelamin"), choices=_SEXES),
        FactField("person.has_nik", YES_NO, _("Punya NIK")),
        FactField("person.ektp", YES_NO, _("Sudah punya e-KTP")),
        FactField("person.disability", YES_NO, _("Penyandang disabilitas"), restricted=True),
        FactField(
            "person.severe_disability",
            YES_NO,
            _("Disabilitas berat, selalu perlu bantuan orang lain"),
            STATED,
            restricted=True,
        ),
        FactField("person.in_regency", YES_NO, _("Tercatat sebagai penduduk kabupaten/kota ini")),
        FactField("person.laid_off", YES_NO, _("Kehilangan pekerjaan (PHK)"), STATED),
        FactField("person.single_mother", YES_NO, _("Ibu tanpa suami"), STATED),
        FactField("person.pregnant", YES_NO, _("Sedang hamil atau nifas"), STATED, restricted=True),
        FactField("person.at_school", YES_NO, _("Bersekolah"), STATED),
        FactField("person.admitted", YES_NO, _("Lulus seleksi perguruan tinggi"), STATED),
        FactField("person.has_business", YES_NO, _("Punya usaha yang berjalan"), STATED),
        FactField("person.civil_servant", YES_NO, _("PNS, TNI, atau Polri"), STATED),
        FactField("person.works", YES_NO, _("Bekerja"), STATED),
        FactField("person.indigenous", YES_NO, _("Warga komunitas adat terpencil"), STATED),
        FactField("family.kk", YES_NO, _("Punya nomor KK")),
        FactField("family.size", NUMBER, _("Anggota keluarga")),
        FactField("family.has_child", YES_NO, _("Ada anak sampai 21 tahun di KK")),
        FactField("family.has_elder", YES_NO, _("Ada lansia 60 tahun ke atas di KK")),
        FactField("family.adults_without_ektp", NAMES, _("Orang dewasa tanpa e-KTP")),
        FactField("register.listed", YES_NO, _("Terdaftar di DTKS/DTSEN"), poverty=True),
        FactField("register.decile", NUMBER, _("Desil"), poverty=True),
        FactField(
            "case.finding", CHOICE, _("Temuan verval"), CASE, choices=_FINDINGS, poverty=True
        ),
        FactField("case.emergency", YES_NO, _("Keadaan darurat"), CASE),
        FactField("house.own", YES_NO, _("Rumah milik sendiri")),
        FactField(
            "care.verdict", CHOICE, _("Penilaian rumah sakit"), STATED, _VERDICTS, restricted=True
        ),
        FactField("care.class", CHOICE, _("Kelas perawatan"), STATED, _CLASSES, restricted=True),
        FactField("card.deactivated_on", DAY, _("Kartu dinonaktifkan pada"), STATED),
        FactField("card.deactivated_months", NUMBER, _("Bulan sejak kartu dinonaktifkan")),
        FactField("card.arrears", YES_NO, _("Menunggak iuran"), STATED),
        FactField(
            "care.under_treatment", YES_NO, _("Sedang dalam pengobatan"), STATED, restricted=True
        ),
    )
    return {row.code: row for row in rows}


def field_of(code: str) -> FactField | None:
    """Return the fact of this code, None where the program knows none."""
    if fixed := fields().get(code):
        return fixed
    family, _dot, name = code.partition(".")
    if family == "holds" and name:
        return FactField(code, YES_NO, format_lazy("{} {}", _("Menerima"), name))
    if family == "paper" and name:
        return FactField(code, YES_NO, format_lazy("{}: {}", _("Berkas ada"), name), CASE)
    return None


def fits(field: FactField, operator: str) -> bool:
    """Return whether the operator can be asked of such a fact."""
    return field.kind in OPERATORS.get(operator, frozenset())


def value_fits(field: FactField, operator: str, value: Any) -> bool:
    """Return whether a rule may compare such a fact with the value."""
    if operator in BARE:
        return value is None
    if operator in LISTS:
        return (
            isinstance(value, tuple | list)
            and bool(value)
            and all(is_of_kind(field, one) for one in value)
        )
    return is_of_kind(field, value)


def is_of_kind(field: FactField, value: Any) -> bool:
    """Return whether the value is one such a fact can have."""
    if field.kind == YES_NO:
        return isinstance(value, bool)
    if field.kind == NUMBER:
        return isinstance(value, int) and not isinstance(value, bool)
    if field.kind == CHOICE:
        return isinstance(value, str) and value in dict(field.choices)
    if field.kind == DAY:
        return isinstance(value, str)
    return isinstance(value, tuple | list) and all(isinstance(one, str) for one in value)
