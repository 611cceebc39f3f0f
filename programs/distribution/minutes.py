"""Berita acara: of a whole distribution, and of one name that died or was replaced."""

import uuid
from typing import Any, TypedDict

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.disclosure import number_for
from programs.distribution import selectors
from programs.distribution.prints import area_of, share_of, when
from programs.distribution.workflow import KEEPERS
from programs.models import (
    AidRecipient,
    Distribution,
    DistributionState,
    RecipientState,
)
from puskesmas.actors import Actor
from puskesmas.errors import WrongState
from puskesmas.locking import first_result, lock
from puskesmas.models import Assignment
from registry.places import place_of
from reports.letters import kinds, services
from reports.letters.contexts import Subject
from reports.letters.models import Letter
from reports.letters.once import once_key
from reports.letters.words import counted, long_date, weekday_date
from reports.letters.workflow import ENDED

OF_DISTRIBUTION, OF_RECIPIENT = "ba_penyaluran", "ba_penerima"
#: Names of an annex drawn while somebody waits (half a second); a longer one is the worker's.
DRAWN_AT_ONCE = 40
#: As printed, whatever the language of the screen.
_STATES = {
    RecipientState.WAITING: "Tidak diambil",
    RecipientState.PENDING: "Tidak diambil",
    RecipientState.TAKEN: "Diterima",
    RecipientState.STRUCK: "Keluar dari daftar",
}
_GONE = {
    AidRecipient.Gone.ALONE: (
        "meninggal dunia; tidak tercatat anggota keluarga dalam KK-nya yang masih tinggal di sini"
    ),
    AidRecipient.Gone.DECEASED: "meninggal dunia; bantuan berupa uang tidak beralih",
    AidRecipient.Gone.MOVED: "pindah",
    AidRecipient.Gone.OWNER: "dikeluarkan dari daftar oleh pemilik program",
    AidRecipient.Gone.DECLINED: "menyatakan tidak mau menerima",
}


#: After these no later list names him.
_NEVER_AGAIN = {AidRecipient.Gone.ALONE, AidRecipient.Gone.DECEASED, AidRecipient.Gone.MOVED}


class Shared(TypedDict):
    """A row of the annex."""

    number: str
    name: str
    nik: str
    place: str
    result: str


class DistributionBody(TypedDict):
    """Body of "ba_penyaluran"; ``subject`` is the distribution, for it is about no one person."""

    subject: Subject
    owner: str
    share: str
    slots: list[str]
    closed: str
    named: str
    taken: str
    not_taken: str
    struck: str
    given: str
    left: str
    left_note: str
    rows: list[Shared]


class RecipientBody(TypedDict):
    """Body of "ba_penerima". ``never_again``: he died or moved, so no later list names him."""

    subject: Subject
    address: str
    distribution: str
    owner: str
    share: str
    held: str
    gone: str
    since: str
    note: str
    never_again: bool
    replacement: dict[str, str]
    rule: str


def issued(kind: str, subject: Distribution | AidRecipient, actor: Actor) -> Letter | None:
    """Return the berita acara that stands: not made void, and made after any replacement."""
    letters = _letters(kind, subject, actor).exclude(state__in=ENDED)
    if isinstance(subject, AidRecipient):
        followers = AidRecipient.objects.filter(replaces=subject)
        if since := followers.values_list("created_at", flat=True).first():
            letters = letters.filter(created_at__gte=since)
    return letters.order_by("-pk").first()


def key_of(kind: str, subject: Distribution | AidRecipient, actor: Actor) -> uuid.UUID:
    """Return the key of the berita acara that stands, or of the next: one of each turn."""
    made = _letters(kind, subject, actor).count()
    stands = issued(kind, subject, actor) is not None
    return once_key(kind, subject.uid, made - stands)


def _letters(kind: str, subject: Distribution | AidRecipient, actor: Actor) -> QuerySet[Letter]:
    return Letter.objects.visible_to(actor).filter(kind=kind, subject_uid=subject.uid)


