"""The berita acara of a musdes or muskel: totals per programme, the names as an annex."""

import uuid
from collections import Counter
from typing import Any, TypedDict

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound, WrongState
from puskesmas.locking import lock
from puskesmas.models import Assignment, Office
from registry.models import Meeting, MeetingItem, Proposal
from registry.proposals import selectors
from registry.proposals.meetings import correct_meeting, issued_minutes
from registry.proposals.workflow import KEEPERS
from reports.letters import kinds, services
from reports.letters import selectors as letter_selectors
from reports.letters.contexts import Subject
from reports.letters.models import Letter
from reports.letters.words import counted, weekday_date

MINUTES = "ba_musdes"
_AGREED = MeetingItem.Outcome.AGREED
#: As printed, whatever the language of the screen.
_KINDS = {"enter": "Masuk", "change": "Perubahan", "leave": "Keluar"}


class Total(TypedDict):
    """A programme's row: agreed by kind, all agreed, not agreed."""

    programme: str
    enter: int
    change: int
    leave: int
    agreed: int
    not_agreed: int


class Named(TypedDict):
    """A row of the annex."""

    name: str
    nik: str
    place: str
    programme: str
    register: str
    kind: str
    outcome: str
    reason: str


class MinutesBody(TypedDict):
    """Body of kind "ba_musdes"; ``subject`` is the meeting, for it is about no single person."""

    subject: Subject
    meeting: str
    held: str
    place: str
    chair: str
    present: str
    heard: str
    totals: list[Total]
    sum: Total
    rows: list[Named]


def meeting_name(office: Office) -> str:
    """Return what the law calls it: musyawarah desa (UU 6/2014), in a kelurahan muskel."""
    return "Musyawarah Desa" if office.kind == Office.Kind.DESA else "Musyawarah Kelurahan"


def short_name(office: Office) -> str:
    """Return what people call it: musdes or muskel."""
    return "musdes" if office.kind == Office.Kind.DESA else "muskel"


def preview_minutes(*, actor: Actor, meeting: Meeting, signer: Assignment | None) -> bytes:
    """Return the draft's PDF, marked KONSEP. Raises what :func:`issue_minutes` raises."""
    return services.preview(actor=actor, kind=MINUTES, content=_content(meeting, signer))


def issue_minutes(
    *,
    actor: Actor,
    meeting: Meeting,
    signer: Assignment | None,
    client_uid: uuid.UUID | None = None,
) -> Letter:
    """Number and freeze the berita acara; from then on the meeting takes up nothing more.

    Raises:
        InvalidInput: the meeting heard nothing. WrongState: it has its berita acara already.
        StaleVersion: it took up something while this was printed.
        NotYourRole, CannotPrint: see :func:`reports.letters.services.issue_letter`.
    """
    earlier = issued_minutes(meeting)
    if earlier is not None and (client_uid is None or earlier.client_uid != client_uid):
        raise WrongState(
            _("Berita acaranya sudah ada, bernomor %(number)s.") % {"number": earlier.number},
            state="issued",
        )
    seen = Meeting.objects.values_list("version", flat=True).get(pk=meeting.pk)

    def the_one() -> Letter | None:
        # Asked again while it is numbered: nothing may be taken up between reading and numbering.
        with transaction.atomic():
            lock(Meeting, meeting.uid, actor=actor, version=seen)
            return issued_minutes(meeting)

    return services.issue_letter(
        actor=actor,
        kind=MINUTES,
        content=_content(meeting, signer),
        subject_uid=meeting.uid,
        client_uid=client_uid,
        sole=the_one,
    )


