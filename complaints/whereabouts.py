"""Where the file of a referred case is: told by the app that sends it.

An approval alone sends nothing: until the file was received where it goes, it is the office's turn
and its clock runs on.
"""

from collections.abc import Callable
from datetime import datetime

from complaints.models import Complaint
from complaints.workflow import CaseState

Provider = Callable[[Complaint], datetime | None]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Add who knows since when a case's approved file waits here; called from ``ready()``."""
    _providers.append(provider)


def waits_here_since(case: Complaint) -> datetime | None:
    """Return since when the approved file waits to be received; None once it is there (a query)."""
    if case.state != CaseState.REFERRED:
        return None
    told = [provider(case) for provider in _providers]
    return min((since for since in told if since), default=None)
