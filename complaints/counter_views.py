"""Officers' pages of the counter: find the person, register, print, log a question."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from complaints import letters, selectors, services
from complaints.forms import ALWAYS_OFFERED, IntakeForm, QuestionForm, paper_choices
from complaints.models import Complaint, ComplaintPaper
from complaints.wanted import papers_for
from complaints.workflow import REGISTRARS
from programs.models import Programme
from programs.selectors import participations_of, programmes_of, versions_on
from puskesmas import typed_numbers
from puskesmas.actors import Actor
from puskesmas.errors import DomainError, NotFound
from puskesmas.history import audit
from puskesmas.pages import actor_of, add_error, form_page, officer_page, say_done
from registry import badges
from registry.finding import find_for_page
from registry.forms import SearchForm
from registry.models import Resident
from registry.places import place_of
from registry.search_terms import is_reading
from registry.selectors import is_family, person, register_answer


@require_http_methods(["GET", "POST"])
@officer_page(*REGISTRARS)
def new(request: HttpRequest) -> HttpResponse:
    """Register a matter of the person named in the address; without one, find him first."""
    uid = request.GET.get("person", "")
    if not uid:
        return _find_person(request)
    actor = actor_of(request)
    resident = person(_uid(uid), actor=actor)
    form = IntakeForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            case = services.register_complaint(actor=actor, subject=resident, **form.cleaned_data)
        except DomainError as error:
            add_error(form, error)
        else:
            say_done(request, case)
            return redirect("complaints:registered", uid=case.uid)
    return form_page(request, "complaints/new.html", _intake_context(form, resident, actor))


def _uid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise NotFound(_("Warga tidak ditemukan di kantor ini.")) from None


def _find_person(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = SearchForm(request.POST or None)
    asked = request.method == "POST" and form.is_valid()
    found, more = find_for_page(form.cleaned_data["q"], actor=actor) if asked else ([], False)
    if asked:
        typed_numbers.remember(request, form.cleaned_data["q"])
    marks = badges.load(actor, [hit.resident for hit in found])
    results = [_result(hit.resident, marks.get(hit.resident.pk, [])) for hit in found]
    live = bool(getattr(request, "htmx", False))
    template = "registry/_results.html" if live else "complaints/find_person.html"
    context = {"form": form, "results": results, "more": more, "asked": asked, "live": live}
    context["is_reading"] = asked and is_reading(actor.office.pk)
    return render(request, template, context)


def _result(resident: Resident, marks: list[dict[str, Any]]) -> dict[str, Any]:
    own = []
    if resident.life != Resident.Life.ALIVE:
        own.append({"label": resident.get_life_display(), "tone": "danger"})
    return {
        "title": resident.name,
        "url": f"{reverse('complaints:new')}?person={resident.uid}",
        "number": resident.nik,
        "text": place_of(resident),
        "badges": own + marks,
    }


def _intake_context(form: IntakeForm, resident: Resident, actor: Actor) -> dict[str, Any]:
    chosen = form["needed"].value() or []
    return {
        "form": form,
        "resident": resident,
        "place": place_of(resident),
        "live": selectors.live_cases([resident], actor=actor)[resident.pk],
        "is_own_family": is_family(actor.user, resident),
        "answer": register_answer(resident, actor=actor),
        "holds": participations_of([resident])[resident.pk],
        "offered": _offered(
            actor,
            [str(uid) for uid in chosen],
            form["papers_seen"].value() or [],
            resident=resident,
            urgency=form["urgency"].value(),
        ),
        "autosave": f"case-{resident.uid}",
    }


@require_GET
@officer_page(*REGISTRARS)
def papers(request: HttpRequest) -> HttpResponse:
    """The papers to look for, for the programmes chosen so far (a fragment for htmx)."""
    actor = actor_of(request)
    asked = request.GET
    uid = asked.get("person", "")
    offered = _offered(
        actor,
        asked.getlist("needed"),
        asked.getlist("papers_seen"),
        resident=person(_uid(uid), actor=actor) if uid else None,
        urgency=asked.get("urgency", ""),
    )
    return render(request, "complaints/_papers.html", {"offered": offered})


def _offered(
    actor: Actor,
    needed: list[str],
    seen: list[str],
    *,
    resident: Resident | None,
    urgency: str,
) -> list[dict[str, Any]]:
    """Return the tick boxes: papers the programmes want and their substitutes, then all others.

    Three queries, and those of the person's facts where a paper depends on one.
    """
    programmes = _programmes(actor, needed)
    today = actor.office.today()
    wanted = papers_for(
        resident,
        versions_on(programmes, today).values(),
        office=actor.office,
        day=today,
        emergency=urgency == Complaint.Urgency.EMERGENCY,
        seen=seen,
    )
    known = dict(paper_choices(actor.office))
    first: dict[str, str] = {}
    for paper in wanted:
        if not paper.by_office:
            first[paper.code] = paper.label
            for code in paper.substitutes:
                first.setdefault(code, _("%s (pengganti)") % known.get(code, code))
    for code in ALWAYS_OFFERED:
        first.setdefault(code, known[code])
    others = {code: name for code, name in known.items() if code not in first}
    return [
        {
            "label": _("Diminta program yang dipilih") if programmes else "",
            "boxes": _boxes(first, seen),
        },
        {
            "label": _("Berkas lain"),
            "boxes": _boxes(others, seen),
            "closed": not set(others) & set(seen),
        },
    ]


def _boxes(names: dict[str, str], seen: list[str]) -> list[dict[str, Any]]:
    return [{"code": code, "name": name, "on": code in seen} for code, name in names.items()]


def _programmes(actor: Actor, uids: list[str]) -> list[Programme]:
    wanted = {uid for uid in uids if uid}
    if not wanted:
        return []
    return [row for row in programmes_of(actor.office) if str(row.uid) in wanted]


@require_GET
@officer_page(*REGISTRARS)
def registered(request: HttpRequest, uid: str) -> HttpResponse:
    """Say the number aloud, print the receipt, and what comes next."""
    actor = actor_of(request)
    case = selectors.case(uid, actor=actor)
    return render(
        request,
        "complaints/registered.html",
        {"case": case, "lacking": _lacking(case)},
    )


def _lacking(case: Complaint) -> list[ComplaintPaper]:
    today = case.office.today()
    return [paper for paper in case.papers.all() if paper.is_missing(today) and not paper.by_office]


@require_GET
@officer_page(*selectors.READERS)
def receipt(request: HttpRequest, uid: str) -> HttpResponse:
    """The receipt as PDF, for paper."""
    from reports.letters.render import render_receipt

    actor = actor_of(request)
    case = selectors.case(uid, actor=actor)
    audit(actor=actor, action="print_receipt", subject=case)
    return _pdf(render_receipt(letters.receipt_context(case)), case.receipt_number)


def _pdf(content: bytes, number: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="resi-{number}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


# --- Questions answered at once ------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@officer_page(*REGISTRARS)
def question_new(request: HttpRequest) -> HttpResponse:
    """Log a question answered at the counter, in one step."""
    actor = actor_of(request)
    uid = request.GET.get("person", "")
    resident = person(_uid(uid), actor=actor) if uid else None
    form = QuestionForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            question = services.log_question(actor=actor, resident=resident, **form.cleaned_data)
        except DomainError as error:
            add_error(form, error)
        else:
            say_done(request, question, _("Pertanyaan dan jawabannya tercatat."))
            if question.receipt_number or question.is_repeat:
                return redirect("complaints:question", uid=question.uid)
            return redirect("complaints:question_new")
    return form_page(request, "complaints/question_new.html", {"form": form, "resident": resident})


@require_GET
@officer_page(*selectors.READERS)
def question(request: HttpRequest, uid: str) -> HttpResponse:
    """One question, its answer and its receipt."""
    actor = actor_of(request)
    row = selectors.question(uid, actor=actor)
    audit(actor=actor, action="open_question", subject=row)
    return render(request, "complaints/question.html", {"question": row})


@require_GET
@officer_page(*selectors.READERS)
def question_receipt(request: HttpRequest, uid: str) -> HttpResponse:
    """The receipt of a question, for paper."""
    from reports.letters.render import render_receipt

    actor = actor_of(request)
    row = selectors.question(uid, actor=actor)
    pdf = render_receipt(letters.question_receipt_context(row))
    audit(actor=actor, action="print_receipt", subject=row)
    return _pdf(pdf, row.receipt_number)