def issue(
    *,
    actor: Actor,
    kind: str,
    subject: Distribution | AidRecipient,
    signer: Assignment | None,
    client_uid: uuid.UUID | None = None,
) -> Letter:
    """Number and freeze a berita acara. The form carries its :func:`key_of` as ``client_uid``.

    Raises:
        WrongState: nothing to state yet, it has one already, or somebody changed meanwhile what it
            states.
        NotYourRole, CannotPrint: see :func:`reports.letters.services.issue_letter`.
    """
    if (repeated := first_result(Letter, client_uid, actor=actor)) is not None:
        return repeated
    key = key_of(kind, subject, actor)
    if (earlier := issued(kind, subject, actor)) is not None:
        raise WrongState(
            _("Berita acaranya sudah ada, bernomor %(number)s.") % {"number": earlier.number},
            state="issued",
        )
    content = content_of(subject, actor=actor, signer=signer)
    return services.issue_letter(
        actor=actor,
        kind=kind,
        content=content,
        subject_uid=subject.uid,
        client_uid=key,
        sole=lambda: _still_true(subject, content, actor),
    )


@transaction.atomic
def _still_true(
    subject: Distribution | AidRecipient, content: services.Content, actor: Actor
) -> None:
    """Refuse a letter that a replacement overtook, named while the letter was tried.

    A closed distribution changes no more. The name stays locked until the letter is made: whoever
    is put in its place after that is stated by another.

    Raises:
        WrongState: it would not name him.
    """
    if isinstance(subject, Distribution):
        return
    listed = lock(AidRecipient, subject.uid, actor=actor, along=("distribution__programme",))
    if _replacement(listed) != content.body["replacement"]:
        raise WrongState(
            _("Penggantinya baru saja dicatat. Muat ulang halaman ini, lalu buat lagi."),
            state=listed.state,
        )


def preview(
    *, actor: Actor, kind: str, subject: Distribution | AidRecipient, signer: Assignment | None
) -> bytes:
    """Return the draft's PDF, marked KONSEP. Raises what :func:`issue` raises."""
    content = content_of(subject, actor=actor, signer=signer)
    return services.preview(actor=actor, kind=kind, content=content)


def content_of(
    subject: Distribution | AidRecipient, *, actor: Actor, signer: Assignment | None
) -> services.Content:
    """Return what the berita acara says. Raises WrongState: nothing to state yet."""
    if isinstance(subject, Distribution):
        return services.Content(body=distribution_body(subject, actor=actor), signer=signer)
    return services.Content(body=recipient_body(subject, actor=actor), signer=signer)


def distribution_body(held: Distribution, *, actor: Actor) -> dict[str, Any]:
    """Return the body, complete in itself. Raises WrongState: not closed yet."""
    if held.state != DistributionState.CLOSED or held.closed_at is None:
        raise WrongState(_("Tutup dulu pembagiannya."), state=held.state)
    totals = selectors.totals_of(held)
    closed = held.closed_at.astimezone(actor.office.tz).date()
    body: DistributionBody = {
        "subject": {"name": held.name, "nik": ""},
        "owner": held.owner,
        "share": f"{share_of(held)} per penerima",
        "slots": [f"{when(one)}, di {one.place} ({area_of(one)})" for one in held.slots.all()],
        "closed": weekday_date(closed),
        "named": counted(totals.named, "orang"),
        "taken": counted(totals.taken, "orang"),
        "not_taken": counted(totals.waiting + totals.pending, "orang"),
        "struck": counted(totals.struck, "orang"),
        "given": share_of(held, totals.taken),
        "left": _measured(held, held.left_over or 0),
        "left_note": held.left_note,
        "rows": [_shared(line) for line in selectors.lines_of(held, actor=actor)],
    }
    return dict(body)


