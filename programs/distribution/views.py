"""Pages of a distribution: what is given, the list, the schedule, what was made of the rest."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from programs import printing
from programs.distribution import minutes, prints, selectors, services
from programs.distribution.forms import (
    CloseForm,
    DistributionForm,
    FindForm,
    ReasonForm,
    SlotForm,
)
from programs.distribution.workflow import DISTRIBUTION, KEEPERS, PRINTERS, READERS
from programs.models import Distribution, DistributionState, RecipientState
from puskesmas import keyset
from puskesmas.actors import Actor
from puskesmas.errors import DomainError
from puskesmas.history import audit
from puskesmas.models import Role
from puskesmas.pages import (
    ActForm,
    actor_of,
    add_error,
    carried_out,
    form_page,
    officer_page,
    say_done,
)
from puskesmas.templatetags.puskesos import angka
from registry.finding import find_for_page
from registry.proposals.forms import MinutesForm
from reports.letters.selectors import letters_about
from reports.letters.views import pdf_response

TEMPLATES = "programs/distribution"
TONES = {
    DistributionState.DRAFT: "progress",
    DistributionState.SETTLED: "info",
    DistributionState.CLOSED: "success",
}
#: The tabs of the list; "owing" is not a state.
_OWING = "owing"
#: How many of those left out a page names; the others are counted.
_LEFT_OUT_SHOWN = 50


@require_GET
@officer_page(*READERS, village=True)
def distributions(request: HttpRequest) -> HttpResponse:
    """The office's distributions, newest first."""
    actor = actor_of(request)
    page = keyset.page(
        selectors.distributions_of(actor), order=("-pk",), position=request.GET.get("from", "")
    )
    context = {
        "rows": [row_of(one) for one in page.rows],
        "may_open": actor.has(Role.BACK),
        **page.turns(),
    }
    return render(request, f"{TEMPLATES}/distributions.html", context)


def row_of(held: Any) -> dict[str, Any]:
    """Return what a list shows of a distribution."""
    return {
        "held": held,
        "tone": TONES[DistributionState(held.state)],
        "share": prints.share_of(held),
    }


@require_http_methods(["GET", "POST"])
@officer_page(Role.BACK, village=True)
def distribution_new(request: HttpRequest) -> HttpResponse:
    """Write down what an owner gives out."""
    actor = actor_of(request)
    form = DistributionForm(request.POST or None, actor=actor)
    done = _("Pembagian dicatat. Susun daftarnya.")
    if carried_out(request, form, services.open_distribution, done=done, actor=actor):
        return redirect("programs:distribution", uid=form.result.uid)
    return act_page(request, None, form, title=_("Catat pembagian bantuan"), submit=_("Catat"))


