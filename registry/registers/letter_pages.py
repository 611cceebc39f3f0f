"""The pages of the surat keterangan terdaftar: new, correct, replace."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from puskesmas.actors import Actor
from puskesmas.errors import DomainError
from puskesmas.models import Role
from puskesmas.pages import actor_of, add_error, form_page, officer_page, say_done
from registry import selectors
from registry.letter_pages import ISSUERS, signer_of
from registry.models import Resident
from registry.registers import letters
from registry.registers.letter_forms import ListingForm
from reports.letters import selectors as letter_selectors
from reports.letters.models import Letter
from reports.letters.views import pdf_response


@require_http_methods(["GET", "POST"])
@officer_page(*ISSUERS)
def listing_letter_new(request: HttpRequest, uid: str) -> HttpResponse:
    """State what a register says of a person; "preview" shows the draft."""
    actor = actor_of(request)
    resident = selectors.person(uid, actor=actor)
    answers = letters.certain_answers(resident, actor=actor, on=actor.office.today())
    form = ListingForm(request.POST or None, actor=actor, answers=answers)

    def issue() -> Letter:
        return letters.issue_listing(
            actor=actor,
            resident=resident,
            facts=form.facts,
            signer=form.chosen_signer,
            client_uid=form.cleaned_data["client_uid"],
        )

    done = _("Surat sudah bernomor. Cetak, lalu mintakan tanda tangan.")
    return _answer(request, actor, resident, form, issue, done=done) or _page(
        request,
        resident,
        form,
        title=_("Buat surat keterangan terdaftar"),
        submit=_("Terbitkan"),
        actor=actor,
        uncertain=not answers,
    )


@require_http_methods(["GET", "POST"])
@officer_page(*ISSUERS)
def listing_letter_revise(request: HttpRequest, uid: str) -> HttpResponse:
    """Correct a letter before its signature: same number, revision kept."""
    return _change(
        request,
        uid,
        letters.revise_listing,
        title=_("Perbaiki isi surat"),
        submit=_("Simpan perbaikan"),
        done=_("Isi surat diperbaiki; nomornya tetap. Cetak ulang suratnya."),
    )


@require_http_methods(["GET", "POST"])
@officer_page(Role.BACK)
def listing_letter_replace(request: HttpRequest, uid: str) -> HttpResponse:
    """Void a letter and issue another in its place."""
    return _change(
        request,
        uid,
        letters.replace_listing,
        title=_("Batalkan dan ganti surat"),
        submit=_("Batalkan dan terbitkan pengganti"),
        done=_("Surat lama dibatalkan dan surat pengganti sudah bernomor."),
        creates=True,
    )


def _change(
    request: HttpRequest,
    uid: str,
    act: Any,
    *,
    title: str,
    submit: str,
    done: str,
    creates: bool = False,
) -> HttpResponse:
    actor = actor_of(request)
    letter = letters.listing(uid, actor=actor)
    resident = selectors.person(letter.subject_uid, actor=actor)
    day = actor.office.today() if creates else letter.dated
    form = ListingForm(
        request.POST or None,
        actor=actor,
        answers=letters.certain_answers(resident, actor=actor, on=day),
        with_reason=True,
        initial=_initial(letter, actor),
    )

    def change() -> Letter:
        more = {"client_uid": form.cleaned_data["client_uid"]} if creates else {}
        changed: Letter = act(
            actor=actor,
            letter=letter,
            version=form.cleaned_data["version"],
            facts=form.facts,
            signer=form.chosen_signer,
            reason=form.cleaned_data["reason"],
            **more,
        )
        return changed

    return _answer(request, actor, resident, form, change, done=done) or _page(
        request, resident, form, title=title, submit=submit, actor=actor, letter=letter
    )


def _answer(
    request: HttpRequest,
    actor: Actor,
    resident: Resident,
    form: ListingForm,
    act: Any,
    *,
    done: str,
) -> HttpResponse | None:
    """Do what the sent form asks; None when the form must be shown (again)."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        if "preview" in request.POST:
            draft = letters.preview_listing(
                actor=actor, resident=resident, facts=form.facts, signer=form.chosen_signer
            )
            return pdf_response(draft, name="konsep.pdf")
        letter = act()
    except DomainError as error:
        add_error(form, error)
        return None
    say_done(request, letter, done)
    return redirect("letters:letter", uid=letter.uid)


def _initial(letter: Letter, actor: Actor) -> dict[str, Any]:
    facts = letter_selectors.last_revision(letter).context["body"].get("facts", {})
    return {**facts, "signer": signer_of(letter, actor), "version": letter.version}


def _page(
    request: HttpRequest,
    resident: Resident,
    form: ListingForm,
    *,
    title: str,
    submit: str,
    actor: Actor,
    letter: Letter | None = None,
    uncertain: bool = False,
) -> HttpResponse:
    context = {
        "form": form,
        "resident": resident,
        "letter": letter,
        "title": title,
        "submit": submit,
        "obstacle": letters.obstacle(resident),
        "uncertain": uncertain,
        "is_own_family": selectors.is_family(actor.user, resident),
    }
    return form_page(request, "letters/terdaftar_form.html", context)
