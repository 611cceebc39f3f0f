"""Officers' pages of cases: the queue, one case, and its acts."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from complaints import acts, selectors, services, timeline
from complaints.deadlines import days_off, working_days
from complaints.flow import entered_at, steps_of
from complaints.forms import PhonesForm, SeenForm, UploadForm
from complaints.models import Complaint
from complaints.queue_filters import CaseFilter
from complaints.whereabouts import waits_here_since
from complaints.workflow import CASE, OPEN_STATES, REGISTRARS, CaseState
from programs.selectors import participations_of
from puskesmas import keyset, panels
from puskesmas.actors import Actor
from puskesmas.errors import DomainError, NotFound, StaleVersion
from puskesmas.history import audit
from puskesmas.models import Role
from puskesmas.pages import actor_of, add_error, officer_page, say_done
from puskesmas.workflow import role_names
from registry.places import place_of
from registry.selectors import household_of, is_family

PAGE_SIZE = 25


# --- The queue -----------------------------------------------------------------------------------


@require_GET
@officer_page(*selectors.READERS)
def queue(request: HttpRequest) -> HttpResponse:
    """List the cases of one tab: emergencies first, then by due date."""
    actor = actor_of(request)
    shown = selectors.tabs(actor)
    tab = next((one for one in shown if one.code == request.GET.get("tab")), shown[0])
    rows = selectors.with_needed(selectors.cases(actor).filter(tab.condition))
    filters = CaseFilter(request.GET, queryset=rows, actor=actor)
    page = keyset.page(
        filters.qs, order=tab.order, position=request.GET.get("at", ""), size=PAGE_SIZE
    )
    return render(
        request,
        "complaints/queue.html",
        {
            "tabs": _tab_links(request, actor, shown, tab),
            "tab": tab,
            "rows": queue_rows(page.rows, actor),
            "filter": filters,
            "clear_url": f"{reverse('complaints:queue')}?tab={tab.code}",
            "next_url": _with(request, at=page.next) if page.next else "",
            "previous_url": _with(request, at=page.previous) if page.previous else "",
            "may_register": selectors.may_register(actor),
        },
    )


def _tab_links(
    request: HttpRequest, actor: Actor, shown: list[selectors.Tab], current: selectors.Tab
) -> list[dict[str, Any]]:
    counts = selectors.counts(actor, shown)
    return [
        {
            "label": tab.label,
            "url": _with(request, tab=tab.code, at=""),
            "current": tab is current,
            "count": selectors.capped(counts[tab.code]) if tab.counted else None,
        }
        for tab in shown
    ]


def _with(request: HttpRequest, **changes: str) -> str:
    """Return this page's address with some parameters changed; empty ones are left out."""
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value
    for name in [name for name, value in query.items() if not value]:
        del query[name]
    return f"?{query.urlencode()}"


def queue_rows(rows: list[Complaint], actor: Actor) -> list[dict[str, Any]]:
    """Return the rows of a list with their tone and days: one query for the holidays."""
    is_off = days_off(actor.office)
    now = timezone.now()
    return [
        {
            "case": row,
            "tone": tone_of(row),
            "days": working_days(actor.office, now, row.due_at, is_off=is_off)
            if row.due_at
            else None,
            "waiting": working_days(actor.office, row.state_since, now, is_off=is_off),
        }
        for row in rows
    ]


def tone_of(case: Complaint) -> str:
    """Return the badge's tone for a case's state: whose turn it is, repeated in colour."""
    tones: dict[str, str] = {
        CaseState.REGISTERED: "info",
        CaseState.WAITING_RESIDENT: "waiting",
        CaseState.IN_VERIFICATION: "progress",
        CaseState.IN_HANDLING: "progress",
        CaseState.AWAITING_APPROVAL: "waiting",
        CaseState.REFERRED: "waiting",
        CaseState.ANSWERED: "info",
        CaseState.AWAITING_REALISATION: "waiting",
        CaseState.CLOSED: "success",
    }
    return tones.get(case.state, "neutral")


# --- The case ------------------------------------------------------------------------------------


@require_GET
@officer_page(*selectors.READERS)
def case(request: HttpRequest, uid: str) -> HttpResponse:
    """Everything about one case, and what may be done with it now."""
    actor = actor_of(request)
    row = selectors.case(uid, actor=actor)
    audit(actor=actor, action="open_case", subject=row)
    return render(request, "complaints/case.html", _case_context(row, actor))


@require_http_methods(["GET", "POST"])
@officer_page(*selectors.READERS)
def act(request: HttpRequest, uid: str, code: str) -> HttpResponse:
    """Show an act's form on the case's page, and carry it out.

    A refused act shows the page again with everything that was typed, the newest state of the case
    beside it, and the version that state has: what is sent next was decided on what is shown.
    """
    actor = actor_of(request)
    row = selectors.case(uid, actor=actor)
    wanted = acts.ACTS.get(code)
    if wanted is None:
        raise NotFound(_("Tindakan ini tidak ada."))
    if request.method == "GET":
        audit(actor=actor, action="open_case", subject=row)
        form = wanted.form(case=row)
        return render(request, "complaints/case.html", _case_context(row, actor, wanted, form))
    form = wanted.form(request.POST, request.FILES or None, case=row)
    error: DomainError | None = None
    if form.is_valid():
        try:
            result = wanted.verb(actor=actor, uid=uid, **form.cleaned_data)
        except DomainError as refused:
            error = refused
            add_error(form, refused)
        else:
            say_done(request, result, wanted.done)
            return redirect("complaints:case", uid=uid)
    row = selectors.case(uid, actor=actor)
    context = _case_context(row, actor, wanted, _at_version(form, row), error)
    return render(request, "complaints/case.html", context, status=error.status if error else 400)


