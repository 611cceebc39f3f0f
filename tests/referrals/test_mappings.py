"""docs/mappings.md leaves out no field and no value of the protocol."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

from referrals import schemas

#: http://hl7.org/fhir/task-status
TASK_STATUS = {
    *("draft", "requested", "received", "accepted", "rejected", "ready", "cancelled"),
    *("in-progress", "on-hold", "failed", "completed", "entered-in-error"),
}


def tables(heading):
    """Return the tables under a heading, each as pairs of its first two cells."""
    text = Path(settings.BASE_DIR, "docs", "mappings.md").read_text()
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    blocks = [block for block in section.strip().split("\n\n") if block.startswith("|")]
    rows = [re.findall(r"^\| (.*?) \| (.*?) \|", block, re.MULTILINE) for block in blocks]
    return [{key.strip("`"): value.strip("`") for key, value in table[1:]} for table in rows]


def newest(kind):
    return json.loads(schemas.text(f"{kind}-v{max(schemas.versions(kind))}"))


@pytest.mark.parametrize(
    ("heading", "schema"),
    [
        ("Envelope → CloudEvents", lambda: json.loads(schemas.text("envelope-v1"))),
        ("referral.submitted → ServiceRequest", lambda: newest("referral.submitted")),
        ("referral.answered → Task", lambda: newest("referral.answered")),
    ],
)
def test_every_field_has_its_line(heading, schema):
    missing = schema()["properties"].keys() - tables(heading)[0].keys()
    assert not missing


def test_every_answer_and_realisation_is_a_status_of_a_task():
    _fields, answers, realisations = tables("referral.answered → Task")
    values = newest("referral.answered")["allOf"][0]
    assert answers.keys() == set(values["then"]["properties"]["value"]["enum"])
    assert realisations.keys() == set(values["else"]["properties"]["value"]["enum"])
    assert {*answers.values(), *realisations.values()} <= TASK_STATUS
