"""Offices, officers and what every app records: history, outbox, attachments, tokens.

Every business row of every app derives from :class:`OfficeRow`: an inner key that never leaves
the database, a ``uid`` (UUIDv7) for URLs and other offices, and a non-null office.
"""

import uuid
from datetime import date
from functools import cached_property
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from puskesmas.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField


def new_uid() -> uuid.UUID:
    """Return a UUIDv7 (RFC 9562): time-ordered, so its unique index stays compact."""
    return uuid.UUID(int=uuid7().int)


class Role(models.TextChoices):
    """What a person does in an office."""

    FRONT = "front_office", _("Front office")
    BACK = "back_office", _("Back office")
    FACILITATOR = "fasilitator", _("Fasilitator")
    COORDINATOR = "koordinator", _("Koordinator")
    HEAD = "penanggung_jawab", _("Penanggung jawab (kepala desa/lurah)")
    KASUN = "kasun", _("Kepala dusun")
    ADMIN = "admin", _("Pengelola aplikasi")
    SUPERVISOR = "supervisor", _("Supervisor SLRT kecamatan")
    MANAGER = "manajer", _("Manajer SLRT kabupaten/kota")
    DISTRICT_FRONT = "district_front_office", _("Front office SLRT")
    DISTRICT_BACK = "district_back_office", _("Back office SLRT")


VILLAGE_ROLES = (
    Role.FRONT,
    Role.BACK,
    Role.FACILITATOR,
    Role.COORDINATOR,
    Role.HEAD,
    Role.KASUN,
    Role.ADMIN,
)
DISTRICT_ROLES = (
    Role.SUPERVISOR,
    Role.MANAGER,
    Role.DISTRICT_FRONT,
    Role.DISTRICT_BACK,
    Role.ADMIN,
)


