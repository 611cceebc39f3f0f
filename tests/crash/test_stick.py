"""A stick between two installations that no network joins, each with a database of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crash.offices import Office

pytestmark = pytest.mark.processes


class Apart:
    """A village and two districts on three computers, none of which serves or calls another."""

    def __init__(self, home: Path) -> None:
        self.stick = home / "stick"
        self.stick.mkdir()
        self.village, self.district, self.elsewhere = (
            Office(f"stick_{name}", home / name) for name in ("village", "district", "elsewhere")
        )
        self.village.migrate()
        for office in (self.district, self.elsewhere):
            office.copy_tables_of(self.village)
        for office in (self.village, self.district, self.elsewhere):
            office.act("found")

    def end(self) -> None:
        for office in (self.village, self.district, self.elsewhere):
            office.end()


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    made = Apart(tmp_path_factory.mktemp("apart"))
    yield made
    made.end()


def counted(brought: dict[str, Any]) -> dict[str, list[str]]:
    """Return the outcomes of a package by what they are of."""
    found: dict[str, list[str]] = {}
    for what, outcome in brought["entries"]:
        found.setdefault(what, []).append(outcome)
    return found


def test_a_stick_alone_brings_a_referral_up_and_its_answer_home(apart):
    village, district = apart.village, apart.district
    up_card, down_card = str(apart.stick / "village.json"), str(apart.stick / "district.json")
    spoken = {
        "village": village.act("card", kind="village", file=up_card),
        "district": district.act("card", kind="district", file=down_card),
    }
    wrong = village.act("take_card", kind="village", file=down_card, fingerprint=spoken["village"])
    assert (wrong["refused"], wrong["field"]) == ("invalid", "fingerprint")
    for office, kind, file, other in (
        (village, "village", down_card, "district"),
        (district, "district", up_card, "village"),
    ):
        taken = office.act("take_card", kind=kind, file=file, fingerprint=spoken[other])
        assert taken["transport"] == "carried"

    sent = village.act("refer", nik="3509994507800001", photos=2)
    up = village.act("make_package", kind="village", folder=str(apart.stick))

    # Taken to the wrong office, and to the right one half copied.
    refused = apart.elsewhere.act("bring_package", kind="district", file=up)
    assert refused["refused"] == "wrong_recipient"
    half = apart.stick / "half.puskesos"
    half.write_bytes(Path(up).read_bytes()[:-1000])
    assert district.act("bring_package", kind="district", file=str(half))["refused"] == "damaged"
    state = district.act("district_state", **sent)
    assert (state["referrals"], state["messages"]) == (0, 0)

    brought = district.act("bring_package", kind="district", file=up)
    assert counted(brought) == {"message": ["new"], "file": ["new", "new"]}
    again = district.act("bring_package", kind="district", file=up)
    assert (again["repeat"], again["entries"]) == (True, brought["entries"])
    state = district.act("district_state", **sent)
    assert (state["referrals"], state["messages"]) == (1, 1)
    files = district.act("received_files", referral=sent["referral"])
    assert files["pictures"] == 2
    assert files["arrived"] == village.act("sent_files", referral=sent["referral"])["all"]
    assert not village.act("village_state", referral=sent["referral"])["acknowledged"]

    district.act("answer", referral=sent["referral"])
    down = district.act("make_package", kind="district", folder=str(apart.stick))
    home = counted(village.act("bring_package", kind="village", file=down))
    assert home["receipt"] == ["new"]
    assert home["file_receipt"] == ["new", "new"]
    assert home["message"]
    assert set(home["message"]) == {"new"}
    state = village.act("village_state", referral=sent["referral"])
    assert (state["acknowledged"], state["answer"]) == (True, "approved")
    assert [state["number"]] == district.act("district_state", **sent)["numbers"]
    arrived = village.act("sent_files", referral=sent["referral"])
    assert arrived["arrived"] == arrived["all"]

    # The village's own package does not come back to it, and the district learns of its receipts.
    assert village.act("bring_package", kind="village", file=up)["refused"] == "wrong_recipient"
    last = village.act("make_package", kind="village", folder=str(apart.stick))
    assert set(counted(district.act("bring_package", kind="district", file=last))) == {"receipt"}
    assert district.act("district_state", **sent)["waiting"] == 0