def _excerpt(body: dict[str, Any]) -> dict[str, Any]:
    """Return a body whose annex is drawn at once: the first names, and how many follow."""
    rows = body["rows"]
    if len(rows) <= DRAWN_AT_ONCE:
        return body
    return {**body, "rows": rows[:DRAWN_AT_ONCE], "more": len(rows) - DRAWN_AT_ONCE}


def _measured(held: Distribution, amount: int) -> str:
    """Return an amount already counted in pieces or rupiah, as printed."""
    one = Distribution(kind=held.kind, item=held.item, unit=held.unit, amount=1)
    return share_of(one, amount)


def _shared(line: selectors.Line) -> Shared:
    row, person = line.recipient, line.person
    return {
        "number": str(row.number or "–"),
        "name": person.name,
        "nik": number_for(row.distribution.programme, person.nik),
        "place": "/".join(part for part in (person.rt, person.rw) if part),
        "result": _result(row),
    }


def _result(row: AidRecipient) -> str:
    said = _STATES[RecipientState(row.state)]
    if row.state == RecipientState.STRUCK:
        return f"{said}: {_GONE[AidRecipient.Gone(row.gone)]}"
    if row.state == RecipientState.TAKEN and row.taken_by != row.resident.person:
        taker = row.taken_by.name if row.taken_by else ""
        return f"{said}, diwakili {taker} (satu KK)"
    if row.way == AidRecipient.Way.HOME:
        return f"{said}, diantar ke rumah oleh {row.carrier}"
    return said


def recipient_body(listed: AidRecipient, *, actor: Actor) -> dict[str, Any]:
    """Return the body, complete in itself. Raises WrongState: he is still on the list."""
    if listed.state != RecipientState.STRUCK:
        raise WrongState(_("Orang ini masih ada di daftar."), state=listed.state)
    person, held = listed.resident.person, listed.distribution
    today = actor.office.today()
    body: RecipientBody = {
        "subject": {"name": person.name, "nik": number_for(held.programme, person.nik)},
        "address": place_of(person),
        "distribution": held.name,
        "owner": held.owner,
        "share": share_of(held),
        "held": weekday_date(today),
        "gone": _GONE[AidRecipient.Gone(listed.gone)],
        "since": long_date(person.life_since) if person.life != person.Life.ALIVE else "",
        "note": listed.gone_note,
        "never_again": listed.gone in _NEVER_AGAIN,
        "replacement": _replacement(listed),
        "rule": held.replacement_rule if held.may_replace else "",
    }
    return dict(body)


def _replacement(listed: AidRecipient) -> dict[str, str]:
    found = AidRecipient.objects.filter(replaces=listed).select_related("resident__canonical")
    row = found.first()
    if row is None:
        return {}
    person = row.resident.person
    return {
        "name": person.name,
        "nik": number_for(listed.distribution.programme, person.nik),
        "address": place_of(person),
        "named_by": row.named_by,
    }


def _distribution_page(letter: Letter) -> str:
    return reverse("programs:distribution", args=[letter.subject_uid])


def _recipient_page(letter: Letter) -> str:
    return reverse("programs:aid_recipient", args=[letter.subject_uid])


def register() -> None:
    """Add the kinds; called from ``AppConfig.ready()``."""
    common: dict[str, Any] = {
        "title": "Berita Acara",
        "classification": "400.9",
        "roles": frozenset(role.value for role in KEEPERS),
    }
    kinds.register(
        kinds.LetterKind(
            code=OF_DISTRIBUTION,
            name=gettext_lazy("Berita acara pembagian bantuan"),
            template="letters/ba_penyaluran.html",
            subject_url=_distribution_page,
            excerpt=_excerpt,
            **common,
        )
    )
    kinds.register(
        kinds.LetterKind(
            code=OF_RECIPIENT,
            name=gettext_lazy("Berita acara penerima bantuan"),
            template="letters/ba_penerima.html",
            subject_url=_recipient_page,
            **common,
        )
    )