class Office(models.Model):
    """A body of one tier: a village Puskesos, a kecamatan, or a district's SLRT secretariat.

    Names are stored without the kind ("Tegalsari Makmur"); the properties compose them.
    """

    class Kind(models.TextChoices):
        DESA = "desa", _("Desa")
        KELURAHAN = "kelurahan", _("Kelurahan")
        KECAMATAN = "kecamatan", _("Kecamatan")
        DISTRICT = "district", _("Kabupaten/kota")

    class Zone(models.TextChoices):
        WIB = "Asia/Jakarta", "WIB"
        WITA = "Asia/Makassar", "WITA"
        WIT = "Asia/Jayapura", "WIT"

    class ProposalOrder(models.TextChoices):
        MUSDES_FIRST = "musdes_first", _("Musdes/muskel dulu, lalu verval")
        VERVAL_FIRST = "verval_first", _("Verval dulu, lalu musdes/muskel")

    class PublicPages(models.TextChoices):
        """Who answers a resident that opens the address on his receipt or letter."""

        OWN = "own", _("Alamat kami sendiri")
        UPSTREAM = "upstream", _("Dilayani kantor di atas kami")

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    code = models.CharField(_("kode wilayah"), max_length=13)
    kind = models.CharField(_("jenis"), max_length=12, choices=Kind)
    name = models.CharField(_("nama"), max_length=80)
    kecamatan = models.CharField(max_length=80, blank=True)
    regency = models.CharField(_("kabupaten/kota"), max_length=80, help_text="Kabupaten Jember")
    province = models.CharField(_("provinsi"), max_length=80, blank=True)
    address = models.CharField(_("alamat"), max_length=200, blank=True)
    postcode = models.CharField(_("kode pos"), max_length=5, blank=True)
    phone = models.CharField(_("telepon"), max_length=30, blank=True)
    email = models.EmailField(blank=True)
    opening_hours = models.CharField(_("jam layanan"), max_length=120, blank=True)
    zone = models.CharField(_("zona waktu"), max_length=20, choices=Zone, default=Zone.WIB)
    public_base_url = models.URLField(_("alamat halaman publik"), blank=True)
    public_pages = models.CharField(
        _("halaman publik"), max_length=8, choices=PublicPages, default=PublicPages.OWN
    )
    approver_role = models.CharField(
        _("yang menyetujui rujukan"), max_length=30, choices=Role, default=Role.COORDINATOR
    )
    emergency_approval_days = models.PositiveSmallIntegerField(default=1)
    register_max_age_days = models.PositiveSmallIntegerField(default=365)
    telling_tries = models.PositiveSmallIntegerField(_("percobaan memberi tahu warga"), default=3)
    upstream_answer_days = models.PositiveSmallIntegerField(default=30)
    undelivered_hours = models.PositiveSmallIntegerField(default=24)
    sktm_valid_months = models.PositiveSmallIntegerField(default=3)
    letter_number_pattern = models.CharField(
        max_length=80, default="{classification}/{counter:04d}/{village}/{roman}/{year}"
    )
    proposal_order = models.CharField(
        _("urutan langkah usulan"),
        max_length=14,
        choices=ProposalOrder,
        default=ProposalOrder.MUSDES_FIRST,
    )
    one_letter_series = models.BooleanField(_("satu buku agenda untuk semua surat"), default=True)
    # Since when it is only read here: it moves to another installation (puskesmas.closing), and
    # once it is known to be there, where that is.
    closed_at = models.DateTimeField(null=True, editable=False)
    moved_to = models.URLField(blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code"], name="office_code_unique")]

    def __str__(self) -> str:
        return self.full_name

    @property
    def is_village(self) -> bool:
        return self.kind in {self.Kind.DESA, self.Kind.KELURAHAN}

    @property
    def tier(self) -> str:
        """Return "village", "kecamatan" or "district"."""
        return "village" if self.is_village else self.kind

    @property
    def full_name(self) -> str:
        """Return the name people use: "Desa Tegalsari Makmur", "SLRT Kabupaten Jember".

        A name stays the same in every language.
        """
        if self.kind == self.Kind.DISTRICT:
            return f"SLRT {self.name}"
        return f"{self.kind.capitalize()} {self.name}"

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @cached_property
    def own_limits(self) -> dict[str, tuple[int, bool]]:
        """Days, and whether they are working days, of the limits it set itself, by code.

        Read once for as long as this object is held: one request, one act.
        """
        rows = self.time_limits.values_list("code", "days", "working_days")
        return {code: (days, working) for code, days, working in rows}

    @cached_property
    def own_days_off(self) -> frozenset[date]:
        """The days on which it alone is closed; read once, as :attr:`own_limits`."""
        return frozenset(self.holidays.values_list("day", flat=True))

    def forget_calendar(self) -> None:
        """Read limits and days off anew when next asked: somebody just changed them."""
        for name in ("own_limits", "own_days_off"):
            self.__dict__.pop(name, None)

    def today(self) -> date:
        """Return today's date in the office's zone."""
        return timezone.now().astimezone(self.tz).date()


class OfficeRowQuerySet(models.QuerySet[Any]):
    """The one place where an office's rows are told from another's."""

    def visible_to(self, actor: Any) -> Self:
        """Keep only the rows of the office the actor is acting for."""
        return self.filter(office_id=actor.office.pk)


class OfficeRow(models.Model):
    """Base of every business row. ``version`` counts changes, so that two editors notice."""

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[Any] = OfficeRowQuerySet.as_manager()

    #: Set in memory on what a verb found instead of making it a second time.
    is_repeat = False

    class Meta:
        abstract = True


class NamedInTwoLanguages(models.Model):
    """An editable name: Indonesian required, English falling back to it."""

    name_id = models.CharField(_("nama"), max_length=120)
    name_en = models.CharField(_("nama (Inggris)"), max_length=120, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        if (get_language() or "id").startswith("en") and self.name_en:
            return self.name_en
        return self.name_id


class User(AbstractUser):
    """An officer's account. His own NIK and KK are kept, encrypted, to refuse family cases."""

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    name = models.CharField(_("nama"), max_length=120)
    rank = models.CharField(_("pangkat/golongan"), max_length=60, blank=True)
    nip = models.CharField("NIP", max_length=30, blank=True)
    nik = EncryptedTextField(default="", blank=True)
    nik_index = BlindIndexField(source="nik", purpose="nik")
    kk = EncryptedTextField(default="", blank=True)
    kk_index = BlindIndexField(source="kk", purpose="kk")
    version = models.PositiveIntegerField(default=1, editable=False)

    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name


class Assignment(models.Model):
    """A person's role in an office for a time. A deputy is an assignment with an end date."""

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(_("peran"), max_length=30, choices=Role)
    is_deputy = models.BooleanField(_("pengganti sementara"), default=False)
    dusun = models.CharField(max_length=60, blank=True)
    since = models.DateField(_("mulai"))
    until = models.DateField(_("sampai"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")),
                name="assignment_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(is_deputy=False) | Q(until__isnull=False),
                name="deputy_has_an_end_date",
            ),
        ]
        indexes = [models.Index(fields=["office", "role"])]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_role_display()}"


class TimeLimit(models.Model):
    """How long a step may take, per office."""

    class Code(models.TextChoices):
        FIRST_ANSWER = "first_answer", _("Jawaban pertama")
        INFORMATION = "information", _("Informasi")
        NO_FIELD_CHECK = "no_field_check", _("Tanpa pemeriksaan lapangan")
        FIELD_CHECK = "field_check", _("Dengan pemeriksaan lapangan")
        SKTM = "sktm", "SKTM"
        PAPERS = "papers", _("Melengkapi berkas")
        EMERGENCY = "emergency", _("Darurat")

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="time_limits")
    code = models.CharField(max_length=20, choices=Code)
    days = models.PositiveSmallIntegerField(_("hari"))
    working_days = models.BooleanField(_("hari kerja"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "code"], name="time_limit_per_office")
        ]


