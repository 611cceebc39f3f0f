"""Real processes die at named points; nothing is lost, nothing doubled, and the village knows why.

A village's Celery worker pushes a referral over HTTP, through a proxy of ours, to a district's web
server. Each test lets one of them die at one point, looks at what the village's page says
meanwhile, starts the dead one again and looks at the end.
"""

import re
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.crash import faults
from tests.crash.offices import Sent, TwoOffices, wait_for
from tests.crash.thin import ThinLine
from tests.leaks import readable

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoOffices]:
    made = TwoOffices(tmp_path_factory.mktemp("offices"))
    yield made
    made.end()


@pytest.fixture
def offices(both: TwoOffices) -> Iterator[TwoOffices]:
    yield both
    both.stop()


def acknowledged(state: dict[str, Any]) -> bool:
    return bool(state["acknowledged"])


def assert_delivered_once(sent: Sent) -> None:
    """Nothing lost: the district has it and the village knows. Nothing doubled: each thing once."""
    village, district = sent.village(), sent.district()
    assert village["acknowledged"]
    assert not village["failed"]
    assert (village["messages"], village["acknowledgements"]) == (1, 1)
    assert village["steps"] == ["approve", "received"]
    assert (district["referrals"], district["messages"]) == (1, 1)
    assert [village["number"]] == district["numbers"]
    assert "Sudah diterima" in sent.page() or "Diterima tingkat atas" in sent.page()


def test_the_sender_dies_after_claiming_the_message(offices):
    offices.district.start_web()
    sent = offices.refer()
    offices.village.start_worker(crash_at=faults.AFTER_CLAIM)
    offices.village.wait_until_dead()
    assert offices.village.crashes() == [faults.AFTER_CLAIM]

    assert sent.district()["referrals"] == 0
    # At once the page knows of a claim; when its lease is over, that the try broke off.
    wait_for(lambda: "Percobaan ke-1 terputus di tengah jalan." in sent.page(), sent.page)

    offices.village.start_worker()
    state = sent.wait_until(acknowledged)
    assert state["attempts"] == 2
    assert_delivered_once(sent)


def test_the_sender_dies_in_the_middle_of_its_request(offices):
    offices.district.start_web()
    sent = offices.refer()
    before = offices.proxy.cut_requests
    offices.proxy.on_mid_request = offices.village.kill
    offices.village.start_worker()
    offices.village.wait_until_dead()
    assert offices.proxy.cut_requests == before + 1

    assert sent.district()["referrals"] == 0
    page = sent.page()
    assert "Sedang dikirim" in page or "terputus di tengah jalan" in page

    offices.village.start_worker()
    assert sent.wait_until(acknowledged)["attempts"] == 2
    assert_delivered_once(sent)


def test_the_district_dies_before_it_commits(offices):
    offices.district.start_web(crash_at=faults.BEFORE_RECEIVER_COMMITS)
    sent = offices.refer()
    offices.village.start_worker()
    offices.district.wait_until_dead()
    assert offices.district.crashes() == [faults.BEFORE_RECEIVER_COMMITS]

    sent.wait_until(lambda state: state["attempts"] >= 2)
    assert sent.district()["referrals"] == 0
    assert_page_says_why(sent)

    offices.district.start_web()
    sent.wait_until(acknowledged)
    assert_delivered_once(sent)


def test_the_district_dies_after_its_commit_before_the_answer(offices):
    offices.district.start_web(crash_at=faults.AFTER_RECEIVER_COMMITTED)
    sent = offices.refer()
    offices.village.start_worker()
    offices.district.wait_until_dead()
    assert offices.district.crashes() == [faults.AFTER_RECEIVER_COMMITTED]

    sent.wait_until(lambda state: state["attempts"] >= 2)
    assert sent.district()["referrals"] == 1
    assert sent.village()["acknowledged"] is False
    assert_page_says_why(sent)

    offices.district.start_web()
    sent.wait_until(acknowledged)
    assert_delivered_once(sent)


def test_the_sender_dies_after_the_answer_before_it_commits(offices):
    offices.district.start_web()
    sent = offices.refer()
    offices.village.start_worker(crash_at=faults.BEFORE_SENDER_COMMITS)
    offices.village.wait_until_dead()
    assert offices.village.crashes() == [faults.BEFORE_SENDER_COMMITS]

    assert sent.district()["referrals"] == 1
    state = sent.village()
    assert (state["acknowledged"], state["answer"]) == (False, "none")
    page = sent.page()
    assert "Sedang dikirim" in page or "terputus di tengah jalan" in page

    offices.village.start_worker()
    assert sent.wait_until(acknowledged)["attempts"] == 2
    assert_delivered_once(sent)


def test_an_answer_lost_on_the_way_is_asked_for_again(offices):
    offices.district.start_web()
    sent = offices.refer()
    before = offices.proxy.cut_answers
    offices.proxy.cut_next_answer = True
    offices.village.start_worker()
    assert sent.wait_until(acknowledged)["attempts"] == 2
    assert offices.proxy.cut_answers == before + 1
    assert_delivered_once(sent)


def assert_page_says_why(sent: Sent) -> None:
    """The page names who does not answer, since when, the try and the next one."""
    why = (
        r"Menunggu dikirim.* SLRT Kabupaten Jember tidak menjawab sejak .+, "
        r"percobaan ke-\d+, coba lagi \d\d\.\d\d"
    )
    wait_for(lambda: bool(re.search(why, sent.page())), sent.page)


# --- The way back: the village fetches, takes in, acknowledges ----------------------------------


def answered(state: dict[str, Any]) -> bool:
    return bool(state["answer"] == "approved")


