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
    DistributionPrint,
    DistributionSlot,
    DistributionState,
    RecipientState,
)
from programs.models.legal import LegalBasis
from programs.models.participation import Overlap

__all__ = [
    "AidRecipient",
    "Call",
    "CallState",
    "Candidate",
    "Distribution",
    "DistributionPrint",
    "DistributionSlot",
    "DistributionState",
    "Judgement",
    "LegalBasis",
    "Overlap",
    "Participation",
    "Partner",
    "PartnerAgreement",
    "Programme",
    "ProgrammeVersion",
    "RecipientState",
    "StatedFact",
]