class Holiday(models.Model):
    """A day off the public calendar does not know: a local holiday of one office."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="holidays")
    day = models.DateField(_("tanggal"))
    name = models.CharField(_("nama"), max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "day"], name="holiday_per_office")]


class Attachment(OfficeRow):
    """A file somebody handed in: encrypted on disk, its name only here.

    ``position`` is kept for house photos only; every other image loses its metadata.
    Owners point at it by an explicit foreign key.
    """

    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    media_type = models.CharField(max_length=100)
    name = EncryptedTextField(default="")
    position = EncryptedJSONField(null=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """History has no update and no delete; the database's triggers say the same."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError("append-only")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("append-only")


class Reason(models.Model):
    """A story or reason in somebody's words, apart from the history that points at it.

    Retention blanks ``text`` and sets ``erased_at``; ``digest`` (salted SHA-256, hex) stays, so a
    kept copy can still be proved to be the original.
    """

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    text = EncryptedTextField()
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    erased_at = models.DateTimeField(null=True)


class Transition(models.Model):
    """One change of one state field, for ever. Reasons are pointed at, never repeated here."""

    at = models.DateTimeField(default=timezone.now)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=60)
    subject_uid = models.UUIDField()
    field = models.CharField(max_length=30)
    action = models.CharField(max_length=40)
    source = models.CharField(max_length=30, blank=True)
    target = models.CharField(max_length=30)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    assignment = models.ForeignKey(
        Assignment, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, null=True, related_name="+")

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["subject_uid", "at"], name="transition_of_subject")]


class AuditEntry(models.Model):
    """Who looked at or touched what. Codes, uids and field names only: never a value."""

    at = models.DateTimeField(default=timezone.now)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, null=True, related_name="+")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=60, blank=True)
    subject_uid = models.UUIDField(null=True)
    fields = models.JSONField(default=list)
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, null=True, related_name="+")

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_uid", "at"], name="audit_of_subject"),
            models.Index(fields=["office", "at"], name="audit_of_office"),
        ]


class Seal(models.Model):
    """A chained hash over a batch of history rows, so that a removed row is noticed."""

    at = models.DateTimeField(default=timezone.now)
    table = models.CharField(max_length=20)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["table", "last_id"], name="seal_once_per_batch")
        ]


class Move(models.Model):
    """An office that left this installation, or came to it (:mod:`moving`): what was proved.

    ``manifest`` says rows and hash of every table, ``proof`` is the manifest's own SHA-256, the
    word by which both installations know that they hold the same. ``history`` maps the tables of
    :mod:`puskesmas.sealing` to their first and last pk here, for an office that came.
    """

    class Direction(models.TextChoices):
        OUT = "out"
        IN = "in"

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="moves")
    direction = models.CharField(max_length=3, choices=Direction)
    at = models.DateTimeField(default=timezone.now)
    proof = models.CharField(max_length=64)
    manifest = models.JSONField()
    history = models.JSONField(default=dict)


