"""Why somebody's data may leave the office."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LegalBasis(TextChoices):
    """Why the person's data may leave the office (UU PDP 27/2022, articles 20 and 26)."""

    PUBLIC_DUTY = "public_duty", _("Tugas pelayanan publik (antarlembaga pemerintah)")
    CONSENT = "consent", _("Persetujuan yang bersangkutan")
    GUARDIAN_CONSENT = "guardian_consent", _("Persetujuan wali")
    VITAL_INTEREST = "vital_interest", _("Kepentingan vital (keadaan darurat)")
