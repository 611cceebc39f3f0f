"""The economic review: what comes in and goes out in a month, for how many, and who says so.

Nothing here is a limit: no source gives one.
"""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.impartiality import refuse_own_family
from complaints.models import Complaint, EconomicReview, HouseVisit
from complaints.services import must_be_open, must_register, take_case
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput
from puskesmas.history import audit
from puskesmas.locking import first_result

#: Whole rupiah a month, and people. A family of more than this shares no pot.
MONEY, PEOPLE = ("income", "spending"), ("members", "earners")
_MOST = {"income": 10**12, "spending": 10**12, "members": 99, "earners": 99}


@transaction.atomic
def record_economy(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    source: str,
    observed_on: date,
    client_uid: uuid.UUID | None = None,
    version: int | None = None,
    **facts: int | None,
) -> EconomicReview:
    """Keep an economic review of a case; ``uid`` and ``version`` are the case's.

    Raises:
        NotYourRole: the officer does not speak to residents. OwnFamily: it is his own family.
        InvalidInput: nothing said, nobody who said it, or numbers that cannot be.
        NotFound, StaleVersion, WrongState: as for ticking papers.
    """
    must_register(actor)
    if (earlier := first_result(EconomicReview, client_uid, actor=actor)) is not None:
        return earlier
    case = take_case(actor, uid, version)
    must_be_open(case)
    refuse_own_family(actor, case.person)
    known = checked_economy(facts, source)
    if not known:
        raise InvalidInput(_("Isi paling sedikit satu angka."), field="income")
    kept = keep_economy(
        actor=actor,
        case=case,
        facts=known,
        source=source,
        observed_on=observed_on,
        client_uid=client_uid,
    )
    case.save(update_fields=["version"])
    return kept


def keep_economy(
    *,
    actor: Actor,
    case: Complaint,
    facts: Mapping[str, int],
    source: str,
    observed_on: date,
    visit: HouseVisit | None = None,
    client_uid: uuid.UUID | None = None,
) -> EconomicReview:
    """Write checked facts, in the caller's transaction. Raises InvalidInput: a day to come."""
    if observed_on > actor.office.today():
        raise InvalidInput(_("Tanggal ini belum terjadi."), field="observed_on")
    kept: EconomicReview = EconomicReview.objects.create(
        office=actor.office,
        client_uid=client_uid,
        complaint=case,
        visit=visit,
        facts=dict(facts),
        source=source.strip(),
        observed_on=observed_on,
        recorded_by=actor.user,
    )
    audit(actor=actor, action="record_economy", subject=case, fields=sorted(facts))
    return kept


def checked_economy(facts: Mapping[str, Any], source: str) -> dict[str, int]:
    """Return the facts that were said.

    Raises:
        InvalidInput: unknown names, numbers that cannot be, or nobody who said them.
    """
    if unknown := set(facts) - {*MONEY, *PEOPLE}:
        raise InvalidInput(_("Isian ini tidak dikenal."), unknown=sorted(unknown))
    known = {name: int(value) for name, value in facts.items() if value is not None}
    for name, value in known.items():
        least = 1 if name == "members" else 0
        if not least <= value <= _MOST[name]:
            raise InvalidInput(_("Angka ini tidak mungkin. Periksa lagi."), field=name)
    if "members" in known and known.get("earners", 0) > known["members"]:
        raise InvalidInput(
            _("Yang berpenghasilan tidak bisa lebih banyak dari anggota keluarga."),
            field="earners",
        )
    if known and not source.strip():
        raise InvalidInput(_("Tulis dari mana angka ini diketahui."), field="source")
    return known
