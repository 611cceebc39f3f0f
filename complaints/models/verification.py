"""What a verification finds out: visits to the house with their photos, and what a family earns."""

from typing import Any

from django.db import models
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from complaints.models.cases import Complaint
from puskesmas.fields import EncryptedJSONField, EncryptedTextField
from puskesmas.locking import ClientUidField
from puskesmas.models import Attachment, OfficeRow, User
from registry.models import CriteriaSet, Survey


class VisitState(TextChoices):
    PLANNED = "planned", _("Belum selesai")
    DONE = "done", _("Selesai")
    CANCELLED = "cancelled", _("Dibatalkan")


class HouseVisit(OfficeRow):
    """A visit to the house of one case's person: planned, filled in page by page, then kept.

    ``number`` is eight digits (complaints.verification.numbers), printed on the sheet for paper.
    Until it is done ``answers`` ({criterion: "yes"|"no"|"unknown"}) and ``economy`` (the fields of
    :class:`EconomicReview`) hold what was filled in so far; then ``survey`` and the review hold
    it. ``position`` is {"latitude", "longitude"} in degrees.
    """

    client_uid = ClientUidField()
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="visits")
    number = models.CharField(_("nomor lembar"), max_length=8, editable=False)
    criteria_set = models.ForeignKey(CriteriaSet, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=VisitState, default=VisitState.PLANNED)
    assigned_to = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    planned_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answers: Any = EncryptedJSONField(default=dict)
    answered_by = models.CharField(_("yang menjawab"), max_length=120, blank=True)
    economy: Any = EncryptedJSONField(default=dict)
    position: Any = EncryptedJSONField(null=True)
    note = EncryptedTextField(_("catatan"), default="", blank=True)
    visited_on = models.DateField(_("dikunjungi pada"), null=True)
    surveyor_name = models.CharField(_("nama petugas survei"), max_length=120, blank=True)
    from_paper = models.BooleanField(_("dari lembar kertas"), default=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(null=True)
    survey = models.OneToOneField(Survey, on_delete=models.PROTECT, null=True, related_name="visit")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "number"], name="visit_number_once"),
            models.UniqueConstraint(fields=["office", "client_uid"], name="visit_planned_once"),
        ]
        indexes = [models.Index(fields=["assigned_to", "state"], name="visit_of_walker")]


class VisitPhoto(models.Model):
    """A photo of the house from one side; a newer one of the same side takes its place."""

    class Side(TextChoices):
        FRONT = "front", _("Depan")
        RIGHT = "right", _("Samping kanan")
        LEFT = "left", _("Samping kiri")
        INSIDE = "inside", _("Bagian dalam")
        TOILET = "toilet", _("Jamban")
        BACK = "back", _("Belakang")

    visit = models.ForeignKey(HouseVisit, on_delete=models.CASCADE, related_name="photos")
    side = models.CharField(max_length=8, choices=Side)
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "side"], name="photo_per_side")]


#: The case's papers that are photos of the house, by side.
HOUSE_PHOTOS = {f"house_{side}": side for side in VisitPhoto.Side.values}


class EconomicReview(OfficeRow):
    """What a family earns and spends in a month, said by whom; a later one stands beside it.

    ``facts`` are whole rupiah ("income", "spending") and people ("members", "earners"); what
    nobody said is left out.
    """

    client_uid = ClientUidField()
    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, related_name="economic_reviews"
    )
    visit = models.OneToOneField(
        HouseVisit, on_delete=models.PROTECT, null=True, related_name="economic_review"
    )
    facts: Any = EncryptedJSONField(default=dict)
    source = EncryptedTextField(_("sumber"), default="")
    observed_on = models.DateField(_("keadaan pada"))
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "client_uid"], name="economy_once")
        ]

    @property
    def income_per_head(self) -> int | None:
        """Whole rupiah a month for each member, rounded down; None when either is not known."""
        income, members = self.facts.get("income"), self.facts.get("members")
        return income // members if income is not None and members else None
