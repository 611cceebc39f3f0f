"""The registers an office starts with; it may add others and rename these."""

from puskesmas.models import Office
from registry.models import Register

#: code, Indonesian name, English name, in force (Inpres 4/2025 put DTSEN in the place of DTKS), and
#: the programme whose recipients it lists.
STARTER = (
    ("DTSEN", "DTSEN", "DTSEN (national socio-economic register)", True, ""),
    ("DTKS", "DTKS (lama)", "DTKS (former social register)", False, ""),
    ("PBI-JK", "Daftar penerima PBI-JK", "List of PBI-JK recipients", True, "PBI-JK"),
)


def load_registers(office: Office) -> int:
    """Give an office the starter registers; return how many are new. It may run again."""
    held = set(Register.objects.filter(office=office).values_list("code", flat=True))
    rows = [
        Register(
            office=office,
            code=code,
            name_id=name_id,
            name_en=name_en,
            in_force=in_force,
            programme=programme,
        )
        for code, name_id, name_en, in_force, programme in STARTER
        if code not in held
    ]
    Register.objects.bulk_create(rows)
    return len(rows)
