"""The commands: from the village PC to the server and back to the PC that is left."""

import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from puskesmas import closing, outbox
from puskesmas.errors import WrongState
from puskesmas.models import Move, Office, OutboxMessage, Peer
from puskesmas.officers import issue_token
from referrals import exchange
from referrals.packages import cards
from registry.models import Resident
from tests.moving.another import keys_of_its_own, uproot


@pytest.fixture
def card(cast, tmp_path):
    """The district's card on paper, as it comes to the village PC."""
    said = cards.card_of(cast.district)
    path = tmp_path / "kartu.json"
    path.write_text(cards.text_of(said))
    return {"card": path, "fingerprint": cards.fingerprint_of(said)}


def run(name, *args, **options):
    out = io.StringIO()
    call_command(name, *args, stdout=out, **options)
    return out.getvalue()


def export(cast, tmp_path, **options):
    return run(
        "export_office", office=cast.village.code, out=tmp_path / "desa", settle=0, **options
    )


def said_of(printed, word):
    return re.search(rf"^{word} (.+)$", printed, re.MULTILINE)[1]


def test_from_one_pc_to_the_other(cast, tmp_path, card):
    Resident.objects.create(office=cast.village, name="Sulastri", name_key="sulastri")
    left = export(cast, tmp_path, **card)
    assert re.search(r"registry\.Resident +1  [0-9a-f]{16}", left)
    village = Office.objects.get(pk=cast.village.pk)
    assert village.closed_at is not None
    move = Move.objects.get()
    uproot(village)
    with keys_of_its_own():
        with pytest.raises(CommandError, match="fingerprint"):
            run("import_office", tmp_path / "desa")
        with pytest.raises(CommandError, match="fingerprint"):
            run("import_office", tmp_path / "desa", fingerprint="0000 0000 0000 0000 0000")
        read_out = said_of(left, "fingerprint")
        tried = run("import_office", tmp_path / "desa", dry_run=True, fingerprint=read_out)
        assert "nothing was kept" in tried
        came = run("import_office", tmp_path / "desa", fingerprint=read_out)
        assert said_of(came, "proof") == said_of(left, "proof") == move.proof
        again = run("import_office", tmp_path / "desa", fingerprint=read_out)
        assert "nothing done" in again
    here = Office.objects.get(uid=village.uid)
    assert here.closed_at is None
    assert oct((tmp_path / "desa").stat().st_mode)[-3:] == "600"


def test_an_office_above_that_knows_the_village_needs_no_fingerprint(cast, tmp_path, card):
    Peer.objects.create(
        office=cast.district,
        direction=Peer.Direction.DOWNSTREAM,
        peer_uid=cast.village.uid,
        name="Desa",
        sign_key=cards.card_of(cast.village)["sign_key"],
    )
    export(cast, tmp_path, **card)
    uproot(cast.village)
    with keys_of_its_own():
        assert "all equal" in run("import_office", tmp_path / "desa")


def test_the_card_above_is_used_when_it_is_known(cast, tmp_path):
    with pytest.raises(CommandError, match="--card"):
        export(cast, tmp_path)
    assert Office.objects.get(pk=cast.village.pk).closed_at is None
    Peer.objects.create(
        office=cast.village,
        direction=Peer.Direction.UPSTREAM,
        peer_uid=cast.district.uid,
        name="SLRT",
        box_key=cards.card_of(cast.district)["box_key"],
    )
    assert "sealed for SLRT" in export(cast, tmp_path)


def test_a_wrong_card_is_refused_before_anything_is_closed(cast, tmp_path, card):
    with pytest.raises(CommandError):
        export(cast, tmp_path, card=card["card"], fingerprint="AAAA BBBB CCCC DDDD EEEE")
    assert Office.objects.get(pk=cast.village.pk).closed_at is None


def test_only_villages_move(cast, tmp_path, card):
    with pytest.raises(CommandError):
        run("export_office", office=cast.district.code, out=tmp_path / "x", settle=0, **card)


def test_a_message_somebody_is_sending_now_is_waited_for(cast, tmp_path, card):
    from datetime import timedelta

    from django.utils import timezone

    peer = Peer.objects.create(
        office=cast.village, direction="upstream", peer_uid=cast.district.uid, name="SLRT"
    )
    message = outbox.enqueue(
        office=cast.village, peer=peer, kind=exchange.SUBMITTED, subject=cast.village, body={}
    )
    OutboxMessage.objects.update(claimed_until=timezone.now() + timedelta(minutes=1))
    with pytest.raises(CommandError, match="puskesos-worker"):
        export(cast, tmp_path, **card)
    OutboxMessage.objects.update(claimed_until=None)
    assert "go on from there: 1" in export(cast, tmp_path, **card)
    # What is closed sends nothing itself.
    assert outbox.claim_next() is None
    assert message.acked_at is None


# --- The PC that is left --------------------------------------------------------------------------


@pytest.fixture
def closed(cast):
    return closing.close(cast.village)


def test_a_closed_office_is_read_and_not_changed(cast, closed, login):
    person = Resident.objects.create(office=cast.village, name="Sulastri", name_key="sulastri")
    front = login("front")
    page = front.get(reverse("registry:person", args=[person.uid]))
    assert page.status_code == 200
    assert "sedang dipindahkan" in page.content.decode()
    assert front.post(reverse("search"), {"q": "Sulastri"}).status_code in {200, 302}
    # A resident is written down: refused, in words, and nothing is there.
    sent = {"name": "Orang Baru", "sex": "P", "dusun": "Krajan", "rt": "01", "rw": "01"}
    answer = front.post(reverse("registry:person_new"), sent)
    assert "sedang dipindahkan" in answer.content.decode()
    assert Resident.objects.count() == 1


def test_an_open_office_beside_it_is_not_touched(cast, closed, login):
    page = login("stranger").get(reverse("home"))
    assert "sedang dipindahkan" not in page.content.decode()


def test_a_program_is_refused_too(cast, closed, client):
    _row, secret = issue_token(actor=cast.actor("front"), name="uji", roles=["front_office"])
    headers = {"Authorization": f"Bearer {secret}"}
    answer = client.post("/api/v1/people/", {}, "application/json", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "office_closed")
    assert client.get("/api/v1/people/", headers=headers).status_code in {200, 405}


def test_who_works_in_an_office_that_moved_reads_where_it_is(cast, closed, client, login):
    Office.objects.filter(pk=cast.village.pk).update(moved_to="https://kabupaten.example.org")
    login_page = client.get(reverse("account_login")).content.decode()
    assert "kabupaten.example.org" not in login_page  # other offices are open here
    page = login("front").get(reverse("home")).content.decode()
    assert 'href="https://kabupaten.example.org"' in page


def test_moved_is_only_said_with_the_proof(cast, closed, tmp_path, card):
    printed = export(cast, tmp_path, **card)
    to = {"office": cast.village.code, "moved_to": "https://kabupaten.example.org"}
    with pytest.raises(CommandError):
        run("close_office", proof="0" * 64, **to)
    assert "kabupaten.example.org" in run("close_office", proof=said_of(printed, "proof"), **to)
    office = Office.objects.get(pk=cast.village.pk)
    with pytest.raises(CommandError):
        run("close_office", office=office.code, reopen=True)
    with pytest.raises(WrongState):
        closing.close(office)


def test_a_move_given_up_opens_the_office_again(cast, closed):
    run("close_office", office=cast.village.code, reopen=True)
    assert Office.objects.get(pk=cast.village.pk).closed_at is None
