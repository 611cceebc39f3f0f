"""The usual way of a request: in the register or not, recipient or not, emergency, well-off.

The table of the health card (KIS), which other programmes follow alike. It is the usual way, not a
lock: who takes another one says why. Without a poverty test the register decides nothing.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Step(StrEnum):
    """What is usually done, in this order."""

    FIRST_IN_QUEUE = "first_in_queue"
    FIND_OUT = "find_out"
    HANDLE_HERE = "handle_here"
    COLLECT_PAPERS = "collect_papers"
    VERIFY = "verify"
    REFER = "refer"
    PROPOSE_ENTRY = "propose_entry"
    RECORD_ONLY = "record_only"


STEP_WORDS: "dict[Step, str | Promise]" = {
    Step.FIRST_IN_QUEUE: _("Darurat: dahulukan; berkas dan persetujuan boleh menyusul."),
    Step.FIND_OUT: _("Pastikan dulu: terdaftar di DTKS/DTSEN atau tidak."),
    Step.HANDLE_HERE: _("Selesaikan di Puskesos; rujuk bila tidak bisa."),
    Step.COLLECT_PAPERS: _("Lengkapi berkasnya."),
    Step.VERIFY: _("Verval."),
    Step.REFER: _("Ajukan programnya lewat SLRT atau mitra."),
    Step.PROPOSE_ENTRY: _("Usulkan masuk DTSEN."),
    Step.RECORD_ONLY: _("Ditampung: tetap dicatat, tidak diteruskan."),
}


@dataclass(frozen=True)
class Situation:
    """What decides the way; None is not known. ``well_off`` is the finding of the review."""

    listed: bool | None
    recipient: bool | None
    emergency: bool = False
    well_off: bool = False
    poverty_test: bool = True


def usual_way(situation: Situation) -> tuple[Step, ...]:
    """Return the usual steps. An emergency goes first whatever else is so."""
    first = (Step.FIRST_IN_QUEUE,) if situation.emergency else ()
    return first + _rest(situation)


def _rest(situation: Situation) -> tuple[Step, ...]:
    if situation.well_off and situation.poverty_test and not situation.emergency:
        return (Step.RECORD_ONLY,)
    # The register goes first: who is not in it is proposed and requested, recipient or not, for
    # what he receives now he keeps only once he is in it.
    if situation.poverty_test and situation.listed is False:
        return (Step.COLLECT_PAPERS, Step.VERIFY, Step.REFER, Step.PROPOSE_ENTRY)
    waits = situation.poverty_test and situation.listed is None and not situation.emergency
    if waits:
        return (Step.FIND_OUT,)
    return (Step.HANDLE_HERE,) if situation.recipient else (Step.REFER,)


def refers_without_reason(situation: Situation) -> bool:
    """Return whether a referral is on the usual way, or nobody can say yet that it is not."""
    way = usual_way(situation)
    return Step.REFER in way or Step.FIND_OUT in way