@require_GET
@officer_page(*READERS, village=True)
def distribution(request: HttpRequest, uid: str) -> HttpResponse:
    """One distribution: what, when, how far; its list by state."""
    actor = actor_of(request)
    held = selectors.distribution(uid, actor=actor)
    audit(actor=actor, action="distribution.open", subject=held)
    show = request.GET.get("show", "")
    totals = selectors.totals_of(held)
    page = keyset.page(
        _shown(selectors.recipients_of(actor).filter(distribution=held), show),
        order=("pk",) if held.state == DistributionState.DRAFT else ("number", "pk"),
        position=request.GET.get("from", ""),
    )
    is_draft = held.state == DistributionState.DRAFT
    left_out = selectors.left_out(held, actor=actor) if is_draft else []
    context = {
        **row_of(held),
        "acts": {step.action for step in DISTRIBUTION.available(state=held.state, actor=actor)},
        "totals": totals,
        "left_share": prints.share_of(held, max(0, totals.left) // held.amount),
        "slots": held.slots.all(),
        "lines": selectors.lines_of(held, actor=actor, rows=page.rows),
        "left_out": left_out[:_LEFT_OUT_SHOWN],
        "left_out_more": max(0, len(left_out) - _LEFT_OUT_SHOWN),
        "tabs": [] if is_draft else _tabs(held, totals, show),
        "letters": letters_about(actor, held.uid) if actor.has(*KEEPERS) else [],
        "may_state": actor.has(*KEEPERS)
        and held.state == DistributionState.CLOSED
        and minutes.issued(minutes.OF_DISTRIBUTION, held, actor) is None,
        "may_print": actor.has(*PRINTERS),
        **page.turns({"show": show} if show else {}),
    }
    return render(request, f"{TEMPLATES}/distribution.html", context)


def _shown(rows: Any, show: str) -> Any:
    if show == _OWING:
        return rows.filter(owed_since__isnull=False)
    return rows.filter(state=show) if show in RecipientState.values else rows


def _tabs(held: Distribution, totals: selectors.Totals, show: str) -> list[dict[str, Any]]:
    here = reverse("programs:distribution", args=[held.uid])
    counts: list[tuple[str, Any, int]] = [("", _("Semua"), totals.named)]
    counts += [(one.value, one.label, getattr(totals, one.value)) for one in RecipientState]
    counts.append((_OWING, _("Berkas menyusul"), totals.owing))
    return [
        {
            "label": label,
            "url": f"{here}?show={value}" if value else here,
            "current": value == show,
            "count": count,
        }
        for value, label, count in counts
    ]


@require_POST
@officer_page(Role.BACK, village=True)
def build(request: HttpRequest, uid: str) -> HttpResponse:
    """Take the names from the programme's list."""
    actor = actor_of(request)
    held = selectors.distribution(uid, actor=actor)
    services.build_list(actor=actor, uid=held.uid, version=None)
    say_done(request, None, _("Nama dari daftar program dimasukkan."))
    return redirect("programs:distribution", uid=uid)


@require_http_methods(["GET", "POST"])
@officer_page(Role.BACK, village=True)
def add(request: HttpRequest, uid: str) -> HttpResponse:
    """Find somebody to put on the list."""
    actor = actor_of(request)
    held = selectors.distribution(uid, actor=actor)
    form = FindForm(request.POST or None)
    found: Any = []
    if request.method == "POST" and form.is_valid():
        found = find_for_page(form.cleaned_data["q"], actor=actor)[0]
    context = {"held": held, "form": form, "found": found, "asked": form.is_bound}
    return form_page(request, f"{TEMPLATES}/add.html", context)


@require_POST
@officer_page(Role.BACK, village=True)
def add_person(request: HttpRequest, uid: str, resident_uid: str) -> HttpResponse:
    """Put somebody on the list."""
    made = services.add_recipient(actor=actor_of(request), uid=uid, resident_uid=resident_uid)
    say_done(request, made, _("Nama dimasukkan ke daftar."))
    return redirect("programs:distribution_add", uid=uid)


@require_POST
@officer_page(Role.BACK, village=True)
def remove(request: HttpRequest, uid: str) -> HttpResponse:
    """Take a name off a list still being made."""
    held = services.remove_recipient(actor=actor_of(request), uid=uid)
    say_done(request, None, _("Nama dikeluarkan dari daftar."))
    return redirect("programs:distribution", uid=held.uid)


@require_http_methods(["GET", "POST"])
@officer_page(Role.BACK, village=True)
def schedule(request: HttpRequest, uid: str) -> HttpResponse:
    """When and where people come, by hamlet or RW."""
    actor = actor_of(request)
    held = selectors.distribution(uid, actor=actor)
    form = SlotForm(request.POST or None, actor=actor)
    done = _("Jadwal ditambahkan.")
    if carried_out(request, form, services.add_slot, done=done, actor=actor, uid=uid):
        return redirect("programs:distribution_schedule", uid=uid)
    context = {"held": held, "form": form, "slots": held.slots.all()}
    return form_page(request, f"{TEMPLATES}/schedule.html", context)


@require_POST
@officer_page(Role.BACK, village=True)
def slot_remove(request: HttpRequest, uid: str) -> HttpResponse:
    """Take a slot off the schedule."""
    held = services.remove_slot(actor=actor_of(request), uid=uid)
    say_done(request, None, _("Jadwal dihapus."))
    return redirect("programs:distribution_schedule", uid=held.uid)


@require_http_methods(["GET", "POST"])
@officer_page(*KEEPERS, village=True)
def settle(request: HttpRequest, uid: str) -> HttpResponse:
    """Lock the list and number the tickets."""
    return _act(
        request,
        uid,
        services.settle,
        title=_("Kunci daftar"),
        submit=_("Kunci daftar"),
        done=_("Daftar dikunci; kuponnya bernomor. Cetak daftar hadir dan kupon."),
        text=_("Sesudah dikunci, nama tidak ditambah lagi; yang gugur diganti hanya oleh pemilik."),
    )


@require_http_methods(["GET", "POST"])
@officer_page(*KEEPERS, village=True)
def unlock(request: HttpRequest, uid: str) -> HttpResponse:
    """Open a locked list again, while nothing was handed out."""
    return _act(
        request,
        uid,
        services.unlock,
        form_class=ReasonForm,
        title=_("Buka kunci daftar"),
        submit=_("Buka kunci"),
        done=_("Daftar dapat diubah lagi. Nomor kupon akan berubah; cetak ulang kuponnya."),
    )


@require_http_methods(["GET", "POST"])
@officer_page(*KEEPERS, village=True)
def close(request: HttpRequest, uid: str) -> HttpResponse:
    """Count what is left and close."""
    held = selectors.distribution(uid, actor=actor_of(request))
    totals = selectors.totals_of(held)
    return _act(
        request,
        uid,
        services.close,
        form_class=CloseForm,
        title=_("Tutup pembagian"),
        submit=_("Tutup pembagian"),
        done=_("Pembagian ditutup. Buat berita acaranya."),
        initial={"left_over": totals.left},
        text=_("Menurut daftar: %(given)s diserahkan, sisa %(left)s.")
        % {"given": angka(totals.given), "left": angka(totals.left)},
    )


@require_GET
@officer_page(*READERS, village=True)
def families(request: HttpRequest, uid: str) -> HttpResponse:
    """The result per family card."""
    actor = actor_of(request)
    held = selectors.distribution(uid, actor=actor)
    audit(actor=actor, action="distribution.families", subject=held)
    page = selectors.by_household(held, actor=actor, position=request.GET.get("from", ""))
    context = {**row_of(held), "families": page.rows, **page.turns()}
    return render(request, f"{TEMPLATES}/families.html", context)


@require_POST
@officer_page(*PRINTERS, village=True)
def print_ask(request: HttpRequest, uid: str) -> HttpResponse:
    """Ask for the attendance list to sign or the tickets to cut. Audited: they name everybody."""
    wanted, _sep, paper = request.POST.get("print", "").partition("-")
    made = printing.ask_distribution(actor=actor_of(request), uid=uid, what=wanted, paper=paper)
    return redirect("programs:print", uid=made.uid)


@require_http_methods(["GET", "POST"])
@officer_page(*KEEPERS, village=True)
def distribution_minutes(request: HttpRequest, uid: str) -> HttpResponse:
    """Issue the berita acara of a closed distribution; "preview" shows the draft."""
    actor = actor_of(request)
    held = selectors.distribution(uid, actor=actor)
    return minutes_page(
        request, minutes.OF_DISTRIBUTION, held, held=held, title=_("Berita acara pembagian")
    )


def minutes_page(
    request: HttpRequest, kind: str, subject: Any, *, held: Distribution, title: str, **more: Any
) -> HttpResponse:
    """Show the form that issues a berita acara, or do it."""
    actor = actor_of(request)
    key = minutes.key_of(kind, subject, actor)
    form = MinutesForm(request.POST or None, actor=actor, initial={"client_uid": key})
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = {
            "actor": actor,
            "kind": kind,
            "subject": subject,
            "signer": form.chosen_signer,
        }
        try:
            if "preview" in request.POST:
                return pdf_response(minutes.preview(**given), name="konsep.pdf")
            letter = minutes.issue(client_uid=form.cleaned_data["client_uid"], **given)
        except DomainError as error:
            add_error(form, error)
        else:
            words = _("Berita acara bernomor %(number)s. Cetak, lalu mintakan tanda tangan.")
            say_done(request, letter, words % {"number": letter.number})
            return redirect("letters:letter", uid=letter.uid)
    context = {"form": form, "held": held, "title": title, **more}
    return form_page(request, f"{TEMPLATES}/minutes.html", context)


def _act(
    request: HttpRequest,
    uid: str,
    verb: Any,
    *,
    title: str,
    submit: str,
    done: str,
    form_class: type[ActForm] = ActForm,
    initial: dict[str, Any] | None = None,
    text: str = "",
) -> HttpResponse:
    actor = actor_of(request)
    held = selectors.distribution(uid, actor=actor)
    form = form_class(request.POST or None, initial={"version": held.version, **(initial or {})})
    if carried_out(request, form, verb, done=done, actor=actor, uid=uid):
        return redirect("programs:distribution", uid=uid)
    return act_page(request, held, form, title=title, submit=submit, text=text)


def act_page(
    request: HttpRequest, held: Any, form: Any, *, title: str, submit: str, **more: Any
) -> HttpResponse:
    """Draw a page around one form."""
    context = {"form": form, "held": held, "title": title, "submit": submit, **more}
    return form_page(request, f"{TEMPLATES}/form.html", context)


def home_panel(actor: Actor, subject: Any) -> dict[str, Any] | None:
    """The desk's panel: distributions not closed; none, no panel. One query."""
    if not (actor.has(*READERS) and actor.office.is_village):
        return None
    found = selectors.open_now(actor)
    return {"rows": [row_of(one) for one in found]} if found else None
