"""Programmes, who receives them, calls to name candidates, and aid handed out."""

from programs.models.calls import Call, CallState, Candidate
from programs.models.catalogue import (
    Judgement,
    Participation,
    Partner,
    PartnerAgreement,
    Programme,
    ProgrammeVersion,
    StatedFact,
)
from programs.models.distribution import (
    AidRecipient,
    Distribution,
    DistributionSlot,
    DistributionState,
    RecipientState,
)
from programs.models.legal import LegalBasis
from programs.models.participation import Overlap
from programs.models.prints import ListPrint

__all__ = [
    "AidRecipient",
    "Call",
    "CallState",
    "Candidate",
    "Distribution",
    "DistributionSlot",
    "DistributionState",
    "Judgement",
    "LegalBasis",
    "ListPrint",
    "Overlap",
    "Participation",
    "Partner",
    "PartnerAgreement",
    "Programme",
    "ProgrammeVersion",
    "RecipientState",
    "StatedFact",
]
