"""The file that comes back: who was found (padan), who was not, and why.

Read when it is handed in, tried on every look, applied when an officer says so. Rows find their
proposals by NIK among those the office has sent; of two sent ones the row number decides.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puskesmas import attachments
from puskesmas.actors import Actor
from puskesmas.crypto import blind_index
from puskesmas.errors import InvalidInput, NotFound, NotYourRole
from puskesmas.history import audit
from puskesmas.locking import first_result, lock
from puskesmas.workflow import role_names
from registry.identity import mask_number
from registry.models import AnswerFile, Proposal, SheetRow
from registry.proposals import answer_sheet, services
from registry.proposals.workflow import KEEPERS, PROPOSAL, ProposalState
from registry.selectors import family_of

S = ProposalState
#: A reason where the file gives none: history asks for words.
_NO_NOTE = "Tanpa keterangan pada berkas jawaban"

OUTCOMES = {
    "changes": gettext_lazy("Akan dicatat"),
    "same": gettext_lazy("Sudah tercatat"),
    "unmatched": gettext_lazy("Tidak ditemukan di usulan terkirim"),
    "ambiguous": gettext_lazy("Lebih dari satu usulan terkirim dengan NIK ini"),
    "unreadable": gettext_lazy("Hasilnya tidak terbaca"),
    "moved_on": gettext_lazy("Usulannya sudah berjalan lagi"),
    "own_family": gettext_lazy("Anda atau keluarga satu KK: petugas lain yang mencatat"),
}


@dataclass(frozen=True)
class Trial:
    """What would become of one row."""

    line: int
    name: str
    nik: str
    answer: str
    note: str
    outcome: str
    proposal: Proposal | None = None

    @property
    def label(self) -> Any:
        return OUTCOMES[self.outcome]

    @property
    def answer_label(self) -> Any:
        return PROPOSAL.steps[self.answer].label if self.answer else ""

    @property
    def masked_nik(self) -> str:
        return mask_number(self.nik) if self.nik else ""


def hand_in(
    *,
    actor: Actor,
    upload: UploadedFile,
    answered_on: date,
    client_uid: uuid.UUID | None = None,
) -> AnswerFile:
    """Keep and read the answer file; nothing is applied yet. The same file is kept once.

    Where the columns of NIK and result are not recognised it has no rows until somebody says
    which they are (:func:`set_columns`).

    Raises:
        NotYourRole; InvalidInput: no sheet, nothing in it, too many rows, a day to come.
    """
    _must_keep(actor)
    if (earlier := first_result(AnswerFile, client_uid, actor=actor)) is not None:
        return earlier
    if answered_on > actor.office.today():
        raise InvalidInput(_("Tanggal ini belum terjadi."), field="answered_on")
    with transaction.atomic():
        file = attachments.store(
            upload,
            actor=actor,
            allowed=attachments.SHEET_TYPES,
            max_bytes=settings.IMPORT_MAX_BYTES,
        )
        same: AnswerFile | None = (
            AnswerFile.objects.visible_to(actor).filter(file__sha256=file.sha256).first()
        )
        if same is not None:
            same.is_repeat = True
            return same
        columns, rows = answer_sheet.read(attachments.read(file))
        answers: AnswerFile = AnswerFile.objects.create(
            office=actor.office,
            client_uid=client_uid,
            file=file,
            answered_on=answered_on,
            columns=columns,
            rows=rows,
            handed_in_by=actor.user,
        )
        audit(actor=actor, action="answers.hand_in", subject=answers)
    return answers


def set_columns(
    *, actor: Actor, uid: uuid.UUID | str, version: int | None, columns: Mapping[str, str]
) -> AnswerFile:
    """Say what each column holds, ``{column index: field}``, and read the file anew.

    What was recorded from it stays until the answers are recorded again.

    Raises:
        NotYourRole, NotFound, StaleVersion; InvalidInput: an unknown field or column, one field
            for two columns, none for NIK or result.
    """
    _must_keep(actor)
    answer_sheet.check_columns(columns)
    with transaction.atomic():
        answers = lock(AnswerFile, uid, actor=actor, version=version, along=("file",))
        answers.columns, answers.rows = answer_sheet.read(
            attachments.read(answers.file), chosen=columns
        )
        answers.save()
        audit(actor=actor, action="answers.columns", subject=answers)
    return answers


def columns_of(answers: AnswerFile) -> list[answer_sheet.Column]:
    """Return the file's columns as they are read now, with example values."""
    chosen = answers.columns or None
    return answer_sheet.columns_of(attachments.read(answers.file), chosen=chosen)


