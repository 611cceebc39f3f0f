"""The decision table of the health card, all rows; other programmes follow it alike."""

import itertools

import pytest

from programs.eligibility.way import STEP_WORDS, Situation, Step, refers_without_reason, usual_way

PAPERS_AND_BOTH = (Step.COLLECT_PAPERS, Step.VERIFY, Step.REFER, Step.PROPOSE_ENTRY)

#: in register, recipient, well-off, emergency -> the usual way.
TABLE = [
    (True, True, False, False, (Step.HANDLE_HERE,)),
    (True, False, False, False, (Step.REFER,)),
    (False, False, False, False, PAPERS_AND_BOTH),
    (False, None, False, False, PAPERS_AND_BOTH),
    (True, False, True, False, (Step.RECORD_ONLY,)),
    (False, False, True, False, (Step.RECORD_ONLY,)),
    (True, True, True, False, (Step.RECORD_ONLY,)),
    (None, False, True, False, (Step.RECORD_ONLY,)),
    (True, False, False, True, (Step.FIRST_IN_QUEUE, Step.REFER)),
    (True, True, False, True, (Step.FIRST_IN_QUEUE, Step.HANDLE_HERE)),
    (False, False, False, True, (Step.FIRST_IN_QUEUE, *PAPERS_AND_BOTH)),
    (None, False, False, True, (Step.FIRST_IN_QUEUE, Step.REFER)),
    (None, False, False, False, (Step.FIND_OUT,)),
    (None, None, False, False, (Step.FIND_OUT,)),
]


@pytest.mark.parametrize(("listed", "recipient", "well_off", "emergency", "way"), TABLE)
def test_every_row_of_the_table(listed, recipient, well_off, emergency, way):
    situation = Situation(listed, recipient, emergency=emergency, well_off=well_off)
    assert usual_way(situation) == way


ALL = [
    Situation(listed, recipient, emergency, well_off, poverty_test)
    for listed, recipient in itertools.product((True, False, None), repeat=2)
    for emergency, well_off, poverty_test in itertools.product((True, False), repeat=3)
]


@pytest.mark.parametrize("situation", ALL, ids=str)
def test_an_emergency_is_first_in_every_queue_and_never_only_recorded(situation):
    way = usual_way(situation)
    assert (way[0] == Step.FIRST_IN_QUEUE) == situation.emergency
    if situation.emergency:
        assert Step.RECORD_ONLY not in way


@pytest.mark.parametrize("situation", ALL, ids=str)
def test_somebody_not_in_the_register_is_proposed_and_requested_both(situation):
    way = usual_way(situation)
    assert (Step.PROPOSE_ENTRY not in way) or (Step.REFER in way)


@pytest.mark.parametrize("situation", ALL, ids=str)
def test_without_a_poverty_test_nothing_hangs_on_register_or_finding(situation):
    if not situation.poverty_test and not situation.recipient:
        assert usual_way(situation)[-1] == Step.REFER


def test_no_step_reads_as_a_decision_about_the_aid():
    words = " ".join(str(word).lower() for word in STEP_WORDS.values())
    for wrong in ("layak", "berhak", "ditolak", "diterima"):
        assert wrong not in words


@pytest.mark.parametrize(
    ("situation", "free"),
    [
        (Situation(True, False), True),
        (Situation(None, None), True),
        (Situation(True, True), False),
        (Situation(True, False, well_off=True), False),
        (Situation(True, False, emergency=True, well_off=True), True),
    ],
)
def test_another_way_than_the_usual_needs_a_reason(situation, free):
    assert refers_without_reason(situation) is free
