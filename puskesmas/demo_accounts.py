"""The demo's log-ins, for the loader that creates them and the launcher that names them.

Nothing here needs Django. Outside the demo (``PUSKESOS_DEMO=1``) nobody has this password.
"""

from dataclasses import dataclass

PASSWORD = "gotong-royong-2026"  # noqa: S105 (the demo's, told to everyone who starts it)


@dataclass(frozen=True)
class Account:
    """One officer. Villages' officers are residents and get their names from the population."""

    username: str
    role: str
    title: str
    name: str = ""
    dusun: str = ""
    is_deputy: bool = False


VILLAGE = (
    Account("fo", "front_office", "front office"),
    Account("bo", "back_office", "back office"),
    Account("koordinator", "koordinator", "koordinator"),
    Account("kepala", "penanggung_jawab", "kepala desa"),
    Account("kasun", "kasun", "kepala dusun Krajan", dusun="Krajan"),
    Account("fasilitator", "fasilitator", "fasilitator"),
    Account("wakil", "koordinator", "deputy koordinator", is_deputy=True),
    Account("admin", "admin", "administrator"),
)
KELURAHAN = (
    Account("fo2", "front_office", "front office"),
    Account("bo2", "back_office", "back office"),
    Account("koordinator2", "koordinator", "koordinator"),
    Account("lurah2", "penanggung_jawab", "lurah"),
    Account("admin2", "admin", "administrator"),
)
DISTRICT = (
    Account("manajer", "manajer", "manajer SLRT", name="Retno Puspitasari"),
    Account("supervisor", "supervisor", "supervisor kecamatan", name="Sri Rukmini"),
    Account("fo_sekretariat", "district_front_office", "front office SLRT", name="Yoga Firmansyah"),
    Account("bo_sekretariat", "district_back_office", "back office SLRT", name="Elok Khasanah"),
    Account("admin_slrt", "admin", "administrator", name="Bayu Wibowo"),
)


def table(accounts: tuple[Account, ...]) -> str:
    """Return the log-ins as lines of text, the password not repeated."""
    return "\n".join(f"    {account.username:<16}{account.title}" for account in accounts)
