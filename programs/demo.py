"""Calls for candidates of a demo office: one being assembled, one approved, one handed over."""

from datetime import timedelta
from random import Random

from django.db import transaction

from programs.calls import services
from programs.models import Call, Candidate
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


def load(office: Office, _rng: Random) -> None:
    """Give a demo office its calls; one that has some keeps them."""
    if Call.objects.filter(office=office).exists():
        return
    # A stream of its own: what other apps draw does not hang on this one.
    rng = Random(f"calls {office.code}")  # noqa: S311 (a repeatable draw, not a secret one)
    with transaction.atomic():
        # The newest stands on top: in a desa the one that waits for names.
        is_desa = office.kind == Office.Kind.DESA
        for owner, criteria, stage in reversed(_CALLS) if is_desa else _CALLS:
            _bring(office, rng, owner, criteria, stage)


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
