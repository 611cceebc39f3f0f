"""The work list "Orang yang mirip": a pair, a decision, the next pair."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puskesmas import keyset
from puskesmas.actors import Actor
from puskesmas.errors import DomainError
from puskesmas.history import audit
from puskesmas.models import Office
from puskesmas.pages import actor_of, add_error, form_page, officer_page
from registry import comparing, merging
from registry.likeness import deciding, selectors
from registry.likeness.forms import DecideForm
from registry.models import Likeness, Resident

#: The grounds of a score, in words; codes of ``registry.likeness.scoring``.
GROUNDS = {
    "name_same": gettext_lazy("nama sama"),
    "name_spelling": gettext_lazy("nama sama, lain ejaan"),
    "name_slip": gettext_lazy("nama hampir sama"),
    "name_close": gettext_lazy("nama mirip"),
    "name_part": gettext_lazy("nama sebagian"),
    "one_word": gettext_lazy("nama hanya satu kata"),
    "address_same": gettext_lazy("alamat sama"),
    "address_close": gettext_lazy("alamat hampir sama"),
    "address_differs": gettext_lazy("alamat lain"),
    "rt_rw_same": gettext_lazy("RT dan RW sama"),
    "rt_rw_differs": gettext_lazy("RT atau RW lain"),
    "place_differs": gettext_lazy("RT atau RW lain"),
    "birth_date_same": gettext_lazy("tanggal lahir sama"),
    "birth_date_swapped": gettext_lazy("tanggal dan bulan lahir tertukar"),
    "birth_year_same": gettext_lazy("tahun lahir sama"),
    "birth_date_differs": gettext_lazy("tanggal lahir lain"),
    "sex_differs": gettext_lazy("jenis kelamin lain"),
    "kk_same": gettext_lazy("KK sama"),
    "kk_differs": gettext_lazy("KK lain"),
    "nik_same": gettext_lazy("NIK sama, nama lain"),
}
_DECIDED = "decided"


@require_GET
@officer_page(*merging.DECIDERS, village=True)
def likenesses(request: HttpRequest) -> HttpResponse:
    """Whom lists may mean: what waits, likeliest first; with ``tab=decided`` what was decided."""
    actor = actor_of(request)
    decided = request.GET.get("tab") == _DECIDED
    rows = selectors.decided_questions(actor) if decided else selectors.open_questions(actor)
    order = ("-pk",) if decided else selectors.ORDER
    page = keyset.page(rows, order=order, position=request.GET.get("from", ""))
    address = reverse("registry:likenesses")
    tab = f"tab={_DECIDED}&" if decided else ""
    context = {
        "rows": [_listed(asked) for asked in page.rows],
        "decided": decided,
        "tabs": [
            {"label": _("Menunggu keputusan"), "url": address, "current": not decided},
            {
                "label": _("Sudah diputuskan"),
                "url": f"{address}?tab={_DECIDED}",
                "current": decided,
            },
        ],
        "next_url": f"?{tab}from={page.next}" if page.next else "",
        "previous_url": f"?{tab}from={page.previous}" if page.previous else "",
    }
    return render(request, "registry/likeness/list.html", context)


def _listed(asked: Likeness) -> dict[str, Any]:
    return {
        "asked": asked,
        "said": asked.other.name if asked.other else asked.facts.get("name", ""),
        "source": _source_of(asked),
        "grounds": words_of(asked.grounds),
    }


def words_of(grounds: list[str]) -> str:
    """Return the grounds as a line of words."""
    return ", ".join(str(GROUNDS[code]) for code in grounds if code in GROUNDS)


def _source_of(asked: Likeness) -> str:
    if asked.other_id:
        return _("Data penduduk")
    row = asked.register_row
    return str(row.register_version.register.name) if row else _("Daftar yang sudah ditarik")


@require_http_methods(["GET", "POST"])
@officer_page(*merging.DECIDERS, village=True)
def likeness(request: HttpRequest, uid: str) -> HttpResponse:
    """Two records side by side; after a decision comes the next pair."""
    actor = actor_of(request)
    asked = selectors.question(uid, actor=actor)
    one, other = asked.resident.person, asked.other.person if asked.other else None
    form = DecideForm(request.POST or None, one=one, other=other)
    if request.method == "POST" and form.is_valid():
        try:
            deciding.decide(actor=actor, uid=uid, **form.cleaned_data)
        except DomainError as error:
            add_error(form, error)
            asked = selectors.question(uid, actor=actor)
        else:
            messages.success(request, _("Dicatat. Keputusan ini bisa dibuka lagi."))
            return _to_next(asked, actor)
    for resident in filter(None, (one, other)):
        audit(actor=actor, action="open_person", subject=resident)
    following = selectors.next_after(asked, actor=actor)
    context = {
        "form": form,
        "asked": asked,
        "one": one,
        "other": other,
        "other_label": _("Data kedua") if other else _source_of(asked),
        "lines": _lines(asked, one, other, actor),
        "grounds": words_of(asked.grounds),
        "later_url": reverse("registry:likeness", args=[following.uid]) if following else "",
    }
    return form_page(request, "registry/likeness/pair.html", context)


def _to_next(asked: Likeness, actor: Actor) -> HttpResponse:
    following = selectors.next_after(asked, actor=actor)
    if following is None:
        return redirect("registry:likenesses")
    return redirect("registry:likeness", uid=following.uid)


def _lines(
    asked: Likeness, one: Resident, other: Resident | None, actor: Actor
) -> list[comparing.Line]:
    facts = comparing.facts_of([one, other] if other else [one])
    if other:
        return comparing.compare(facts[one.pk], facts[other.pk])
    said = dict(asked.facts)
    if said.get("birth_date"):
        said["birth_date"] = date.fromisoformat(said["birth_date"])
    return comparing.compare(facts[one.pk], said)


@require_POST
@officer_page(*merging.DECIDERS, village=True)
def likeness_reopen(request: HttpRequest, uid: str) -> HttpResponse:
    """Take a decision back."""
    deciding.reopen(actor=actor_of(request), uid=uid)
    messages.success(request, _("Keputusan dibuka lagi."))
    return redirect("registry:likeness", uid=uid)


def home_panel(actor: Actor, office: Office) -> dict[str, Any] | None:
    """Return how many pairs wait, for those who decide (two queries); nothing when none do."""
    if not office.is_village or not actor.has(*merging.DECIDERS):
        return None
    waiting = selectors.open_questions(actor).count()
    if not waiting:
        return None
    return {
        "title": _("Orang yang mirip"),
        "tiles": [
            {
                "label": _("Pasangan menunggu keputusan"),
                "value": waiting,
                "url": reverse("registry:likenesses"),
            }
        ],
    }
