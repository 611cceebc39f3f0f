"""Which papers a matter wants: what its programmes ask, as far as they ask it of this person."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from programs.eligibility.gathering import facts_of
from programs.eligibility.judging import Fact
from programs.models import ProgrammeVersion
from programs.selectors import PaperWanted, facts_asked, papers_wanted
from puskesmas.models import Office
from registry.models import Resident

_PAPER = "paper."


def papers_for(
    person: Resident | None,
    versions: Iterable[ProgrammeVersion],
    *,
    office: Office,
    day: date,
    emergency: bool = False,
    seen: Collection[str] = (),
    matters: Iterable[Any] = (),
    service: str = "",
) -> list[PaperWanted]:
    """Return the papers the versions want of the person on that day, given what was seen already.

    No query where no paper depends on a fact; else those of ``facts_of``, however many papers.
    """
    versions = list(versions)
    asked = facts_asked(versions, service=service)
    facts: dict[str, Fact] = {}
    if asked and person is not None:
        facts = facts_of([person], office=office, day=day, matters=matters)[person.pk]
    facts["case.emergency"] = Fact(emergency, "case")
    for field in asked:
        if field.startswith(_PAPER):
            facts[field] = Fact(field.removeprefix(_PAPER) in seen, "case")
    return papers_wanted(versions, facts, service=service)
