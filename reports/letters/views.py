"""Officers' letter pages: the register (buku agenda), one letter, its file, and its next steps."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from puskesmas.actors import Actor
from puskesmas.history import audit
from puskesmas.pages import ActForm, actor_of, carried_out, form_page, officer_page
from puskesmas.workflow import Step
from reports.letters import agenda, copies, kinds, notes, selectors, services
from reports.letters.desk import READERS, register_row, row_of
from reports.letters.forms import HandOverForm, MonthForm, ReasonForm, RegisterFilter
from reports.letters.models import Letter
from reports.letters.workflow import DRAFT as LETTER_DRAFT
from reports.letters.workflow import LETTER, LetterState

PAGE_SIZE = 30


@require_GET
@officer_page(*READERS)
def register(request: HttpRequest) -> HttpResponse:
    """The letters register, newest first, in keyset pages."""
    actor = actor_of(request)
    form = RegisterFilter(request.GET)
    filters = form.cleaned_data if form.is_valid() else {}
    page = selectors.register_page(
        actor, filters=filters, position=request.GET.get("at", ""), size=PAGE_SIZE
    )
    readable = [item for item in page.rows if item.readable]  # type: ignore[attr-defined]
    said = notes.notes_of(actor, readable)
    context = {
        "rows": [register_row(item) | {"later": said.get(item.uid)} for item in page.rows],
        "form": form,
        "months": agenda.latest_months(actor.office),
        "may_draft": LETTER_DRAFT.is_permitted(LETTER_DRAFT.steps["drop"], actor),
        "active": sum(1 for value in filters.values() if value),
        "list_url": reverse("letters:register"),
        "previous_url": _page_url(request, page.previous),
        "next_url": _page_url(request, page.next),
    }
    return render(request, "letters/register.html", context)


def _page_url(request: HttpRequest, position: str) -> str:
    if not position:
        return ""
    query = request.GET.copy()
    query["at"] = position
    return f"?{query.urlencode()}"


@require_GET
@officer_page(*READERS)
def month(request: HttpRequest) -> HttpResponse:
    """The agenda of one month as a list to print, every number in its order."""
    actor = actor_of(request)
    form = MonthForm(request.GET)
    if not form.is_valid():
        raise Http404
    first = form.cleaned_data["month"] or actor.office.today()
    pdf = agenda.monthly_list(actor, first)
    audit(actor=actor, action="letter.agenda")
    return pdf_response(pdf, name=f"agenda-{first:%Y-%m}.pdf")


@require_GET
@officer_page(*READERS)
def letter(request: HttpRequest, uid: str) -> HttpResponse:
    """One letter: facts, file, what happened, and what may happen now."""
    actor = actor_of(request)
    item = selectors.letter(actor, uid)
    kind = kinds.get(item.kind)
    revision = selectors.last_revision(item)
    is_drawn_later = services.waits_for_worker(revision)
    asked_by_script = getattr(request, "htmx", False)
    if is_drawn_later and asked_by_script:
        return render(request, "letters/_progress.html")
    audit(actor=actor, action="letter.open", subject=item)
    successor = getattr(item, "replaced_by", None)
    context = {
        **row_of(item),
        "revision": revision,
        "signer": item.signer or _("Nama ditulis tangan"),
        "steps": _actions(item, actor),
        "replace_url": _replace_url(item, actor),
        "subject_url": kind.subject_url(item) if kind.subject_url else "",
        "verify_url": revision.context["verification"]["url"],
        "successor": successor,
        "events": selectors.history(item),
        "waiting": _waiting(item),
        "later": notes.notes_of(actor, [item]).get(item.uid),
        "is_drawn_later": is_drawn_later,
    }
    answer = render(request, "letters/letter.html", context)
    if asked_by_script:
        # The letter is drawn: the whole page has changed.
        answer["HX-Refresh"] = "true"
    return answer


_ACT_URLS = {"sign": "letters:sign", "hand_over": "letters:hand_over", "void": "letters:void"}


def _actions(item: Letter, actor: Actor) -> list[dict[str, Any]]:
    return [
        {"label": step.label, "url": url, "danger": step.action == "void"}
        for step in LETTER.available(state=item.state, actor=actor)
        if (url := _act_url(step, item))
    ]


def _act_url(step: Step, item: Letter) -> str:
    if step.action == "revise":
        kind = kinds.get(item.kind)
        return kind.revise_url(item) if kind.revise_url else ""
    return reverse(_ACT_URLS[step.action], args=[item.uid])


def _replace_url(item: Letter, actor: Actor) -> str:
    kind = kinds.get(item.kind)
    may = actor.has(*kind.roles) and LETTER.is_permitted(LETTER.steps["void"], actor)
    # Before the signature a letter is corrected, not replaced.
    issued = item.state in {LetterState.SIGNED, LetterState.HANDED}
    return kind.replace_url(item) if kind.replace_url and may and issued else ""


def _waiting(item: Letter) -> str:
    if item.state == LetterState.NUMBERED:
        return _(
            "Menunggu tanda tangan: cetak suratnya, lalu catat di sini setelah ditandatangani."
        )
    if item.state == LetterState.SIGNED:
        return _("Sudah ditandatangani, belum diserahkan kepada warga.")
    return ""


@require_GET
@officer_page(*READERS)
def pdf(request: HttpRequest, uid: str) -> HttpResponse:
    """The letter's file, to the own office only; a short one rendered now if a try failed.

    Once it is signed, what is printed again is a copy and says so.
    """
    actor = actor_of(request)
    item = selectors.letter(actor, uid)
    revision = selectors.last_revision(item)
    if services.waits_for_worker(revision):
        return redirect("letters:letter", uid=uid)
    if not services.render_revision(revision):
        return render(request, "letters/not_ready.html", {"letter": item}, status=503)
    audit(actor=actor, action="letter.print", subject=item)
    pdf = copies.for_printing(item, services.read_pdf(revision))
    return pdf_response(pdf, name=f"{slugify(item.number)}.pdf")


def pdf_response(content: bytes, *, name: str) -> HttpResponse:
    """Return a PDF shown in the browser and kept nowhere."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "POST"])
