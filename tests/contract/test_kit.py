"""The kit can fail: a receiver that breaks one promise is caught by the rule of that promise."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract import rules
from tests.contract.receiver import Receiver
from tests.contract.rules import RULES
from tests.contract.standin import FAULTS, StandIn, running
from tests.contract.trial import BROKEN, HOLDS, NOT_PROVED, run

ROOT = Path(__file__).resolve().parents[2]
#: Codes of docs/exchange.md that no call of a village to the tier above can bring out.
NOT_OURS = {
    # Of packages on a stick, which go over no line.
    *("not_a_package", "unknown_version", "wrong_recipient", "old_key", "foreign_office"),
    *("damaged", "malformed", "bad_signature"),
    # Of calls and kinds a tier above may leave out: comparing, verval lists, calls for candidates.
    *("after_invalid", "unknown_list", "unknown_line", "unknown_call"),
    *("being_decided", "already_returned"),
}


def try_all(there: StandIn, *, only=(), helpers=True) -> tuple[dict[str, str], list[str]]:
    """Return the outcome of the rules at a stand-in, and what the kit said."""
    said: list[str] = []
    first, second = there.villages
    with running(there) as url:
        help_of = {"officer": there.say, "crash": there.crash} if helpers else {}
        other = Receiver(url, second) if helpers else None
        asked = Receiver(url, first, other=other, **help_of)
        return run(asked, only=only, say=said.append), said


def test_a_receiver_of_another_make_that_keeps_the_contract_passes_whole():
    outcomes, said = try_all(StandIn())
    assert set(outcomes.values()) == {HOLDS}, "\n".join(said)


@pytest.mark.parametrize(("fault", "caught_by"), FAULTS.items())
def test_a_broken_promise_is_caught_by_its_rule(fault, caught_by):
    outcomes, said = try_all(StandIn(fault), only=[caught_by])
    assert outcomes == {caught_by: BROKEN}, "\n".join(said)


def test_every_rule_is_broken_by_some_fault():
    assert {rule.__name__ for rule in RULES} == set(FAULTS.values())


def test_every_code_of_the_protocol_is_brought_out_by_a_rule():
    text = (ROOT / "docs" / "exchange.md").read_text()
    rows = re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+) \|", text, re.MULTILINE)
    codes = {code for row in rows for code in re.findall(r"`([a-z_]+)`", row)} - NOT_OURS
    assert {"uid_reused", "wrong_offset", "hash_mismatch", "unknown_referral"} <= codes
    tried = Path(rules.__file__).read_text()
    assert {code for code in codes if f'"{code}"' not in tried} == set()


def test_what_nobody_there_helps_with_is_not_called_proved():
    outcomes, said = try_all(StandIn(), helpers=False)
    unproved = {name for name, outcome in outcomes.items() if outcome == NOT_PROVED}
    assert unproved == {
        *("committed", "not_returned", "other_village", "answer_waits", "answers_of_others"),
        *("refused_answer", "sequence", "version_of_answers", "mended_file"),
    }
    assert set(outcomes.values()) == {HOLDS, NOT_PROVED}, "\n".join(said)


def kit(url: str, *words: str, token: str) -> subprocess.CompletedProcess[str]:
    """Run the kit as another office's people do; without Django's settings."""
    environment = {"PATH": "/usr/bin:/bin", "CONTRACT_TOKEN": token}
    return subprocess.run(
        [sys.executable, "-m", "tests.contract", "--url", url, *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("fault", "only", "code", "words"),
    [
        ("", ["new_message"], 0, "1 holds"),
        ("", ["new_message", "committed"], 2, "NOT PROVED  committed"),
        ("new_receipt_on_a_repeat", ["repeated_message", "committed"], 1, "BROKEN      repeated"),
    ],
)
def test_the_exit_code_says_whether_all_holds(fault, only, code, words):
    there = StandIn(fault)
    with running(there) as url:
        done = kit(url, "--only", *only, token=next(iter(there.villages)))
    assert (done.returncode, done.stderr) == (code, ""), done.stdout
    assert words in done.stdout


def test_the_commands_given_do_what_an_officer_there_would(tmp_path):
    there = StandIn()
    acted = tmp_path / "acted"
    command = f"sh -c 'echo \"$@\" >> {acted}' hook"
    with running(there) as url:
        done = kit(
            url, "--only", "committed", "sequence", "--act", command, "--crash", command,
            token=next(iter(there.villages)),
        )  # fmt: skip
    # The commands were run, but nobody answered in the stand-in's name: said as broken.
    assert done.returncode == 1
    lines = [line.split() for line in acted.read_text().splitlines()]
    assert [line[:1] for line in lines] == [[], ["recommend"], ["approve"], ["ready"]]
    assert {line[1] for line in lines[1:]} <= there.kept["referrals"].keys()


def test_the_kit_needs_nothing_of_the_program_itself():
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, tests.contract.__main__; print(*sys.modules)"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    own = {"django", "puskesmas", "registry", "programs", "complaints", "referrals", "reports"}
    assert own & set(loaded) == set()
