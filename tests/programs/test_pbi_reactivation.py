"""Reactivation of a national card: the facility's letter is a must, an SKTM is not."""

from datetime import date

import pytest

from programs.eligibility.judging import Result

CODE = "PBI-REAKTIVASI"
PAPERS = ("ktp", "kk", "facility_letter")


def test_without_the_facilitys_letter_it_is_not_approvable(somebody):
    verdict = somebody.judged(CODE, papers=("ktp", "kk", "sktm"))
    assert [paper.requirement.code for paper in verdict.missing_papers] == ["facility_letter"]


def test_without_an_sktm_it_is_approvable(somebody):
    assert somebody.judged(CODE, papers=PAPERS).is_complete


@pytest.mark.parametrize(
    ("deactivated", "warned"),
    [
        (date(2026, 11, 1), False),
        (date(2026, 5, 22), False),
        (date(2026, 5, 21), True),
        (date(2026, 2, 1), True),
        (date(2025, 1, 1), True),
    ],
)
def test_a_card_deactivated_over_six_months_ago_is_warned_of_and_not_stopped(
    somebody, deactivated, warned
):
    somebody.says("card.deactivated_on", deactivated.isoformat())
    verdict = somebody.judged(CODE, papers=PAPERS)
    assert [one.rule.code for one in verdict.warnings] == (["enam_bulan"] if warned else [])
    assert verdict.is_complete
    assert not verdict.obstacles


def test_when_nobody_knows_the_day_the_six_months_are_unknown(somebody):
    verdict = somebody.judged(CODE, papers=PAPERS)
    rule = next(one for one in verdict.answers if one.rule.code == "enam_bulan")
    assert rule.result == Result.UNKNOWN