@officer_page(*LETTER.steps["sign"].roles)
def sign(request: HttpRequest, uid: str) -> HttpResponse:
    """Record that the printed letter came back signed."""
    return _act(
        request,
        uid,
        form_class=ActForm,
        act=lambda actor, data: services.sign(actor=actor, uid=uid, **data),
        words={
            "title": _("Catat sudah ditandatangani"),
            "text": _("Pastikan surat di tangan Anda sudah bertanda tangan dan bercap."),
            "consequences": [
                _("Isi surat tidak dapat diubah lagi; kekeliruan hanya dapat diganti surat baru."),
                _("Halaman pemeriksaan di balik kode QR menyatakan surat ini sah."),
            ],
            "submit": _("Ya, sudah ditandatangani"),
        },
        done=_("Surat tercatat sudah ditandatangani."),
    )


@require_http_methods(["GET", "POST"])
@officer_page(*LETTER.steps["hand_over"].roles)
def hand_over(request: HttpRequest, uid: str) -> HttpResponse:
    """Record who took the letter."""
    return _act(
        request,
        uid,
        form_class=HandOverForm,
        act=lambda actor, data: services.hand_over(actor=actor, uid=uid, **data),
        words={"title": _("Serahkan kepada warga"), "submit": _("Catat penyerahan")},
        done=_("Penyerahan surat tercatat."),
    )


@require_http_methods(["GET", "POST"])
@officer_page(*LETTER.steps["void"].roles)
def void(request: HttpRequest, uid: str) -> HttpResponse:
    """Make the letter void, with the reason."""
    return _act(
        request,
        uid,
        form_class=ReasonForm,
        act=lambda actor, data: services.void(actor=actor, uid=uid, **data),
        words={
            "title": _("Batalkan surat"),
            "consequences": [
                _("Nomornya tetap tercatat di buku agenda sebagai batal."),
                _("Halaman pemeriksaan di balik kode QR menyatakan surat ini batal."),
            ],
            "submit": _("Batalkan surat"),
            "danger": True,
        },
        done=_("Surat dibatalkan."),
    )


def _act(
    request: HttpRequest,
    uid: str,
    *,
    form_class: type[ActForm],
    act: Callable[[Actor, dict[str, Any]], Letter],
    words: dict[str, Any],
    done: str,
) -> HttpResponse:
    actor = actor_of(request)
    item = selectors.letter(actor, uid)
    form = form_class(request.POST or None, initial=_act_initial(item))
    if carried_out(request, form, lambda **values: act(actor, values), done=done):
        return redirect("letters:letter", uid=uid)
    context = {
        **words,
        "form": form,
        "caption": item.number,
        "cancel_url": reverse("letters:letter", args=[uid]),
    }
    return form_page(request, "components/confirm_page.html", context)


def _act_initial(item: Letter) -> dict[str, Any]:
    about = selectors.last_revision(item).context["body"]["subject"]["name"]
    return {"version": item.version, "receiver": about}
