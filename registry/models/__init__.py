"""The registry's nouns: people, the registers about them, and the lists both come from."""

from registry.models.criteria import CriteriaSet, Survey
from registry.models.lists import ColumnMemory, Import, ImportRow, Likeness
from registry.models.people import (
    Household,
    HouseholdMember,
    HousingFacts,
    LifeEvent,
    Merge,
    Resident,
    SearchTerm,
)
from registry.models.proposals import (
    AnswerFile,
    Meeting,
    MeetingItem,
    Proposal,
    Sheet,
    SheetProfile,
    SheetRow,
)
from registry.models.registers import Register, RegisterCheck, RegisterRow, RegisterVersion
from registry.models.verval import VervalList, VervalRow, VervalState

__all__ = [
    "AnswerFile",
    "ColumnMemory",
    "CriteriaSet",
    "Household",
    "HouseholdMember",
    "HousingFacts",
    "Import",
    "ImportRow",
    "LifeEvent",
    "Likeness",
    "Meeting",
    "MeetingItem",
    "Merge",
    "Proposal",
    "Register",
    "RegisterCheck",
    "RegisterRow",
    "RegisterVersion",
    "Resident",
    "SearchTerm",
    "Sheet",
    "SheetProfile",
    "SheetRow",
    "Survey",
    "VervalList",
    "VervalRow",
    "VervalState",
]
