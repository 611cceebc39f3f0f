"""The SKTM pages: new, correct, replace. From a person's page in three clicks."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from puskesmas.actors import Actor
from puskesmas.errors import DomainError
from puskesmas.models import Role
from puskesmas.pages import (
    actor_of,
    add_error,
    carried_out,
    form_page,
    officer_page,
    say_done,
)
from registry import draft_forms, letters, selectors
from registry.letter_forms import BY_HAND, SktmForm, initial_for, initial_from
from registry.models import Resident
from reports.letters import selectors as letter_selectors
from reports.letters.draft_views import KEEPERS
from reports.letters.drafts import request_letter
from reports.letters.forms import RequestForm
from reports.letters.models import Letter
from reports.letters.views import pdf_response

ISSUERS = (Role.FRONT, Role.BACK)


@require_http_methods(["GET", "POST"])
@officer_page(*ISSUERS)
def sktm_new(request: HttpRequest, uid: str) -> HttpResponse:
    """Make an SKTM for a person or his family; "preview" shows the draft."""
    actor = actor_of(request)
    resident = selectors.person(uid, actor=actor)
    form = SktmForm(
        request.POST or None,
        actor=actor,
        resident=resident,
        initial=initial_for(resident, actor),
    )
    draft_forms.take_up(request, form, kind=letters.SKTM, resident=resident)
    if "keep" in request.POST and draft_forms.kept(
        request, form, kind=letters.SKTM, resident=resident
    ):
        return redirect("letters:drafts")
    if "keep" not in request.POST and request.method == "POST" and form.is_valid():
        try:
            if "preview" in request.POST:
                return _preview(actor, resident, form)
            letter = letters.issue_sktm(
                actor=actor,
                resident=resident,
                facts=form.facts,
                signer=form.chosen_signer,
                client_uid=form.cleaned_data["client_uid"],
            )
        except DomainError as error:
            add_error(form, error)
            draft_forms.keep_unprinted(request, form, error, kind=letters.SKTM, resident=resident)
        else:
            say_done(
                request,
                letter,
                _("SKTM bernomor %(number)s. Cetak, lalu mintakan tanda tangan.")
                % {"number": letter.number},
            )
            return redirect("letters:letter", uid=letter.uid)
    return _page(request, actor, resident, form, title=_("Buat SKTM"), submit=_("Terbitkan"))


@require_http_methods(["GET", "POST"])
@officer_page(*KEEPERS)
def letter_request(request: HttpRequest, uid: str) -> HttpResponse:
    """Record that somebody asks for a letter about a person; it is made later."""
    actor = actor_of(request)
    resident = selectors.person(uid, actor=actor)
    form = RequestForm(request.POST or None, initial={"asked_by": resident.name})
    done = _("Permohonan surat tercatat.")
    given = {"actor": actor, "subject_uid": resident.uid, "about": resident.name}
    if carried_out(request, form, request_letter, done=done, **given):
        return redirect("registry:person", uid=uid)
    context = {"form": form, "resident": resident}
    return form_page(request, "registry/letter_request.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*ISSUERS)
def sktm_revise(request: HttpRequest, uid: str) -> HttpResponse:
    """Correct an SKTM before its signature: same number, revision kept."""
    return _change(
        request,
        uid,
        letters.revise_sktm,
        title=_("Perbaiki isi SKTM"),
        submit=_("Simpan perbaikan"),
        done=_("Isi surat diperbaiki; nomornya tetap. Cetak ulang suratnya."),
    )


@require_http_methods(["GET", "POST"])
@officer_page(Role.BACK)
def sktm_replace(request: HttpRequest, uid: str) -> HttpResponse:
    """Void an SKTM and issue another in its place."""

    def act(**values: Any) -> Letter:
        return letters.replace_sktm(**values)

    return _change(
        request,
        uid,
        act,
        title=_("Batalkan dan ganti SKTM"),
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
    letter = letter_selectors.letter(actor, uid)
    resident = selectors.person(letter.subject_uid, actor=actor)
    form = SktmForm(
        request.POST or None,
        actor=actor,
        resident=resident,
        with_reason=True,
        initial=_initial(letter, actor),
    )
    if request.method == "POST" and form.is_valid():
        more = {"client_uid": form.cleaned_data["client_uid"]} if creates else {}
        try:
            if "preview" in request.POST:
                return _preview(actor, resident, form)
            changed = act(
                actor=actor,
                letter=letter,
                version=form.cleaned_data["version"],
                facts=form.facts,
                signer=form.chosen_signer,
                reason=form.cleaned_data["reason"],
                **more,
            )
        except DomainError as error:
            add_error(form, error)
        else:
            say_done(request, changed, done)
            return redirect("letters:letter", uid=changed.uid)
    return _page(request, actor, resident, form, title=title, submit=submit, letter=letter)


def _initial(letter: Letter, actor: Actor) -> dict[str, Any]:
    said = initial_from(letter_selectors.last_revision(letter).context["body"])
    return {**said, "signer": signer_of(letter, actor), "version": letter.version}


def signer_of(letter: Letter, actor: Actor) -> str:
    """Return the uid of the post under which the letter's signer signs today, as forms know it."""
    people = letter_selectors.signers(actor.office)
    return next((str(item.uid) for item in people if item.user_id == letter.signer_id), BY_HAND)


def _preview(actor: Actor, resident: Resident, form: SktmForm) -> HttpResponse:
    draft = letters.preview_sktm(
        actor=actor, resident=resident, facts=form.facts, signer=form.chosen_signer
    )
    return pdf_response(draft, name="konsep.pdf")


def _page(
    request: HttpRequest,
    actor: Actor,
    resident: Resident,
    form: SktmForm,
    *,
    title: str,
    submit: str,
    letter: Letter | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "resident": resident,
        "letter": letter,
        "title": title,
        "submit": submit,
        "obstacle": letters.obstacle(resident),
        "is_own_family": selectors.is_family(actor.user, resident),
        "may_keep": letter is None,
    }
    return form_page(request, "letters/sktm_form.html", context)
