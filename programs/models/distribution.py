"""Distribution of aid: an owner's goods or money, handed out by the village by the owner's list."""

from django.db import models
from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from programs.models.catalogue import Programme
from puskesmas.fields import EncryptedTextField
from puskesmas.locking import ClientUidField
from puskesmas.models import OfficeRow, User
from registry.models import Resident


class DistributionState(TextChoices):
    DRAFT = "draft", _("Daftar disusun")
    SETTLED = "settled", _("Daftar dikunci, siap dibagikan")
    CLOSED = "closed", _("Ditutup")


class RecipientState(TextChoices):
    """Whether somebody on the list has his share. Nobody is put on it or off it by a state."""

    WAITING = "waiting", _("Belum diambil")
    PENDING = "pending", _("Menunggu identitas")
    TAKEN = "taken", _("Sudah diterima")
    STRUCK = "struck", _("Keluar dari daftar")


#: How each state looks (the tones of a badge).
_TONES = {
    RecipientState.WAITING: "neutral",
    RecipientState.PENDING: "waiting",
    RecipientState.TAKEN: "success",
    RecipientState.STRUCK: "danger",
}


class Distribution(OfficeRow):
    """What an owner gives out through the village. ``amount`` is what each recipient gets: pieces
    of ``unit`` for goods, whole rupiah for money.

    ``replacement_rule`` is the owner's, in his words; ``may_replace`` says that it allows another
    in place of who died or moved. ``left_over`` is what was counted at closing, in ``amount``'s
    measure.
    """

    class Kind(models.TextChoices):
        GOODS = "goods", _("Barang")
        MONEY = "money", _("Uang")

    client_uid = ClientUidField()
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("nama pembagian"), max_length=120)
    owner = models.CharField(_("pemilik program"), max_length=120)
    kind = models.CharField(_("jenis"), max_length=5, choices=Kind)
    item = models.CharField(_("yang dibagikan"), max_length=120)
    amount = models.PositiveBigIntegerField(_("jumlah per penerima"))
    unit = models.CharField(_("satuan"), max_length=30, blank=True)
    may_replace = models.BooleanField(_("boleh diganti"), default=False)
    replacement_rule = models.CharField(_("aturan penggantian"), max_length=500, blank=True)
    state = models.CharField(max_length=8, choices=DistributionState, default="draft")
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    left_over = models.PositiveBigIntegerField(_("sisa"), null=True)
    left_note = models.CharField(_("sisa diapakan"), max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "client_uid"], name="distribution_once")
        ]

    @property
    def is_money(self) -> bool:
        return self.kind == self.Kind.MONEY

    @property
    def by_household(self) -> bool:
        """Whether one share goes to a family."""
        return self.programme is not None and self.programme.unit == Programme.Unit.HOUSEHOLD


class DistributionSlot(OfficeRow):
    """When and where people of a hamlet or RW come; both empty: everybody who has no other."""

    distribution = models.ForeignKey(Distribution, on_delete=models.CASCADE, related_name="slots")
    day = models.DateField(_("hari"))
    start = models.TimeField(_("mulai pukul"))
    end = models.TimeField(_("sampai pukul"), null=True, blank=True)
    place = models.CharField(_("tempat"), max_length=120)
    dusun = models.CharField(_("dusun"), max_length=60, blank=True)
    rw = models.CharField("RW", max_length=3, blank=True)

    class Meta:
        ordering = ["day", "start", "pk"]


class AidRecipient(OfficeRow):
    """Somebody on a distribution's list. ``code`` is on his ticket, ten digits; ``number`` too.

    ``taken_by`` is who took it: he himself or somebody of his family card. ``owed`` are papers he
    had forgotten; ``gone`` says why he is off the list. ``replaces`` is whose place the owner gave
    him, by the letter ``named_by``. ``pickup_uid`` marks the form that recorded the hand-over.
    """

    class Way(models.TextChoices):
        TICKET = "ticket", _("Kupon")
        IDENTITY = "identity", _("KTP atau KK")
        HOME = "home", _("Diantar ke rumah")

    class Gone(models.TextChoices):
        ALONE = "alone", _("Meninggal, tidak ada keluarga di KK")
        DECEASED = "deceased", _("Meninggal; uang tidak beralih")
        MOVED = "moved", _("Pindah")
        OWNER = "owner", _("Dikeluarkan pemilik program")
        DECLINED = "declined", _("Tidak mau menerima")

    distribution = models.ForeignKey(
        Distribution, on_delete=models.CASCADE, related_name="recipients"
    )
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=10)
    number = models.PositiveIntegerField(_("nomor kupon"), null=True)
    state = models.CharField(max_length=8, choices=RecipientState, default="waiting")
    way = models.CharField(_("dasar penyerahan"), max_length=8, choices=Way, blank=True)
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(Resident, on_delete=models.PROTECT, null=True, related_name="+")
    handed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    carrier = models.CharField(_("diantar oleh"), max_length=120, blank=True)
    owed = models.CharField(_("berkas menyusul"), max_length=200, blank=True)
    owed_since = models.DateField(null=True)
    pickup_uid = models.UUIDField(null=True, editable=False)
    gone = models.CharField(_("sebab keluar"), max_length=8, choices=Gone, blank=True)
    gone_note = EncryptedTextField(default="", blank=True)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replacement"
    )
    named_by = models.CharField(_("surat pemilik"), max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["distribution", "resident"], name="recipient_once_per_distribution"
            ),
            models.UniqueConstraint(fields=["office", "code"], name="ticket_code_once"),
            models.UniqueConstraint(
                fields=["distribution", "number"],
                condition=Q(number__isnull=False),
                name="ticket_number_once",
            ),
        ]
        indexes = [models.Index(fields=["distribution", "state"], name="recipient_state")]

    @property
    def tone(self) -> str:
        return _TONES[RecipientState(self.state)]
