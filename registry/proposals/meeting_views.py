"""Pages of musdes/muskel: the list, one meeting, what it said, its berita acara."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from puskesmas import keyset
from puskesmas.actors import Actor
from puskesmas.errors import DomainError
from puskesmas.history import audit
from puskesmas.models import Office, Role
from puskesmas.pages import actor_of, add_error, form_page, officer_page, say_done
from registry.letter_pages import signer_of
from registry.proposals import meetings as verbs
from registry.proposals import minutes, selectors
from registry.proposals.forms import MeetingForm, MinutesForm, MinutesRevisionForm, OutcomesForm
from registry.proposals.workflow import KEEPERS, READERS
from registry.selectors import family_of
from reports.letters.selectors import letters_about
from reports.letters.views import pdf_response


@require_GET
@officer_page(*READERS, village=True)
def meetings(request: HttpRequest) -> HttpResponse:
    """The office's meetings, the newest first."""
    actor = actor_of(request)
    position = request.GET.get("at", "")
    page = keyset.page(selectors.meetings(actor), order=("-held_on", "-pk"), position=position)
    context = {
        "rows": page.rows,
        "name": _meeting_name(actor),
        "may_keep": actor.has(*KEEPERS),
        "previous_url": f"?at={page.previous}" if page.previous else "",
        "next_url": f"?at={page.next}" if page.next else "",
    }
    return render(request, "proposals/meetings.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*KEEPERS, village=True)
def meeting_new(request: HttpRequest) -> HttpResponse:
    """Note a meeting."""
    actor = actor_of(request)
    form = MeetingForm(request.POST or None, initial={"held_on": actor.office.today()})
    if request.method == "POST" and form.is_valid():
        try:
            meeting = verbs.record_meeting(actor=actor, **form.cleaned_data)
        except DomainError as error:
            add_error(form, error)
        else:
            say_done(request, meeting, _("Musyawarah dicatat. Isi hasilnya per usulan."))
            return redirect("proposals:outcomes", uid=meeting.uid)
    context = {"form": form, "name": _meeting_name(actor)}
    return form_page(request, "proposals/meeting_new.html", context)


@require_GET
@officer_page(*READERS, village=True)
def meeting(request: HttpRequest, uid: str) -> HttpResponse:
    """One meeting: what it heard and said."""
    actor = actor_of(request)
    item = selectors.meeting(uid, actor=actor)
    audit(actor=actor, action="open_meeting", subject=item)
    context = {
        "meeting": item,
        "name": _meeting_name(actor),
        "items": selectors.items_of(item),
        "issued": verbs.issued_minutes(item),
        "letters": letters_about(actor, item.uid) if actor.has(*KEEPERS) else [],
        "may_keep": actor.has(*KEEPERS),
    }
    return render(request, "proposals/meeting.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*KEEPERS, village=True)
def outcomes(request: HttpRequest, uid: str) -> HttpResponse:
    """What the meeting said of each waiting proposal."""
    actor = actor_of(request)
    item = selectors.meeting(uid, actor=actor)
    form = OutcomesForm(
        request.POST or None,
        waiting=verbs.waiting_for(actor),
        family=family_of(actor.user, actor.office.pk),
        initial={"version": item.version},
    )
    if request.method == "POST" and form.is_valid():
        try:
            result = verbs.record_outcomes(
                actor=actor,
                uid=uid,
                version=form.cleaned_data["version"],
                outcomes=form.outcomes,
            )
        except DomainError as error:
            add_error(form, error)
        else:
            say_done(request, result, _("Hasil musyawarah dicatat."))
            return redirect("proposals:meeting", uid=uid)
    context = {"form": form, "meeting": item, "name": _meeting_name(actor)}
    return form_page(request, "proposals/outcomes.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*KEEPERS, village=True)
def minutes_new(request: HttpRequest, uid: str) -> HttpResponse:
    """Issue the berita acara; "preview" shows the draft."""
    actor = actor_of(request)
    item = selectors.meeting(uid, actor=actor)
    form = MinutesForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = {"actor": actor, "meeting": item, "signer": form.chosen_signer}
        try:
            if "preview" in request.POST:
                return pdf_response(minutes.preview_minutes(**given), name="konsep.pdf")
            letter = minutes.issue_minutes(client_uid=form.cleaned_data["client_uid"], **given)
        except DomainError as error:
            add_error(form, error)
        else:
            words = _("Berita acara bernomor %(number)s. Cetak, lalu mintakan tanda tangan.")
            say_done(request, letter, words % {"number": letter.number})
            return redirect("letters:letter", uid=letter.uid)
    context = {"form": form, "meeting": item, "name": _meeting_name(actor)}
    return form_page(request, "proposals/minutes.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(Role.BACK, village=True)
def minutes_revise(request: HttpRequest, uid: str) -> HttpResponse:
    """Correct the berita acara before its signature."""
    actor = actor_of(request)
    letter = minutes.minutes_letter(uid, actor=actor)
    item = selectors.meeting(letter.subject_uid, actor=actor)
    form = MinutesRevisionForm(
        request.POST or None,
        actor=actor,
        initial={
            **{name: getattr(item, name) for name in ("place", "chair", "present")},
            "signer": signer_of(letter, actor),
            "version": letter.version,
        },
    )
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("place", "chair", "present")}
        try:
            letter = minutes.revise_minutes(
                actor=actor,
                letter=letter,
                version=form.cleaned_data["version"],
                signer=form.chosen_signer,
                reason=form.cleaned_data["reason"],
                **said,
            )
        except DomainError as error:
            add_error(form, error)
        else:
            words = _("Isi surat diperbaiki; nomornya tetap. Cetak ulang suratnya.")
            say_done(request, letter, words)
            return redirect("letters:letter", uid=letter.uid)
    context = {"form": form, "meeting": item, "letter": letter, "name": _meeting_name(actor)}
    return form_page(request, "proposals/minutes_revise.html", context)


def _meeting_name(actor: Actor) -> str:
    """Return what a page calls it, in the reader's language; the letter says it as the law does."""
    is_desa = actor.office.kind == Office.Kind.DESA
    return _("Musyawarah Desa") if is_desa else _("Musyawarah Kelurahan")
