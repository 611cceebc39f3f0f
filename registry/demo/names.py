"""Word lists for invented people, by culture, sex and generation.

Names are put together from common words of Java, Madura and West Java, the way people of each
generation were named: one word in the villages of the 1950s, three words today.
"""

from dataclasses import dataclass
from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


@dataclass(frozen=True)
class Words:
    """The words of one culture: for the old (born before 1975) and for the young, by sex."""

    old_men: tuple[str, ...]
    old_women: tuple[str, ...]
    young_men: tuple[str, ...]
    young_women: tuple[str, ...]
    second_men: tuple[str, ...]
    second_women: tuple[str, ...]


_YOUNG_MEN = _words(
    """Ahmad Aditya Agus Aldi Alfin Andika Andre Angga Arif Arya Bagas Bagus Bayu Bima Dani Daffa
    Deni Dimas Doni Eko Fahmi Faisal Fajar Farel Ferdi Galih Gilang Guntur Hafiz Hendra Ilham Imam
    Irfan Iqbal Joko Kevin Kiki Lutfi Miftah Nanda Naufal Nizam Rafi Raka Rama Randi Rangga Rehan
    Rendi Reza Ridho Rifki Rizal Rizki Rudi Satria Taufik Teguh Toni Tri Wahyu Yoga Yusuf Zaki
    Zidan"""
)
_YOUNG_WOMEN = _words(
    """Adinda Aisyah Alya Amelia Ana Anggun Anisa Aprilia Ayu Bella Bunga Citra Dewi Diah Dian Dina
    Dinda Eka Elok Fadila Farah Fatimah Febi Fitri Gita Hana Ika Indah Intan Ira Jihan Kartika
    Kayla Khoirun Laila Lestari Lia Lina Luluk Maya Mega Melati Nabila Nadia Najwa Nayla Nia Nisa
    Novi Nur Putri Rahma Rani Ratna Reni Retno Rina Rini Risma Safira Salsabila Sari Sinta Siska
    Siti Sri Tiara Tika Ulfa Vina Wulan Yanti Yuni Zahra"""
)
_SECOND_MEN = _words(
    """Saputra Pratama Ramadhan Maulana Hidayat Firmansyah Setiawan Kurniawan Wijaya Santoso
    Nugroho Prasetyo Susanto Hartono Rahman Hakim Fauzi Anwar Mubarok Gunawan Permana Wibowo
    Efendi Hasan Syahputra Purnomo Utomo Arifin Mahendra Ardiansyah"""
)
_SECOND_WOMEN = _words(
    """Lestari Wulandari Rahmawati Handayani Puspitasari Rahayu Anggraini Maharani Safitri Aulia
    Ramadhani Permatasari Kusuma Oktavia Khasanah Hidayati Fitriani Azizah Utami Maulida Agustin
    Widyawati Nuraini Susanti Yulianti Kartikasari Salsabila Febrianti Damayanti
    Purnamasari"""
)

JAVA_MADURA = Words(
    old_men=_words(
        """Sukiman Tukiran Paimin Suparman Ngatiman Wagiman Sugeng Supriyadi Slamet Suwarno
        Mulyono Sutrisno Kasiman Jumadi Ponidi Legiman Sarwono Poniran Katimin Sumarno Sahwi Buari
        Hosnan Misnadi Matrawi Marsuki Asmuni Abdurrahman Sanusi Buhari Jumari Suhar Nisan Sattar
        Durahman Tolak Misjo Sapari Mistari Muhari Munawi Jatim Satuki Holip Safiudin Rasyid
        Mahfud Zainal Sunarto Bambang Subandi Suroso Kusnadi Samsul Jamaludin Saiful"""
    ),
    old_women=_words(
        """Tukiyem Painem Sukinem Ngatinah Wagirah Sumiati Suparmi Sutini Kasiyem Poniyem Jumiati
        Legiyem Sulastri Suwarni Sarinten Suminah Misnati Niwati Marhamah Suhairiyah Hosniyah
        Buati Sahwati Tumina Buna Asmina Misyani Nurhayati Holifah Romlah Rukmini Sutiah Sumarni
        Sriyatun Kholifah Maimunah Munawaroh Rohani Jumaati Satuni Tijah Muarofah Sulami Saniya
        Supiyati Endang Tutik Siami Juhairiyah Mutmainah Sunarti Wiwik Lilik Khotimah"""
    ),
    young_men=_YOUNG_MEN + _words("Abdul Hadi Holil Sofyan Syaiful Khoirul Nurul Misbahul Fathor"),
    young_women=_YOUNG_WOMEN + _words("Hosnatul Robiatul Uswatun Faizatul Kamilatul Dwi Lailatul"),
    second_men=(*_SECOND_MEN, "Huda", "Anam", "Wahyudi", "Riyadi", "Rozi"),
    second_women=(*_SECOND_WOMEN, "Hasanah", "Jannah", "Adawiyah", "Mufidah"),
)