class Peer(models.Model):
    """Whom this office exchanges messages with, and the road between them.

    Over HTTP: of an upstream office we hold the address and the token it gave us; a downstream one
    holds ours, we hold the token's hash in :class:`ApiToken`. Offices of one installation have a
    row each about the other. A partner gets e-mail; ``peer_uid`` is the partner's, who has the
    address. The circuit (:mod:`puskesmas.circuit`) is open while ``probe_at`` is set: since
    ``silent_since``, after ``silences`` tries that failed.
    """

    class Direction(models.TextChoices):
        UPSTREAM = "upstream", _("atasan")
        DOWNSTREAM = "downstream", _("bawahan")
        PARTNER = "partner", _("mitra")

    class Transport(models.TextChoices):
        HTTP = "http", _("lewat jaringan")
        LOCAL = "local", _("di server yang sama")
        EMAIL = "email", _("lewat surel")
        CARRIED = "carried", _("dibawa dengan stik")

    #: Roads on which our sender goes there; over HTTP it goes only up.
    PUSHED = (Transport.LOCAL, Transport.EMAIL)
    #: Roads beside which a stick may be carried.
    BY_HAND = (Transport.HTTP, Transport.CARRIED)

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="peers")
    direction = models.CharField(max_length=10, choices=Direction)
    peer_uid = models.UUIDField(null=True)
    name = models.CharField(_("nama"), max_length=120)
    transport = models.CharField(max_length=10, choices=Transport, default=Transport.HTTP)
    base_url = models.URLField(_("alamat"), blank=True)
    # Where residents open its pages, as an upstream office told us; empty while it did not.
    public_base_url = models.URLField(_("alamat halaman publik"), blank=True)
    token = EncryptedTextField(default="", blank=True)
    # Its public keys for what is carried by hand (puskesmas.office_keys); empty while unknown.
    sign_key = models.CharField(max_length=44, blank=True)
    box_key = models.CharField(max_length=44, blank=True)
    # Hash of what it said it takes in (referrals.services.abilities); empty before it said so.
    abilities = models.CharField(max_length=64, blank=True)
    active = models.BooleanField(_("aktif"), default=True)
    last_contact_at = models.DateTimeField(null=True)
    last_failure_at = models.DateTimeField(null=True)
    last_failure = models.CharField(max_length=200, blank=True)
    silent_since = models.DateTimeField(null=True)
    silences = models.PositiveIntegerField(default=0)
    probe_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office"],
                condition=Q(direction="upstream", active=True),
                name="one_active_upstream",
            ),
            models.UniqueConstraint(
                fields=["office", "peer_uid", "direction"], name="one_row_per_peer"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_pushed_to(self) -> bool:
        """Return whether we carry our messages there; else they wait to be fetched or taken."""
        if self.transport == self.Transport.HTTP:
            return self.direction == self.Direction.UPSTREAM
        return self.transport in self.PUSHED


class OfficeKeys(models.Model):
    """An office's key pairs for what is carried by hand (:mod:`puskesmas.office_keys`)."""

    office = models.OneToOneField(Office, on_delete=models.PROTECT, related_name="+")
    sign_secret = EncryptedTextField()
    sign_key = models.CharField(max_length=44)
    box_secret = EncryptedTextField()
    box_key = models.CharField(max_length=44)
    made_at = models.DateTimeField(default=timezone.now)


class OutboxMessage(models.Model):
    """A message somebody must get, written in the transaction that caused it.

    ``claimed_until`` is the sender's lease: a conditional update takes it, a dead sender's lease
    runs out. ``acked_at`` is set when the receiver says it committed the message's uid.
    ``failed_at`` marks a permanent refusal that a person must look at.
    """

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="messages")
    kind = models.CharField(max_length=40)
    schema_version = models.PositiveSmallIntegerField(default=1)
    subject = models.CharField(max_length=60)
    subject_uid = models.UUIDField()
    body = EncryptedJSONField()
    body_sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    acked_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    # Closed by a person because the same content went another way (by hand, on paper).
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(
                    acked_at__isnull=True, failed_at__isnull=True, superseded_at__isnull=True
                ),
                name="outbox_due",
            ),
            models.Index(fields=["subject_uid"], name="outbox_of_subject"),
        ]


class DeliveryAttempt(models.Model):
    """One try to deliver one message, and how it ended."""

    message = models.ForeignKey(OutboxMessage, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=30)
    detail = models.CharField(max_length=200, blank=True)


class ReceivedMessage(models.Model):
    """A message already taken in, so that its second coming returns the first answer.

    ``result_uid`` and ``reference`` name what it became: the row, and the number people use.
    """

    uid = models.UUIDField(unique=True)
    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="received")
    kind = models.CharField(max_length=40)
    body_sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField(default=timezone.now)
    result_uid = models.UUIDField(null=True)
    reference = models.CharField(max_length=60, blank=True)


class ApiToken(models.Model):
    """A key for a program: of an officer, or of an office that exchanges messages with ours.

    Only the hash is stored. ``scopes`` are words such as "api" and "exchange".
    """

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="tokens")
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    peer = models.ForeignKey(
        Peer, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("nama"), max_length=80)
    token_hash = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    roles = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token_hash"], name="api_token_hash_unique")]


class RateBucket(models.Model):
    """A token bucket. The key is hashed: it may name an account, a number or an address."""

    key = models.CharField(max_length=64, unique=True)
    tokens = models.FloatField()
    refilled_at = models.DateTimeField()


class Heartbeat(models.Model):
    """The last sign of life of a background process."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField(default=timezone.now)
