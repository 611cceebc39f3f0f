"""The demo sheets, written once for the whole run, and an office with its registers."""

from datetime import date

import pytest

from registry.demo import files
from registry.models import Register

AS_OF = date(2026, 11, 22)


@pytest.fixture(scope="session")
def tegalsari(tmp_path_factory):
    return files.write_tegalsari(tmp_path_factory.mktemp("tegalsari"), as_of=AS_OF)


@pytest.fixture(scope="session")
def mekarwangi(tmp_path_factory):
    return files.write_mekarwangi(tmp_path_factory.mktemp("mekarwangi"), as_of=AS_OF)


@pytest.fixture
def dtsen(cast):
    return Register.objects.create(office=cast.village, code="DTSEN", name_id="DTSEN")