SUNDA = Words(
    old_men=_words(
        """Asep Dadang Ujang Cecep Dedi Endang Iwan Jajang Kosasih Maman Nana Oding Rohmat Sobur
        Tatang Undang Wawan Yayat Aep Atang Caca Didin Encep Engkus Entis Komar Mamat Ohim Omay
        Rosid Rukman Sarip Suherman Sukarya Sutisna Tarya Toha Uum Wahyudin Yaya Apandi Dayat Ade
        Solihin Adang Abdul Herman Odang Sumarna Karna"""
    ),
    old_women=_words(
        """Neneng Euis Iis Nining Kurniasih Cicih Dedeh Elis Enok Imas Iyah Kokom Lilis Mimin Nani
        Nunung Oneng Popon Rohayati Rukoyah Siti Sumiati Tati Teti Titin Tuti Uun Wati Yayah Yoyoh
        Aan Ai Cucu Eem Entin Eulis Heni Icih Ipah Isah Juju Karsih Komariah Maesaroh Omah Onih
        Rosidah Suryati Yati Ncih"""
    ),
    young_men=(*_YOUNG_MEN, "Asep", "Cepi", "Deden", "Gugun", "Ginanjar", "Hilman", "Ujang"),
    young_women=(*_YOUNG_WOMEN, "Neng", "Euis", "Resti", "Gina", "Santi", "Teti", "Rosi"),
    second_men=(*_SECOND_MEN, "Sopandi", "Suhendar", "Mulyana", "Supriatna", "Nugraha", "Rustandi"),
    second_women=(*_SECOND_WOMEN, "Nurjanah", "Komalasari", "Sumiati", "Rohaeni", "Mulyani"),
)

_MUHAMMAD = ("M.", "Moh.", "Muhammad", "Mohammad", "Muh.")
OLD_BEFORE = 1975


def full_name(words: Words, *, sex: str, birth_year: int, father: str, rng: Random) -> str:
    """Return an upper-case name for a person of that sex and generation.

    The old carry one word more often than two, some with bin or binti; the young two or three,
    the men sometimes with one of the many spellings of Muhammad.
    """
    old = birth_year < OLD_BEFORE
    male = sex == "L"
    first = rng.choice(
        (words.old_men if male else words.old_women)
        if old
        else (words.young_men if male else words.young_women)
    )
    second = rng.choice(words.second_men if male else words.second_women)
    chance = rng.random()
    if old and chance < 0.55:
        name = first
    elif old and chance < 0.70 and father:
        name = f"{first} {'bin' if male else 'binti'} {father.split()[0]}"
    elif old and not male and chance < 0.80:
        name = f"Siti {first}" if first != "Siti" else first
    elif not old and male and chance < 0.18:
        name = f"{rng.choice(_MUHAMMAD)} {first} {second}"
    elif not old and chance < 0.30:
        given = [word for word in (words.young_men if male else words.young_women) if word != first]
        name = f"{first} {rng.choice(given)} {second}"
    elif not old and chance < 0.42:
        name = first
    else:
        name = f"{first} {second}"
    return name.upper()
