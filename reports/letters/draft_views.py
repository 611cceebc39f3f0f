"""Officers' pages of what was asked for or begun, and has no number yet."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from puskesmas.actors import Actor
from puskesmas.models import Role
from puskesmas.pages import actor_of, carried_out, form_page, officer_page
from reports.letters import kinds
from reports.letters.drafts import drop as drop_draft
from reports.letters.drafts import find, waiting
from reports.letters.forms import ReasonForm
from reports.letters.models import LetterDraft
from reports.letters.selectors import kind_name
from reports.letters.workflow import DRAFT

KEEPERS = (Role.FRONT, Role.BACK, Role.COORDINATOR)
_SHOWN = 200


@require_GET
@officer_page(*KEEPERS)
def drafts(request: HttpRequest) -> HttpResponse:
    """What waits to become a letter, oldest first."""
    rows = rows_for(actor_of(request), limit=_SHOWN)
    return render(request, "letters/drafts.html", {"rows": rows})


def rows_for(actor: Actor, *, limit: int) -> list[dict[str, Any]]:
    """Return what waits as rows: one query."""
    may_write = DRAFT.is_permitted(DRAFT.steps["draft"], actor)
    return [
        {
            "draft": item,
            "kind": kind_name(item.kind),
            "url": _form_url(item) if may_write else "",
        }
        for item in waiting(actor)[:limit]
    ]


def _form_url(item: LetterDraft) -> str:
    kind = kinds.get(item.kind)
    return f"{kind.new_url(item.subject_uid)}?draft={item.uid}" if kind.new_url else ""


@require_http_methods(["GET", "POST"])
@officer_page(*KEEPERS)
def drop(request: HttpRequest, uid: str) -> HttpResponse:
    """Give a request or draft up, with the reason."""
    actor = actor_of(request)
    item = find(actor, uid)
    form = ReasonForm(request.POST or None, initial={"version": item.version})
    if carried_out(request, form, drop_draft, done=_("Dicatat tidak jadi."), actor=actor, uid=uid):
        return redirect("letters:drafts")
    context = {
        "form": form,
        "title": _("Surat tidak jadi dibuat"),
        "caption": kind_name(item.kind),
        "submit": _("Catat tidak jadi"),
        "danger": True,
        "cancel_url": reverse("letters:drafts"),
    }
    return form_page(request, "components/confirm_page.html", context)


def drafts_panel(actor: Actor, subject: Any) -> dict[str, Any] | None:
    """The desk's panel of what waits to become a letter; nothing, no panel. One query."""
    if not actor.has(*KEEPERS):
        return None
    rows = rows_for(actor, limit=10)
    return {"rows": rows} if rows else None
