"""Handing in a sheet of realisations, trying it dry, and recording it row by row."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puskesmas import attachments
from puskesmas.actors import Actor
from puskesmas.crypto import blind_index
from puskesmas.errors import DomainError, NotFound, NotYourRole
from puskesmas.history import audit
from puskesmas.locking import first_result, lock
from puskesmas.workflow import role_names
from referrals.models import RealisationSheet, ReceivedReferral
from referrals.realised import sheet
from referrals.services import inbox
from referrals.services.telling import Said
from referrals.workflow import DISTRICT, REALISATION, Inbox, Realisation
from registry.identity import mask_number

CHANGES = "changes"
OUTCOMES = {
    CHANGES: gettext_lazy("Akan dicatat"),
    "same": gettext_lazy("Sudah tercatat"),
    "unmatched": gettext_lazy("Rujukan tidak ditemukan"),
    "ambiguous": gettext_lazy("Resi ini punya beberapa rujukan: tulis nomor agendanya"),
    "nik_differs": gettext_lazy("NIK tidak sama dengan rujukan itu"),
    "unreadable": gettext_lazy("Status tidak terbaca"),
    "no_day": gettext_lazy("Tanggal tidak terbaca, atau sesudah hari ini"),
    "no_words": gettext_lazy("Tulis tempat mengambil, atau alasan bila tidak terealisasi"),
    "not_approved": gettext_lazy("Belum disetujui pemilik program"),
    "waiting": gettext_lazy("Masih di daftar tunggu"),
    "moved_on": gettext_lazy("Realisasinya sudah lebih jauh"),
    "twice": gettext_lazy("Rujukan ini ada dua kali di berkas ini"),
}


@dataclass(frozen=True)
class Trial:
    """What one row would do."""

    row: dict[str, Any]
    outcome: str
    referral: ReceivedReferral | None = None

    @property
    def label(self) -> Any:
        return OUTCOMES[self.outcome]

    @property
    def value_label(self) -> Any:
        value = self.row["value"]
        return Realisation(value).label if value else ""

    @property
    def masked_nik(self) -> str:
        return mask_number(self.row["nik"]) if self.row["nik"] else ""


def hand_in(
    *, actor: Actor, upload: UploadedFile, client_uid: uuid.UUID | None = None
) -> RealisationSheet:
    """Keep and read the sheet; nothing is recorded yet. The same file is kept once.

    Raises:
        NotYourRole; InvalidInput: no sheet, without the columns needed, or too long.
    """
    _must_record(actor)
    if (earlier := first_result(RealisationSheet, client_uid, actor=actor)) is not None:
        return earlier
    with transaction.atomic():
        file = attachments.store(
            upload,
            actor=actor,
            allowed=attachments.SHEET_TYPES,
            max_bytes=settings.IMPORT_MAX_BYTES,
        )
        kept = RealisationSheet.objects.visible_to(actor).filter(file__sha256=file.sha256)
        same: RealisationSheet | None = kept.first()
        if same is not None:
            same.is_repeat = True
            return same
        rows = sheet.read(attachments.read(file), today=actor.office.today())
        made: RealisationSheet = RealisationSheet.objects.create(
            office=actor.office,
            client_uid=client_uid,
            file=file,
            rows=rows,
            handed_in_by=actor.user,
        )
        audit(actor=actor, action="realisations.hand_in", subject=made)
    return made


def find(uid: uuid.UUID | str, *, actor: Actor) -> RealisationSheet:
    """Return one sheet of the office. Raises NotFound."""
    found: RealisationSheet | None = (
        RealisationSheet.objects.visible_to(actor).filter(uid=uid).first()
    )
    if found is None:
        raise NotFound(_("Berkas realisasi tidak ditemukan di kantor ini."))
    return found


def try_dry(item: RealisationSheet, *, actor: Actor) -> list[Trial]:
    """Return what each row would do now; nothing is changed (two queries)."""
    by_number, by_receipt = _named(item, actor)
    today = actor.office.today()
    tried, seen = [], set()
    for row in item.rows:
        named = by_number.get(row["number"], [])
        if not row["number"]:
            named = by_receipt.get(row["receipt"], [])
            # Of one case's referrals only the approved one can have come to something.
            approved = [one for one in named if one.state == Inbox.APPROVED]
            named = approved or named
        referral = named[0] if len(named) == 1 else None
        if referral is None:
            tried.append(Trial(row, "ambiguous" if named else "unmatched"))
            continue
        outcome = "twice" if referral.pk in seen else _outcome(row, referral, today)
        seen.add(referral.pk)
        tried.append(Trial(row, outcome, referral))
    return tried


def apply(*, actor: Actor, uid: uuid.UUID | str, version: int | None) -> RealisationSheet:
    """Record what can be recorded, each row for itself; a second time changes nothing.

    Raises:
        NotYourRole, NotFound, StaleVersion.
    """
    _must_record(actor)
    with transaction.atomic():
        item = lock(RealisationSheet, uid, actor=actor, version=version)
        item.applied_at = item.applied_at or timezone.now()
        item.save()
        audit(actor=actor, action="realisations.apply", subject=item)
    for tried in try_dry(item, actor=actor):
        if tried.outcome == CHANGES and tried.referral is not None:
            try:
                _record(tried, tried.referral, actor)
            except DomainError:
                # Somebody was faster; the next look says how it stands.
                continue
    return item


def tally(rows: Iterable[Trial]) -> list[dict[str, Any]]:
    """Return how many rows have each outcome, as tiles."""
    counts = Counter(row.outcome for row in rows)
    return [
        {"label": label, "value": counts[code]} for code, label in OUTCOMES.items() if counts[code]
    ]


def _named(
    item: RealisationSheet, actor: Actor
) -> tuple[dict[str, list[ReceivedReferral]], dict[str, list[ReceivedReferral]]]:
    rows = ReceivedReferral.objects.visible_to(actor)
    numbers = {row["number"] for row in item.rows if row["number"]}
    named = {one.number: [one] for one in rows.filter(number__in=numbers)}
    wanted = {row["receipt"] for row in item.rows if row["receipt"] and not row["number"]}
    received: dict[str, list[ReceivedReferral]] = defaultdict(list)
    for one in rows.filter(receipt_number__in=wanted):
        received[one.receipt_number].append(one)
    return named, received


def _outcome(row: dict[str, Any], referral: ReceivedReferral, today: date) -> str:
    nik = blind_index(row["nik"], purpose="nik") if row["nik"] else ""
    if nik != referral.nik_index:
        return "nik_differs"
    value = row["value"]
    if not value:
        return "unreadable"
    if not row["said_on"] or date.fromisoformat(row["said_on"]) > today:
        return "no_day"
    if referral.state != Inbox.APPROVED:
        return "not_approved"
    if referral.realisation == value:
        return "same"
    if referral.realisation == Realisation.QUEUED and value != Realisation.NEVER:
        return "waiting"
    if referral.realisation not in REALISATION.steps[value].sources:
        return "moved_on"
    needs_words = value in {Realisation.READY, Realisation.NEVER}
    return "no_words" if needs_words and not row["words"] else CHANGES


def _record(tried: Trial, referral: ReceivedReferral, actor: Actor) -> None:
    row = tried.row
    never = row["value"] == Realisation.NEVER
    said = Said(
        said_on=date.fromisoformat(row["said_on"]),
        document_number=row["document_number"],
        reason=row["words"] if never else "",
        instructions="" if never else row["words"],
    )
    inbox.realise(
        actor=actor, uid=referral.uid, value=row["value"], said=said, version=referral.version
    )


def _must_record(actor: Actor) -> None:
    if not actor.has(*DISTRICT):
        raise NotYourRole(
            _("Berkas realisasi hanya untuk %(roles)s.") % {"roles": role_names(DISTRICT)}
        )
