"""Writing history: transitions, audit entries and the reasons they point at."""

import hashlib
import secrets
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import models

from puskesmas.actors import Actor
from puskesmas.models import AuditEntry, Office, Reason, Transition
from puskesmas.workflow import Step


def write_reason(*, office: Office, text: str) -> Reason | None:
    """Store somebody's words apart from the history; nothing for nothing."""
    text = text.strip()
    if not text:
        return None
    salt = secrets.token_hex(16)
    digest = hashlib.sha256(f"{salt}{text}".encode()).hexdigest()
    return Reason.objects.create(office=office, text=text, salt=salt, digest=digest)


def record_transition(
    *,
    subject: models.Model,
    field: str,
    step: Step,
    source: str,
    actor: Actor,
    reason: str = "",
    target: str = "",
) -> Transition:
    """Append one change of state. The caller is inside the transaction that makes it."""
    return Transition.objects.create(
        office=actor.office,
        subject=subject._meta.label_lower,
        subject_uid=subject.uid,  # type: ignore[attr-defined]
        field=field,
        action=step.action,
        source=source,
        target=target or step.target,
        actor=actor.user,
        assignment=actor.assignment_for(step.roles),
        reason=write_reason(office=actor.office, text=reason),
    )


def audit(
    *,
    actor: Actor,
    action: str,
    subject: models.Model | None = None,
    subject_uid: uuid.UUID | None = None,
    fields: Iterable[str] = (),
    reason: str = "",
) -> AuditEntry:
    """Append who did or saw what. ``fields`` are names, never values."""
    label: Any = subject._meta.label_lower if subject is not None else ""
    return AuditEntry.objects.create(
        office=actor.office,
        actor=actor.user,
        action=action,
        subject=label,
        subject_uid=subject.uid if subject is not None else subject_uid,  # type: ignore[attr-defined]
        fields=sorted(fields),
        reason=write_reason(office=actor.office, text=reason),
    )
