"""Letter numbers: the office's pattern filled in, and the counter that leaves no gap."""

import re
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, WrongState
from puskesmas.history import audit
from puskesmas.locking import lock_office
from puskesmas.models import Office
from puskesmas.number_patterns import SLOT, check_pattern
from reports.letters import kinds
from reports.letters.kinds import LetterKind
from reports.letters.models import Letter, LetterForm, LetterSeries
from reports.letters.styles import must_adapt
from reports.letters.words import roman_month

_ONE_SERIES = "all"


def format_number(
    pattern: str,
    *,
    classification: str,
    counter: int | None,
    village: str,
    dated: date,
    one_series: bool = True,
) -> str:
    """Return the number: ``400.9.14.1/0128/35.09.99.2003/XI/2026``.

    A counter of None draws the place of a number still to come (drafts).

    Raises:
        InvalidInput: see :func:`puskesmas.number_patterns.check_pattern`.
    """
    check_pattern(pattern, one_series=one_series)
    values = {
        "classification": classification,
        "village": village,
        "roman": roman_month(dated),
        "month": f"{dated.month:02d}",
        "year": str(dated.year),
    }

    def fill(slot: re.Match[str]) -> str:
        name, width = slot.groups()
        if name != "counter":
            return values[name]
        return "…" if counter is None else f"{counter:0{width or 1}d}"

    return SLOT.sub(fill, pattern)


def take_number(*, office: Office, kind: LetterKind, year: int) -> tuple[LetterSeries, int]:
    """Return the series and its next counter. Only inside the transaction that uses it.

    An office that changes in mid-year between one buku agenda and one series per kind goes on after
    the highest counter that could make the same number: of the whole office for the one agenda, of
    the agenda and the kinds of the same classification for a kind.

    The agenda's row is every series' gate: it stays locked until that transaction ends (on SQLite
    the whole database is), and a rollback gives the number back: no gap, no double.
    """
    series, rivals = _locked(office, kind, year)
    series.last_number = 1 + max(row.last_number for row in rivals)
    series.save(update_fields=["last_number"])
    return series, series.last_number


@transaction.atomic
def continue_numbers(
    *, actor: Actor, last_number: int, kind: str = "", version: int | None = None
) -> LetterSeries:
    """Go on after the last number of this year's agenda on paper, when an office moves in.

    ``kind`` names the series of an office that counts each kind by itself. Only before the first
    letter of the series: afterwards a jump would be a gap. Until then it may be corrected.

    Raises:
        NotYourRole: the actor does not administer the office.
        StaleVersion: another administrator changed the office since ``version``.
        InvalidInput: the kind is missing.
        WrongState: letters of the series are numbered already.
    """
    must_adapt(actor)
    office = lock_office(actor, version)
    if not office.one_letter_series and not kind:
        raise InvalidInput(_("Pilih jenis suratnya."), field="kind")
    year = office.today().year
    series, rivals = _locked(office, kinds.get(kind) if kind else None, year)
    first = Letter.objects.filter(series__in=rivals).order_by("counter").first()
    if first is not None:
        raise WrongState(
            _(
                "Tahun ini sudah ada surat bernomor dari aplikasi, mulai %(number)s. Nomornya "
                "tidak dapat dilompati lagi."
            )
            % {"number": first.number},
            state="numbered",
        )
    series.last_number = series.continued_from = last_number
    series.save(update_fields=["last_number", "continued_from"])
    office.save()
    audit(actor=actor, action="letter.continue_numbers", subject=office, fields=[series.code])
    return series


def _locked(
    office: Office, kind: LetterKind | None, year: int
) -> tuple[LetterSeries, list[LetterSeries]]:
    """Return the kind's series and all that could make its numbers, the agenda's row locked."""
    code = _ONE_SERIES if office.one_letter_series or kind is None else kind.code
    key = {"office": office, "year": year}
    LetterSeries.objects.bulk_create(
        [LetterSeries(code=one, **key) for one in dict.fromkeys((_ONE_SERIES, code))],
        ignore_conflicts=True,
    )
    LetterSeries.objects.select_for_update().get(code=_ONE_SERIES, **key)
    rivals = LetterSeries.objects.filter(**key)
    if code != _ONE_SERIES and kind is not None:
        own = LetterForm.objects.filter(office=office).values_list("kind", "classification")
        rivals = rivals.filter(code__in=[_ONE_SERIES, *kinds.alike(kind, dict(own))])
    found = {row.code: row for row in rivals}
    return found[code], list(found.values())
