"""The acts of the case page: which form, which verb, and who may see the button now.

Buttons come from the case's table: an act shows when one of its steps may be taken by this officer
in this state. Acts of the referral lead to pages of their own (:func:`register_link`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from complaints import forms, services
from complaints.impartiality import VERIFYING, may_verify
from complaints.models import Complaint
from complaints.selectors import may_register
from complaints.workflow import CASE, OPEN_STATES, CaseState
from puskesmas.actors import Actor

S = CaseState
#: States about which a resident can be told something.
_TELLABLE = (
    S.WAITING_RESIDENT,
    S.IN_HANDLING,
    S.AWAITING_APPROVAL,
    S.REFERRED,
    S.ANSWERED,
    S.AWAITING_REALISATION,
    S.RECORDED_ONLY,
    S.LAPSED,
)

Also = Callable[[Actor, Complaint], bool]


@dataclass(frozen=True)
class Act:
    """One thing an officer may do to a case.

    ``steps`` are the table's moves it may make; ``also`` says when it shows without any.
    ``submit`` is what the form's button says, where that is not the label. ``minor`` acts stand
    under "more". An act without fields of its own is sent by one button.
    """

    code: str
    label: Any
    form: type[forms.CaseForm]
    verb: Callable[..., Any]
    steps: tuple[str, ...] = ()
    also: Also | None = None
    submit: Any = ""
    done: Any = ""
    minor: bool = False
    danger: bool = False

    @property
    def is_plain(self) -> bool:
        return self.form is forms.CaseForm


@dataclass(frozen=True)
class Button:
    """A button of the case page: a link to a form, or (``sends``) the act itself."""

    label: Any
    url: str
    sends: bool = False


def _open_at_the_counter(actor: Actor, case: Complaint) -> bool:
    return may_register(actor) and case.state in OPEN_STATES


def may_tell(actor: Actor, case: Complaint) -> bool:
    """Return whether the officer may record now that the resident, no relative, was told."""
    return may_register(actor) and case.state in _TELLABLE


def _step(name: str) -> Any:
    return CASE.steps[name].label


ACTS = {
    act.code: act
    for act in (
        Act(
            "examine",
            _step("examine"),
            forms.CaseForm,
            services.examine,
            steps=("examine",),
            done=_("Verifikasi dimulai."),
        ),
        Act(
            "tell",
            _("Sampaikan kepada warga"),
            forms.TellForm,
            services.tell_resident,
            steps=("told_approved", "told_and_closed"),
            also=may_tell,
            submit=_("Catat"),
            done=_("Tercatat."),
        ),
        Act(
            "papers-received",
            _step("papers_received"),
            forms.SeenForm,
            services.papers_received,
            steps=("papers_received",),
            done=_("Berkas dicatat; verifikasi berlanjut."),
        ),
        Act(
            "finding",
            _step("record_finding"),
            forms.FindingForm,
            services.record_finding,
            steps=("record_finding",),
            done=_("Hasil verifikasi dicatat."),
        ),
        Act(
            "answer",
            _step("answer_here"),
            forms.AnswerForm,
            services.answer_here,
            steps=("answer_here",),
            done=_("Jawaban disimpan. Sampaikan kepada warga."),
        ),
        Act(
            "ask-papers",
            _step("ask_papers"),
            forms.AskPapersForm,
            services.ask_papers,
            steps=("ask_papers",),
            done=_("Permintaan berkas dicatat; waktu penanganan berhenti sementara."),
        ),
        Act(
            "record-only",
            _step("record_only"),
            forms.RecordOnlyForm,
            services.record_only,
            steps=("record_only",),
            done=_("Perkara ditampung. Sampaikan alasannya kepada warga."),
        ),
        Act(
            "reopen",
            _step("reopen"),
            forms.ReasonForm,
            services.reopen,
            steps=("reopen",),
            done=_("Perkara dibuka kembali."),
        ),
        Act(
            "urgency",
            _("Jadikan darurat atau biasa"),
            forms.UrgencyForm,
            services.set_urgency,
            also=_open_at_the_counter,
            done=_("Tersimpan."),
            minor=True,
        ),
        Act(
            "withdraw",
            _step("withdraw"),
            forms.ReasonForm,
            services.withdraw,
            steps=("withdraw",),
            done=_("Perkara dicabut."),
            minor=True,
            danger=True,
        ),
        Act(
            "lapse",
            _step("lapse"),
            forms.ReasonForm,
            services.lapse,
            steps=("lapse",),
            done=_("Perkara dinyatakan gugur."),
            minor=True,
            danger=True,
        ),
        Act(
            "close-unreachable",
            _step("close_unreachable"),
            forms.ReasonForm,
            services.close_unreachable,
            steps=("close_unreachable",),
            done=_("Perkara ditutup."),
            minor=True,
            danger=True,
        ),
        # Forms inside the papers' panel, never buttons of their own.
        Act(
            "papers",
            _("Simpan centang"),
            forms.SeenForm,
            services.tick_papers,
            done=_("Tersimpan."),
        ),
        Act(
            "upload",
            _("Simpan salinan"),
            forms.UploadForm,
            services.attach_paper,
            done=_("Salinan disimpan."),
        ),
    )
}

PANEL_ACTS = ("papers", "upload")

#: What the officer most likely does next; it becomes the primary button.
_FIRST = {
    S.REGISTERED: "examine",
    S.WAITING_RESIDENT: "papers-received",
    S.IN_VERIFICATION: "finding",
    S.IN_HANDLING: "answer",
}

UrlOf = Callable[[Complaint], str]
_links: dict[str, UrlOf] = {}


def register_link(step: str, url_of: UrlOf) -> None:
    """Say which page carries out a step of the case's table; called from ``ready()``."""
    _links[step] = url_of


def acts_for(actor: Actor, case: Complaint, *, is_family: bool) -> list[Act]:
    """Return the acts open to the officer now, the likeliest first; none of his own family."""
    if is_family:
        return []
    steps = _steps(actor, case)
    shown = [
        act
        for act in ACTS.values()
        if steps.intersection(act.steps) or (act.also and act.also(actor, case))
    ]
    first = _FIRST.get(CaseState(case.state), "")
    return sorted(shown, key=lambda act: act.code != first)


def buttons_for(actor: Actor, case: Complaint, *, is_family: bool) -> list[Button]:
    """Return the page's buttons, the likeliest first: own acts, and other apps' pages.

    A case that meets the criteria goes up; any other is answered here.
    """
    own = [
        Button(act.label, reverse("complaints:act", args=[case.uid, act.code]), act.is_plain)
        for act in acts_for(actor, case, is_family=is_family)
        if not act.minor
    ]
    steps = set() if is_family else _steps(actor, case)
    elsewhere = [
        Button(CASE.steps[name].label, url_of(case))
        for name, url_of in _links.items()
        if name in steps
    ]
    return elsewhere + own if case.finding == Complaint.Finding.MEETS else own + elsewhere


def _steps(actor: Actor, case: Complaint) -> set[str]:
    available = {step.action for step in CASE.available(state=case.state, actor=actor)}
    if case.outcome not in services.NEXT_PROGRAMME_AFTER:
        available.discard("next_programme")
    if available & VERIFYING and not may_verify(actor, case.person):
        available -= VERIFYING
    return available


def is_open(code: str, actor: Actor, case: Complaint, *, is_family: bool) -> bool:
    """Return whether the act may be shown to the officer as a form now."""
    if code in PANEL_ACTS:
        return _open_at_the_counter(actor, case) and not is_family
    return any(act.code == code for act in acts_for(actor, case, is_family=is_family))
