"""People, their family cards, and what happens to them."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from puskesmas.fields import BlindIndexField, EncryptedTextField
from puskesmas.locking import ClientUidField
from puskesmas.models import Attachment, Office, OfficeRow, User
from registry.naming import address_key, name_key


class Household(OfficeRow):
    """A family card (KK). ``rt``/``rw`` are the printed digits: "02"; RT are not 1..n."""

    kk = EncryptedTextField("No. KK", default="", blank=True)
    kk_index = BlindIndexField(source="kk", purpose="kk")
    address = models.CharField(_("alamat"), max_length=200, blank=True)
    dusun = models.CharField(_("dusun"), max_length=60, blank=True)
    rt = models.CharField("RT", max_length=3, blank=True)
    rw = models.CharField("RW", max_length=3, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office", "kk_index"],
                condition=~Q(kk_index=""),
                name="one_household_per_kk",
            )
        ]


class Resident(OfficeRow):
    """A person as one office knows him. NIK is unique among the office's unmerged rows.

    ``name_key`` and ``address_key`` are normalised for searching. Merging sets ``canonical`` and
    rewrites no foreign key; a canonical row is never itself merged away. ``has_ektp`` None means
    nobody asked.
    """

    class Sex(models.TextChoices):
        MALE = "L", _("Laki-laki")
        FEMALE = "P", _("Perempuan")

    class Life(models.TextChoices):
        ALIVE = "alive", _("Hidup")
        MOVED = "moved", _("Pindah")
        DECEASED = "deceased", _("Meninggal")

    client_uid = ClientUidField()
    nik = EncryptedTextField("NIK", default="", blank=True)
    nik_index = BlindIndexField(source="nik", purpose="nik")
    nik_last4_index = BlindIndexField(source="nik", purpose="nik-last4", last=4)
    name = models.CharField(_("nama"), max_length=120)
    name_key = models.CharField(max_length=120, editable=False)
    sex = models.CharField(_("jenis kelamin"), max_length=1, choices=Sex, blank=True)
    birth_place = models.CharField(_("tempat lahir"), max_length=80, blank=True)
    birth_date = models.DateField(_("tanggal lahir"), null=True, blank=True)
    mother_name = EncryptedTextField(_("nama ibu kandung"), default="", blank=True)
    religion = models.CharField(_("agama"), max_length=20, blank=True)
    marital_status = models.CharField(_("status kawin"), max_length=20, blank=True)
    occupation = models.CharField(_("pekerjaan"), max_length=80, blank=True)
    education = models.CharField(_("pendidikan"), max_length=40, blank=True)
    disability = EncryptedTextField(_("disabilitas"), default="", blank=True)
    phone = EncryptedTextField(_("telepon"), default="", blank=True)
    phone_index = BlindIndexField(source="phone", purpose="phone")
    phone_last4_index = BlindIndexField(source="phone", purpose="phone-last4", last=4)
    has_ektp = models.BooleanField("e-KTP", null=True, blank=True)
    address = models.CharField(_("alamat"), max_length=200, blank=True)
    address_key = models.CharField(max_length=200, editable=False, default="", blank=True)
    dusun = models.CharField(_("dusun"), max_length=60, blank=True)
    rt = models.CharField("RT", max_length=3, blank=True)
    rw = models.CharField("RW", max_length=3, blank=True)
    life = models.CharField(_("keadaan"), max_length=10, choices=Life, default=Life.ALIVE)
    life_since = models.DateField(_("sejak"), null=True, blank=True)
    life_source = models.CharField(_("sumber"), max_length=120, blank=True)
    canonical = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="duplicates"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office", "nik_index"],
                condition=~Q(nik_index="") & Q(canonical__isnull=True),
                name="one_resident_per_nik",
            ),
            models.UniqueConstraint(fields=["office", "client_uid"], name="resident_created_once"),
        ]
        indexes = [
            # The living first, so that a search reads only the first few of many namesakes.
            models.Index(fields=["office", "name_key", "life"], name="resident_name"),
            models.Index(fields=["office", "address_key", "life"], name="resident_address"),
            models.Index(fields=["office", "rw", "rt"], name="resident_neighbourhood"),
            # Who of a list without NIKs is known.
            models.Index(fields=["office", "name_key", "birth_date"], name="resident_name_born"),
            # The constraint's own index leaves merged rows out, so it cannot serve this question.
            models.Index(fields=["office", "nik_index"], name="resident_nik"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the keys in step with name and address. Bulk writers set them themselves."""
        self.name_key = name_key(self.name)
        self.address_key = address_key(self.address)
        super().save(*args, **kwargs)

    @property
    def person(self) -> "Resident":
        """The record that stands for the person: this one, or the one it was merged into."""
        return self.canonical or self