def assert_answered_once(sent: Sent) -> None:
    village, district = sent.village(), sent.district()
    assert village["answers"] == [["recommended", True], ["approved", True]]
    assert village["steps"] == ["approve", "received", "recommended", "approved"]
    assert village["case"] == "answered"
    assert (district["told"], district["waiting"]) == (2, 0)


@pytest.mark.parametrize("point", [faults.BEFORE_RECEIVER_COMMITS, faults.AFTER_RECEIVER_COMMITTED])
def test_the_village_dies_while_it_takes_an_answer_in(offices, point):
    sent = delivered(offices)
    offices.village.start_worker(crash_at=point)
    offices.district.act("answer", referral=sent.referral)
    offices.village.wait_until_dead()
    assert offices.village.crashes() == [point]
    assert sent.district()["waiting"] == 2

    offices.village.start_worker()
    sent.wait_until(answered)
    wait_until_nothing_waits(sent)
    assert_answered_once(sent)


def test_the_district_dies_before_it_notes_the_villages_acknowledgement(offices):
    sent = delivered(offices)
    offices.district.kill()
    offices.district.act("answer", referral=sent.referral)
    offices.district.start_web(crash_at=faults.BEFORE_SENDER_COMMITS)
    offices.village.start_worker()
    offices.district.wait_until_dead()
    assert offices.district.crashes() == [faults.BEFORE_SENDER_COMMITS]
    assert sent.district()["waiting"] == 2

    offices.district.start_web()
    sent.wait_until(answered)
    wait_until_nothing_waits(sent)
    assert_answered_once(sent)


def delivered(offices: TwoOffices) -> Sent:
    """Return a referral the district has, with the village's worker stopped."""
    offices.district.start_web()
    sent = offices.refer()
    offices.village.start_worker()
    sent.wait_until(acknowledged)
    offices.village.kill()
    return sent


def wait_until_nothing_waits(sent: Sent) -> None:
    sent.wait_until(lambda _state: sent.district()["waiting"] == 0)


# --- Files: apart from the referral, on from where they stopped ---------------------------------

#: 64 kbit/s that break every 30 seconds, this many times faster.
FASTER = 60


@pytest.fixture
def thin(offices: TwoOffices) -> Iterator[Callable[..., ThinLine]]:
    """Lay a thin line between the proxy and the district."""
    laid = []

    def lay(cut_every: float | None = None) -> ThinLine:
        line = ThinLine(
            offices.district.port,
            bytes_per_second=64_000 / 8 * FASTER,
            cut_every=cut_every,
        )
        laid.append(line)
        offices.proxy.target_port = line.port
        return line

    yield lay
    offices.proxy.target_port = offices.district.port
    for line in laid:
        line.close()


def files_arrived(offices: TwoOffices, sent: Sent) -> dict[str, Any]:
    """Wait until every file is there; return what the village knows of them."""
    state: dict[str, Any] = {}

    def all_there() -> bool:
        state.update(offices.village.act("sent_files", referral=sent.referral))
        return bool(state["arrived"] == state["all"])

    wait_for(all_there, lambda: f"{state} {offices.village.log()}")
    above = offices.district.act("received_files", referral=sent.referral)
    assert above["arrived"] == state["all"]
    assert (above["pictures"], above["parts"]) == (len(state["all"]), 0)
    return state


def test_five_megabytes_of_photos_get_through_a_thin_line_that_breaks(offices, thin):
    offices.district.start_web()
    sent = offices.refer(photos=5)
    line = thin(cut_every=30 / FASTER)
    began = time.monotonic()
    offices.village.start_worker()
    sent.wait_until(acknowledged)
    referral_after = time.monotonic() - began
    # The referral did not wait for its photos.
    assert len(offices.village.act("sent_files", referral=sent.referral)["arrived"]) < 5
    state = files_arrived(offices, sent)
    took = time.monotonic() - began
    print(
        f"\n{state['bytes'] / 1e6:.2f} MB over 64 kbit/s with a break every 30 s, {FASTER} times "
        f"faster: referral after {referral_after:.1f} s, photos after {took:.1f} s (without any "
        f"break {state['bytes'] / line.bytes_per_second:.1f} s), {line.cuts} breaks, "
        f"{line.carried / state['bytes']:.2f} times the bytes, {state['tries']} tries"
    )
    assert state["bytes"] > 5_000_000
    assert line.cuts >= 10
    assert line.carried < 2 * state["bytes"]


@pytest.mark.parametrize("dies", ["village", "district"])
def test_a_file_goes_on_where_its_sender_or_receiver_was_killed(offices, thin, dies):
    offices.district.start_web()
    sent = offices.refer(photos=1)
    line = thin()
    offices.village.start_worker()

    def under_way() -> int:
        above = offices.district.act("received_files", referral=sent.referral)
        return int(above["there"])

    wait_for(lambda: under_way() > 100_000, offices.village.log)
    getattr(offices, dies).kill()
    there, carried = under_way(), line.carried
    if dies == "village":
        offices.village.start_worker()
    else:
        offices.district.start_web()
    state = files_arrived(offices, sent)
    # What was there was not sent again; what was on the line may have been.
    assert line.carried - carried < state["bytes"] - there + 200_000


def test_afterwards_no_nik_stands_readable_in_databases_broker_or_logs(both):
    sent = delivered(both)
    both.stop()
    kept = dict(both.places())
    assert readable(kept.items(), both.niks) == {}

    # It was all searched: both offices' rows as they are, the queue, the logs.
    tables = [rows for place, rows in kept.items() if place.endswith("referrals_referral")]
    assert any(uuid.UUID(sent.referral).hex.encode() in rows.replace(b"-", b"") for rows in tables)
    assert any(place.endswith("referrals_receivedreferral") for place in kept)
    assert any("redis" in place or "broker.sqlite3" in place for place in kept)
    assert b"celery" in kept["village/log/process.log"]
