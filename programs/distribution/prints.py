"""What is printed for the table: the attendance list to sign, and a ticket for everybody."""

from typing import Any

from programs.distribution import selectors
from programs.distribution.tickets import shown
from programs.models import Distribution, DistributionSlot
from puskesmas.actors import Actor
from reports.letters.contexts import office_head
from reports.letters.render import qr, render_pdf
from reports.letters.words import long_date, rupiah, weekday_date

PAPERS = ("f4", "a4")


def share_of(held: Distribution, times: int = 1) -> str:
    """Return what a recipient gets, or several together, as printed: "2 karung Beras 10 kg"."""
    if held.is_money:
        return rupiah(held.amount * times)
    many = f"{held.amount * times:,}".replace(",", ".")
    return " ".join(part for part in (many, held.unit, held.item) if part)


def when(slot: DistributionSlot) -> str:
    """Return a slot's day and hour: "Senin, 23 November 2026, 08.00-10.00"."""
    hours = f"{slot.start:%H.%M}–{slot.end:%H.%M}" if slot.end else f"mulai {slot.start:%H.%M}"
    return f"{weekday_date(slot.day)}, {hours}"


def area_of(slot: DistributionSlot) -> str:
    """Return whom a slot is for: "Dusun Krajan RW 01", or everybody else."""
    parts = (f"Dusun {slot.dusun}" if slot.dusun else "", f"RW {slot.rw}" if slot.rw else "")
    return " ".join(part for part in parts if part) or "Semua warga"


def _place_of(line: selectors.Line) -> str:
    one = line.person
    parts = (one.dusun, f"RT {one.rt}" if one.rt else "", f"RW {one.rw}" if one.rw else "")
    return " ".join(part for part in parts if part)


def _row(line: selectors.Line, held: Distribution) -> dict[str, Any]:
    return {
        "number": line.recipient.number or "–",
        "name": line.person.name,
        # Only what tells namesakes apart: the list lies open on the table.
        "nik": f"•••• {line.person.nik[-4:]}" if line.person.nik else "",
        "place": _place_of(line),
        "share": share_of(held),
        "is_here": line.is_here,
    }


def _standing(held: Distribution, actor: Actor) -> list[selectors.Line]:
    """Return who may still come or has come; who is off the list, or moved, is on no print."""
    lines = selectors.lines_of(held, actor=actor)
    gone, moved = "struck", "moved"
    return [one for one in lines if one.recipient.state != gone and one.person.life != moved]


def attendance_pdf(held: Distribution, *, actor: Actor, paper: str = "f4") -> bytes:
    """Return the attendance list, a sheet of its own for each slot, in the order people come."""
    groups: dict[Any, dict[str, Any]] = {}
    for line in _standing(held, actor):
        slot = line.slot
        key = slot.pk if slot else None
        heading = (
            {"when": when(slot), "place": slot.place, "area": area_of(slot)}
            if slot
            else {"when": "", "place": "", "area": "Belum dijadwalkan"}
        )
        groups.setdefault(key, {**heading, "rows": []})["rows"].append(_row(line, held))
    context = {**_head(held, actor, paper), "title": "Daftar Hadir", "groups": groups.values()}
    return render_pdf("letters/daftar_hadir.html", context)


def tickets_pdf(held: Distribution, *, actor: Actor, paper: str = "a4") -> bytes:
    """Return a ticket for everybody who may come, eight to a sheet, to be cut."""
    tickets = [
        {
            **_row(line, held),
            "code": shown(line.recipient.code),
            "qr": qr(line.recipient.code),
            "when": when(line.slot) if line.slot else "",
            "at": line.slot.place if line.slot else "",
        }
        for line in _standing(held, actor)
    ]
    pairs = [tickets[at : at + 2] for at in range(0, len(tickets), 2)]
    context = {**_head(held, actor, paper), "title": "Kupon", "pairs": pairs}
    return render_pdf("letters/kupon.html", context)


def _head(held: Distribution, actor: Actor, paper: str) -> dict[str, Any]:
    return {
        "paper": paper if paper in PAPERS else PAPERS[0],
        "office": office_head(actor.office, letterhead="puskesos"),
        "name": held.name,
        "owner": held.owner,
        "item": held.item,
        "share": share_of(held),
        "printed": long_date(actor.office.today()),
    }