def revise_minutes(
    *,
    actor: Actor,
    letter: Letter,
    version: int | None,
    place: str,
    chair: str,
    present: int,
    signer: Assignment | None,
    reason: str,
) -> Letter:
    """Correct the berita acara before its signature, and the meeting with it: same number.

    What the meeting said of each proposal stays; names are printed as they are known now.

    Raises what :func:`meetings.correct_meeting` and :func:`reports.letters.services.revise` raise.
    """
    with transaction.atomic():
        meeting = correct_meeting(
            actor=actor, uid=letter.subject_uid, place=place, chair=chair, present=present
        )
        return services.revise(
            actor=actor,
            uid=letter.uid,
            version=version,
            content=_content(meeting, signer),
            reason=reason,
        )


def minutes_letter(uid: uuid.UUID | str, *, actor: Actor) -> Letter:
    """Return a berita acara of a meeting. Raises NotFound: no such letter, or of another kind."""
    found = letter_selectors.letter(actor, uid)
    if found.kind != MINUTES:
        raise NotFound(_("Surat tidak ditemukan di kantor ini."))
    return found


def _content(meeting: Meeting, signer: Assignment | None) -> services.Content:
    return services.Content(body=minutes_body(meeting), signer=signer)


def minutes_body(meeting: Meeting) -> dict[str, Any]:
    """Return the body: plain JSON, complete in itself. Raises InvalidInput: nothing heard."""
    items = list(selectors.items_of(meeting))
    if not items:
        raise InvalidInput(_("Belum ada usulan yang dibahas dalam musyawarah ini."))
    name = meeting_name(meeting.office)
    day = meeting.held_on
    totals = [_total(code, items) for code in Proposal.Programme.values]
    body: MinutesBody = {
        "subject": {"name": f"{name} {meeting.office.name}", "nik": ""},
        "meeting": name,
        "held": weekday_date(day),
        "place": meeting.place,
        "chair": meeting.chair,
        "present": counted(meeting.present, "orang"),
        "heard": counted(len(items), "usulan"),
        "totals": totals,
        "sum": _sum(totals),
        "rows": [_named(item) for item in items],
    }
    return dict(body)


def _total(programme: str, items: list[MeetingItem]) -> Total:
    own = [item for item in items if item.proposal.programme == programme]
    agreed = Counter(item.proposal.kind for item in own if item.outcome == _AGREED)
    return {
        "programme": programme,
        "enter": agreed[Proposal.Kind.ENTER],
        "change": agreed[Proposal.Kind.CHANGE],
        "leave": agreed[Proposal.Kind.LEAVE],
        "agreed": agreed.total(),
        "not_agreed": len(own) - agreed.total(),
    }


def _sum(totals: list[Total]) -> Total:
    return {
        "programme": "Jumlah",
        "enter": sum(one["enter"] for one in totals),
        "change": sum(one["change"] for one in totals),
        "leave": sum(one["leave"] for one in totals),
        "agreed": sum(one["agreed"] for one in totals),
        "not_agreed": sum(one["not_agreed"] for one in totals),
    }


def _named(item: MeetingItem) -> Named:
    resident, proposal = item.proposal.resident, item.proposal
    return {
        "name": resident.name,
        "nik": resident.nik,
        "place": "/".join(part for part in (resident.rt, resident.rw) if part),
        "programme": proposal.programme,
        "register": proposal.register.name_id,
        "kind": _KINDS[proposal.kind],
        "outcome": "Disetujui" if item.outcome == _AGREED else "Tidak disetujui",
        "reason": item.reason,
    }


def _meeting_page(letter: Letter) -> str:
    return reverse("proposals:meeting", args=[letter.subject_uid])


def _revise_page(letter: Letter) -> str:
    return reverse("proposals:minutes_revise", args=[letter.uid])


def register() -> None:
    """Add the kind; called from ``AppConfig.ready()``."""
    kinds.register(
        kinds.LetterKind(
            code=MINUTES,
            name=gettext_lazy("Berita acara musdes/muskel"),
            title="Berita Acara",
            template="letters/ba_musdes.html",
            classification="400.9",
            roles=frozenset(KEEPERS),
            subject_url=_meeting_page,
            revise_url=_revise_page,
        )
    )
