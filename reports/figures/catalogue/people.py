"""People: who receives what, who nothing, who died or moved, who lacks an e-KTP."""

from typing import Any

from django.db.models import (
    Case,
    CharField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from complaints.selectors import READERS
from programs.models import Participation
from programs.participation.cover import gaps
from programs.participation.selectors import running
from puskesmas.actors import Actor
from puskesmas.models import Office
from registry.codes import MARITAL
from registry.models import Household, LifeEvent, RegisterRow, RegisterVersion, Resident
from registry.places import place_of
from reports.figures.definitions import Dimension, Figure, Shown, Unit
from reports.figures.dimensions import chosen, months, places, programme
from reports.figures.periods import Period, same_day

_GROUP = _("Warga dan bantuan")
#: Full years of age from which a person needs an e-KTP (UU 24/2013, article 63), if unmarried.
_ADULT = 17
_WED = list(MARITAL.words.values())[1:]


def _alive(actor: Actor) -> QuerySet[Resident]:
    rows: QuerySet[Resident] = Resident.objects.visible_to(actor)
    return rows.filter(canonical__isnull=True, life=Resident.Life.ALIVE)


def _residents(actor: Actor, period: Period) -> QuerySet[Resident]:
    return _alive(actor)


def _recipients(actor: Actor, period: Period) -> QuerySet[Participation]:
    """Return what living people receive today."""
    life = Coalesce("resident__canonical__life", "resident__life")
    return running(actor).annotate(life=life).filter(life=Resident.Life.ALIVE)


def _uncovered(actor: Actor, period: Period) -> QuerySet[Household]:
    return gaps(actor)


def _events(actor: Actor, period: Period) -> QuerySet[LifeEvent]:
    """Return what happened and was not taken back ("still here") later."""
    rows: QuerySet[LifeEvent] = LifeEvent.objects.visible_to(actor)
    revoked = LifeEvent.objects.filter(
        resident=OuterRef("resident"), kind=LifeEvent.Kind.STILL_HERE, pk__gt=OuterRef("pk")
    )
    happened = rows.exclude(kind=LifeEvent.Kind.STILL_HERE).filter(~Exists(revoked))
    return happened.filter(period.holds_day("on")).annotate(
        person=Coalesce("resident__canonical_id", "resident_id")
    )


def _adults(actor: Actor, period: Period) -> QuerySet[Resident]:
    today = actor.office.today()
    born = same_day(today, today.year - _ADULT)
    married = Q(marital_status__in=_WED)
    return _alive(actor).filter(Q(birth_date__lte=born) | married)


def _people_of(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the people whom participations or events are about."""
    return Resident.objects.filter(pk__in=rows.order_by().values("person"))


def _newest_lists(office: Office) -> list[int]:
    """Return the keys of each register's newest whole list and of the parts since (one query)."""
    versions = RegisterVersion.objects.in_use().filter(office=office, register__in_force=True)
    found: list[int] = []
    done: set[int] = set()
    for version in versions.order_by("-data_date", "-pk"):
        if version.register_id not in done:
            found.append(version.pk)
        if version.whole_village:
            done.add(version.register_id)
    return found


def _in_register(rows: QuerySet[Any], office: Office) -> QuerySet[Any]:
    """Tell people apart by whether the newest lists of the registers in force have them."""
    listed = RegisterRow.objects.filter(
        Q(resident=OuterRef("pk")) | Q(resident__canonical=OuterRef("pk")),
        register_version__in=_newest_lists(office),
    )
    return rows.annotate(is_in=Exists(listed)).annotate(
        value=Case(
            When(is_in=True, then=Value("in")), default=Value("out"), output_field=CharField()
        )
    )


_REGISTERED = Dimension(
    code="register",
    label=_("Daftar sosial"),
    annotate=_in_register,
    words=lambda actor, keys: {"in": _("Tercantum di daftar"), "out": _("Tidak tercantum")},
)


def _ektp(rows: QuerySet[Any], office: Office) -> QuerySet[Any]:
    return rows.annotate(
        value=Case(
            When(has_ektp=True, then=Value("yes")),
            When(has_ektp=False, then=Value("no")),
            output_field=CharField(),
        )
    )


_EKTP = Dimension(
    code="ektp",
    label="e-KTP",
    annotate=_ektp,
    words=lambda actor, keys: {"yes": _("Punya e-KTP"), "no": _("Belum punya e-KTP")},
)


def _show_person(row: Resident) -> Shown:
    return Shown(title=row.name, url=reverse("registry:person", args=[row.uid]), text=place_of(row))


def _show_household(row: Household) -> Shown:
    return Shown(title=place_of(row) or "–", url=reverse("registry:household", args=[row.uid]))


_WALK = ("rw", "rt", "name_key", "pk")

FIGURES = (
    Figure(
        code="residents",
        group=_GROUP,
        label=_("Warga"),
        unit=Unit.PERSON,
        meaning=_("Warga yang hari ini tercatat hidup dan tinggal di sini."),
        rows=_residents,
        dimensions=(*places(), chosen("sex", _("Jenis kelamin"), "sex", Resident.Sex), _REGISTERED),
        show=_show_person,
        roles=READERS,
        order=_WALK,
        is_now=True,
    ),
    Figure(
        code="recipients",
        group=_GROUP,
        label=_("Penerima bantuan"),
        unit=Unit.PERSON,
        meaning=_(
            "Orang yang hari ini menerima sesuatu; yang menerima dari dua sumber atau dua program "
            "dihitung satu orang."
        ),
        rows=_recipients,
        dimensions=(
            Dimension(
                code="programme",
                label=_("Program"),
                annotate=programme().annotate,
                words=programme().words,
                is_many=True,
            ),
            *places("resident"),
            chosen("source", _("Sumber"), "source", Participation.Source),
        ),
        show=_show_person,
        roles=READERS,
        counted="person",
        listed=_people_of,
        order=_WALK,
        is_now=True,
    ),
    Figure(
        code="uncovered",
        group=_GROUP,
        label=_("Keluarga tanpa bantuan apa pun"),
        unit=Unit.HOUSEHOLD,
        meaning=_("Keluarga yang hari ini tidak seorang pun anggotanya tercatat menerima sesuatu."),
        rows=_uncovered,
        dimensions=places(),
        show=_show_household,
        roles=READERS,
        order=("rw", "rt", "pk"),
        is_now=True,
    ),
    Figure(
        code="life-events",
        group=_GROUP,
        label=_("Meninggal, pindah dan datang"),
        unit=Unit.PERSON,
        meaning=_(
            "Orang yang meninggal, pindah atau datang, pada hari kejadiannya. Kejadian yang "
            "kemudian ternyata keliru tidak dihitung."
        ),
        rows=_events,
        dimensions=(
            Dimension(
                code="kind",
                label=_("Kejadian"),
                annotate=chosen("kind", "", "kind", LifeEvent.Kind).annotate,
                words=chosen("kind", "", "kind", LifeEvent.Kind).words,
                is_many=True,
            ),
            months("on", is_moment=False),
            *places("resident"),
        ),
        show=_show_person,
        roles=READERS,
        counted="person",
        listed=_people_of,
        order=_WALK,
    ),
    Figure(
        code="adults-ektp",
        group=_GROUP,
        label=_("Orang dewasa dan e-KTP"),
        unit=Unit.PERSON,
        meaning=_("Warga yang hari ini berumur 17 tahun ke atas atau pernah kawin."),
        rows=_adults,
        dimensions=(_EKTP, *places()),
        show=_show_person,
        roles=READERS,
        order=_WALK,
        is_now=True,
    ),
)
