"""Pages of the verification of a case: papers, what the family earns, berita acara."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from complaints import selectors
from complaints.verification import minutes, papers, statements
from complaints.verification.economy import record_economy
from complaints.verification.forms import EconomicReviewForm, MinutesForm, PaperForm
from complaints.workflow import OPEN_STATES, REGISTRARS
from puskesmas.errors import DomainError, NotFound
from puskesmas.history import audit
from puskesmas.pages import (
    actor_of,
    add_error,
    carried_out,
    form_page,
    officer_page,
    say_done,
)
from registry.selectors import household_of, is_family
from reports.letters.views import pdf_response


@require_http_methods(["GET", "POST"])
@officer_page(*REGISTRARS, village=True)
def paper(request: HttpRequest, uid: str, code: str) -> HttpResponse:
    """Examine one paper: in order, or to be replaced and why."""
    actor = actor_of(request)
    case = selectors.case(uid, actor=actor)
    row = next((one for one in case.papers.all() if one.code == code), None)
    if row is None:
        raise NotFound(_("Berkas ini tidak ada di perkara ini."))
    if request.method == "GET":
        audit(actor=actor, action="open_case", subject=case)
    form = PaperForm(
        request.POST or None,
        initial={
            "version": case.version,
            "review": row.review,
            "fault": row.fault,
            "note": row.review_note,
        },
    )
    done = _("Pemeriksaan berkas dicatat.")
    given = {"actor": actor, "uid": uid, "code": code}
    if carried_out(request, form, papers.review_paper, done=done, **given):
        return redirect("complaints:case", uid=uid)
    context = {
        "case": case,
        "paper": row,
        "form": form,
        "is_own_family": is_family(actor.user, case.person),
        "is_open": case.state in OPEN_STATES,
    }
    return form_page(request, "verification/paper.html", context)


@require_GET
@officer_page(*REGISTRARS, village=True)
def statement(request: HttpRequest, uid: str, code: str) -> HttpResponse:
    """The form of a resident's own statement, for him to sign. Audited: it tells whole numbers."""
    actor = actor_of(request)
    case = selectors.case(uid, actor=actor)
    if not any(one.code == code and one.is_statement for one in case.papers.all()):
        raise NotFound(_("Berkas ini tidak ada di perkara ini."))
    audit(actor=actor, action="statement.print", subject=case, fields=[code])
    paper = request.GET.get("paper", statements.PAPERS[0])
    return pdf_response(statements.render(case, code, paper=paper), name=f"{code}.pdf")


@require_http_methods(["GET", "POST"])
@officer_page(*REGISTRARS, village=True)
def economy(request: HttpRequest, uid: str) -> HttpResponse:
    """Write down what the family earns and spends, as it was said at the counter."""
    actor = actor_of(request)
    case = selectors.case(uid, actor=actor)
    form = EconomicReviewForm(
        request.POST or None,
        initial={
            "version": case.version,
            "observed_on": actor.office.today(),
            "members": len(household_of(case.person)) or None,
        },
    )
    done = _("Tinjauan ekonomi dicatat.")
    if carried_out(request, form, record_economy, done=done, actor=actor, uid=uid):
        return redirect("complaints:case", uid=uid)
    context: dict[str, Any] = {
        "form": form,
        "title": _("Tinjauan ekonomi"),
        "caption": case.person.name,
        "text": _("Angka ini menjelaskan keadaan keluarga; tidak ada batas yang menentukan."),
        "submit": _("Simpan"),
        "cancel_url": reverse("complaints:case", args=[uid]),
    }
    return form_page(request, "verification/form.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*minutes.ISSUERS, village=True)
def minutes_new(request: HttpRequest, uid: str) -> HttpResponse:
    """Print the berita acara of the finding."""
    actor = actor_of(request)
    case = selectors.case(uid, actor=actor)
    form = MinutesForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        signer = form.chosen_signer
        try:
            if "preview" in request.POST:
                draft = minutes.preview_minutes(actor=actor, case=case, signer=signer)
                return pdf_response(draft, name="konsep.pdf")
            letter = minutes.issue_minutes(
                actor=actor,
                case=case,
                signer=signer,
                client_uid=form.cleaned_data["client_uid"],
            )
        except DomainError as error:
            add_error(form, error)
        else:
            say_done(request, letter, _("Berita acara sudah bernomor."))
            return redirect("letters:letter", uid=letter.uid)
    return form_page(request, "verification/minutes.html", {"form": form, "case": case})
