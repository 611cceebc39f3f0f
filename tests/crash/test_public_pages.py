"""A resident's phone at the district's address, the village behind NAT: two real offices.

The village's worker pushes what the public may know through the proxy to the district's web server;
nobody ever calls the village. Processes die on the way.
"""

import re
from collections.abc import Iterator
from itertools import count
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.crash import faults
from tests.crash.offices import TwoOffices, wait_for
from tests.leaks import readable

pytestmark = pytest.mark.processes

_people = count(1)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoOffices]:
    made = TwoOffices(tmp_path_factory.mktemp("offices"))
    made.district.start_web()
    assert made.village.act("be_served") == f"http://127.0.0.1:{made.district.port}"
    yield made
    made.end()


@pytest.fixture
def offices(both: TwoOffices) -> Iterator[TwoOffices]:
    if both.district.process is None:
        both.district.start_web()
    yield both
    both.stop()


def complain(offices: TwoOffices) -> dict[str, str]:
    made: dict[str, str] = offices.village.act("complain", nik=f"350999550780{next(_people):04d}")
    return made


def opened(url: str) -> tuple[int, str]:
    """Open an address as a telephone does; return its status and its words."""
    try:
        with urlopen(url, timeout=10) as answer:
            status, page = answer.status, answer.read().decode()
    except HTTPError as error:
        status, page = error.code, error.read().decode()
    return status, " ".join(re.sub(r"<[^>]+>", " ", page).split())


def until_told(offices: TwoOffices) -> None:
    """Wait until the district has the newest state of every number, and the village knows."""

    def told() -> bool:
        return bool(offices.village.act("published")["waiting"] == 0)

    wait_for(told, offices.village.log)


def test_the_receipts_address_shows_the_state_and_after_a_change_the_new_one(offices):
    receipt = complain(offices)
    number = receipt["number"]
    paper = "".join(receipt["text"].split())
    assert f"127.0.0.1:{offices.district.port}/status" in paper
    assert number in paper
    status, text = opened(receipt["qr"])
    assert (status, "Belum ada kabar tentang nomor ini" in text) == (404, True)

    offices.village.start_worker()
    until_told(offices)
    status, text = opened(receipt["qr"])
    assert status == 200
    assert "Keluhan Anda sudah terdaftar" in text
    assert "Desa Tegalsari Makmur" in text

    offices.village.act("examine", number=number)
    until_told(offices)
    assert "Petugas sedang memeriksa berkas" in opened(receipt["qr"])[1]


def test_a_letters_address_and_its_typed_code_say_that_it_holds(offices):
    letter = offices.village.act("issue_letter")
    assert letter["page"] == f"127.0.0.1:{offices.district.port}/verify"
    offices.village.start_worker()
    until_told(offices)
    typed = f"http://{letter['page']}/{letter['code'].replace('-', '').lower()}/"
    for url in (letter["qr"], typed):
        status, text = opened(url)
        assert (status, "Surat ini sah dan masih berlaku" in text) == (200, True)
        assert "S. M." not in text


@pytest.mark.parametrize(
    ("who", "point"),
    [
        ("village", faults.AFTER_CLAIM),
        ("district", faults.BEFORE_RECEIVER_COMMITS),
        ("district", faults.AFTER_RECEIVER_COMMITTED),
        ("village", faults.BEFORE_SENDER_COMMITS),
    ],
)
def test_whoever_dies_on_the_way_the_newest_state_arrives_once(offices, who, point):
    receipt = complain(offices)
    dies = getattr(offices, who)
    dies.arm(point)
    if who == "village":
        offices.village.start_worker(crash_at=point)
    else:
        offices.district.kill()
        offices.district.start_web(crash_at=point)
        offices.village.start_worker()
    dies.wait_until_dead()
    assert dies.crashes() == [point]
    # What changes meanwhile is told in the end, and nothing older after it.
    offices.village.act("examine", number=receipt["number"])
    if who == "village":
        offices.village.start_worker()
    else:
        offices.district.start_web()
    until_told(offices)
    assert "Petugas sedang memeriksa berkas" in opened(receipt["qr"])[1]
    stand = offices.village.act("published")
    assert stand["messages"] == stand["acknowledged"] == stand["noted"]
    assert stand["failed"] == 0


def test_afterwards_the_district_knows_nobody(both):
    both.stop()
    kept = dict(both.places())
    niks = {f"350999550780{person:04d}" for person in range(1, next(_people))}
    assert readable(kept.items(), niks) == {}
    assert any(place.endswith("referrals_publishedrecord") for place in kept)
