"""Scans and photos that go on a stick with their referral, and their receipts that come back."""

import io
import json
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from puskesmas import attachments
from puskesmas.errors import InvalidInput, NotFound
from puskesmas.models import OutboxMessage, Peer
from referrals import tasks
from referrals.files import sending
from referrals.files.models import ReceivedFile, SentFile
from referrals.models import Package, ReceivedReferral, Referral
from referrals.packages import cards, kept, letters, selectors, services
from referrals.services import approval

NEW, KNOWN, REFUSED, LEFT = "new", "known", "refused", "left"


class Stick:
    """A village and a district between which nothing but a stick goes."""

    def __init__(self, cast, up: Peer, down: Peer) -> None:
        self.cast, self.up, self.down = cast, up, down

    def make(self, way: str = "up", **kwargs) -> Package:
        who, peer = ("back", self.up) if way == "up" else ("manager", self.down)
        return services.make(actor=self.cast.actor(who), peer_uid=peer.uid, **kwargs)

    def bring(self, made: Package) -> Package:
        """Bring a file to the other side, and take in what is in it."""
        actor = self.cast.actor("manager" if made.office == self.cast.village else "front")
        with kept.opened(made) as file:
            package = services.bring(actor=actor, file=file)
        return services.take_in(actor=actor, uid=package.uid)


def take_card(cast, who, office) -> Peer:
    card = cards.card_of(office)
    return cards.take(actor=cast.actor(who), card=card, fingerprint=cards.fingerprint_of(card))


@pytest.fixture
def stick(cast) -> Stick:
    """Offices that were never connected: they know each other by their cards."""
    up, down = take_card(cast, "admin", cast.district), take_card(cast, "manager", cast.village)
    return Stick(cast, up, down)


@pytest.fixture
def approve(cast, stick, draft):
    """Approve a referral of the case; its photos wait beside it."""

    def act(**kwargs) -> Referral:
        row = draft(road=Referral.Road.DISTRICT, **kwargs)
        return approval.approve(actor=cast.actor("koordinator"), uid=row.uid)

    return act


def outcomes(package: Package, what: str = "file") -> list[str]:
    rows = package.entries.filter(what=what).order_by("pk")
    return list(rows.values_list("outcome", flat=True))


def test_photos_go_with_their_referral_and_their_receipts_come_back(stick, paper, approve):
    originals = [paper().attachment for _n in range(3)]
    approve()
    made = stick.make()
    up = stick.bring(made)
    assert (outcomes(up, "message"), outcomes(up)) == ([NEW], [NEW] * 3)
    here = ReceivedFile.objects.order_by("pk")
    assert [file.sha256 for file in here] == [one.sha256 for one in originals]
    for file in here:
        with Image.open(io.BytesIO(attachments.read(file.attachment))) as image:
            assert image.size == (200, 200)
    # The village does not know it yet, and says so.
    assert [one.state for one in selectors.entries(made)] == ["Belum ada tanda terima"] * 4
    down = stick.bring(stick.make("down"))
    assert (outcomes(down, "receipt"), outcomes(down, "file_receipt")) == ([NEW], [NEW] * 3)
    assert not SentFile.objects.filter(arrived_at__isnull=True).exists()
    assert [one.state for one in selectors.entries(made)] == ["Sudah diterima"] * 4
    with pytest.raises(InvalidInput):
        stick.make()


def test_photos_that_wait_behind_a_thin_line_go_on_a_stick_and_are_not_sent_again(
    cast, wire, paper, draft
):
    peer = Peer.objects.select_related("office").get(pk=wire.upstream.pk)
    assert cards.greet(peer)
    stick = Stick(cast, peer, wire.downstream)
    paper()
    row = draft(road=Referral.Road.DISTRICT)
    approval.approve(actor=cast.actor("koordinator"), uid=row.uid)
    wire.push()
    (waiting,) = selectors.destinations(cast.actor("back"))
    assert (waiting.messages, waiting.files) == (0, 1)
    made = stick.make()
    assert outcomes(stick.bring(made)) == [NEW]
    # The line is up again before the receipt comes: the district says it has it all.
    sending.send_files()
    file = SentFile.objects.get()
    assert (file.arrived_at is not None, file.offset) == (True, file.size)
    assert outcomes(stick.bring(stick.make("down")), "file_receipt") == [KNOWN]


