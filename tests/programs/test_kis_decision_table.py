"""The decision table of the health card, all rows; other programmes follow it alike."""

import itertools

import pytest

from programs.eligibility.way import STEP_WORDS, Situation, Step, refers_without_reason, usual_way

BOTH = (Step.COLLECT_PAPERS, Step.VERIFY, Step.REFER, Step.PROPOSE_ENTRY)
HERE, REFER = (Step.HANDLE_HERE,), (Step.REFER,)
FIND_OUT, RECORDED = (Step.FIND_OUT,), (Step.RECORD_ONLY,)
AT_ONCE_BOTH = (Step.FIRST_IN_QUEUE, *BOTH)
AT_ONCE_HERE, AT_ONCE_REFER = (Step.FIRST_IN_QUEUE, *HERE), (Step.FIRST_IN_QUEUE, *REFER)

#: in register, recipient, well-off, emergency -> the usual way. All there are.
TABLE = [
    (True, True, False, False, HERE),
    (True, False, False, False, REFER),
    (True, None, False, False, REFER),
    (False, True, False, False, BOTH),
    (False, False, False, False, BOTH),
    (False, None, False, False, BOTH),
    (None, True, False, False, FIND_OUT),
    (None, False, False, False, FIND_OUT),
    (None, None, False, False, FIND_OUT),
    (True, True, True, False, RECORDED),
    (True, False, True, False, RECORDED),
    (True, None, True, False, RECORDED),
    (False, True, True, False, RECORDED),
    (False, False, True, False, RECORDED),
    (False, None, True, False, RECORDED),
    (None, True, True, False, RECORDED),
    (None, False, True, False, RECORDED),
    (None, None, True, False, RECORDED),
    (True, True, False, True, AT_ONCE_HERE),
    (True, False, False, True, AT_ONCE_REFER),
    (True, None, False, True, AT_ONCE_REFER),
    (False, True, False, True, AT_ONCE_BOTH),
    (False, False, False, True, AT_ONCE_BOTH),
    (False, None, False, True, AT_ONCE_BOTH),
    (None, True, False, True, AT_ONCE_HERE),
    (None, False, False, True, AT_ONCE_REFER),
    (None, None, False, True, AT_ONCE_REFER),
    (True, True, True, True, AT_ONCE_HERE),
    (True, False, True, True, AT_ONCE_REFER),
    (True, None, True, True, AT_ONCE_REFER),
    (False, True, True, True, AT_ONCE_BOTH),
    (False, False, True, True, AT_ONCE_BOTH),
    (False, None, True, True, AT_ONCE_BOTH),
    (None, True, True, True, AT_ONCE_HERE),
    (None, False, True, True, AT_ONCE_REFER),
    (None, None, True, True, AT_ONCE_REFER),
]

#: Without a poverty test: recipient, emergency -> the usual way, whatever register and review say.
WITHOUT_A_TEST = [
    (True, False, HERE),
    (False, False, REFER),
    (None, False, REFER),
    (True, True, AT_ONCE_HERE),
    (False, True, AT_ONCE_REFER),
    (None, True, AT_ONCE_REFER),
]


@pytest.mark.parametrize(("listed", "recipient", "well_off", "emergency", "way"), TABLE)
def test_every_row_of_the_table(listed, recipient, well_off, emergency, way):
    situation = Situation(listed, recipient, emergency=emergency, well_off=well_off)
    assert usual_way(situation) == way


def test_the_table_leaves_no_combination_out():
    three, two = (True, False, None), (True, False)
    assert {row[:4] for row in TABLE} == set(itertools.product(three, three, two, two))


@pytest.mark.parametrize("well_off", [True, False])
@pytest.mark.parametrize("listed", [True, False, None])
@pytest.mark.parametrize(("recipient", "emergency", "way"), WITHOUT_A_TEST)
def test_without_a_poverty_test_register_and_review_change_nothing(
    listed, recipient, well_off, emergency, way
):
    situation = Situation(listed, recipient, emergency, well_off, poverty_test=False)
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
        (Situation(False, True), True),
        (Situation(True, False, well_off=True), False),
        (Situation(True, False, emergency=True, well_off=True), True),
    ],
)
def test_another_way_than_the_usual_needs_a_reason(situation, free):
    assert refers_without_reason(situation) is free
