"""Pages of calls for candidates."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from programs import printing
from programs.calls import selectors, services
from programs.calls.approval import obstacle, turn
from programs.calls.forms import (
    BasisForm,
    CallForm,
    FinderForm,
    HandOverForm,
    NameForm,
    PartnerHandOverForm,
    PartnerSendForm,
    ResultForm,
    ReturnForm,
    SendForm,
)
from programs.calls.paper import PAPERS
from programs.calls.workflow import CALL, FETCHERS, READERS
from programs.disclosure import is_government
from programs.models import Call, CallState
from puskesmas import keyset, panels
from puskesmas.actors import Actor
from puskesmas.history import audit
from puskesmas.models import Role
from puskesmas.pages import ActForm, actor_of, carried_out, form_page, officer_page, say_done
from registry.selectors import person

NAMERS = (Role.FRONT, Role.BACK, Role.FACILITATOR)
COUNTER = (Role.FRONT, Role.BACK)
DECIDERS = (Role.COORDINATOR, Role.HEAD)
_TONES = {
    CallState.COLLECTING: "progress",
    CallState.WAITING: "waiting",
    CallState.APPROVED: "info",
    CallState.HANDED: "waiting",
    CallState.CLOSED: "success",
}


@require_GET
@officer_page(*READERS, village=True)
def calls(request: HttpRequest) -> HttpResponse:
    """The office's calls, newest first."""
    actor = actor_of(request)
    page = keyset.page(
        selectors.calls_of(actor), order=("-pk",), position=request.GET.get("from", "")
    )
    context = {
        "rows": [_row(one, actor) for one in page.rows],
        "may_open": actor.has(*COUNTER),
        **page.turns(),
    }
    return render(request, "programs/calls/calls.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*COUNTER, village=True)
def call_new(request: HttpRequest) -> HttpResponse:
    """Write down what an owner asks for."""
    actor = actor_of(request)
    form = CallForm(
        request.POST or None, actor=actor, initial={"received_on": actor.office.today()}
    )
    done = _("Permintaan dicatat.")
    if carried_out(request, form, services.open_call, done=done, actor=actor):
        return redirect("programs:call", uid=form.result.uid)
    return _form_page(request, None, form, title=_("Catat permintaan calon"), submit=_("Catat"))


@require_GET
@officer_page(*READERS, village=True)
def call_page(request: HttpRequest, uid: str) -> HttpResponse:
    """One call: what is asked, who is on the list and why, what can be done now."""
    actor = actor_of(request)
    call = selectors.call(uid, actor=actor)
    audit(actor=actor, action="call.open", subject=call)
    lines = selectors.candidates_of(call, actor=actor)
    barred = obstacle(call, actor) if call.state == CallState.WAITING else None
    context = {
        **_row(call, actor),
        "lines": lines,
        "standing": sum(not line.dropped for line in lines),
        "acts": {step.action for step in CALL.available(state=call.state, actor=actor)},
        "barred": barred,
        "turn": turn(call, actor) if barred else [],
        "has_sheet": call.state not in {CallState.COLLECTING, CallState.WAITING},
        "lacks_basis": services.lacks_basis(call),
        "may_fetch": actor.has(*FETCHERS),
        "panels": panels.load("call", actor=actor, subject=call),
    }
    return render(request, "programs/calls/call.html", context)


@require_GET
@officer_page(*NAMERS, village=True)
def call_find(request: HttpRequest, uid: str) -> HttpResponse:
    """Look for people who fit, each with what he receives already."""
    actor = actor_of(request)
    call = selectors.call(uid, actor=actor)
    sent = {name: value for name, value in request.GET.items() if name != "from"}
    form = FinderForm(sent or None, actor=actor)
    asked = form.asked()
    lines: list[Any] = []
    turns: dict[str, str] = {}
    if asked:
        page = keyset.page(
            selectors.find(actor, call, asked),
            order=("pk",),
            position=request.GET.get("from", ""),
        )
        lines = selectors.lines_of(page.rows, actor=actor)
        turns = page.turns(sent)
        audit(actor=actor, action="call.find", subject=call, fields=asked)
    context = {
        "call": call,
        "form": form,
        "lines": lines,
        "asked": asked,
        "clear_url": reverse("programs:call_find", args=[uid]),
        **turns,
    }
    return render(request, "programs/calls/find.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*NAMERS, village=True)
def call_name(request: HttpRequest, uid: str, resident_uid: str) -> HttpResponse:
    """Put somebody on the list, with the reason."""
    actor = actor_of(request)
    call = selectors.call(uid, actor=actor)
    resident = person(resident_uid, actor=actor)
    form = NameForm(request.POST or None)
    if carried_out(
        request,
        form,
        services.name_candidate,
        done=_("Calon ditambahkan."),
        actor=actor,
        uid=uid,
        resident_uid=resident_uid,
    ):
        return redirect("programs:call", uid=uid)
    (line,) = selectors.lines_of([resident], actor=actor)
    return _form_page(
        request, call, form, title=_("Tambahkan calon"), submit=_("Tambahkan"), line=line
    )


@require_POST
@officer_page(*NAMERS, village=True)
def call_strike(request: HttpRequest, uid: str) -> HttpResponse:
    """Take a name off the list again."""
    call = services.strike_candidate(actor=actor_of(request), uid=uid)
    say_done(request, None, _("Calon dikeluarkan dari daftar."))
    return redirect("programs:call", uid=call.uid)


@require_http_methods(["GET", "POST"])
@officer_page(Role.BACK, village=True)
def call_submit(request: HttpRequest, uid: str) -> HttpResponse:
    """Put the list before the approver."""
    return _act(
        request,
        uid,
        services.submit,
        title=_("Ajukan untuk disetujui"),
        submit=_("Ajukan"),
        done=_("Daftar diajukan."),
        text=_("Selama menunggu persetujuan, nama tidak dapat ditambah atau dikeluarkan."),
    )


@require_http_methods(["GET", "POST"])
@officer_page(*DECIDERS, village=True)
def call_approve(request: HttpRequest, uid: str) -> HttpResponse:
    """Approve the list: leave to hand it over."""
    return _act(
        request,
        uid,
        services.approve,
        title=_("Setujui daftar"),
        submit=_("Setujui"),
        done=_("Daftar disetujui untuk diserahkan."),
        text=_("Yang memilih penerimanya tetap pemilik program."),
    )


@require_http_methods(["GET", "POST"])
@officer_page(*DECIDERS, village=True)
def call_return(request: HttpRequest, uid: str) -> HttpResponse:
    """Give the list back to be mended."""
    return _act(
        request,
        uid,
        services.return_call,
        form_class=ReturnForm,
        title=_("Kembalikan untuk diperbaiki"),
        submit=_("Kembalikan"),
        done=_("Daftar dikembalikan."),
    )


@require_http_methods(["GET", "POST"])
@officer_page(*COUNTER, village=True)
def call_basis(request: HttpRequest, uid: str) -> HttpResponse:
    """Record why a partner may have the names; then the list can be opened and printed."""
    call = selectors.call(uid, actor=actor_of(request))
    return _act(
        request,
        uid,
        services.record_basis,
        form_class=BasisForm,
        title=_("Catat dasar pemberian data"),
        submit=_("Catat"),
        done=_("Dasarnya dicatat; daftarnya dapat dibuka."),
        initial={"legal_basis": call.legal_basis},
    )


@require_http_methods(["GET", "POST"])
@officer_page(*COUNTER, village=True)
def call_hand_over(request: HttpRequest, uid: str) -> HttpResponse:
    """Record who took the list and why it may go there, or send it; it is frozen as it went."""
    call = selectors.call(uid, actor=actor_of(request))
    if call.via:
        return _send(request, call)
    return _act(
        request,
        uid,
        services.hand_over,
        form_class=HandOverForm if is_government(call.programme) else PartnerHandOverForm,
        title=_("Catat penyerahan"),
        submit=_("Catat"),
        done=_("Penyerahan dicatat; daftarnya dibekukan."),
        initial={
            "handed_on": actor_of(request).office.today(),
            "legal_basis": call.legal_basis,
        },
    )


def _send(request: HttpRequest, call: Call) -> HttpResponse:
    """Send the list to the tier above that asked for it."""
    today = actor_of(request).office.today()
    return _act(
        request,
        str(call.uid),
        partial(services.hand_over, receiver=call.via, handed_on=today),
        form_class=SendForm if is_government(call.programme) else PartnerSendForm,
        title=_("Kirim ke kabupaten"),
        submit=_("Kirim"),
        done=_("Daftarnya dikirim ke %(via)s dan dibekukan.") % {"via": call.via},
        text=_("Daftarnya dikirim ke %(via)s seperti di “Unduh daftar”.") % {"via": call.via},
        initial={"legal_basis": call.legal_basis},
    )


@require_http_methods(["GET", "POST"])
@officer_page(*COUNTER, village=True)
def call_result(request: HttpRequest, uid: str) -> HttpResponse:
    """Record what the owner chose of one person."""
    actor = actor_of(request)
    candidate = selectors.candidate(uid, actor=actor)
    form = ResultForm(
        request.POST or None,
        initial={
            "version": candidate.version,
            "result": candidate.result,
            "told_on": candidate.result_on or actor.office.today(),
            "source": candidate.result_source,
        },
    )
    done = _("Pilihan pemilik dicatat.")
    if carried_out(request, form, services.record_result, done=done, actor=actor, uid=uid):
        return redirect("programs:call", uid=candidate.call.uid)
    (line,) = selectors.lines_of([candidate.resident.person], actor=actor)
    return _form_page(
        request, candidate.call, form, title=_("Pilihan pemilik"), submit=_("Catat"), line=line
    )


@require_GET
@officer_page(*FETCHERS, village=True)
def call_sheet(request: HttpRequest, uid: str) -> HttpResponse:
    """The list for the owner: as handed over, or as approved. Audited."""
    actor = actor_of(request)
    call = selectors.call(uid, actor=actor)
    content = services.read_sheet(call, actor=actor)
    audit(actor=actor, action="call.export", subject=call)
    response = HttpResponse(content, content_type=services.XLSX)
    response["Content-Disposition"] = f'attachment; filename="calon-{call.uid}.xlsx"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@officer_page(*FETCHERS, village=True)
def call_print(request: HttpRequest, uid: str) -> HttpResponse:
    """Ask for the same list on paper, with room to sign. Audited."""
    paper = request.POST.get("paper", PAPERS[0])
    made = printing.ask_candidates(actor=actor_of(request), uid=uid, paper=paper)
    return redirect("programs:print", uid=made.uid)


def home_panel(actor: Actor, subject: Any) -> dict[str, Any] | None:
    """The desk's panel: calls that are not closed; none, no panel. One query."""
    if not (actor.has(*READERS) and actor.office.is_village):
        return None
    found = selectors.waiting(actor)
    return {"rows": [_row(one, actor) for one in found]} if found else None


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
    call = selectors.call(uid, actor=actor)
    form = form_class(request.POST or None, initial={"version": call.version, **(initial or {})})
    if carried_out(request, form, verb, done=done, actor=actor, uid=uid):
        return redirect("programs:call", uid=uid)
    return _form_page(request, call, form, title=title, submit=submit, text=text)


def _row(call: Any, actor: Actor) -> dict[str, Any]:
    is_due = call.due_on and call.state not in {CallState.HANDED, CallState.CLOSED}
    return {
        "call": call,
        "tone": _TONES[CallState(call.state)],
        "days": (call.due_on - actor.office.today()).days if is_due else None,
    }


def _form_page(
    request: HttpRequest, call: Call | None, form: Any, *, title: str, submit: str, **more: Any
) -> HttpResponse:
    context = {"form": form, "title": title, "submit": submit, "call": call, **more}
    return form_page(request, "programs/calls/form.html", context)
