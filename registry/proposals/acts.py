"""The acts of a proposal's page: which form, which verb, and who may see the button now."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from puskesmas.actors import Actor
from puskesmas.pages import ActForm
from registry.models import Proposal
from registry.proposals import forms, services
from registry.proposals.workflow import IMPARTIAL, PROPOSAL, first_step


@dataclass(frozen=True)
class Act:
    """One thing an officer may do to a proposal; ``steps`` are the moves it may make."""

    code: str
    label: Any
    form: type[ActForm]
    verb: Callable[..., Proposal]
    steps: tuple[str, ...]
    done: Any
    danger: bool = False

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(role for name in self.steps for role in PROPOSAL.steps[name].roles)

    def is_open(self, actor: Actor, proposal: Proposal, *, is_family: bool) -> bool:
        """Return whether the officer may do it now."""
        return any(
            step.action in self.steps and not (is_family and step.action in IMPARTIAL)
            for step in PROPOSAL.available(state=proposal.state, actor=actor)
        )


def _move(action: str) -> Callable[..., Proposal]:
    def verb(**values: Any) -> Proposal:
        return services.move(action=action, **values)

    return verb


def _submit(*, actor: Actor, **values: Any) -> Proposal:
    return services.move(actor=actor, action=first_step(actor.office), **values)


ACTS = {
    act.code: act
    for act in (
        Act(
            "submit",
            _("Ajukan"),
            ActForm,
            _submit,
            ("to_musdes", "to_verval"),
            _("Usulan diajukan."),
        ),
        Act(
            "finding",
            _("Catat hasil verval"),
            forms.FindingForm,
            services.record_finding,
            ("meets_to_musdes", "meets_to_ready", "does_not_meet"),
            _("Hasil verval dicatat."),
        ),
        Act(
            "weigh",
            _("Timbang usulan"),
            forms.WeighForm,
            services.weigh,
            ("forward_to_musdes", "forward_to_ready", "record_only"),
            _("Keputusan kantor dicatat."),
        ),
        Act(
            "answer",
            _("Catat jawaban"),
            forms.AnswerForm,
            services.record_answer,
            ("accept", "reject", "send_back"),
            _("Jawaban dicatat."),
        ),
        Act(
            "resubmit",
            PROPOSAL.steps["resubmit"].label,
            forms.ReasonForm,
            _move("resubmit"),
            ("resubmit",),
            _("Usulan siap dikirim lagi."),
        ),
        Act(
            "reopen",
            PROPOSAL.steps["reopen"].label,
            forms.ReasonForm,
            _move("reopen"),
            ("reopen",),
            _("Usulan dibuka kembali."),
        ),
        Act(
            "withdraw",
            PROPOSAL.steps["withdraw"].label,
            forms.ReasonForm,
            _move("withdraw"),
            ("withdraw",),
            _("Usulan dicabut."),
            danger=True,
        ),
    )
}
