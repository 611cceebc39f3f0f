"""``python -m tests.contract``: see docs/exchange.md, "Proving a receiver"."""

import argparse
import os
import shlex
import subprocess
import sys
from collections.abc import Callable

from tests.contract.receiver import Officer, Receiver
from tests.contract.rules import RULES
from tests.contract.trial import HOLDS, NOT_PROVED, run

NAMES = [rule.__name__ for rule in RULES]
ACTS = {
    "recommend": "recommend it to the programme's owner",
    "approve": "note the owner's approval",
    "return": "send it back to the village, with a reason",
    "ready": "note that the aid is ready, with place and time to collect",
}


def main() -> None:
    """Try every rule, print what came of each; the exit code is 0 only if all of them hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.contract", description=__doc__)
    parser.add_argument("--url", required=True, help="where /exchange/v1/ begins")
    parser.add_argument("--token", default=os.environ.get("CONTRACT_TOKEN", ""))
    parser.add_argument("--other-token", default=os.environ.get("CONTRACT_OTHER_TOKEN", ""))
    people = parser.add_mutually_exclusive_group()
    people.add_argument("--act", help="command that does ACT REFERRAL_UID REFERENCE over there")
    people.add_argument("--ask", action="store_true", help="ask me to do each act, and wait")
    parser.add_argument("--crash", help="command that kills their system and starts it again")
    parser.add_argument(
        "--only", nargs="+", default=(), choices=NAMES, metavar="RULE", help=", ".join(NAMES)
    )
    asked = parser.parse_args()
    if not asked.token:
        parser.error("the village's token is missing: --token, or CONTRACT_TOKEN")
    officer: Officer | None = _ask if asked.ask else _command(asked.act)
    crash = _command(asked.crash)
    other = Receiver(asked.url, asked.other_token) if asked.other_token else None
    there = Receiver(asked.url, asked.token, officer=officer, crash=crash, other=other)
    outcomes = run(there, only=asked.only, say=print)
    counts = {outcome: list(outcomes.values()).count(outcome) for outcome in outcomes.values()}
    print(", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())))
    sys.exit(
        0 if set(outcomes.values()) <= {HOLDS} else 2 if counts.keys() <= {HOLDS, NOT_PROVED} else 1
    )


def _command(words: str | None) -> Callable[..., None] | None:
    if not words:
        return None

    def call(*arguments: str) -> None:
        subprocess.run([*shlex.split(words), *arguments], check=True)

    return call


def _ask(act: str, referral: str, reference: str) -> None:
    input(f"  Please, with referral {reference} ({referral}): {ACTS[act]}. Then press Enter. ")


if __name__ == "__main__":
    main()
