"""Invented words of invented people, for the demo."""

from dataclasses import dataclass, field
from random import Random

from complaints.models import Complaint

Relation = Complaint.Relation

CARD_STORIES = (
    "Belum punya kartu sehat. Minggu depan harus kontrol ke rumah sakit dan tidak sanggup bayar.",
    "Anak sering sesak, selama ini berobat bayar sendiri. Minta dibuatkan KIS.",
    "Dulu punya Jamkesmas, kartunya sudah lama tidak berlaku. Minta diganti KIS.",
    "Bekerja serabutan, istri hamil tujuh bulan, belum punya jaminan kesehatan.",
    "Baru berhenti kerja dari pabrik, BPJS kantor sudah tidak aktif.",
    "Orang tua sakit gula, obat tiap bulan beli sendiri. Ingin didaftarkan KIS.",
    "Satu keluarga sudah punya KIS, hanya anak bungsu yang belum masuk.",
    "Pindah KK setelah menikah, kartu ikut orang tua sudah tidak bisa dipakai.",
    "Harus cuci darah dua kali seminggu, tidak punya jaminan apa pun.",
    "Dirujuk puskesmas ke rumah sakit, petugas rumah sakit menanyakan KIS.",
    "Tukang becak, tinggal di rumah kontrakan, minta dibantu kartu sehat.",
    "Janda dengan dua anak, penghasilan dari buruh cuci. Belum pernah dapat kartu.",
    "Anak akan dioperasi amandel, biayanya tidak terjangkau.",
    "Petani penggarap, gagal panen, iuran mandiri menunggak setahun.",
)

PLACES = (
    "Rumah warga",
    "Balai dusun Krajan",
    "Posyandu Melati",
    "Musala Al-Ikhlas",
    "Rumah ketua RT",
)

EMERGENCIES = (
    "Masuk IGD tadi malam, diminta jaminan hari ini.",
    "Akan melahirkan dengan operasi, dijadwalkan besok pagi.",
    "Kecelakaan kerja, sedang dirawat di rumah sakit daerah.",
    "Cuci darah besok, kartu ternyata tidak aktif.",
)

#: Papers people bring to the counter, and how often.
PAPERS = (("ktp", 0.82), ("kk", 0.74), ("sktm", 0.35), ("aid_card", 0.12), ("electricity", 0.2))

REPORTERS = (
    (Relation.FAMILY, "Anak kandung"),
    (Relation.FAMILY, "Suami/istri"),
    (Relation.OTHER_FAMILY, "Menantu"),
    (Relation.RT_RW, "Pengurus RT setempat"),
    (Relation.NEIGHBOUR, "Diminta keluarga"),
)

ASKED = (
    "Fotokopi KK kabur, mohon bawa yang jelas.",
    "KK belum dibawa. Bawa fotokopi KK terbaru.",
    "Nama di KK dan KTP berbeda, mohon bawa KK yang sudah diperbarui.",
)

MEETS = (
    "Rumah dinding bambu, lantai tanah, penghasilan tidak tetap. Empat anggota keluarga.",
    "Kepala keluarga buruh harian, tidak punya tabungan, listrik 450 watt.",
    "Tinggal menumpang, tidak punya kamar mandi sendiri, pernah tidak makan sehari.",
    "Penghasilan buruh tani tidak menentu, dua anak masih sekolah.",
    "Rumah sederhana peninggalan orang tua, kepala keluarga sakit menahun.",
    "Penghasilan habis untuk makan dan berobat, dinding rumah dari papan.",
)

DOES_NOT_MEET = (
    "Kepala keluarga pegawai tetap, rumah permanen, punya mobil.",
    "Usaha toko berjalan baik, listrik 2.200 watt, iuran mandiri masih sanggup.",
    "Sudah ditanggung jaminan dari tempat kerja.",
)

