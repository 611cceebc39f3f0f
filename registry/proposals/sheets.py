"""The monthly sheet: what would stand in it, freezing it, its profile."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Prefetch, QuerySet
from django.utils.translation import gettext as _

from puskesmas import attachments
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, StaleVersion, WrongState
from puskesmas.history import audit
from puskesmas.locking import first_result
from puskesmas.models import Office
from puskesmas.workflow import role_names
from registry.imports.writing import workbook
from registry.models import HouseholdMember, Proposal, Register, Sheet, SheetProfile, SheetRow
from registry.proposals import columns, guards, services
from registry.proposals.workflow import KEEPERS, PROFILE_KEEPERS, ProposalState

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KIND_WORDS = {"enter": "masuk", "change": "perubahan", "leave": "keluar"}
MOST_COLUMNS = 60


@dataclass(frozen=True)
class Candidate:
    """A ready proposal as a row: its cells, what is missing, why it cannot go at all."""

    proposal: Proposal
    cells: list[str]
    missing: list[str]
    obstacle: str

    def goes(self, *, with_incomplete: bool) -> bool:
        """Return whether it would stand in the sheet."""
        return not self.obstacle and (with_incomplete or not self.missing)


def load_profile(office: Office) -> int:
    """Give an office the first profile; return whether it is new. It may run again."""
    if SheetProfile.objects.filter(office=office).exists():
        return 0
    SheetProfile.objects.create(
        office=office, number=1, name="SIKS-NG (21)", columns=columns.SIKS_NG
    )
    return 1


def current_profile(actor: Actor) -> SheetProfile:
    """Return the newest version of the office's profile. Raises NotFound when it has none."""
    found: SheetProfile | None = SheetProfile.objects.visible_to(actor).order_by("-number").first()
    if found is None:
        raise NotFound(_("Kantor ini belum punya susunan lembar usulan."))
    return found


@transaction.atomic
def change_profile(
    *, actor: Actor, number: int, name: str, sheet_name: str, columns_: list[dict[str, Any]]
) -> SheetProfile:
    """Make the next version of the profile; ``number`` is the one the officer has seen.

    Raises:
        NotYourRole; StaleVersion: another officer made one since.
        InvalidInput: no columns, a title twice or empty, an unknown source or format.
    """
    if not actor.has(*PROFILE_KEEPERS):
        raise NotYourRole(
            _("Susunan lembar hanya diubah oleh %(roles)s.")
            % {"roles": role_names(PROFILE_KEEPERS)}
        )
    newest = current_profile(actor)
    if newest.number != number:
        raise StaleVersion(
            _("Susunan lembar baru saja diubah petugas lain. Periksa, lalu simpan lagi."),
            yours=number,
            current=newest.number,
        )
    kept = _checked(columns_)
    if not name.strip() or not sheet_name.strip():
        raise InvalidInput(_("Isi nama susunan dan nama lembarnya."), field="name")
    profile = SheetProfile.objects.create(
        office=actor.office,
        number=number + 1,
        name=name.strip(),
        sheet_name=sheet_name.strip()[:31],
        columns=kept,
        made_by=actor.user,
    )
    audit(actor=actor, action="sheet_profile.change", subject=profile)
    return profile


