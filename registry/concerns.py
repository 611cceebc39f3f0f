"""What is unlikely about a person's numbers: shown beside them, never a reason to refuse."""

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _

from puskesmas.models import Office
from registry.identities import card_of
from registry.identity import Concern, IdentityError, kk_concerns, nik_concerns, parse_kk, parse_nik
from registry.models import Resident
from registry.regions import region_words

#: Digits of a code up to the regency: neighbours from the next kecamatan are no strangers.
_REGENCY = 4


def concerns_of(resident: Resident) -> list[Concern]:
    """Return what the NIK and KK say otherwise than the rest of the person's data.

    A number from before the rules, or from a list, stands and is told of. No query for a person
    from ``selectors.people_of``.
    """
    card = card_of(resident)
    told = concerns_about(
        resident.office,
        nik=resident.nik,
        kk=card.household.kk if card else "",
        sex=resident.sex,
        birth_date=resident.birth_date,
    )
    return [concern for concerns in told.values() for concern in concerns]


def concerns_about(
    office: Office, *, nik: str, kk: str, sex: str = "", birth_date: date | None = None
) -> dict[str, list[Concern]]:
    """Return what is impossible or unlikely about a NIK and a KK number: by "nik" and "kk".

    Empty numbers and facts are not looked at. No query.
    """
    today = office.today()

    def of_nik() -> list[Concern]:
        parsed = parse_nik(nik, today=today, stated_birth_date=birth_date)
        ours = region_of(office)
        return nik_concerns(parsed, sex=sex, birth_date=birth_date, regions=[ours] if ours else [])

    def of_kk() -> list[Concern]:
        return kk_concerns(parse_kk(kk, today=today))

    return {"nik": _told(of_nik) if nik else [], "kk": _told(of_kk) if kk else []}


def _told(concerns: Callable[[], list[Concern]]) -> list[Concern]:
    try:
        return concerns()
    except IdentityError as error:
        return [Concern(error.code, error.message, impossible=True)]


def first_registered(resident: Resident) -> str:
    """Return where the NIK was given, in words; "" when there is none or nobody knows."""
    if not resident.nik:
        return ""
    words = region_words(resident.nik[:6])
    if not words:
        return ""
    ours = region_of(resident.office)
    elsewhere = bool(ours) and not resident.nik.startswith(ours)
    return _("%(region)s (daerah lain)") % {"region": words} if elsewhere else words


def region_of(office: Office) -> str:
    """Return how the NIKs given in the office's regency begin; "" when its code does not say."""
    digits = "".join(sign for sign in office.code if sign.isdigit())
    return digits[:_REGENCY] if len(digits) >= _REGENCY else ""
