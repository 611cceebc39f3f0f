"""Pages of a print of a whole list: waiting for it, and opening it."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from programs import printing
from programs.models import Distribution, ListPrint
from puskesmas import attachments
from puskesmas.history import audit
from puskesmas.pages import actor_of, officer_page
from reports.letters.views import pdf_response


@require_GET
@officer_page(*printing.READERS, village=True)
def print_page(request: HttpRequest, uid: str) -> HttpResponse:
    """A print being drawn, or ready to be opened; with htmx the part that changes meanwhile."""
    made = printing.print_of(uid, actor=actor_of(request))
    context = {
        "made": made,
        "has_failed": made.file is None and made.tries >= printing.TRIES,
        "kept_until": printing.kept_until(made),
        **_way_back(made),
    }
    if not getattr(request, "htmx", False):
        return render(request, "programs/prints/print.html", context)
    answer = render(request, "programs/prints/_progress.html", context)
    if made.file or context["has_failed"]:
        # The work is over: the whole page has changed.
        answer["HX-Refresh"] = "true"
    return answer


def _way_back(made: ListPrint) -> dict[str, str]:
    """Return the names and addresses of the list and of the lists it stands among."""
    if made.call:
        return {
            "among": _("Permintaan calon"),
            "among_url": reverse("programs:calls"),
            "about": made.call.owner,
            "about_url": reverse("programs:call", args=[made.call.uid]),
        }
    held = cast(Distribution, made.distribution)  # the database's constraint: one of the two
    return {
        "among": _("Pembagian bantuan"),
        "among_url": reverse("programs:distributions"),
        "about": held.name,
        "about_url": reverse("programs:distribution", args=[held.uid]),
    }


@require_GET
@officer_page(*printing.READERS, village=True)
def print_file(request: HttpRequest, uid: str) -> HttpResponse:
    """The print itself, audited; until it is drawn, back to where one waits for it."""
    actor = actor_of(request)
    made = printing.print_of(uid, actor=actor)
    if made.file is None:
        return redirect("programs:print", uid=uid)
    if made.call:
        audit(actor=actor, action="call.export", subject=made.call)
    else:
        held = cast(Distribution, made.distribution)
        audit(actor=actor, action="distribution.print_open", subject=held)
    return pdf_response(attachments.read(made.file), name=f"{slugify(made.get_what_display())}.pdf")
