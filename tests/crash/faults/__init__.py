"""Points inside a process at which it kills itself, for the crash tests and the trial only.

``CRASH_ARM`` names a file that holds the point at which the process is to die, while it runs or
before it starts; ``CRASH_FILE`` one that gets a line when it was reached. The whole process group
dies at once (SIGKILL), as when the power fails: nothing is flushed or released.
"""

import os
import signal
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.db import transaction
from django.db.models.signals import post_save

AFTER_CLAIM = "after_claim"
BEFORE_RECEIVER_COMMITS = "before_receiver_commits"
AFTER_RECEIVER_COMMITTED = "after_receiver_committed"
BEFORE_SENDER_COMMITS = "before_sender_commits"


class FaultsConfig(AppConfig):
    """Watches the points of a process that may be told to die."""

    name = "tests.crash.faults"
    label = "crash_faults"

    def ready(self) -> None:
        if "CRASH_ARM" in os.environ:
            _watch_the_sender()
            _watch_the_receiver()


def reached(point: str) -> None:
    """Die if this is the point the process was told to die at, and forget the order."""
    order = Path(os.environ["CRASH_ARM"])
    try:
        if order.read_text() != point:
            return
        order.unlink()
    except FileNotFoundError:  # nothing was ordered, or another thread died of it just now
        return
    with open(os.environ["CRASH_FILE"], "a") as file:  # noqa: PTH123
        file.write(f"{point}\n")
        file.flush()
        os.fsync(file.fileno())
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _watch_the_sender() -> None:
    from puskesmas import outbox
    from puskesmas.models import DeliveryAttempt

    claim = outbox.claim_next

    def claim_and_reach(**kwargs: Any) -> Any:
        message = claim(**kwargs)
        if message is not None:
            reached(AFTER_CLAIM)
        return message

    outbox.claim_next = claim_and_reach

    def attempt_noted(instance: DeliveryAttempt, **kwargs: Any) -> None:
        """The receiver's word has come to the office that holds the outbox; not committed yet."""
        if instance.outcome == outbox.ACKNOWLEDGED:
            reached(BEFORE_SENDER_COMMITS)

    post_save.connect(attempt_noted, sender=DeliveryAttempt, weak=False)


def _watch_the_receiver() -> None:
    from puskesmas.models import ReceivedMessage

    def message_taken_in(**kwargs: Any) -> None:
        """Everything is written, nothing committed; then committed, and its sender unaware."""
        reached(BEFORE_RECEIVER_COMMITS)
        transaction.on_commit(lambda: reached(AFTER_RECEIVER_COMMITTED))

    post_save.connect(message_taken_in, sender=ReceivedMessage, weak=False)
