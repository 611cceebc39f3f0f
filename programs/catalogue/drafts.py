"""Pages of a draft: its parts, one row at a time, what it changes, publishing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from programs.catalogue import selectors, services, words
from programs.catalogue.completeness import lacking, worth_a_look
from programs.catalogue.roles import EDITORS, TRIERS
from programs.catalogue.views import TEMPLATES
from programs.models import ProgrammeVersion
from puskesmas.actors import Actor
from puskesmas.pages import (
    ActForm,
    actor_of,
    carried_out,
    form_page,
    officer_page,
)

BASIS, LIMITS = "basis", "limits"


def draft_for(uid: str, actor: Actor) -> ProgrammeVersion:
    """Return a draft. Raises NotFound; WrongState when it was published meanwhile."""
    return services.require_draft(selectors.version(uid, actor=actor))


def draft_url(draft: ProgrammeVersion) -> str:
    return reverse("programs:draft", args=[draft.uid])


@require_GET
@officer_page(*EDITORS)
def draft(request: HttpRequest, uid: str) -> HttpResponse:
    """A draft: its parts to edit, what it lacks, what it changes."""
    actor = actor_of(request)
    row = draft_for(uid, actor)
    earlier = selectors.before(row)
    context = {
        "version": row,
        "programme": row.programme,
        "tasks": [_task(row, slug) for slug in words.PART_LABELS],
        "lacking": lacking(row.terms),
        "worth_a_look": worth_a_look(row.terms),
        "earlier": earlier,
        "changes": selectors.changes_of(row, earlier),
        "may_try": actor.has(*TRIERS) and actor.office.is_village,
    }
    return render(request, f"{TEMPLATES}/draft.html", context)


def _task(row: ProgrammeVersion, slug: str) -> dict[str, Any]:
    count = sum(len(one.lines) for one in words.parts_of(row.terms) if one.slug == slug)
    if slug == BASIS:
        count = len(row.terms.legal_bases)
    return {
        "label": words.PART_LABELS[slug],
        "status": ngettext("%(count)d baris", "%(count)d baris", count) % {"count": count}
        if count
        else _("kosong"),
        "tone": "info" if count else "neutral",
        "url": reverse("programs:draft_part", args=[row.uid, slug]),
    }


@require_http_methods(["GET", "POST"])
@officer_page(*EDITORS)
def draft_publish(request: HttpRequest, uid: str) -> HttpResponse:
    """Put a draft in force from its first day, after a look at what it changes."""
    actor = actor_of(request)
    draft = draft_for(uid, actor)
    form = ActForm(request.POST or None, initial={"version": draft.version})
    if carried_out(
        request, form, services.publish, done=_("Versi ini terbit."), actor=actor, uid=uid
    ):
        return redirect("programs:programme", uid=draft.programme.uid)
    earlier = selectors.before(draft)
    context = {
        "version": draft,
        "programme": draft.programme,
        "form": form,
        "lacking": lacking(draft.terms),
        "worth_a_look": worth_a_look(draft.terms),
        "is_past": draft.effective_from < actor.office.today(),
        "takes_place": earlier is not None and earlier.effective_from == draft.effective_from,
        "earlier": earlier,
        "changes": selectors.changes_of(draft, earlier),
    }
    return form_page(request, f"{TEMPLATES}/publish.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*EDITORS)
def draft_drop(request: HttpRequest, uid: str) -> HttpResponse:
    """Throw a draft away, after asking once more."""
    actor = actor_of(request)
    draft = draft_for(uid, actor)
    form = ActForm(request.POST or None, initial={"version": draft.version})
    if carried_out(
        request, form, services.discard_draft, done=_("Draf dibuang."), actor=actor, uid=uid
    ):
        return redirect("programs:programme", uid=draft.programme.uid)
    context = {
        "title": _("Buang draf"),
        "caption": draft.programme.name,
        "text": _("Yang ditulis di draf ini hilang. Versi yang sudah terbit tidak berubah."),
        "form": form,
        "submit": _("Ya, buang draf ini"),
        "danger": True,
        "cancel_url": draft_url(draft),
    }
    return form_page(request, "components/confirm_page.html", context)
