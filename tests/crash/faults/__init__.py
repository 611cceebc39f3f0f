"""Points inside a process at which it kills itself, for the crash tests only.

``CRASH_POINT`` names the point, ``CRASH_FILE`` the file that gets a line when it is reached. The
whole process group dies at once (SIGKILL), as when the power fails: nothing is flushed or released.
"""

import os
import signal
from typing import Any

from django.apps import AppConfig
from django.db import transaction
from django.db.models.signals import post_save

AFTER_CLAIM = "after_claim"
BEFORE_RECEIVER_COMMITS = "before_receiver_commits"
AFTER_RECEIVER_COMMITTED = "after_receiver_committed"
BEFORE_SENDER_COMMITS = "before_sender_commits"


class FaultsConfig(AppConfig):
    """Arms the one point the environment names."""

    name = "tests.crash.faults"
    label = "crash_faults"

    def ready(self) -> None:
        point = os.environ.get("CRASH_POINT", "")
        if point:
            _ARM[point]()


def die() -> None:
    """Leave a line, on disk before the end, and kill the process group."""
    with open(os.environ["CRASH_FILE"], "a") as file:  # noqa: PTH123
        file.write(f"{os.environ['CRASH_POINT']}\n")
        file.flush()
        os.fsync(file.fileno())
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _after_claim() -> None:
    from puskesmas import outbox

    claim = outbox.claim_next

    def claim_and_die(**kwargs: Any) -> Any:
        message = claim(**kwargs)
        if message is not None:
            die()
        return message

    outbox.claim_next = claim_and_die


def _before_receiver_commits() -> None:
    """A message is taken in: everything is written, nothing committed."""
    from puskesmas.models import ReceivedMessage

    post_save.connect(lambda **kwargs: die(), sender=ReceivedMessage, weak=False)


def _after_receiver_committed() -> None:
    """A message is taken in and committed; its sender does not know yet."""
    from puskesmas.models import ReceivedMessage

    post_save.connect(
        lambda **kwargs: transaction.on_commit(die), sender=ReceivedMessage, weak=False
    )


def _before_sender_commits() -> None:
    """The receiver's word has arrived at the office that holds the outbox; not yet committed."""
    from puskesmas.models import DeliveryAttempt
    from puskesmas.outbox import ACKNOWLEDGED

    def die_if_acknowledged(instance: DeliveryAttempt, **kwargs: Any) -> None:
        if instance.outcome == ACKNOWLEDGED:
            die()

    post_save.connect(die_if_acknowledged, sender=DeliveryAttempt, weak=False)


_ARM = {
    AFTER_CLAIM: _after_claim,
    BEFORE_RECEIVER_COMMITS: _before_receiver_commits,
    AFTER_RECEIVER_COMMITTED: _after_receiver_committed,
    BEFORE_SENDER_COMMITS: _before_sender_commits,
}
