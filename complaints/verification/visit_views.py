"""Pages of a visit, small enough for a cheap phone: each saves what is on it, script or not."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from complaints import selectors as case_selectors
from complaints.models import Complaint, HouseVisit, VisitPhoto, VisitState
from complaints.verification import selectors, services, sheet
from complaints.verification.forms import (
    KEY_OF,
    AssignForm,
    CancelForm,
    EconomyForm,
    FinishForm,
    PhotoForm,
    PlanForm,
    PositionForm,
    QuestionsForm,
    SheetForm,
    SheetNumberForm,
)
from complaints.verification.selectors import READERS
from complaints.verification.workflow import PLANNERS, TYPISTS, VISIT, VISITORS
from complaints.workflow import OPEN_STATES
from puskesmas import keyset
from puskesmas.actors import Actor
from puskesmas.history import audit
from puskesmas.models import Role, User
from puskesmas.pages import actor_of, carried_out, form_page, officer_page
from registry.places import place_of
from registry.selectors import household_of, is_family
from registry.separation import holders_of
from registry.verval.assigning import Hands
from reports.letters.views import pdf_response

PAGE_SIZE = 30


@require_GET
@officer_page(*READERS, village=True)
def visits(request: HttpRequest) -> HttpResponse:
    """The visits still to be made: one's own, or the office's."""
    return _list_page(request, SheetNumberForm())


@require_POST
@officer_page(*READERS, village=True)
def find(request: HttpRequest) -> HttpResponse:
    """Open the visit of a sheet's number: to type it, or to look at it."""
    actor = actor_of(request)
    form = SheetNumberForm(request.POST)
    if form.is_valid():
        found = selectors.visit_by_number(form.cleaned_data["number"], actor=actor)
        if found is not None:
            typed = actor.has(*TYPISTS) and found.state == VisitState.PLANNED
            page = "verification:entry" if typed else "verification:visit"
            return redirect(page, uid=found.uid)
        form.add_error("number", _("Tidak ada kunjungan dengan nomor ini di kantor ini."))
    return _list_page(request, form)