@require_POST
@officer_page(*REGISTRARS)
def phones(request: HttpRequest, uid: str) -> HttpResponse:
    """Show the phones of the person and of who reported, on this one answer, for a reason."""
    actor = actor_of(request)
    row = selectors.case(uid, actor=actor)
    form = PhonesForm(request.POST)
    opened: dict[str, str] = {}
    if form.is_valid():
        opened = services.reveal_phones(actor=actor, uid=uid, reason=form.cleaned_data["reason"])
    context = _case_context(row, actor) | {"phones": opened, "phones_form": form}
    status = 200 if opened else 400
    response = render(request, "complaints/case.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _at_version(form: Any, case: Complaint) -> Any:
    """Let the form that is shown again carry the version of the case shown beside it."""
    form.data = form.data.copy()
    form.data[form.add_prefix("version")] = str(case.version)
    form.case = case
    return form


def _case_context(
    case: Complaint,
    actor: Actor,
    act: acts.Act | None = None,
    form: Any = None,
    error: DomainError | None = None,
) -> dict[str, Any]:
    family = is_family(actor.user, case.person)
    members = household_of(case.person)
    holdings = participations_of([member.resident for member in members] or [case.person])
    moves = timeline.moves_of(case)
    is_off = days_off(actor.office)
    now = timezone.now()
    open_acts = acts.acts_for(actor, case, is_family=family)
    in_panel = act is not None and act.code in acts.PANEL_ACTS
    return {
        "case": case,
        "tone": tone_of(case),
        "place": place_of(case.person),
        "days": working_days(actor.office, now, case.due_at, is_off=is_off)
        if case.due_at
        else None,
        "steps": steps_of(case, entered_at((move.target, move.at) for move in moves)),
        "turn": turn_of(case, working_days(actor.office, case.state_since, now, is_off=is_off)),
        "is_own_family": family,
        "buttons": acts.buttons_for(actor, case, is_family=family),
        "minor_acts": [one for one in open_acts if one.minor],
        "has_steps": bool(CASE.available(state=case.state, actor=actor)),
        "act": None if in_panel else act,
        "act_open": act is None or acts.is_open(act.code, actor, case, is_family=family),
        "act_form": form,
        "stale": isinstance(error, StaleVersion),
        "last_move": moves[-1] if moves else None,
        "held": [row for row in case.programmes.all() if row.relation == "held"],
        "needed": [row for row in case.programmes.all() if row.relation == "needed"],
        "papers": case.papers.all(),
        "may_handle_papers": selectors.may_register(actor)
        and case.state in OPEN_STATES
        and not family,
        "today": actor.office.today(),
        "seen_form": form if act and act.code == "papers" else SeenForm(case=case),
        "upload_form": form if act and act.code == "upload" else UploadForm(case=case),
        "upload_opened": bool(act and act.code == "upload"),
        "household": [
            {"member": member, "holds": holdings.get(member.resident_id, [])} for member in members
        ],
        "events": timeline.events_of(case, moves, actor=actor),
        "panels": panels.load("case", actor=actor, subject=case),
        "phones_form": PhonesForm() if _has_phones(actor, case) else None,
    }


def _has_phones(actor: Actor, case: Complaint) -> bool:
    """Return whether the officer speaks to residents, and there is a number to call."""
    return selectors.may_register(actor) and bool(case.person.phone or case.reporter_phone)


def turn_of(case: Complaint, days: int) -> str:
    """Return whose turn it is and since when, in a sentence; "" when the case has ended."""
    who = _who_is_next(case)
    if not who:
        return ""
    if days <= 0:
        return _("Menunggu %(who)s sejak hari ini") % {"who": who}
    return ngettext(
        "Menunggu %(who)s sejak %(days)d hari kerja",
        "Menunggu %(who)s sejak %(days)d hari kerja",
        days,
    ) % {"who": who, "days": days}


def _who_is_next(case: Complaint) -> str:
    if waits_here_since(case):
        return _("petugas yang mengirim atau mengantar berkasnya")
    if case.state in {CaseState.REFERRED, CaseState.AWAITING_REALISATION}:
        return _("pemilik program")
    if case.state == CaseState.WAITING_RESIDENT:
        return _("warga")
    roles = {
        CaseState.REGISTERED: Role.BACK,
        CaseState.IN_VERIFICATION: Role.BACK,
        CaseState.IN_HANDLING: Role.BACK,
        CaseState.AWAITING_APPROVAL: Role(case.office.approver_role),
        CaseState.ANSWERED: Role.FRONT,
    }
    role = roles.get(CaseState(case.state))
    return role_names([role.value]).lower() if role else ""