class HouseholdMember(models.Model):
    """A person on a family card from one day to another."""

    class Relation(models.TextChoices):
        """Dukcapil's relations to the head of the family (SHDK)."""

        HEAD = "1", _("Kepala keluarga")
        HUSBAND = "2", _("Suami")
        WIFE = "3", _("Istri")
        CHILD = "4", _("Anak")
        SON_IN_LAW = "5", _("Menantu")
        GRANDCHILD = "6", _("Cucu")
        PARENT = "7", _("Orang tua")
        PARENT_IN_LAW = "8", _("Mertua")
        OTHER_FAMILY = "9", _("Famili lain")
        HELPER = "10", _("Pembantu")
        OTHER = "11", _("Lainnya")

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="members")
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="memberships")
    relation = models.CharField(_("hubungan"), max_length=2, choices=Relation, blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resident"], condition=Q(until__isnull=True), name="on_one_kk_at_a_time"
            )
        ]


class LifeEvent(OfficeRow):
    """Something that happened to a person: the history behind ``Resident.life``.

    ``place`` is where he came from or went to. ``record_number`` names the berita acara or deed,
    ``record`` is its scan.
    """

    class Kind(models.TextChoices):
        MOVED_IN = "moved_in", _("Pindah masuk")
        MOVED_AWAY = "moved_away", _("Pindah keluar")
        DECEASED = "deceased", _("Meninggal")
        STILL_HERE = "still_here", _("Ternyata masih di sini")

    client_uid = ClientUidField()
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="life_events")
    kind = models.CharField(_("kejadian"), max_length=12, choices=Kind)
    on = models.DateField(_("tanggal"), null=True)
    place = models.CharField(_("dari/ke mana"), max_length=120, blank=True)
    source = models.CharField(_("sumber"), max_length=120, blank=True)
    record_number = models.CharField(_("nomor berita acara"), max_length=60, blank=True)
    record = models.ForeignKey(Attachment, on_delete=models.PROTECT, null=True, related_name="+")
    batch = models.ForeignKey("registry.Import", on_delete=models.PROTECT, null=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "client_uid"], name="life_event_once")
        ]


class HousingFacts(OfficeRow):
    """What a house was like on a day. Values are codes of ``registry.codes``; empty: not known."""

    client_uid = ClientUidField()
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="housing")
    observed_on = models.DateField(_("dilihat pada"))
    source = models.CharField(_("sumber"), max_length=120, blank=True)
    tenure = models.CharField(_("status rumah"), max_length=20, blank=True)
    floor = models.CharField(_("lantai"), max_length=20, blank=True)
    wall = models.CharField(_("dinding"), max_length=20, blank=True)
    roof = models.CharField(_("atap"), max_length=20, blank=True)
    area_m2 = models.PositiveSmallIntegerField(_("luas lantai (m²)"), null=True, blank=True)
    water = models.CharField(_("air minum"), max_length=20, blank=True)
    toilet = models.CharField(_("jamban"), max_length=20, blank=True)
    lighting = models.CharField(_("penerangan"), max_length=20, blank=True)
    power_va = models.PositiveIntegerField(_("daya listrik (VA)"), null=True, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "client_uid"], name="housing_facts_once")
        ]
        indexes = [models.Index(fields=["household", "-observed_on"], name="housing_newest")]


class Merge(OfficeRow):
    """Two rows found to be one person; kept after it was undone, as history."""

    duplicate = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="+")
    canonical = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="+")
    reason = EncryptedTextField(default="", blank=True)
    merged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    merged_at = models.DateTimeField(default=timezone.now)
    unmerged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    unmerged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["duplicate"],
                condition=Q(unmerged_at__isnull=True),
                name="merged_into_one_person",
            )
        ]


class SearchTerm(models.Model):
    """A distinct name key, address key or hamlet of an office, for search; rows are only added.

    A hamlet (dusun) is kept as the lists spell it.
    """

    class Kind(models.TextChoices):
        NAME = "name", _("Nama")
        ADDRESS = "address", _("Alamat")
        DUSUN = "dusun", _("Dusun")

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    text = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "kind", "text"], name="search_term_once")
        ]
        indexes = [models.Index(fields=["office", "kind", "id"], name="search_term_newest")]