def _list_page(request: HttpRequest, form: SheetNumberForm) -> HttpResponse:
    actor = actor_of(request)
    may_choose = actor.has(*case_selectors.READERS)
    mine = not may_choose or request.GET.get("of") == "me"
    position = request.GET.get("at", "")
    rows = selectors.open_visits(actor, mine=mine)
    emergency = Q(complaint__urgency=Complaint.Urgency.EMERGENCY)
    page = keyset.page(rows.exclude(emergency), order=("pk",), position=position, size=PAGE_SIZE)
    urgent = [] if position else list(rows.filter(emergency)[:PAGE_SIZE])
    more = "&of=me" if mine and may_choose else ""
    tabs = [
        {"label": _("Semua"), "url": "?", "current": not mine},
        {"label": _("Tugas saya"), "url": "?of=me", "current": mine},
    ]
    context = {
        "form": form,
        "rows": [
            {"visit": row, "place": place_of(row.complaint.person)} for row in [*urgent, *page.rows]
        ],
        "tabs": tabs if may_choose else [],
        "may_assign": actor.has(*PLANNERS),
        "previous_url": f"?at={page.previous}{more}" if page.previous else "",
        "next_url": f"?at={page.next}{more}" if page.next else "",
    }
    return form_page(request, "verification/visits.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*PLANNERS, village=True)
def plan(request: HttpRequest, uid: str) -> HttpResponse:
    """Plan a visit to the house of a case."""
    actor = actor_of(request)
    case = case_selectors.case(uid, actor=actor)
    form = PlanForm(
        request.POST or None,
        initial={"version": case.version},
        actor=actor,
        officers=_walkers(actor, case),
    )
    done = _("Kunjungan direncanakan.")
    if carried_out(request, form, services.plan_visit, done=done, actor=actor, uid=uid):
        return redirect("complaints:case", uid=uid)
    context = {
        "form": form,
        "title": VISIT.steps["plan"].label,
        "caption": case.person.name,
        "submit": _("Rencanakan"),
        "cancel_url": reverse("complaints:case", args=[uid]),
    }
    return form_page(request, "verification/form.html", context)


def _walkers(actor: Actor, case: Complaint) -> list[User]:
    """Return who may be sent to the house: not a kasun of elsewhere, nobody of the family."""
    hands, person = Hands(actor.office), case.person
    return [
        officer
        for officer in hands.officers
        if hands.covers(officer, person.dusun, person.rw) and not is_family(officer, person)
    ]


@require_GET
@officer_page(*READERS, village=True)
def visit(request: HttpRequest, uid: str) -> HttpResponse:
    """One visit: where, what is filled in, what is left; or what was found."""
    actor = actor_of(request)
    row = selectors.visit(uid, actor=actor)
    audit(actor=actor, action="visit.open", subject=row)
    return render(request, "verification/visit.html", _context(row, actor))


def _context(row: HouseVisit, actor: Actor) -> dict[str, Any]:
    family = is_family(actor.user, row.complaint.person)
    is_open = row.state == VisitState.PLANNED and row.complaint.state in OPEN_STATES
    typed = is_open and actor.has(*TYPISTS) and not family
    plans = actor.has(*PLANNERS) and not family
    return {
        "visit": row,
        "case": row.complaint,
        "person": row.complaint.person,
        "place": place_of(row.complaint.person),
        "tasks": selectors.tasks_of(row),
        "photos": row.photos.all(),
        "is_open": is_open,
        "is_own_family": family,
        "may_fill": is_open and not family and services.is_in_hand(actor, row),
        "may_type": typed,
        "may_assign": is_open and plans,
        "may_cancel": row.state == VisitState.PLANNED and plans,
        "case_ended": row.state == VisitState.PLANNED and not is_open,
        "may_read_case": actor.has(*case_selectors.READERS),
        "may_add_photo": row.state != VisitState.CANCELLED
        and row.complaint.state in OPEN_STATES
        and not family
        and services.is_in_hand(actor, row, typed=True),
    }


# --- The pages of a visit ------------------------------------------------------------------------


def _page(
    request: HttpRequest,
    uid: str,
    *,
    page: str,
    title: Any,
    form_of: Callable[[HouseVisit], Any],
    verb: Callable[..., Any],
    done: Any,
    roles: tuple[str, ...] = VISITORS,
    submit: Any = "",
    **more: Any,
) -> HttpResponse:
    actor = actor_of(request)
    row = selectors.visit(uid, actor=actor)
    form = form_of(row)
    if carried_out(request, form, verb, done=done, actor=actor, uid=uid):
        return redirect("verification:visit", uid=uid)
    context = _context(row, actor) | {
        "form": form,
        "title": title,
        "submit": submit or _("Simpan"),
        "draft": f"visit-{row.uid}-{page}",
        **more,
    }
    return form_page(request, "verification/visit_form.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*VISITORS, village=True)
def questions(request: HttpRequest, uid: str) -> HttpResponse:
    """The questions of the set."""

    def form_of(row: HouseVisit) -> QuestionsForm:
        said = {QuestionsForm.prefix_of(code): answer for code, answer in row.answers.items()}
        return QuestionsForm(
            request.POST or None,
            criteria=row.criteria_set.criteria,
            initial={"version": row.version, "answered_by": row.answered_by, **said},
        )

    return _page(
        request,
        uid,
        page="questions",
        title=_("Pertanyaan survei"),
        form_of=form_of,
        verb=services.save_answers,
        done=_("Jawaban disimpan."),
    )


@require_http_methods(["GET", "POST"])
@officer_page(*VISITORS, village=True)
def position(request: HttpRequest, uid: str) -> HttpResponse:
    """Where the house stands."""
    return _page(
        request,
        uid,
        page="position",
        title=_("Letak rumah"),
        form_of=lambda row: PositionForm(
            request.POST or None, initial={"version": row.version, **(row.position or {})}
        ),
        verb=services.save_position,
        done=_("Letak rumah disimpan."),
        has_position=True,
    )


@require_http_methods(["GET", "POST"])
@officer_page(*VISITORS, village=True)
def economy(request: HttpRequest, uid: str) -> HttpResponse:
    """What the family earns and spends."""

    def form_of(row: HouseVisit) -> EconomyForm:
        known = row.economy or {"members": len(household_of(row.complaint.person)) or None}
        return EconomyForm(request.POST or None, initial={"version": row.version, **known})

    return _page(
        request,
        uid,
        page="economy",
        title=_("Penghasilan"),
        form_of=form_of,
        verb=services.save_economy,
        done=_("Penghasilan disimpan."),
    )


@require_http_methods(["GET", "POST"])
@officer_page(*VISITORS, Role.FRONT, village=True)
def photos(request: HttpRequest, uid: str) -> HttpResponse:
    """The photos, one form a side: a line that breaks loses one photo at most."""
    actor = actor_of(request)
    row = selectors.visit(uid, actor=actor)
    sent = PhotoForm(request.POST, request.FILES) if request.method == "POST" else None
    done = _("Foto disimpan.")
    if sent and carried_out(request, sent, services.add_photo, done=done, actor=actor, uid=uid):
        return redirect("verification:photos", uid=uid)
    kept = {photo.side: photo for photo in row.photos.all()}
    sides = []
    for side in VisitPhoto.Side:
        form = PhotoForm(initial={"version": row.version, "side": side}, auto_id=f"{side}_%s")
        if sent and sent.data.get("side") == side:
            sent.auto_id = f"{side}_%s"
            form = sent
        closed = row.state != VisitState.PLANNED and side in kept
        sides.append(
            {
                "label": side.label,
                "photo": kept.get(side),
                "form": None if closed else form,
                "wanted": side in selectors.WANTED_SIDES,
            }
        )
    context = _context(row, actor) | {"sides": sides, "form": sent or PhotoForm()}
    return form_page(request, "verification/photos.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*VISITORS, village=True)
def finish(request: HttpRequest, uid: str) -> HttpResponse:
    """Keep the visit as it is."""
    actor = actor_of(request)
    return _page(
        request,
        uid,
        page="finish",
        title=_("Selesaikan survei"),
        form_of=lambda row: FinishForm(
            request.POST or None,
            initial={
                "version": row.version,
                "visited_on": actor.office.today(),
                "surveyor_name": actor.officer.name,
            },
        ),
        verb=services.finish_visit,
        done=_("Survei selesai. Terima kasih."),
        submit=_("Selesaikan survei"),
        ends=True,
    )


@require_http_methods(["GET", "POST"])
@officer_page(*TYPISTS, village=True)
def entry(request: HttpRequest, uid: str) -> HttpResponse:
    """Type a sheet that came back on paper: one screen, number keys."""
    return _page(
        request,
        uid,
        page="entry",
        title=VISIT.steps["enter"].label,
        form_of=lambda row: SheetForm(
            request.POST or None,
            criteria=row.criteria_set.criteria,
            initial=_saved(row),
        ),
        verb=services.enter_sheet,
        done=_("Lembar survei dicatat."),
        is_entry=True,
    )


def _saved(row: HouseVisit) -> dict[str, Any]:
    """Return what was saved from the phone, as the sheet's boxes say it."""
    keys = {SheetForm.prefix_of(code): KEY_OF[said] for code, said in row.answers.items()}
    return {
        "version": row.version,
        "surveyor_name": row.assigned_to.name if row.assigned_to else "",
        "answered_by": row.answered_by,
        **keys,
        **(row.economy or {}),
        **(row.position or {}),
    }


@require_http_methods(["GET", "POST"])
@officer_page(*PLANNERS, village=True)
def assign(request: HttpRequest, uid: str) -> HttpResponse:
    """Give the visit to another officer."""
    actor = actor_of(request)
    row = selectors.visit(uid, actor=actor)
    form = AssignForm(
        request.POST or None,
        initial={"version": row.version, "officer": row.assigned_to and row.assigned_to.uid},
        officers=[*_walkers(actor, row.complaint), *_heads(actor, row.complaint)],
    )
    return _planner_page(request, row, form, services.assign_visit, "assign")


def _heads(actor: Actor, case: Complaint) -> list[User]:
    """Return the penanggung jawab, who goes where nobody else may."""
    return [
        head for head in holders_of(actor.office, Role.HEAD) if not is_family(head, case.person)
    ]


@require_http_methods(["GET", "POST"])
@officer_page(*PLANNERS, village=True)
def cancel(request: HttpRequest, uid: str) -> HttpResponse:
    """Take the visit back."""
    row = selectors.visit(uid, actor=actor_of(request))
    form = CancelForm(request.POST or None, initial={"version": row.version})
    return _planner_page(request, row, form, services.cancel_visit, "cancel")


def _planner_page(
    request: HttpRequest, row: HouseVisit, form: Any, verb: Callable[..., Any], step: str
) -> HttpResponse:
    done = _("Tersimpan.")
    if carried_out(request, form, verb, done=done, actor=actor_of(request), uid=row.uid):
        return redirect("verification:visit", uid=row.uid)
    context = {
        "form": form,
        "title": VISIT.steps[step].label,
        "caption": row.complaint.person.name,
        "submit": VISIT.steps[step].label,
        "cancel_url": reverse("verification:visit", args=[row.uid]),
        "danger": step == "cancel",
    }
    return form_page(request, "verification/form.html", context)


@require_GET
@officer_page(*READERS, village=True)
def sheet_pdf(request: HttpRequest, uid: str) -> HttpResponse:
    """The sheet for paper, F4 unless A4 is asked for. Audited."""
    actor = actor_of(request)
    row = selectors.visit(uid, actor=actor)
    paper = "a4" if request.GET.get("paper") == "a4" else "f4"
    audit(actor=actor, action="visit.print_sheet", subject=row)
    return pdf_response(sheet.render(row, paper=paper), name=f"survei-{row.number}.pdf")