def test_a_photo_brought_twice_is_known_the_second_time(stick, paper, approve):
    paper()
    approve()
    assert outcomes(stick.bring(stick.make())) == [NEW]
    assert outcomes(stick.bring(stick.make())) == [KNOWN]
    down = stick.bring(stick.make("down"))
    # Two packages brought both; each is told of once.
    assert (outcomes(down, "receipt"), outcomes(down, "file_receipt")) == ([NEW], [NEW])
    assert ReceivedFile.objects.count() == 1


def test_what_does_not_fit_is_named_on_page_and_letter_and_goes_first_next_time(
    stick, paper, approve, settings, login
):
    papers = [paper() for _n in range(3)]
    approve()
    size = papers[0].attachment.size
    settings.PACKAGE_MAX_BYTES = 2 * size + 8000
    made = stick.make()
    assert sorted(outcomes(made)) == [LEFT, "waiting", "waiting"]
    left = made.entries.get(outcome=LEFT)
    body = letters.body(made)
    assert len(body["files"]) == 3
    assert [one["label"].split(" (")[0] for one in body["left"]] == [
        f"{left.label}, dari rujukan {_spaced(left.reference)}"
    ]
    shown = login("back").get(f"/referrals/packages/{made.uid}/").content.decode()
    assert "1 lampiran belum ikut" in shown
    assert "Tidak muat" in shown
    assert _spaced(left.reference) in shown
    assert letters.sheet(made)[:4] == b"%PDF"
    following = stick.make()
    gone = following.entries.filter(what="file", outcome="waiting").order_by("pk")
    assert gone[0].body_sha256 == left.body_sha256
    stick.bring(made)
    stick.bring(following)
    assert ReceivedFile.objects.filter(arrived_at__isnull=False).count() == 3


def _spaced(number: str) -> str:
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def test_without_files_it_is_a_package_older_installations_read(stick, paper, approve):
    paper()
    approve()
    made = stick.make(with_files=False)
    with kept.opened(made) as file:
        assert json.loads(file.readline())["version"] == 1
    assert outcomes(made) == [LEFT]
    up = stick.bring(made)
    assert (outcomes(up, "message"), outcomes(up)) == ([NEW], [])
    stick.bring(stick.make("down"))
    assert outcomes(stick.bring(stick.make())) == [NEW]


def test_one_photo_of_two_referrals_is_carried_once_and_kept_for_both(
    cast, stick, paper, approve, make_case, programme
):
    first = paper()
    approve()
    other = make_case()
    copy = first
    copy.pk, copy.complaint = None, other
    copy.save()
    approve(case_uid=other.uid)
    made = stick.make()
    assert made.size < 2 * first.attachment.size
    assert outcomes(stick.bring(made)) == [NEW, NEW]
    assert ReceivedFile.objects.filter(attachment__isnull=False).count() == 2


# --- What is not taken in --------------------------------------------------------------------


def test_a_photo_over_the_receivers_limit_is_refused_in_words_and_may_be_asked_for_again(
    stick, paper, approve, settings, login
):
    paper()
    row = approve()
    settings.FILES_MAX_BYTES = 20_000
    up = stick.bring(stick.make())
    assert outcomes(up, "message") == [NEW]
    (refused,) = up.entries.filter(what="file")
    assert (refused.outcome, refused.code) == (REFUSED, "file_too_large")
    assert "paling besar" in refused.detail
    stick.bring(stick.make("down"))
    assert SentFile.objects.get().refusal == refused.detail
    page = login("back").get(f"/referrals/{row.uid}/").content.decode()
    assert refused.detail in page
    assert "Coba kirim lagi" in page
    with pytest.raises(InvalidInput):
        stick.make()
    settings.FILES_MAX_BYTES = 10 * 1024 * 1024
    login("back").post(f"/referrals/{row.uid}/send-now/")
    assert outcomes(stick.bring(stick.make())) == [NEW]


