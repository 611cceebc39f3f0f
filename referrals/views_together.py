"""One act on many rows of the inbox: tick, fill in once, read what became of each."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puskesmas.errors import NotYourRole
from puskesmas.models import Role
from puskesmas.pages import actor_of, form_page, officer_page
from puskesmas.workflow import role_names
from referrals.forms import TogetherForm
from referrals.services import together as verbs
from referrals.services.telling import Said
from referrals.views_inbox import WRITERS
from referrals.workflow import INBOX


@require_POST
@officer_page(*WRITERS, Role.SUPERVISOR)
def together(request: HttpRequest) -> HttpResponse:
    """Ask once what the act needs, then do it on every ticked referral."""
    actor, action = actor_of(request), request.POST.get("action", "")
    if action not in INBOX.steps or action not in TogetherForm.NEEDS:
        raise Http404
    step = INBOX.steps[action]
    if not actor.has(*step.roles):
        raise NotYourRole(_("Halaman ini untuk %(roles)s.") % {"roles": role_names(step.roles)})
    picks = dict(_picks(request.POST.getlist("pick")))
    rows = verbs.picked_rows(actor, picks)
    if not rows:
        messages.error(request, _("Centang dulu rujukan yang dimaksud."))
        return redirect("referrals:inbox")
    form = TogetherForm(
        request.POST if "said_on" in request.POST else None,
        action=action,
        initial={
            "said_on": actor.office.today(),
            "action": action,
            "pick": [f"{row.uid}.{picks[row.uid]}" for row in rows],
        },
    )
    context: dict[str, Any] = {"title": step.label, "back": reverse("referrals:inbox")}
    if form.is_valid():
        outcomes = verbs.act_on_each(
            actor=actor, picks=picks.items(), action=action, said=Said(**form.said)
        )
        done = sum(not outcome.problem for outcome in outcomes)
        context |= {"outcomes": outcomes, "done": done, "undone": len(outcomes) - done}
        return render(request, "referrals/together_done.html", context)
    context |= {"rows": rows, "form": form, "submit": _("Simpan untuk semuanya")}
    return form_page(request, "referrals/together.html", context)


def _picks(values: list[str]) -> list[verbs.Pick]:
    found = []
    for value in values:
        uid, _point, version = value.partition(".")
        try:
            found.append((uuid.UUID(uid), int(version)))
        except ValueError:
            continue
    return found
