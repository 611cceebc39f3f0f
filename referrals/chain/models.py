"""The chain as data: village → supervisor → manager → owner, and who supervises which village."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.models import Partner
from puskesmas.models import OfficeRow, OfficeRowQuerySet, Peer, Role, User

#: Posts of the district that see every village's files; a supervisor sees his own villages'.
WHOLE_DISTRICT = (Role.MANAGER, Role.DISTRICT_BACK, Role.DISTRICT_FRONT)


class ChainRule(OfficeRow):
    """Which hops the files of one village, or of all, take for one programme, or for all.

    The most specific row holds: village and programme, then village, then programme, then all.
    """

    peer = models.ForeignKey(
        Peer, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("desa")
    )
    programme_code = models.CharField(_("program"), max_length=30, blank=True)
    supervisor = models.BooleanField(_("supervisor kecamatan"), default=False)
    manager = models.BooleanField(_("manajer"), default=True)
    owner = models.BooleanField(_("pemilik program"), default=True)
    # The owner who answers on a page of his own; without one the district notes his word.
    owner_partner = models.ForeignKey(
        Partner,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("halaman pemilik"),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office", "peer", "programme_code"], name="one_chain_per_village"
            ),
            models.UniqueConstraint(
                fields=["office", "programme_code"],
                condition=Q(peer__isnull=True),
                name="one_chain_for_all_villages",
            ),
            models.CheckConstraint(
                condition=Q(manager=True) | Q(owner=True), name="somebody_decides_or_recommends"
            ),
            models.CheckConstraint(
                condition=Q(owner_partner__isnull=True) | Q(owner=True),
                name="only_an_owner_has_a_page",
            ),
        ]


class Supervision(models.Model):
    """A village a supervisor of the district reviews for its kecamatan."""

    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="supervisions")
    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="supervisions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["officer", "peer"], name="supervised_once")]


class InboxQuerySet(OfficeRowQuerySet):
    """Rows a village sent: a supervisor sees those of his own villages."""

    def visible_to(self, actor: Any) -> Self:
        """Keep the office's rows; for who is only a supervisor, his villages'."""
        rows = super().visible_to(actor)
        if actor.is_system or actor.has(*WHOLE_DISTRICT):
            return rows
        return rows.filter(peer__in=Supervision.objects.filter(officer=actor.user).values("peer"))
