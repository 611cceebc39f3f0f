"""The two invented places, in the size of two real ones."""

from dataclasses import dataclass

from registry.demo.names import JAVA_MADURA, SUNDA, Words


@dataclass(frozen=True)
class Neighbourhood:
    """One RT, in its RW and (in a desa) its dusun. ``weight`` is its share of the houses."""

    dusun: str
    rw: str
    rt: str
    weight: float = 1.0


@dataclass(frozen=True)
class Place:
    """A village or ward: its names, codes and the sizes its files must have.

    ``residents`` counts the living who stay; the dead and moved that a sheet still lists come on
    top. ``poor_families`` are families of decile 1 to 4, ``kis_holders`` persons with a health
    card paid by the state or the regency.
    """

    slug: str
    kind: str
    name: str
    kecamatan: str
    regency: str
    province: str
    code: str
    nik_prefix: str
    other_prefixes: tuple[str, ...]
    words: Words
    birth_places: tuple[str, ...]
    farming: bool
    neighbourhoods: tuple[Neighbourhood, ...]
    streets: tuple[tuple[str, ...], ...]
    residents: int
    poor_families: int
    kis_holders: int
    seed: int


def _rts(dusun: str, rw: str, *numbers: int) -> tuple[Neighbourhood, ...]:
    return tuple(
        Neighbourhood(dusun, rw, f"{number:03d}", 0.6 + (number * 7 % 9) / 10) for number in numbers
    )


TEGALSARI = Place(
    slug="tegalsari-makmur",
    kind="desa",
    name="Tegalsari Makmur",
    kecamatan="Sukamaju Baru",
    regency="Kabupaten Jember",
    province="Jawa Timur",
    code="35.09.99.2003",
    nik_prefix="350999",
    other_prefixes=("351199", "351099", "350899"),
    words=JAVA_MADURA,
    birth_places=(
        "JEMBER",
        "JEMBER",
        "JEMBER",
        "JEMBER",
        "BONDOWOSO",
        "BANYUWANGI",
        "LUMAJANG",
    ),
    farming=True,
    # RT numbers run on from split and merged neighbourhoods: they are not 1..n.
    neighbourhoods=(
        *_rts("Krajan", "001", 1, 2, 3, 5),
        *_rts("Krajan", "002", 4, 6, 7),
        *_rts("Krajan", "003", 8, 11),
        *_rts("Sumber Wadung", "004", 1, 2, 9),
        *_rts("Sumber Wadung", "005", 10, 12, 14),
    ),
    streets=((),),
    residents=4085,
    poor_families=515,
    kis_holders=2422,
    seed=350999,
)

MEKARWANGI = Place(
    slug="mekarwangi",
    kind="kelurahan",
    name="Mekarwangi",
    kecamatan="Cibeureum Baru",
    regency="Kota Bandung",
    province="Jawa Barat",
    code="32.73.99.1004",
    nik_prefix="327399",
    other_prefixes=("320499", "327799", "321799"),
    words=SUNDA,
    birth_places=(
        "BANDUNG",
        "BANDUNG",
        "BANDUNG",
        "BANDUNG",
        "CIMAHI",
        "GARUT",
        "SUMEDANG",
    ),
    farming=False,
    neighbourhoods=(
        *_rts("", "001", 1, 2, 3, 4),
        *_rts("", "002", 1, 2, 3),
        *_rts("", "003", 1, 2, 4, 5),
        *_rts("", "004", 1, 2, 3, 4),
        *_rts("", "005", 1, 2, 3, 6),
        *_rts("", "006", 1, 3, 4, 5),
    ),
    # One street, as three clerks write it.
    streets=(
        ("Jl. Mekarwangi", "Jl. Mekar Wangi", "Jl. Mekrawangi"),
        ("Jl. Cempaka Wangi", "Jl. Cempakawangi", "Jln Cempaka Wangi"),
        ("Gg. Haji Sobur", "Gang H. Sobur", "Gg H Sobur"),
        ("Jl. Sukarasa Hilir", "Jl Sukarasa Hilir"),
        ("Gg. Mawar Bodas", "Gg Mawar Bodas"),
    ),
    residents=3692,
    poor_families=288,
    kis_holders=1547,
    seed=327399,
)
