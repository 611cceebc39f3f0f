"""What programmes show of a demo office: calls for candidates on three stages, aid handed out.

The desa is halfway through handing out rice, the kelurahan is still making its list.
"""

from datetime import date, time, timedelta
from random import Random

from django.db import transaction

from programs.calls import services
from programs.catalogue import services as catalogue
from programs.distribution import handing
from programs.distribution import services as distribution
from programs.models import AidRecipient, Call, Candidate, Distribution, LegalBasis, Programme
from programs.participation.services import note_participation
from puskesmas.actors import Actor
from puskesmas.models import Office, Role
from registry.demo.proposals import officer
from registry.models import Resident
from registry.selectors import family_of

#: The owner, whom he asks for, and how far the call has come.
_CALLS = (
    ("Baznas/Bazda", "Lansia dhuafa yang hidup sendiri", "draft"),
    ("Dinas Sosial kabupaten/kota", "Lansia di atas 60 tahun, belum menerima bantuan", "approved"),
    (
        "Rumah Amal dan lembaga mitra",
        "Penyandang disabilitas yang memerlukan kursi roda",
        "handed over",
    ),
)
_WANTED = 5


#: What each family gets, and how many of the oldest are on the list.
_RICE, _SHARES = "CBP", 24
#: In the order they come: what becomes of the first.
_SERVED = 9


def load(office: Office, _rng: Random) -> None:
    """Give a demo office its calls and its distribution; one that has some keeps them."""
    if not Call.objects.filter(office=office).exists():
        _bring_calls(office)
    if not Distribution.objects.filter(office=office).exists():
        _bring_rice(office)


def _bring_calls(office: Office) -> None:
    # A stream of its own: what other apps draw does not hang on this one.
    rng = Random(f"calls {office.code}")  # noqa: S311 (a repeatable draw, not a secret one)
    with transaction.atomic():
        # The newest stands on top: in a desa the one that waits for names.
        is_desa = office.kind == Office.Kind.DESA
        for owner, criteria, stage in reversed(_CALLS) if is_desa else _CALLS:
            _bring(office, rng, owner, criteria, stage)
        _keep_catalogue(office)


def _keep_catalogue(office: Office) -> None:
    """Give the catalogue a partner, one agreement over and one running, and a draft that waits."""
    keeper, today = officer(office, Role.COORDINATOR), office.today()
    aid = Programme.objects.get(office=office, code="ALAT-BANTU")
    partner = catalogue.save_partner(
        actor=keeper, code="rs-harapan", name_id="RS Harapan Sehat", kind="hospital"
    )
    for years in (2, 0):
        since = date(today.year - years, 1, 1)
        catalogue.record_agreement(
            actor=keeper,
            partner_uid=partner.uid,
            programme_uid=aid.uid,
            since=since,
            until=date(since.year + 1, 12, 31) if years == 0 else date(since.year, 12, 31),
            number=f"460/{12 - years}/{since.year}",
        )
    first = date(today.year + 1, 1, 1)
    draft = catalogue.draft_version(actor=keeper, programme_uid=aid.uid, effective_from=first)
    quota = {"number": 24, "note": "dua untuk setiap dusun"}
    catalogue.save_draft(
        actor=keeper, uid=draft.uid, version=None, content={**draft.content, "quota": quota}
    )


def _bring(office: Office, rng: Random, owner: str, criteria: str, stage: str) -> None:
    back, koordinator = officer(office, Role.BACK), officer(office, Role.COORDINATOR)
    call = services.open_call(
        actor=back,
        owner=owner,
        wanted=_WANTED,
        criteria=criteria,
        received_on=office.today() - timedelta(days=6),
        due_on=office.today() + timedelta(days=14),
    )
    own = family_of(back.user, office.pk) | family_of(koordinator.user, office.pk)
    old = Resident.objects.filter(
        office=office, canonical__isnull=True, life=Resident.Life.ALIVE, birth_date__year__lt=1962
    ).exclude(pk__in=own)
    for one in rng.sample(list(old.order_by("pk")), _WANTED):
        services.name_candidate(
            actor=back, uid=call.uid, resident_uid=one.uid, reason="Hidup sendiri, tidak bekerja"
        )
    if stage == "draft":
        return
    services.submit(actor=back, uid=call.uid, version=None)
    services.approve(actor=koordinator, uid=call.uid, version=None)
    if stage == "handed over":
        services.hand_over(
            actor=back,
            uid=call.uid,
            version=None,
            receiver="Sekretariat",
            handed_on=office.today(),
            legal_basis=LegalBasis.CONSENT,
        )
        first = call.candidates.order_by("pk")[0]
        services.record_result(
            actor=back,
            uid=first.uid,
            version=None,
            result=Candidate.Result.CHOSEN,
            told_on=office.today(),
            source="Surat pemilik 12/2026",
        )


@transaction.atomic
def _bring_rice(office: Office) -> None:
    """Let the owner's list name the oldest, lock it in the desa, and serve the first of it."""
    back, front = officer(office, Role.BACK), officer(office, Role.FRONT)
    programme = Programme.objects.get(office=office, code=_RICE)
    own = family_of(back.user, office.pk) | family_of(front.user, office.pk)
    alive = Resident.objects.filter(
        office=office, canonical__isnull=True, life=Resident.Life.ALIVE, birth_date__isnull=False
    ).exclude(pk__in=own)
    for one in alive.order_by("birth_date", "pk")[:_SHARES]:
        note_participation(
            actor=back, resident_uid=one.uid, programme=programme, source="owner", since=None
        )
    held = distribution.open_distribution(
        actor=back,
        name="Beras CBP tahap 2",
        owner="Dinas Sosial kabupaten/kota",
        kind=Distribution.Kind.GOODS,
        item="beras 10 kg",
        amount=2,
        unit="karung",
        programme=programme,
        may_replace=True,
        replacement_rule="Pengganti ditunjuk Dinas Sosial dari dusun yang sama",
    )
    distribution.build_list(actor=back, uid=held.uid, version=None)
    if office.kind != Office.Kind.DESA:
        return
    for hour, dusun in ((8, "Krajan"), (10, "")):
        distribution.add_slot(
            actor=back,
            uid=held.uid,
            day=office.today(),
            start=time(hour),
            end=time(hour + 2),
            place="Balai desa",
            dusun=dusun,
        )
    distribution.settle(actor=back, uid=held.uid, version=None)
    # The first on the list still waits: whoever opens the demo may serve him.
    for place, listed in enumerate(held.recipients.order_by("number")[1:_SERVED]):
        _serve(listed, place, front)


def _serve(listed: AidRecipient, place: int, front: Actor) -> None:
    if place == 0:
        handing.defer(actor=front, uid=listed.uid, version=None)
    elif place == 1:
        handing.hand_over(actor=front, uid=listed.uid, way="identity", owed="fotokopi KK")
    elif place == 2:
        handing.hand_over(actor=front, uid=listed.uid, way="home", carrier="Ketua RT")
    else:
        handing.hand_over(actor=front, uid=listed.uid, way="ticket", code=listed.code)
