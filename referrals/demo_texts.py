"""Words of the demo's referrals: invented, as officers and programme owners write them."""

#: Why the office goes on although a rule is not met; kept with the frozen answer.
GOING_ON = "Keadaan keluarga berubah sejak pendataan; pemilik program diminta menilai."
NEEDS = (
    "Berobat rutin di RSUD; kartu lama sudah tidak aktif dan biaya sendiri tidak sanggup.",
    "Belum punya jaminan kesehatan; anak sering sakit dan kontrol setiap bulan.",
    "Kepala keluarga buruh harian, penghasilan tidak tetap, tiga orang tanggungan.",
    "Lansia tinggal sendiri, tidak bekerja, belum pernah menerima bantuan.",
    "Ibu hamil anak ketiga, suami merantau dan belum mengirim uang.",
)
RETURNS = (
    "Foto rumah belum ada; lengkapi dulu.",
    "Nama di KTP dan KK berbeda; jelaskan di kebutuhan.",
)
REFUSALS = (
    "Sudah dibantu lewat program lain bulan lalu; cukup pendampingan.",
    "Bukan kewenangan program ini; arahkan ke puskesmas kecamatan.",
)
RECEIVERS = ("Bu Retno, loket SLRT", "Pak Yoga, loket SLRT", "Bagian umum Dinas Sosial")
OWNER_REFUSALS = (
    "Kuota tahun anggaran ini sudah habis; boleh diajukan lagi awal tahun.",
    "Sudah tercatat aktif di kepesertaan lain; selesaikan dulu kepesertaan itu.",
    "Data kependudukan belum padan; perbaiki dulu di Dukcapil.",
)
UPSTREAM_RETURNS = (
    "Fotokopi KK tidak terbaca; kirim salinan yang jelas.",
    "SKTM belum dilampirkan.",
)
INSTRUCTIONS = (
    "Ambil di kantor BPJS Kesehatan, Senin–Jumat 08.00–15.00. Bawa KTP asli; tidak diwakilkan.",
    "Ambil di balai desa hari Selasa pagi. Bawa KTP atau KK.",
)
NEVER = ("Penerima sudah mampu menurut pemeriksaan ulang dinas.", "Anggarannya ditarik kembali.")
