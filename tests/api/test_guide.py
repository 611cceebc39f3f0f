"""docs/api.md tells the truth: its commands run from top to bottom, its table names every move."""

import re
import shlex
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from complaints.workflow import CASE
from puskesmas.officers import issue_token
from referrals.models import Referral
from tests.world import picture

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
TEXT = GUIDE.read_text(encoding="utf-8")
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
#: "# 201; CASE=uid, VERSION=ETag" after a command: its status, and what to remember of its answer.
OUTCOME = re.compile(r"^# (\d{3})(?:; (.*))?$")


def commands() -> list[tuple[str, str]]:
    """Return every command of the guide with the comment that says its outcome."""
    found, lines = [], []
    for block in BLOCK.findall(TEXT):
        for line in block.splitlines():
            if line.startswith("# "):
                found.append(("\n".join(lines).replace("\\\n", " "), line))
                lines = []
            else:
                lines.append(line)
    return found


def filled(command: str, known: dict[str, str]) -> str:
    """Return the command as the shell would read it."""
    command = command.replace("$(cat /proc/sys/kernel/random/uuid)", str(uuid.uuid4()))
    return re.sub(r"\$([A-Z]+)", lambda name: known[name.group(1)], command)


def run(command: str) -> Any:
    """Send what curl would send."""
    words = shlex.split(command)
    assert words.pop(0) == "curl"
    method, headers, body, files, address = "GET", {}, b"", {}, ""
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, _colon, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = words.pop(0).encode()
        elif word == "-F":
            name, _is, value = words.pop(0).partition("=")
            files[name] = picture() if value.startswith("@") else value
        elif word == "--output":
            words.pop(0)
        else:
            address = word
    path = address.removeprefix("http://testserver")
    if files:
        return Client().post(path, files, headers=headers)
    kind = headers.pop("Content-Type", "application/json")
    return Client().generic(method, path, body, content_type=kind, headers=headers)


def remembered(answer: Any, places: str) -> dict[str, str]:
    """Return the named values of an answer: "PERSON=0.uid, VERSION=ETag"."""
    values = {}
    for item in filter(None, places.split(", ")):
        name, place = item.split("=")
        if place == "ETag":
            values[name] = answer["ETag"].replace('"', '\\"')
            continue
        value = answer.json()
        for step in place.split("."):
            value = value[int(step)] if step.isdigit() else value[step]
        values[name] = value
    return values


def test_the_commands_run_from_top_to_bottom(world):
    # The person asks for the same programme nowhere else any more.
    Referral.objects.filter(pk=world.sent.pk).update(answer="refused")
    known = {"HOST": "http://testserver", "TODAY": str(world.cast.village.today())}
    for who in ("front", "back", "koordinator"):
        actor = world.cast.actor(who)
        known[who.upper()] = issue_token(actor=actor, name="uji", roles=actor.roles)[1]
    steps = commands()
    assert len(steps) > 15
    for command, outcome in steps:
        status, places = OUTCOME.match(outcome).groups()
        answer = run(filled(command, known))
        assert answer.status_code == int(status), f"{command}\n{answer.content!r}"
        known |= remembered(answer, places or "")


def test_the_table_names_every_move_of_a_case_once():
    table = TEXT.partition("## The moves of a case")[2].partition("##")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    named = [move for line in rows for move in re.findall(r"`(\w+)`", line.split("|")[1])]
    assert sorted(named) == sorted(CASE.steps)


@pytest.mark.parametrize("name", ["complaints", "referrals", "inbox", "letters"])
def test_the_filters_of_each_list_are_the_ones_the_program_has(name):
    from complaints.api import CaseList
    from referrals.api import ReferralList
    from referrals.inbox_api import InboxList
    from reports.letters.api import LetterList

    lists = {
        "complaints": CaseList,
        "referrals": ReferralList,
        "inbox": InboxList,
        "letters": LetterList,
    }
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| `/{name}/`"))
    assert set(re.findall(r"`(\w+)`", row.split("|")[2])) == set(
        lists[name].filterset_class.base_filters
    )
