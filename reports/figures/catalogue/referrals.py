"""Referrals: where they went, how they travel, what was said, what reached people."""

from typing import Any

from django.db.models import Case, CharField, OuterRef, QuerySet, Subquery, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from complaints.selectors import READERS
from puskesmas.actors import Actor
from puskesmas.models import Office
from puskesmas.templatetags.puskesos import receipt, tanggal
from referrals.models import Referral, Submission
from referrals.selectors import referrals_of, unanswered
from referrals.workflow import Answer, Approval, Realisation
from reports.figures.definitions import Dimension, Figure, Shown, Unit
from reports.figures.dimensions import chosen, months, places, programme, words_of, written
from reports.figures.periods import Period

_GROUP = _("Rujukan")
_DESTINATION = written("destination", _("Tujuan"), "destination")
_ANSWER = chosen("answer", _("Jawaban"), "answer", Answer)
_REALISATION = chosen("realisation", _("Realisasi"), "realisation", Realisation)
_ROAD = chosen("road", _("Cara kirim"), "road", Referral.Road)
_WHERE = places("complaint__subject")


def _approved(actor: Actor, period: Period) -> QuerySet[Referral]:
    sent = referrals_of(actor).filter(approval=Approval.APPROVED)
    return sent.filter(period.holds_moment("approved_at", actor.office))


def _unanswered(actor: Actor, period: Period) -> QuerySet[Referral]:
    return unanswered(actor)


def _submissions(actor: Actor, period: Period) -> QuerySet[Submission]:
    rows = Submission.objects.filter(referral__in=referrals_of(actor))
    return rows.filter(period.holds_moment("created_at", actor.office))


#: Where a submission stands; what was carried by hand was never the network's to deliver.
_DELIVERY = {
    "carried": _("Diserahkan dengan tangan"),
    "acknowledged": _("Diakui diterima"),
    "replaced": _("Digantikan kiriman yang diperbaiki"),
    "failed": _("Macet, perlu dilihat"),
    "waiting": _("Menunggu terkirim"),
}


def _delivery(rows: QuerySet[Any], office: Office) -> QuerySet[Any]:
    return rows.annotate(
        value=Case(
            When(handed_over_at__isnull=False, then=Value("carried")),
            When(message__acked_at__isnull=False, then=Value("acknowledged")),
            When(message__superseded_at__isnull=False, then=Value("replaced")),
            When(message__failed_at__isnull=False, then=Value("failed")),
            default=Value("waiting"),
            output_field=CharField(),
        )
    )


_DELIVERED = Dimension(
    code="delivery",
    label=_("Pengiriman"),
    annotate=_delivery,
    words=lambda actor, keys: {key: _DELIVERY[key] for key in keys if key in _DELIVERY},
)


def _first_word(rows: QuerySet[Any], office: Office) -> QuerySet[Any]:
    """Tell submissions apart by how the referral's answer stands."""
    answer = Referral.objects.filter(pk=OuterRef("referral")).values("answer")
    return rows.annotate(value=Subquery(answer))


_ANSWERED = Dimension(
    code="answer", label=_("Jawaban rujukannya"), annotate=_first_word, words=words_of(Answer)
)


def _show(row: Referral) -> Shown:
    said = [
        row.complaint.person.name,
        str(row.programme),
        row.destination,
        row.get_answer_display(),
    ]
    return Shown(
        title=receipt(row.complaint.receipt_number),
        url=reverse("referrals:referral", args=[row.uid]),
        text=" · ".join([*filter(None, said), tanggal(row.approved_at)]),
    )


def _show_submission(row: Submission) -> Shown:
    shown = _show(row.referral)
    return Shown(title=shown.title, url=shown.url, text=f"{shown.text} · #{row.number}")


def _with_referral(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    return rows.select_related(
        "referral__complaint__subject__canonical", "referral__programme", "referral__office"
    )


FIGURES = (
    Figure(
        code="referrals",
        group=_GROUP,
        label=_("Rujukan disetujui"),
        unit=Unit.REFERRAL,
        meaning=_(
            "Rujukan yang disetujui penanggung jawab untuk dikirim, pada hari persetujuan "
            "terakhirnya; perbaikan berkas tidak menambah jumlah."
        ),
        rows=_approved,
        dimensions=(
            _DESTINATION,
            programme(),
            _ANSWER,
            _REALISATION,
            _ROAD,
            months("approved_at"),
            *_WHERE,
        ),
        show=_show,
        roles=READERS,
        order=("-approved_at", "-pk"),
    ),
    Figure(
        code="referrals-unanswered",
        group=_GROUP,
        label=_("Rujukan lama tanpa jawaban"),
        unit=Unit.REFERRAL,
        meaning=_("Rujukan yang hari ini melewati batas hari tunggu jawaban tingkat atas."),
        rows=_unanswered,
        dimensions=(months("approved_at"), _DESTINATION, programme(), *_WHERE),
        show=_show,
        roles=READERS,
        order=("approved_at", "pk"),
        is_now=True,
    ),
    Figure(
        code="submissions",
        group=_GROUP,
        label=_("Pengiriman berkas"),
        unit=Unit.SUBMISSION,
        meaning=_(
            "Setiap berkas yang dikirim atau dibawa, juga yang dikirim lagi sesudah dibetulkan."
        ),
        rows=_submissions,
        dimensions=(_DELIVERED, _ANSWERED, months("created_at"), programme("referral__programme")),
        show=_show_submission,
        roles=READERS,
        listed=_with_referral,
        order=("-created_at", "-pk"),
    ),
)
