"""Our own district, as a real process, keeps the whole contract, and nothing is left unproved."""

import uuid

import pytest

from tests.contract.receiver import Receiver
from tests.contract.trial import HOLDS, run
from tests.crash.offices import Office

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    office = Office("contract", tmp_path_factory.mktemp("contract") / "district")
    try:
        office.migrate()
        office.act("found")
        office.start_web()
        yield office
    finally:
        office.end()


def test_our_district_keeps_every_rule_of_the_contract(district):
    def linked() -> str:
        return str(district.act("add_village", uid=str(uuid.uuid4())))

    def crash() -> None:
        district.kill()
        district.start_web()

    url = f"http://127.0.0.1:{district.port}"
    there = Receiver(
        url,
        linked(),
        officer=lambda act, referral, _reference: district.act("say", referral=referral, act=act),
        crash=crash,
        other=Receiver(url, linked()),
    )
    said: list[str] = []
    outcomes = run(there, say=said.append)
    assert set(outcomes.values()) == {HOLDS}, "\n".join(said)
