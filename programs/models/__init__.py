"""Programmes, who receives them, and calls to name candidates for them."""

from programs.models.calls import Call, CallState, Candidate
from programs.models.catalogue import Participation, Programme, ProgrammeVersion, Requirement

__all__ = [
    "Call",
    "CallState",
    "Candidate",
    "Participation",
    "Programme",
    "ProgrammeVersion",
    "Requirement",
]
