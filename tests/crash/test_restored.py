"""An office comes back from an old backup, in databases of its own: the other one's list shows it.

The village acts at its desk, the district serves over HTTP; what travels goes through the proxy.
"""

from collections.abc import Iterator

import pytest

from tests.crash.offices import TwoOffices

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoOffices]:
    made = TwoOffices(tmp_path_factory.mktemp("offices"))
    yield made
    made.end()


@pytest.fixture
def offices(both: TwoOffices) -> Iterator[TwoOffices]:
    both.district.start_web()
    yield both
    both.stop()


def restore_district(offices: TwoOffices) -> None:
    offices.district.restore()
    offices.district.start_web()


def back_up_district(offices: TwoOffices) -> None:
    offices.district.back_up()
    offices.district.start_web()


def test_what_a_restored_district_lost_is_there_again_exactly_once(offices):
    village, district = offices.village, offices.district
    kept = offices.refer()
    village.act("carry")
    back_up_district(offices)
    sent = offices.refer()
    village.act("carry")
    district.act("answer", referral=sent.referral)
    village.act("carry")
    assert sent.village()["answer"] == "approved"
    assert village.act("compare") == []

    restore_district(offices)
    assert sent.district()["referrals"] == 0
    assert village.act("compare") == [["missing_above", "waiting"]]
    village.act("mend")
    village.act("carry")
    state = sent.district()
    # The same uid, taken in as new, once.
    assert (state["referrals"], state["messages"]) == (1, 1)
    assert (kept.district()["referrals"], kept.district()["messages"]) == (1, 1)
    assert sent.village()["number"] == state["numbers"][0]
    assert village.act("compare") == []

    # It counts its answers from one again, and is heard.
    district.act("answer", referral=sent.referral)
    village.act("carry")
    assert sent.district()["waiting"] == 0
    assert village.act("compare") == []


def test_answers_a_restored_district_forgot_are_counted_on_from_where_it_stands(offices):
    village, district = offices.village, offices.district
    sent = offices.refer()
    village.act("carry")
    back_up_district(offices)
    district.act("answer", referral=sent.referral)
    village.act("carry")

    restore_district(offices)
    assert village.act("compare") == [["ahead_here", "waiting"]]
    village.act("mend")
    assert village.act("compare") == []
    district.act("answer", referral=sent.referral)
    village.act("carry")
    assert sent.village()["answer"] == "approved"
    assert village.act("compare") == []


def test_a_restored_village_fetches_the_answers_it_forgot(offices):
    village, district = offices.village, offices.district
    sent = offices.refer()
    village.act("carry")
    village.back_up()
    district.act("answer", referral=sent.referral)
    village.act("carry")

    village.restore()
    assert sent.village()["answer"] == "received"
    assert village.act("compare") == [["answers_missing", "waiting"]]
    village.act("mend")
    state = sent.village()
    assert (state["answer"], len(state["answers"])) == ("approved", 2)
    assert village.act("compare") == []


def test_a_village_restored_to_before_the_receipt_learns_it_by_sending_again(offices):
    village = offices.village
    sent = offices.refer()
    village.back_up()
    village.act("carry")

    village.restore()
    assert village.act("compare") == []  # under way, as far as it knows
    village.act("carry")
    assert sent.village()["acknowledged"]
    assert sent.district()["referrals"] == 1


def test_a_restored_village_is_told_of_a_referral_it_does_not_know(offices):
    village = offices.village
    village.back_up()
    sent = offices.refer()
    village.act("carry")

    village.restore()
    # It stays known to the district alone, so this test comes last.
    assert village.act("compare") == [["unknown_here", "waiting"]]
    assert village.act("explain") == sent.district()["numbers"][0]
    assert village.act("compare") == [["unknown_here", "explained"]]
