"""Acting as if at another moment: for the demo's invented year, and for tests of clocks.

Never for real records: a matter that is typed later carries its own ``received_at``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from typing import Any
from unittest import mock


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let ``django.utils.timezone.now`` answer ``moment`` (aware), model defaults included.

    It replaces the module's clock for the whole process: one thread, one command.
    """

    class Stopped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return moment.astimezone(tz)

    with mock.patch("django.utils.timezone.datetime", Stopped):
        yield
