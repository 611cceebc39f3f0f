"""Criteria of poverty as the rules list them, and what a household was found to answer."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from puskesmas.fields import EncryptedJSONField, EncryptedTextField
from puskesmas.locking import ClientUidField
from puskesmas.models import NamedInTwoLanguages, OfficeRow, User
from registry.models.people import Household, Resident


class CriteriaSet(NamedInTwoLanguages, OfficeRow):
    """The criteria of one rule. No source gives weights or a threshold, so there are none here.

    ``criteria`` is a list of ``{code, question_id, question_en, poor, housing}``: ``poor`` ("yes"
    or "no") is the answer that speaks for poverty, ``housing`` says which facts of a house answer
    it (:mod:`registry.criteria.prefill`).
    """

    code = models.CharField(_("kode"), max_length=20)
    legal_basis = models.CharField(_("dasar"), max_length=200, blank=True)
    in_use = models.BooleanField(_("dipakai"), default=True)
    order = models.PositiveSmallIntegerField(default=0)
    criteria = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "code"], name="criteria_set_per_office")
        ]


class Survey(OfficeRow):
    """One asking of one set: of whom, by whom, when; never changed, a later one stands beside it.

    ``answers`` is ``{criterion: {"answer": "yes"|"no"|"unknown", "source": …, "on": …}}``; source
    and day (ISO) only where a fact known before gave the answer.
    """

    client_uid = ClientUidField()
    criteria_set = models.ForeignKey(CriteriaSet, on_delete=models.PROTECT, related_name="surveys")
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="surveys")
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, related_name="surveys"
    )
    asked_on = models.DateField(_("ditanyakan pada"))
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_by = models.CharField(_("yang menjawab"), max_length=120, blank=True)
    answers: Any = EncryptedJSONField(default=dict)
    note = EncryptedTextField(_("catatan"), default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "client_uid"], name="survey_once")]
        indexes = [models.Index(fields=["resident", "-asked_on"], name="survey_newest")]
