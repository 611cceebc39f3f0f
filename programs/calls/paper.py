"""The list of candidates on paper: what the sheet says, and room to sign for it."""

from typing import Any

from programs.calls.sheet import rows_in
from programs.models import Call
from puskesmas.actors import Actor
from reports.letters.contexts import office_head
from reports.letters.render import render_pdf
from reports.letters.words import long_date, place_name

PAPERS = ("f4", "a4")


def paper_of(call: Call, sheet: bytes, *, actor: Actor, paper: str = "f4") -> bytes:
    """Return the PDF of a list as ``sheet`` tells it: the owner reads the same on both."""
    rows = rows_in(sheet)
    context = {
        "paper": paper if paper in PAPERS else PAPERS[0],
        "office": office_head(actor.office, letterhead="puskesos"),
        "title": "Daftar Calon Penerima",
        "owner": call.owner,
        "criteria": call.criteria,
        "reference": call.reference,
        "wanted": call.wanted,
        "rows": [_row(row) for row in rows],
        "has_numbers": any("NIK" in row for row in rows),
        "approved_by": call.approved_by.name if call.approved_by else "",
        "handed_to": call.handed_to,
        "place": actor.office.name,
        "dated": long_date(call.handed_on or actor.office.today()),
    }
    return render_pdf("letters/daftar_calon.html", context)


def _row(told: dict[str, str]) -> dict[str, Any]:
    street, hamlet = place_name(told["ALAMAT"]), place_name(told["DUSUN"])
    # Some lists repeat the hamlet as the street.
    is_repeated = hamlet.casefold() in street.casefold()
    place = (
        street,
        "" if is_repeated else f"Dusun {hamlet}",
        f"RT {told['RT']}" if told["RT"] else "",
        f"RW {told['RW']}" if told["RW"] else "",
    )
    age = told.get("UMUR", "")
    who = (told.get("L/P", ""), f"{age} tahun" if age else "")
    return {
        "number": told["NO"],
        "name": told["NAMA"],
        "who": ", ".join(part for part in who if part),
        "nik": told.get("NIK", ""),
        "kk": told.get("NO KK", ""),
        "place": " ".join(part for part in place if part),
        "phone": told["TELEPON"],
        "decile": told.get("DESIL", ""),
        "covered": told.get("SUDAH MENERIMA", ""),
        "reason": told["ALASAN"],
    }
