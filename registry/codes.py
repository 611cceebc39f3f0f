"""The code lists of Dukcapil, SIKS-NG and the household surveys, and how people spell them.

A person's religion, marital status, education, occupation and disability are kept as words: those
of the list where it has them, what the office or a sheet wrote where it has not.
``CodeList.words_of`` turns a spelling into the list's words, ``code_of`` gives the number a sheet
wants. Housing facts are kept as codes.

Sources: the population forms of Permendagri 109/2019 (religion, marital status, education,
occupation, disability), the register's disability list and the housing questions of PBDT 2015;
lighting as in the 2022 registration of households, which tells a meter from none.
"""

import re
from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

# The stroke tells "Diploma I/II" from "Diploma III".
_NO_LETTER = re.compile(r"[^a-z0-9/]+")


class CodeList:
    """A list of codes with their Indonesian words and other spellings of these words."""

    def __init__(
        self, words: Mapping[str, str], spellings: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        self.words = dict(words)
        self._codes = {_bare(text): code for code, text in self.words.items()}
        self._codes |= {_bare(code): code for code in self.words}
        for code, others in (spellings or {}).items():
            self._codes |= {_bare(other): code for other in others}

    def code_of(self, text: str) -> str:
        """Return the code of the words, of another spelling, or of the code itself; else ""."""
        return self._codes.get(_bare(text), "")

    def words_of(self, text: str) -> str:
        """Return the list's own words for what somebody wrote; what it does not know stays."""
        return self.words.get(self.code_of(text), " ".join(text.split()))

    def say(self, text: str) -> str:
        """Return the words in the page's language; what the list does not know stays."""
        code = self.code_of(text)
        return gettext(self.words[code]) if code else text

    def by_code(self) -> list[tuple[str, str]]:
        """Return (code, words in the page's language): choices of what is kept as a code."""
        return [(code, gettext(text)) for code, text in self.words.items()]

    def by_words(self, kept: str = "") -> list[tuple[str, str]]:
        """Return (words, words in the page's language): choices of what is kept as words.

        ``kept`` is the record's present value: a spelling the list does not know can stay chosen.
        """
        choices = [(text, gettext(text)) for text in self.words.values()]
        return choices if not kept or self.code_of(kept) else [*choices, (kept, kept)]


def _bare(text: str | Promise) -> str:
    """Return what is compared: letters and digits; a code without its leading zeros."""
    bare = _NO_LETTER.sub("", str(text).casefold())
    return str(int(bare)) if bare.isascii() and bare.isdigit() else bare


RELIGIONS = CodeList(
    {
        "1": _("Islam"),
        "2": _("Kristen"),
        "3": _("Katolik"),
        "4": _("Hindu"),
        "5": _("Buddha"),
        "6": _("Khonghucu"),
        "7": _("Kepercayaan"),
    },
    {
        "1": ("Moslem", "Muslim"),
        "2": ("Protestan", "Kristen Protestan"),
        "3": ("Katholik", "Khatolik", "Kristen Katolik", "Kristen Katholik"),
        "5": ("Budha", "Budda"),
        "6": ("Konghucu", "Kong Hu Cu", "Kong Hu Chu"),
        "7": ("Kepercayaan terhadap Tuhan YME", "Penghayat", "Penghayat kepercayaan", "Lainnya"),
    },
)

MARITAL = CodeList(
    {
        "1": _("Belum kawin"),
        "2": _("Kawin"),
        "3": _("Cerai hidup"),
        "4": _("Cerai mati"),
    },
    {
        "1": ("BK", "Belum menikah", "Lajang", "Tidak kawin"),
        "2": ("K", "Menikah", "Nikah", "Kawin tercatat", "Kawin belum tercatat"),
        "3": ("CH", "Cerai"),
        "4": ("CM", "Janda mati", "Duda mati"),
    },
)

EDUCATION = CodeList(
    {
        "1": _("Tidak/belum sekolah"),
        "2": _("Belum tamat SD/sederajat"),
        "3": _("Tamat SD/sederajat"),
        "4": _("SLTP/sederajat"),
        "5": _("SLTA/sederajat"),
        "6": _("Diploma I/II"),
        "7": _("Akademi/Diploma III/Sarjana Muda"),
        "8": _("Diploma IV/Strata I"),
        "9": _("Strata II"),
        "10": _("Strata III"),
    },
    {
        "1": ("Tidak sekolah", "Belum sekolah", "Tidak punya ijazah"),
        "2": ("Tidak tamat SD", "Belum tamat SD", "Tidak tamat SD/sederajat"),
        "3": ("SD", "Tamat SD", "SD/sederajat", "SD/MI", "MI", "SR", "Paket A"),
        "4": ("SMP", "SLTP", "MTs", "SMP/sederajat", "SMP/MTs", "Tamat SLTP", "Paket B"),
        "5": (
            *("SMA", "SLTA", "SMK", "MA", "STM", "SMA/sederajat", "SMA/SMK", "Tamat SLTA"),
            *("SMA/MA/SMK", "Paket C", "SMU", "MAN"),
        ),
        "6": ("D1", "D2", "D1/D2", "D I", "D II", "Diploma 1", "Diploma 2"),
        "7": ("D3", "D III", "Diploma 3", "Akademi", "Diploma III", "Sarjana muda"),
        "8": ("S1", "D4", "D4/S1", "S I", "Sarjana", "Strata 1", "Diploma IV", "Strata I"),
        "9": ("S2", "S II", "Magister", "Strata 2"),
        "10": ("S3", "S III", "Doktor", "Strata 3"),
    },
)

OCCUPATIONS = CodeList(
    {
        str(code): text
        for code, text in enumerate(
            (
                "Belum/tidak bekerja",
                "Mengurus rumah tangga",
                "Pelajar/mahasiswa",
                "Pensiunan",
                "Pegawai negeri sipil",
                "Tentara Nasional Indonesia",
                "Kepolisian RI",
                "Perdagangan",
                "Petani/pekebun",
                "Peternak",
                "Nelayan/perikanan",
                "Industri",
                "Konstruksi",
                "Transportasi",
                "Karyawan swasta",
                "Karyawan BUMN",
                "Karyawan BUMD",
                "Karyawan honorer",
                "Buruh harian lepas",
                "Buruh tani/perkebunan",
                "Buruh nelayan/perikanan",
                "Buruh peternakan",
                "Pembantu rumah tangga",
                "Tukang cukur",
                "Tukang listrik",
                "Tukang batu",
                "Tukang kayu",
                "Tukang sol sepatu",
                "Tukang las/pandai besi",
                "Tukang jahit",
                "Tukang gigi",
                "Penata rias",
                "Penata busana",
                "Penata rambut",
                "Mekanik",
                "Seniman",
                "Tabib",
                "Paraji",
                "Perancang busana",
                "Penerjemah",
                "Imam masjid",
                "Pendeta",
                "Pastor",
                "Wartawan",
                "Ustadz/mubaligh",
                "Juru masak",
                "Promotor acara",
                "Anggota DPR RI",
                "Anggota DPD",
                "Anggota BPK",
                "Presiden",
                "Wakil presiden",
                "Anggota Mahkamah Konstitusi",
                "Anggota kabinet/kementerian",
                "Duta besar",
                "Gubernur",
                "Wakil gubernur",
                "Bupati",
                "Wakil bupati",
                "Wali kota",
                "Wakil wali kota",
                "Anggota DPRD provinsi",
                "Anggota DPRD kabupaten/kota",
                "Dosen",
                "Guru",
                "Pilot",
                "Pengacara",
                "Notaris",
                "Arsitek",
                "Akuntan",
                "Konsultan",
                "Dokter",
                "Bidan",
                "Perawat",
                "Apoteker",
                "Psikiater/psikolog",
                "Penyiar televisi",
                "Penyiar radio",
                "Pelaut",
                "Peneliti",
                "Sopir",
                "Pialang",
                "Paranormal",
                "Pedagang",
                "Perangkat desa",
                "Kepala desa",
                "Biarawati",
                "Wiraswasta",
                "Lainnya",
            ),
            start=1,
        )
    },
    {
        "1": ("Tidak bekerja", "Belum bekerja", "Tidak/belum bekerja", "Pengangguran"),
        "2": ("IRT", "Ibu rumah tangga", "MRT", "Rumah tangga"),
        "3": ("Pelajar", "Mahasiswa", "Mahasiswi"),
        "5": ("PNS", "ASN"),
        "6": ("TNI",),
        "7": ("Polri", "Polisi"),
        "9": ("Petani", "Tani", "Pekebun"),
        "11": ("Nelayan",),
        "15": ("Swasta", "Pegawai swasta", "Karyawan"),
        "18": ("Honorer", "Guru honorer"),
        "19": ("Buruh", "Buruh lepas", "BHL", "Serabutan", "Kuli"),
        "20": ("Buruh tani", "Buruh kebun"),
        "23": ("PRT", "Asisten rumah tangga", "ART"),
        "30": ("Penjahit",),
        "81": ("Supir", "Driver"),
        "84": ("Dagang", "Jualan"),
        "88": ("Wirausaha", "Usaha sendiri"),
    },
)

#: The register's kinds (KODE JENIS DISABILITAS); "00" says that somebody asked and there is none.
DISABILITIES = CodeList(
    {
        "00": _("Tidak ada"),
        "01": _("Tubuh (daksa)"),
        "02": _("Penglihatan (netra)"),
        "03": _("Pendengaran (rungu)"),
        "04": _("Bicara (wicara)"),
        "05": _("Pendengaran dan bicara"),
        "06": _("Penglihatan dan tubuh"),
        "07": _("Penglihatan, pendengaran, dan bicara"),
        "08": _("Pendengaran, bicara, dan tubuh"),
        "09": _("Pendengaran, bicara, penglihatan, dan tubuh"),
        "10": _("Intelektual"),
        "11": _("Mental (kejiwaan)"),
        "12": _("Tubuh dan mental"),
    },
    {
        "00": ("Tidak", "Bukan", "Tidak cacat", "Non disabilitas", "Normal"),
        "01": ("Cacat fisik", "Fisik", "Tuna daksa", "Cacat tubuh", "Daksa"),
        "02": ("Tuna netra", "Buta", "Netra", "Cacat netra/buta", "Cacat netra"),
        "03": ("Tuna rungu", "Tuli", "Rungu"),
        "04": ("Tuna wicara", "Bisu", "Wicara"),
        "05": ("Cacat rungu/wicara", "Rungu wicara", "Tuna rungu wicara", "Bisu tuli"),
        "10": ("Tuna grahita", "Retardasi", "Cacat mental retardasi", "Grahita"),
        "11": ("Cacat mental/jiwa", "Mental", "ODGJ", "Gangguan jiwa", "Cacat mental"),
        "12": ("Cacat fisik dan mental", "Fisik dan mental", "Cacat fisik & mental"),
    },
)

#: The population form's six kinds by the register's: it has no finer ones.
_DUKCAPIL_DISABILITY = dict(
    zip(
        DISABILITIES.words,
        ("", "1", "2", "3", "3", "3", "6", "6", "6", "6", "4", "4", "5"),
        strict=True,
    )
)


def dukcapil_disability(text: str) -> str:
    """Return the population form's code 1–6 of a disability; "" for none, "6" for an unknown."""
    if not text.strip():
        return ""
    return _DUKCAPIL_DISABILITY.get(DISABILITIES.code_of(text), "6")


TENURE = CodeList(
    {
        "1": _("Milik sendiri"),
        "2": _("Kontrak atau sewa"),
        "3": _("Menempati tanpa sewa"),
        "4": _("Rumah dinas"),
        "5": _("Lainnya"),
    }
)
FLOORS = CodeList(
    {
        "1": _("Marmer atau granit"),
        "2": _("Keramik"),
        "3": _("Parket, vinil, atau karpet"),
        "4": _("Ubin, tegel, atau teraso"),
        "5": _("Kayu atau papan yang baik"),
        "6": _("Semen atau bata merah"),
        "7": _("Bambu"),
        "8": _("Kayu atau papan yang kurang baik"),
        "9": _("Tanah"),
        "10": _("Lainnya"),
    }
)
WALLS = CodeList(
    {
        "1": _("Tembok"),
        "2": _("Anyaman bambu atau kawat yang diplester"),
        "3": _("Kayu atau papan"),
        "4": _("Anyaman bambu"),
        "5": _("Batang kayu"),
        "6": _("Bambu"),
        "7": _("Lainnya"),
    }
)
ROOFS = CodeList(
    {
        "1": _("Beton"),
        "2": _("Genteng keramik"),
        "3": _("Genteng logam"),
        "4": _("Genteng tanah liat"),
        "5": _("Asbes"),
        "6": _("Seng"),
        "7": _("Sirap"),
        "8": _("Bambu"),
        "9": _("Jerami, ijuk, atau rumbia"),
        "10": _("Lainnya"),
    }
)
WATER = CodeList(
    {
        "1": _("Air kemasan"),
        "2": _("Air isi ulang"),
        "3": _("Ledeng dengan meteran"),
        "4": _("Ledeng eceran"),
        "5": _("Sumur bor atau pompa"),
        "6": _("Sumur terlindung"),
        "7": _("Sumur tak terlindung"),
        "8": _("Mata air terlindung"),
        "9": _("Mata air tak terlindung"),
        "10": _("Sungai, danau, atau waduk"),
        "11": _("Air hujan"),
        "12": _("Lainnya"),
    }
)
TOILETS = CodeList(
    {
        "1": _("Sendiri"),
        "2": _("Bersama keluarga lain"),
        "3": _("Umum"),
        "4": _("Tidak ada"),
    }
)
LIGHTING = CodeList(
    {
        "1": _("Listrik PLN dengan meteran"),
        "2": _("Listrik PLN tanpa meteran"),
        "3": _("Listrik bukan PLN"),
        "4": _("Bukan listrik"),
    }
)

#: The list of each fact of ``HousingFacts`` that is kept as a code.
HOUSING = {
    "tenure": TENURE,
    "floor": FLOORS,
    "wall": WALLS,
    "roof": ROOFS,
    "water": WATER,
    "toilet": TOILETS,
    "lighting": LIGHTING,
}
#: The list of each fact of ``Resident`` that is kept as words.
PERSONAL = {
    "religion": RELIGIONS,
    "marital_status": MARITAL,
    "education": EDUCATION,
    "occupation": OCCUPATIONS,
    "disability": DISABILITIES,
}
