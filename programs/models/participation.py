"""Programmes that should not come together: what the office means by doubly covered."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from programs.models.catalogue import Programme
from puskesmas.models import OfficeRow


class Overlap(OfficeRow):
    """Two programmes of one kind, or of which one excludes the other; a setting of the office.

    Whose cover is compared follows from the programmes: where either is given to a household, the
    family's, otherwise the person's. ``one`` has the smaller key.
    """

    one = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(_("mengapa"), max_length=200, blank=True)

    class Meta:
        ordering = ["one__order", "other__order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="overlap_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="overlap_in_order"),
        ]

    @property
    def by_household(self) -> bool:
        return Programme.Unit.HOUSEHOLD in {self.one.unit, self.other.unit}

    @property
    def name(self) -> str:
        return f"{self.one.name} + {self.other.name}"
