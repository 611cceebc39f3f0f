"""A verval list of a demo office: come from Dinas Sosial, divided by hamlet, half of it walked."""

from datetime import timedelta
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from puskesmas.actors import Actor
from puskesmas.models import Office, Role
from registry.demo.proposals import officer
from registry.imports.writing import workbook
from registry.models import Resident, VervalList, VervalRow
from registry.selectors import family_of
from registry.verval import services

_TITLES = ("NO", "NIK", "NAMA", "ALAMAT", "DUSUN", "RT", "RW", "HASIL VERVAL", "KET")
_PEOPLE = 24
_REASONS = {
    VervalRow.Finding.MEETS: "Rumah dinding bambu, kepala keluarga tidak bekerja",
    VervalRow.Finding.DOES_NOT_MEET: "Anak sudah bekerja tetap, rumah permanen",
}


def load(office: Office) -> None:
    """Give a demo office its verval list; one that has some keeps it."""
    if VervalList.objects.filter(office=office).exists():
        return
    rng = Random(f"verval {office.code}")
    back = officer(office, Role.BACK)
    with transaction.atomic():
        held = services.take_in(
            actor=back,
            upload=SimpleUploadedFile("verval.xlsx", _sheet(office, rng)),
            name="Verval DTSEN 2026/2",
            sender="Dinas Sosial kabupaten/kota",
            received_on=office.today() - timedelta(days=12),
            due_on=office.today() + timedelta(days=9),
            reference="400.9/118/2026",
        )
        _walk(held, rng)


def _sheet(office: Office, rng: Random) -> bytes:
    people = Resident.objects.filter(
        office=office, canonical__isnull=True, life=Resident.Life.ALIVE, birth_date__year__lt=1980
    )
    chosen = rng.sample(list(people.order_by("pk")), _PEOPLE)
    rows = [
        (number, one.nik, one.name, one.address, one.dusun, one.rt, one.rw, "", "")
        for number, one in enumerate(chosen, start=1)
    ]
    return workbook(_TITLES, rows)


def _walk(held: VervalList, rng: Random) -> None:
    """Record every other row, as whoever it was given to; his family waits for somebody else."""
    for row in held.rows.select_related("assigned_to", "resident").order_by("walk")[::2]:
        user = row.assigned_to
        if user is None or row.resident_id in family_of(user, held.office_id):
            continue
        finding = rng.choice(list(_REASONS))
        services.record(
            actor=Actor.of(user, held.office),
            uid=row.uid,
            version=row.version,
            outcome=VervalRow.Outcome.FOUND,
            finding=finding,
            reason=_REASONS[finding],
        )
