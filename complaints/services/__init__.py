"""Everything that changes a case: one transaction each, keyword-only, the actor first.

A verb locks the case, asks the table (``complaints.workflow.CASE``), writes, and leaves history:
moves as transitions, everything else as audit entries. Referral verbs move cases by
:func:`move_case`.

``moving``: taking a case for a change, moving it along its table, and who may.
``saving``: rows that are made once however often a form is sent, and under a number of their own.
``papers``: the papers of a case: wanted, ticked, stored.
``intake``: a matter registered, and a question answered at once.
``verifying``: a case in verification: examined, papers asked for, the finding, how urgent it is.
``ending``: answered, told, closed, lapsed, kept on record, withdrawn, opened again.
"""

from complaints.services.ending import (
    NEXT_PROGRAMME_AFTER,
    answer_here,
    close_unreachable,
    lapse,
    lapse_obstacle,
    next_programme,
    record_only,
    reopen,
    require_refused_by_owner,
    reveal_phones,
    tell_resident,
    withdraw,
)
from complaints.services.intake import log_question, register_complaint
from complaints.services.moving import (
    file_received,
    lock_case,
    move_case,
    must_be_open,
    must_register,
    take_case,
)
from complaints.services.papers import attach_paper, new_paper, tick_papers, want_papers
from complaints.services.verifying import (
    ask_papers,
    examine,
    papers_received,
    record_finding,
    set_urgency,
)

__all__ = [
    "NEXT_PROGRAMME_AFTER",
    "answer_here",
    "ask_papers",
    "attach_paper",
    "close_unreachable",
    "examine",
    "file_received",
    "lapse",
    "lapse_obstacle",
    "lock_case",
    "log_question",
    "move_case",
    "must_be_open",
    "must_register",
    "new_paper",
    "next_programme",
    "papers_received",
    "record_finding",
    "record_only",
    "register_complaint",
    "reopen",
    "require_refused_by_owner",
    "reveal_phones",
    "set_urgency",
    "take_case",
    "tell_resident",
    "tick_papers",
    "want_papers",
    "withdraw",
]
