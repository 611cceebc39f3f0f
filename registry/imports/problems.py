"""What can be wrong with a row: stable codes, how grave each is, and its words."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.utils.translation import gettext_lazy as _


class Gravity(Enum):
    """ERROR keeps the row out; SKIP is no person's row; WARNING goes in but wants a look; NOTE
    was put right by itself, or is so ordinary that only its count matters."""

    ERROR = "error"
    SKIP = "skip"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Problem:
    gravity: Gravity
    words: Any


PROBLEMS = {
    # Rows that are nobody.
    "blank_row": Problem(Gravity.SKIP, _("Baris kosong")),
    "header_again": Problem(Gravity.SKIP, _("Judul kolom terulang")),
    "column_numbers": Problem(Gravity.SKIP, _("Baris nomor kolom")),
    "section_heading": Problem(Gravity.SKIP, _("Judul bagian (dusun, RW, RT)")),
    "total_row": Problem(Gravity.SKIP, _("Baris jumlah")),
    "double_row": Problem(Gravity.SKIP, _("Orang yang sama sudah ada di baris sebelumnya")),
    # Rows that stay out.
    "no_name": Problem(Gravity.ERROR, _("Nama kosong. Isi namanya, lalu unggah lagi.")),
    # Rows that go in and want a look.
    "nik_missing": Problem(Gravity.WARNING, _("Tanpa NIK")),
    "nik_length": Problem(
        Gravity.WARNING,
        _(
            "NIK tidak 16 angka, jadi ada angka yang hilang atau lebih (bukan nol di depan: kode "
            "provinsi tidak pernah diawali nol); dimuat tanpa NIK"
        ),
    ),
    "nik_not_digits": Problem(Gravity.WARNING, _("NIK berisi huruf atau tanda; dimuat tanpa NIK")),
    "nik_digits_lost": Problem(
        Gravity.WARNING,
        _("Angka terakhir NIK hilang karena disimpan sebagai angka di Excel; dimuat tanpa NIK"),
    ),
    "nik_impossible": Problem(
        Gravity.WARNING, _("NIK tidak mungkin (kode daerah, tanggal lahir, atau nomor urut)")
    ),
    "nik_shared": Problem(Gravity.WARNING, _("NIK ini sudah dipakai orang lain; dimuat tanpa NIK")),
    "kk_missing": Problem(Gravity.WARNING, _("Tanpa nomor KK; dimuat tanpa keluarga")),
    "kk_length": Problem(Gravity.WARNING, _("Nomor KK tidak 16 angka; dimuat tanpa keluarga")),
    "kk_not_digits": Problem(
        Gravity.WARNING, _("Nomor KK berisi huruf atau tanda; dimuat tanpa keluarga")
    ),
    "kk_digits_lost": Problem(
        Gravity.WARNING,
        _("Angka terakhir nomor KK hilang karena disimpan sebagai angka di Excel"),
    ),
    "kk_impossible": Problem(Gravity.WARNING, _("Nomor KK tidak mungkin")),
    "kk_date": Problem(
        Gravity.WARNING, _("Tanggal di dalam nomor KK tidak mungkin. Periksa di kartu KK.")
    ),
    "birth_date_unreadable": Problem(
        Gravity.WARNING, _("Tanggal lahir tidak terbaca; dipakai tanggal menurut NIK bila ada")
    ),
    "birth_date_future": Problem(
        Gravity.WARNING, _("Tanggal lahir di masa depan; dipakai tanggal menurut NIK bila ada")
    ),
    "birth_date_order": Problem(
        Gravity.WARNING,
        _(
            "Hari atau bulan lahir mungkin tertukar: tanggal lain di kolom ini ditulis bulan dulu; "
            "dibaca hari dulu"
        ),
    ),
    "birth_date_differs": Problem(Gravity.WARNING, _("Tanggal lahir lain daripada menurut NIK")),
    "sex_differs": Problem(Gravity.WARNING, _("Jenis kelamin lain daripada menurut NIK")),
    "sex_unreadable": Problem(Gravity.WARNING, _("Jenis kelamin tidak terbaca")),
    "rt_unreadable": Problem(
        Gravity.WARNING, _("RT atau RW bukan angka; dikosongkan. Tulis misalnya 002.")
    ),
    "relation_unreadable": Problem(
        Gravity.WARNING,
        _("Hubungan keluarga tidak terbaca; dikosongkan. Tulis misalnya Istri, Anak, Famili lain."),
    ),
    "decile_impossible": Problem(Gravity.WARNING, _("Desil bukan angka 1 sampai 10")),
    "deceased_listed": Problem(Gravity.WARNING, _("Orang ini tercatat meninggal")),
    "moved_listed": Problem(Gravity.WARNING, _("Orang ini tercatat pindah")),
    "possible_double": Problem(
        Gravity.WARNING, _("Mungkin sama dengan warga lain; lihat Orang yang mirip")
    ),
    "namesake_row": Problem(
        Gravity.WARNING,
        _(
            "Nama dan tempat sama dengan baris sebelumnya: dua orang, atau satu orang tertulis dua "
            "kali? Keduanya dimuat; lihat Orang yang mirip"
        ),
    ),
    "not_in_population": Problem(Gravity.WARNING, _("Tidak ditemukan di data penduduk")),
    "dusun_doubtful": Problem(
        Gravity.WARNING, _("Nama dusun mirip lebih dari satu dusun yang dikenal; periksa")
    ),
    # What was put right.
    "name_tidied": Problem(Gravity.NOTE, _("Spasi pada nama dirapikan")),
    "nik_tidied": Problem(Gravity.NOTE, _("Spasi atau tanda pada NIK dibuang")),
    "region_other": Problem(Gravity.NOTE, _("NIK pertama kali diterbitkan di daerah lain")),
    "birth_date_serial": Problem(Gravity.NOTE, _("Tanggal lahir berupa angka Excel diubah")),
    "birth_date_month_first": Problem(
        Gravity.NOTE, _("Tanggal lahir ditulis bulan dulu; dibaca sesuai NIK")
    ),
    "place_from_heading": Problem(
        Gravity.NOTE, _("Dusun, RW, atau RT diambil dari judul bagian di atasnya")
    ),
    "dusun_corrected": Problem(
        Gravity.NOTE, _("Nama dusun salah ketik; dipakai nama dusun yang dikenal kantor")
    ),
    "zeros_restored": Problem(Gravity.NOTE, _("Angka nol di depan RT/RW dikembalikan")),
}


#: Why taking a list back left a row's change in place.
KEPT = {
    "changed_since": _("Sudah diubah lagi sesudah daftar dimuat"),
    "referred_to": _("Sudah dipakai: ada perkara, surat, bantuan, atau catatan lain tentangnya"),
}


_RANK = {gravity: rank for rank, gravity in enumerate(Gravity)}


def worst(codes: list[str]) -> Gravity | None:
    """Return the gravest of the problems, None for none."""
    return min((PROBLEMS[code].gravity for code in codes), key=_RANK.__getitem__, default=None)


_NOBODY = {"blank_row", "header_again", "column_numbers", "section_heading", "total_row"}


def needs_a_look(code: str) -> bool:
    """Return whether a person should see the row: not what was put right, nor nobody's rows."""
    return code not in _NOBODY and PROBLEMS[code].gravity is not Gravity.NOTE


def counted(codes: Iterable[str]) -> list[str]:
    """Return the problems, the gravest first."""
    return sorted(codes, key=lambda code: _RANK[PROBLEMS[code].gravity])


def words(codes: list[str]) -> list[str]:
    """Return the problems as sentences, for the page and the sheet handed back."""
    return [str(PROBLEMS[code].words) for code in codes]