KEPT = (
    "Keluarga masih sanggup iuran mandiri; dicatat, dan dibuka lagi bila keadaan berubah.",
    "Masih dijamin tempat kerja sampai akhir tahun; dicatat untuk dilihat kembali.",
    "Penghasilan keluarga di atas batas program; perkara disimpan dan dapat dibuka kembali.",
)

WITHDRAWN = (
    "Sudah mendaftar sendiri sebagai peserta mandiri.",
    "Kartu lama ternyata masih aktif.",
    "Pindah ke rumah anak di kota lain.",
)

NOT_REACHED = (
    "Telepon tidak diangkat.",
    "Rumah kosong saat didatangi.",
    "Nomor sudah tidak aktif, dititipkan pesan ke tetangga.",
)

ANSWERS = {
    "programme": (
        "Kartu ternyata sudah terbit; diantar mengambil di kantor BPJS dan sudah aktif.",
        "Kartu Jamkesmas lama sudah ditukar dengan KIS, langsung dapat dipakai.",
        "Cukup memakai KIS orang tua sampai usia 21 tahun; kartunya sudah ditunjukkan.",
    ),
    "service": (
        "Sudah ditanyakan ke rumah sakit: kartu aktif, petugas loket sudah diberi tahu.",
        "Penyaluran bulan ini mundur seminggu; jadwal baru sudah disampaikan.",
        "Kartu terblokir karena salah PIN; sudah diantar ke bank penyalur dan bisa dipakai lagi.",
        "Antrean dipindah ke balai dusun supaya warga lanjut usia tidak menunggu lama.",
    ),
    "data": (
        "Nama di KTP dan kartu sudah disamakan dengan surat keterangan dari desa.",
        "Perubahan pekerjaan sudah dicatat; akan terlihat pada pemutakhiran daftar berikutnya.",
        "Anggota keluarga yang pindah sudah dikeluarkan dari catatan keluarga ini.",
    ),
    "suggestion": (
        "Terima kasih. Usul dibahas di rapat bulanan Puskesos.",
        "Papan jadwal penyaluran sudah dipasang di balai dusun.",
    ),
    "question": ("Sudah dijelaskan syarat dan tempat pendaftarannya.",),
    "batch": ("Daftar usulan RT sudah diperiksa satu per satu; hasilnya diserahkan ke ketua RT.",),
    "protection": (
        "Didampingi ke unit perlindungan perempuan dan anak; ada pendamping yang menghubungi.",
    ),
    "other": (
        "Sudah diberi penjelasan dan diantar ke kantor yang menangani.",
        "Diberi nama dan alamat lembaga bantuan hukum yang bisa membantu tanpa biaya.",
        "Surat keterangan dari desa sudah dibuatkan hari itu juga.",
    ),
}


@dataclass(frozen=True)
class Matter:
    """A matter other than health cards: how often, which kind, which programme, which way."""

    weight: int
    kind: str
    way: str
    programme: str = ""
    stories: tuple[str, ...] = field(default=())


