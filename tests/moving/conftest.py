"""What both installations of these tests can read; which keys are in use, each test says."""

from dataclasses import replace
from typing import Any

import pytest

from tests.moving.another import ELSEWHERE


@pytest.fixture(autouse=True)
def _elsewhere_can_be_read(settings: Any) -> None:
    """Know the other installation's key: the files of all tests lie in one folder."""
    keys = settings.KEYS
    settings.KEYS = replace(keys, field_keys=keys.field_keys | ELSEWHERE)