def _checked(wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not 0 < len(wanted) <= MOST_COLUMNS:
        raise InvalidInput(_("Lembar berisi 1 sampai %(most)d kolom.") % {"most": MOST_COLUMNS})
    titles = [one["title"].strip() for one in wanted]
    if "" in titles or len(set(titles)) < len(titles):
        raise InvalidInput(_("Tiap kolom punya judul, dan tidak ada judul yang sama."))
    for one in wanted:
        if one["source"] not in columns.SOURCES or one["format"] not in columns.FORMATS:
            raise InvalidInput(
                _("Isi atau bentuk kolom “%(title)s” tidak dikenal.") % {"title": one["title"]}
            )
    return [
        {
            "title": title,
            "source": one["source"],
            "format": one["format"],
            "required": bool(one["required"]),
        }
        for title, one in zip(titles, wanted, strict=True)
    ]


def candidates(
    actor: Actor, *, register: Register, kind: str, month: date, profile: SheetProfile
) -> list[Candidate]:
    """Return the ready proposals of the month as rows, by name: three queries."""
    rows = _ready(actor, register, kind, month)
    return [_candidate(row, profile, actor.office) for row in rows]


def _ready(actor: Actor, register: Register, kind: str, month: date) -> QuerySet[Proposal]:
    cards = HouseholdMember.objects.filter(until__isnull=True).select_related("household")
    rows: QuerySet[Proposal] = Proposal.objects.visible_to(actor).filter(
        state=ProposalState.READY,
        register=register,
        kind=kind,
        proposed_on__lt=_next_month(month),
    )
    return (
        rows.select_related("resident", "register")
        .prefetch_related(
            Prefetch("resident__memberships", queryset=cards, to_attr="open_memberships")
        )
        .order_by("resident__name", "pk")
    )


def _next_month(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _candidate(proposal: Proposal, profile: SheetProfile, office: Office) -> Candidate:
    resident = proposal.resident
    held = resident.open_memberships  # type: ignore[attr-defined]
    line = columns.Line(proposal, resident, held[0].household if held else None, office)
    return Candidate(
        proposal=proposal,
        cells=columns.written(profile.columns, line),
        missing=columns.missing(profile.columns, line),
        obstacle=guards.obstacle(resident, proposal.kind),
    )


@transaction.atomic
def make_sheet(
    *,
    actor: Actor,
    register_code: str,
    kind: str,
    month: date,
    with_incomplete: bool = False,
    client_uid: uuid.UUID | None = None,
) -> Sheet:
    """Freeze the month's sheet and mark its proposals sent.

    Incomplete rows stay behind as ready, unless ``with_incomplete``; the dead and moved always do.

    Raises:
        NotYourRole, NotFound; InvalidInput: a month to come, or no row to send.
        WrongState: this month has its sheet already; what is ready now goes with the next.
    """
    _must_keep(actor)
    if (earlier := first_result(Sheet, client_uid, actor=actor)) is not None:
        return earlier
    month = month.replace(day=1)
    if month > actor.office.today():
        raise InvalidInput(_("Bulan ini belum mulai."), field="month")
    register = register_of(actor, register_code)
    profile = current_profile(actor)
    # Whoever makes the same sheet at the same time waits here and then finds it made.
    Office.objects.select_for_update().get(pk=actor.office.pk)
    if Sheet.objects.visible_to(actor).filter(month=month, register=register, kind=kind).exists():
        raise WrongState(_already_made(), state="made")
    going = [
        one
        for one in candidates(actor, register=register, kind=kind, month=month, profile=profile)
        if one.goes(with_incomplete=with_incomplete)
    ]
    if not going:
        raise InvalidInput(_("Tidak ada usulan yang siap untuk lembar ini."), code="nothing_ready")
    sheet = _frozen(actor, register, kind, month, profile, going, client_uid)
    for one in going:
        proposal = Proposal.objects.select_for_update(of=("self",)).get(pk=one.proposal.pk)
        proposal.office = actor.office
        proposal.version += 1
        services.step_on(proposal, "send", actor=actor, impartial=False)
    audit(actor=actor, action="sheet.make", subject=sheet)
    return sheet


def _frozen(
    actor: Actor,
    register: Register,
    kind: str,
    month: date,
    profile: SheetProfile,
    going: list[Candidate],
    client_uid: uuid.UUID | None,
) -> Sheet:
    titles = [one["title"] for one in profile.columns]
    content = workbook(titles, (one.cells for one in going), sheet=profile.sheet_name)
    name = f"usulan-{_KIND_WORDS[kind]}-{register.code}-{actor.office.code}-{month:%Y-%m}.xlsx"
    file = attachments.store_bytes(content, actor=actor, media_type=XLSX, name=name)
    try:
        with transaction.atomic():
            sheet: Sheet = Sheet.objects.create(
                office=actor.office,
                client_uid=client_uid,
                month=month,
                register=register,
                kind=kind,
                profile=profile,
                file=file,
                made_by=actor.user,
            )
    except IntegrityError:
        raise WrongState(_already_made(), state="made") from None
    SheetRow.objects.bulk_create(
        SheetRow(sheet=sheet, line=line, proposal=one.proposal, nik=one.proposal.resident.nik)
        for line, one in enumerate(going, start=1)
    )
    return sheet


def _already_made() -> str:
    return _("Lembar bulan ini sudah dibuat. Yang baru siap ikut lembar bulan berikutnya.")


def sheets_of(actor: Actor) -> QuerySet[Sheet]:
    """Return the office's sheets, the newest first, each with the count of its rows."""
    rows: QuerySet[Sheet] = Sheet.objects.visible_to(actor)
    return (
        rows.select_related("register", "profile", "file", "made_by")
        .annotate(people=Count("rows"))
        .order_by("-month", "-pk")
    )


def sheet(uid: uuid.UUID | str, *, actor: Actor) -> Sheet:
    """Return one sheet. Raises NotFound."""
    found = sheets_of(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Lembar usulan tidak ditemukan di kantor ini."))
    return found


def file_of(item: Sheet, *, actor: Actor) -> bytes:
    """Return the frozen file; the look is audited, for it holds whole numbers."""
    _must_keep(actor)
    audit(actor=actor, action="sheet.download", subject=item)
    return attachments.read(item.file)


def register_of(actor: Actor, code: str) -> Register:
    """Return a register of the office by its code. Raises NotFound."""
    found: Register | None = Register.objects.visible_to(actor).filter(code=code).first()
    if found is None:
        raise NotFound(_("Daftar ini tidak ada di kantor ini."))
    return found


def _must_keep(actor: Actor) -> None:
    if not actor.has(*KEEPERS):
        raise NotYourRole(
            _("Lembar usulan hanya untuk %(roles)s.") % {"roles": role_names(KEEPERS)}
        )
