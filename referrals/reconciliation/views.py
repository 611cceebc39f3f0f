"""The village's page of what its list and the tier above's say differently."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from complaints.selectors import capped
from puskesmas.pages import actor_of, carried_out, form_page, officer_page
from referrals import selectors as referrals
from referrals.deliveries import REASONS
from referrals.models import Comparison
from referrals.reconciliation import selectors, services
from referrals.reconciliation.forms import ExplainForm
from referrals.reconciliation.workflow import KEEPERS, Standing
from referrals.views import pager

TEMPLATES = "referrals/reconciliation"


@require_GET
@officer_page(*KEEPERS, village=True)
def reconciliation(request: HttpRequest) -> HttpResponse:
    """When the lists were compared, what differs, and a button beside each.

    With htmx only how far the comparison under way has come.
    """
    actor = actor_of(request)
    tab = request.GET.get("tab", "")
    tab = tab if tab in selectors.TABS else Standing.WAITING
    upstream = referrals.upstream_of(actor)
    peer = selectors.peer_to_compare_with(actor)
    newest, finished = selectors.latest(peer) if peer else (None, None)
    is_under_way = newest is not None and newest.finished_at is None
    if getattr(request, "htmx", False):
        answer = render(request, f"{TEMPLATES}/_progress.html", {"newest": newest})
        if not is_under_way:
            answer["HX-Refresh"] = "true"
        return answer
    rows, page = selectors.page(actor, tab=tab, position=request.GET.get("at", ""))
    counts = selectors.counts(actor)
    return render(
        request,
        f"{TEMPLATES}/reconciliation.html",
        {
            "upstream": upstream,
            "peer": peer,
            "is_under_way": is_under_way,
            "newest": newest,
            "trouble": _trouble(newest),
            "finished": finished,
            "tab": tab,
            "tabs": [
                {
                    "label": Standing(name).label,
                    "url": f"?tab={name}",
                    "current": name == tab,
                    "count": capped(count),
                }
                for name, count in counts.items()
            ],
            "rows": rows,
            "several": selectors.waiting_by_kind(actor) if tab == Standing.WAITING else [],
            "most": services.MOST_AT_ONCE,
            **pager(request, page),
        },
    )


def _trouble(newest: Comparison | None) -> str:
    """Return why the newest comparison did not go to the end; "" if nothing stood in its way."""
    if newest is None or not newest.failure:
        return ""
    if newest.finished_at is None:
        reason = REASONS.get(newest.failure, _("tidak menjawab"))
        return _("%(peer)s %(reason)s. Pencocokan diteruskan sendiri begitu tersambung.") % {
            "peer": newest.peer.name,
            "reason": reason,
        }
    return _(
        "%(peer)s belum bisa mencocokkan: aplikasinya perlu diperbarui, atau alamatnya dijawab "
        "sistem lain. Rujukan dan jawaban tetap berjalan."
    ) % {"peer": newest.peer.name}


@require_POST
@officer_page(*KEEPERS, village=True)
def compare(request: HttpRequest) -> HttpResponse:
    """Compare now: the page shows how far it has come."""
    asked = services.ask(actor=actor_of(request))
    if asked.is_repeat:
        messages.info(request, _("Pencocokan sedang berjalan; hasilnya muncul di halaman ini."))
    return redirect("referrals:reconciliation")


@require_POST
@officer_page(*KEEPERS, village=True)
def mend(request: HttpRequest, uid: str) -> HttpResponse:
    """Do what mends one difference."""
    services.mend(actor=actor_of(request), uid=uid)
    messages.success(request, _("Ditangani. Pencocokan berikutnya memeriksa hasilnya."))
    return redirect("referrals:reconciliation")


@require_POST
@officer_page(*KEEPERS, village=True)
def mend_all(request: HttpRequest) -> HttpResponse:
    """Mend what waits of one kind, as many as one press does."""
    done = services.mend_all(actor=actor_of(request), kind=request.POST.get("kind", ""))
    words = ngettext("%(n)d selisih ditangani.", "%(n)d selisih ditangani.", done)
    messages.success(request, words % {"n": done})
    return redirect("referrals:reconciliation")


@require_http_methods(["GET", "POST"])
@officer_page(*KEEPERS, village=True)
def explain(request: HttpRequest, uid: str) -> HttpResponse:
    """Say why a difference is left as it is."""
    actor = actor_of(request)
    shown = selectors.difference(uid, actor=actor)
    form = ExplainForm(request.POST or None, initial={"version": shown.row.version})
    given: dict[str, Any] = {"actor": actor, "uid": uid}
    if carried_out(request, form, services.explain, done=_("Penjelasan dicatat."), **given):
        return redirect("referrals:reconciliation")
    return form_page(
        request,
        f"{TEMPLATES}/explain.html",
        {"form": form, "shown": shown, "back": reverse("referrals:reconciliation")},
    )