def try_dry(answers: AnswerFile, *, actor: Actor) -> list[Trial]:
    """Return what each row would do now; nothing is changed. Six queries, whatever the rows."""
    indices = {blind_index(row["nik"], purpose="nik") for row in answers.rows if row["nik"]}
    found: dict[str, list[SheetRow]] = defaultdict(list)
    sent = SheetRow.objects.filter(nik_index__in=indices, sheet__office=actor.office)
    for row in sent.select_related("proposal__resident").order_by("-pk"):
        found[row.nik_index].append(row)
    family = family_of(actor.user, actor.office.pk)
    return [_tried(row, found, family) for row in answers.rows]


def apply(*, actor: Actor, uid: uuid.UUID | str, version: int | None) -> AnswerFile:
    """Record the answers of the file; a second time changes nothing.

    Raises:
        NotYourRole, NotFound, StaleVersion.
    """
    _must_keep(actor)
    with transaction.atomic():
        answers = lock(AnswerFile, uid, actor=actor, version=version)
        changed = 0
        for row in try_dry(answers, actor=actor):
            if row.outcome == "changes" and row.proposal is not None:
                changed += _take(row, answers, actor=actor)
        answers.applied_at = answers.applied_at or timezone.now()
        answers.changed += changed
        answers.save()
        audit(actor=actor, action="answers.apply", subject=answers)
    return answers


def _take(row: Trial, answers: AnswerFile, *, actor: Actor) -> int:
    assert row.proposal is not None  # noqa: S101 (the caller has looked)
    proposal = lock(Proposal, row.proposal.uid, actor=actor, along=("resident", "register"))
    if proposal.state != row.proposal.state:
        return 0
    note = row.note or ("" if row.answer == "accept" else _NO_NOTE)
    services.answer_with(
        proposal, row.answer, actor=actor, answered_on=answers.answered_on, note=note
    )
    return 1


def answer_files(actor: Actor) -> QuerySet[AnswerFile]:
    """Return the office's answer files, the newest first."""
    rows: QuerySet[AnswerFile] = AnswerFile.objects.visible_to(actor)
    return rows.select_related("handed_in_by").order_by("-pk")


def answer_file(uid: uuid.UUID | str, *, actor: Actor) -> AnswerFile:
    """Return one answer file. Raises NotFound."""
    found = answer_files(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Berkas jawaban tidak ditemukan di kantor ini."))
    return found


def tally(rows: Iterable[Trial]) -> list[dict[str, Any]]:
    """Return how many rows have each outcome, as tiles."""
    counts = Counter(row.outcome for row in rows)
    return [
        {"label": label, "value": counts[code]} for code, label in OUTCOMES.items() if counts[code]
    ]


def _tried(row: dict[str, Any], found: dict[str, list[SheetRow]], family: set[int]) -> Trial:
    known = {name: row[name] for name in ("line", "name", "nik", "answer", "note")}
    sent = found.get(blind_index(row["nik"], purpose="nik"), []) if row["nik"] else []
    if not sent:
        return Trial(outcome="unmatched", **known)
    proposal = _which(sent, row["number"])
    if proposal is None:
        return Trial(outcome="ambiguous", **known)
    return Trial(outcome=_outcome(row, proposal, family), proposal=proposal, **known)


def _which(sent: list[SheetRow], number: int | None) -> Proposal | None:
    """Return the proposal meant: the only one, the only one waiting, or that of the row number."""
    by_proposal = {row.proposal_id: row for row in reversed(sent)}
    waiting = [row for row in by_proposal.values() if row.proposal.state == S.SENT]
    for rows in (list(by_proposal.values()), waiting):
        if len(rows) == 1:
            return rows[0].proposal
        numbered = [row for row in rows if row.line == number]
        if len(numbered) == 1:
            return numbered[0].proposal
    return None


def _outcome(row: dict[str, Any], proposal: Proposal, family: set[int]) -> str:
    if not row["answer"]:
        return "unreadable"
    step = PROPOSAL.steps[row["answer"]]
    if proposal.state == step.target:
        return "same"
    if proposal.state not in step.sources:
        return "moved_on"
    return "own_family" if proposal.resident_id in family else "changes"


def _must_keep(actor: Actor) -> None:
    if not actor.has(*KEEPERS):
        raise NotYourRole(
            _("Berkas jawaban hanya untuk %(roles)s.") % {"roles": role_names(KEEPERS)}
        )
