"""What is unlikely about a person's numbers: shown beside them, never a reason to refuse."""

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

    No query for a person from ``selectors.people_of``.
    """
    today = resident.office.today()
    found: list[Concern] = []
    try:
        if resident.nik:
            nik = parse_nik(resident.nik, today=today, stated_birth_date=resident.birth_date)
            ours = region_of(resident.office)
            found += nik_concerns(
                nik,
                sex=resident.sex,
                birth_date=resident.birth_date,
                regions=[ours] if ours else [],
            )
        card = card_of(resident)
        if card and card.household.kk:
            found += kk_concerns(parse_kk(card.household.kk, today=today))
    except IdentityError as error:
        # A number from before the rules, or from a list: it stands, and is told of.
        found.append(Concern(error.code, error.message))
    return found


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
