"""Trying the rules one after another, and saying of each whether it holds."""

from collections.abc import Callable, Collection
from typing import Any

from tests.contract.receiver import NotProvedError, Receiver
from tests.contract.rules import RULES

HOLDS, BROKEN, NOT_PROVED = "holds", "BROKEN", "NOT PROVED"


def run(
    there: Receiver, *, only: Collection[str] = (), say: Callable[[str], Any] = lambda _line: None
) -> dict[str, str]:
    """Try the rules, or those named; return the outcome of each, said as it comes."""
    outcomes = {}
    for rule in RULES:
        if only and rule.__name__ not in only:
            continue
        outcome, why = _try(rule, there)
        outcomes[rule.__name__] = outcome
        say(f"{outcome:<10}  {rule.__name__}: {rule.__doc__}")
        if why:
            say(f"            {why}")
    return outcomes


def _try(rule: Callable[[Receiver], None], there: Receiver) -> tuple[str, str]:
    try:
        rule(there)
    except NotProvedError as error:
        return NOT_PROVED, str(error)
    except AssertionError as error:
        return BROKEN, str(error) or "not as the rule says"
    except Exception as error:  # an answer nobody can read is one that breaks the contract
        return BROKEN, f"{type(error).__name__}: {error}"
    return HOLDS, ""