def test_what_only_calls_itself_a_photo_is_refused_in_words(cast, stick, paper, approve):
    kept_row = paper()
    kept_row.attachment = attachments.store_bytes(
        b"MZ" + bytes(1000), actor=cast.actor("back"), media_type="image/jpeg", name="x"
    )
    kept_row.save()
    approve()
    (entry,) = stick.bring(stick.make()).entries.filter(what="file")
    assert (entry.outcome, entry.code) == (REFUSED, "file_refused")
    assert "tidak diterima" in entry.detail


def test_a_photo_damaged_here_stays_behind_and_says_so(cast, stick, paper, approve):
    paper()
    good = paper()
    approve()
    SentFile.objects.exclude(attachment=good.attachment).update(
        attachment=attachments.store_bytes(
            b"x", actor=cast.actor("back"), media_type="image/jpeg", name="x"
        )
    )
    made = stick.make()
    assert sorted(outcomes(made)) == [LEFT, "waiting"]
    assert made.entries.get(outcome=LEFT).detail == "Berkas ini rusak di kantor ini."
    assert SentFile.objects.get(refusal="").attachment == good.attachment


def test_a_photo_whose_referral_was_not_taken_in_keeps_waiting(stick, paper, approve):
    paper()
    approve()
    OutboxMessage.objects.update(schema_version=99)
    up = stick.bring(stick.make())
    assert (outcomes(up, "message"), outcomes(up)) == ([REFUSED], [REFUSED])
    stick.bring(stick.make("down"))
    assert SentFile.objects.get().refusal == ""
    OutboxMessage.objects.update(schema_version=2, failed_at=None)
    assert outcomes(stick.bring(stick.make())) == [NEW]


def test_a_receipt_for_a_photo_of_nobody_changes_nothing(stick, paper, approve):
    paper()
    approve()
    stick.bring(stick.make())
    made = stick.make("down")
    SentFile.objects.all().delete()
    assert outcomes(stick.bring(made), "file_receipt") == [REFUSED]


# --- How long the bytes are kept -------------------------------------------------------------


def test_bytes_are_kept_until_all_is_received_and_some_days_then_only_hash_and_list(
    stick, paper, approve, settings, login
):
    paper()
    approve()
    made = stick.make()
    up = stick.bring(made)
    assert tasks.tidy_packages() == 0
    made.refresh_from_db()
    up.refresh_from_db()
    assert (made.settled_at, up.settled_at is not None) == (None, True)
    stick.bring(stick.make("down"))
    tasks.tidy_packages()
    made.refresh_from_db()
    assert made.settled_at is not None
    late = timezone.now() - timedelta(days=settings.PACKAGE_KEPT_DAYS, hours=1)
    Package.objects.filter(pk=made.pk).update(settled_at=late)
    assert tasks.tidy_packages() == 1
    with pytest.raises(NotFound):
        kept.opened(made)
    with kept.opened(up) as file:
        assert file.read(1)
    page = login("back").get(f"/referrals/packages/{made.uid}/").content.decode()
    assert made.sha256 in page
    assert "dihapus dari kantor ini" in page
    assert "Unduh berkas" not in page
    gone = login("back").get(f"/referrals/packages/{made.uid}/file/")
    assert gone.status_code == 404


def test_a_package_that_was_only_looked_at_is_kept(stick, paper, approve, cast):
    paper()
    approve()
    with kept.opened(stick.make()) as file:
        package = services.bring(actor=cast.actor("manager"), file=file)
    Package.objects.update(settled_at=None)
    tasks.tidy_packages()
    package.refresh_from_db()
    assert package.settled_at is None
    assert not ReceivedReferral.objects.exists()


def test_the_bytes_on_disk_are_those_of_the_stick_and_hold_no_number(stick, paper, approve, cast):
    paper()
    approve()
    made = stick.make()
    with kept.opened(made) as file:
        assert b"3509994507800001" not in file.read()