MATTERS = (
    Matter(
        26,
        "service",
        "answer",
        stories=(
            "Kartu KIS ditolak di rumah sakit, katanya tidak aktif.",
            "Bantuan sembako bulan ini belum masuk padahal tetangga sudah.",
            "Kartu ATM bantuan terblokir.",
            "Antre dari pagi saat penyaluran, lansia tidak didahulukan.",
            "Beras yang diterima kurang timbangannya.",
            "Bantuan PKH berhenti sejak dua tahap lalu tanpa penjelasan.",
        ),
    ),
    Matter(
        20,
        "data",
        "answer",
        stories=(
            "Nama di kartu bantuan beda satu huruf dengan KTP.",
            "Di daftar masih tercatat belum menikah, anak tidak ikut terdaftar.",
            "Pekerjaan tercatat karyawan padahal sudah lama berhenti.",
            "Suami sudah meninggal tetapi masih tercatat sebagai penerima.",
        ),
    ),
    Matter(
        12,
        "programme",
        "refer",
        "BPNT",
        ("Belum pernah mendapat sembako, padahal penghasilan hanya dari buruh tani.",),
    ),
    Matter(
        10,
        "programme",
        "refer",
        "PKH",
        (
            "Anak tiga masih sekolah, minta diusulkan PKH.",
            "Ibu hamil dan satu balita, belum terdaftar PKH.",
        ),
    ),
    Matter(
        8,
        "programme",
        "refer",
        "RTLH",
        (
            "Atap bocor dan dinding bambu sudah lapuk, minta dibantu perbaikan rumah.",
            "Rumah roboh sebagian setelah hujan angin.",
        ),
    ),
    Matter(
        8,
        "programme",
        "refer",
        "PIP",
        ("Anak kelas tiga SMP terancam berhenti sekolah karena biaya.",),
    ),
    Matter(
        6,
        "programme",
        "refer",
        "ALAT-BANTU",
        ("Setelah kecelakaan tidak bisa jalan, membutuhkan kursi roda.",),
    ),
    Matter(
        8,
        "programme",
        "refer",
        "BAZNAS",
        (
            "Modal dagang gorengan habis untuk berobat, minta bantuan modal.",
            "Tunggakan biaya sekolah anak, ijazah belum bisa diambil.",
        ),
    ),
    Matter(
        6,
        "programme",
        "refer",
        "PBI-REAKTIVASI",
        (
            "KIS tiba-tiba tidak aktif, padahal rutin kontrol jantung.",
            "Kartu dinonaktifkan bulan lalu, sedang berobat paru.",
        ),
    ),
    Matter(
        4,
        "programme",
        "refer",
        "ADMINDUK",
        ("Belum pernah punya KK sendiri, sejak lahir ikut nenek.",),
    ),
    Matter(
        5,
        "batch",
        "refer",
        "BPNT",
        ("Usulan RT: keluarga buruh tani dengan balita, belum menerima apa pun.",),
    ),
    Matter(
        4,
        "suggestion",
        "answer",
        stories=(
            "Jadwal penyaluran sebaiknya ditempel di balai dusun.",
            "Minta loket khusus lansia.",
        ),
    ),
    Matter(
        6,
        "other",
        "answer",
        stories=(
            "Ingin tahu cara mengurus perceraian karena ditinggal suami.",
            "Minta penjelasan soal sengketa batas tanah dengan tetangga.",
            "Kehilangan pekerjaan, menanyakan pelatihan kerja.",
        ),
    ),
    Matter(
        2,
        "protection",
        "answer",
        stories=("Melaporkan kekerasan di rumah, minta pendampingan.",),
    ),
)

QUESTIONS = (
    (
        "Apakah saya masuk DTSEN?",
        "Sudah dilihat di daftar bersama warga; hasil dan tanggal datanya dijelaskan.",
    ),
    ("Kapan sembako cair?", "Sesuai jadwal dari bank penyalur, minggu kedua bulan ini."),
    ("Syarat membuat SKTM?", "Surat pengantar RT/RW, KTP, KK, dan surat pernyataan."),
    (
        "Bagaimana cara mendaftar KIS?",
        "Bawa KTP dan KK ke Puskesos, lalu diperiksa dan diusulkan.",
    ),
    ("KIS anak hilang, ke mana?", "Cetak ulang di kantor BPJS atau lewat aplikasi JKN."),
    ("Kenapa bantuan saya berhenti?", "Dicek di daftar terbaru; dijelaskan cara mengajukan lagi."),
    ("Jam layanan hari Jumat?", "Jumat sampai pukul 11.00, buka lagi pukul 13.00."),
    ("Mengurus KK pecah di mana?", "Di Dukcapil kecamatan, bawa buku nikah dan KK lama."),
)


def rt(rng: Random) -> str:
    """Return the name of an RT head as batches are signed: "Ketua RT 03 RW 01"."""
    return f"Ketua RT {rng.randint(1, 9):02d} RW {rng.randint(1, 3):02d}"
