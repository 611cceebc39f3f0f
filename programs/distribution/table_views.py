"""Pages of the table: the box a scanner types into, and what becomes of one name."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from programs.distribution import handing, minutes, prints, selectors
from programs.distribution.families import card_members
from programs.distribution.forms import (
    BoxForm,
    DeathForm,
    FindForm,
    HandForm,
    ReasonForm,
    ReplaceForm,
    StrikeForm,
)
from programs.distribution.tickets import typed_code
from programs.distribution.views import TEMPLATES, minutes_page
from programs.distribution.workflow import HANDERS, KEEPERS, READERS, RECIPIENT
from programs.models import AidRecipient, DistributionState, RecipientState
from puskesmas.actors import Actor
from puskesmas.history import audit
from puskesmas.models import Role, Transition
from puskesmas.pages import ActForm, actor_of, carried_out, form_page, officer_page, say_done
from registry.finding import find_for_page
from registry.selectors import is_family, person
from reports.letters.selectors import letters_about

#: How many of the last hand-overs the table shows, to undo a slip at once.
_LAST = 5


@require_http_methods(["GET", "POST"])
@officer_page(*HANDERS, village=True)
def table(request: HttpRequest, uid: str) -> HttpResponse:
    """The box: one hit leads on to the hand-over, several are offered."""
    actor = actor_of(request)
    held = selectors.distribution(uid, actor=actor)
    form = BoxForm(request.POST or None)
    found: list[AidRecipient] = []
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["q"]
        found = selectors.search(held, text, actor=actor)
        audit(actor=actor, action="distribution.find", subject=held)
        if len(found) == 1:
            where = reverse("programs:hand", args=[found[0].uid])
            code = typed_code(text)
            return redirect(f"{where}?code={code}" if code else where)
    last = selectors.recipients_of(actor).filter(distribution=held, state=RecipientState.TAKEN)
    context = {
        "held": held,
        "form": form,
        "found": [_row(one) for one in found],
        "missed": form.is_bound and not found,
        "totals": selectors.totals_of(held),
        "last": [_row(one) for one in last.order_by("-taken_at", "-pk")[:_LAST]],
        "is_open": held.state == DistributionState.SETTLED,
    }
    return form_page(request, f"{TEMPLATES}/table.html", context)


def _row(listed: AidRecipient) -> dict[str, Any]:
    return {"listed": listed, "person": listed.resident.person}


@require_http_methods(["GET", "POST"])
@officer_page(*HANDERS, village=True)
def hand(request: HttpRequest, uid: str) -> HttpResponse:
    """Hand a share over; afterwards the box is ready for the next."""
    actor = actor_of(request)
    listed = selectors.recipient(uid, actor=actor)
    own = listed.resident.person
    audit(actor=actor, action="open_person", subject=own)
    code = request.GET.get("code", "")
    form = HandForm(request.POST or None, listed=listed, initial={"code": code} if code else {})
    done = _("Diserahkan: %(name)s, nomor %(number)s.") % {
        "name": own.name,
        "number": listed.number,
    }
    if carried_out(request, form, handing.hand_over, done=done, actor=actor, uid=uid):
        return redirect("programs:table", uid=listed.distribution.uid)
    return form_page(request, f"{TEMPLATES}/hand.html", {"form": form, **_facts(listed, actor)})


def _facts(listed: AidRecipient, actor: Actor) -> dict[str, Any]:
    """Return what every page about one name shows."""
    held, own = listed.distribution, listed.resident.person
    acts = set()
    if held.state == DistributionState.SETTLED:
        acts = {step.action for step in RECIPIENT.available(state=listed.state, actor=actor)}
    elif listed.owed_since and RECIPIENT.is_permitted(RECIPIENT.steps["papers"], actor):
        acts = {"papers"}
    return {
        **_row(listed),
        "held": held,
        "share": prints.share_of(held),
        "acts": acts,
        "is_own": is_family(actor.user, own),
        "members": card_members(own),
    }


@require_GET
@officer_page(*READERS, village=True)
def recipient(request: HttpRequest, uid: str) -> HttpResponse:
    """One name: its state, what can be done, what happened."""
    actor = actor_of(request)
    listed = selectors.recipient(uid, actor=actor)
    audit(actor=actor, action="open_person", subject=listed.resident.person)
    moves = Transition.objects.filter(subject_uid=listed.uid, office=actor.office)
    followed = getattr(listed, "replacement", None)
    context = {
        **_facts(listed, actor),
        "moves": [
            (RECIPIENT.steps[one.action].label, one)
            for one in moves.select_related("actor", "reason").order_by("pk")
        ],
        "followed": followed,
        "letters": letters_about(actor, listed.uid) if actor.has(*KEEPERS) else [],
        "may_state": actor.has(*KEEPERS)
        and listed.state == RecipientState.STRUCK
        and minutes.issued(minutes.OF_RECIPIENT, listed, actor) is None,
        "may_remove": actor.has(Role.BACK) and listed.distribution.state == DistributionState.DRAFT,
        "may_replace": listed.distribution.may_replace and followed is None,
    }
    return render(request, f"{TEMPLATES}/recipient.html", context)


@require_POST
@officer_page(*HANDERS, village=True)
def defer(request: HttpRequest, uid: str) -> HttpResponse:
    """Let somebody wait until he shows who he is."""
    listed = handing.defer(actor=actor_of(request), uid=uid, version=None)
    say_done(request, None, _("Ditunda sampai menunjukkan KTP atau KK."))
    return redirect("programs:table", uid=listed.distribution.uid)


@require_POST
@officer_page(*HANDERS, village=True)
def papers(request: HttpRequest, uid: str) -> HttpResponse:
    """Note that the forgotten papers were brought."""
    handing.complete_papers(actor=actor_of(request), uid=uid)
    say_done(request, None, _("Berkasnya sudah lengkap."))
    return redirect("programs:aid_recipient", uid=uid)


@require_http_methods(["GET", "POST"])
@officer_page(*HANDERS, village=True)
def undo(request: HttpRequest, uid: str) -> HttpResponse:
    """Take a wrong hand-over back."""
    return _act(
        request,
        uid,
        handing.undo,
        ReasonForm,
        title=_("Batalkan penyerahan"),
        submit=_("Batalkan penyerahan"),
        done=_("Penyerahan dibatalkan; alasannya tersimpan."),
    )


@require_http_methods(["GET", "POST"])
@officer_page(*HANDERS, village=True)
def death(request: HttpRequest, uid: str) -> HttpResponse:
    """Note that somebody on the list died."""
    actor = actor_of(request)
    own = selectors.recipient(uid, actor=actor).resident.person
    initial = {"on": own.life_since, "source": own.life_source} if own.life_since else {}
    return _act(
        request,
        uid,
        handing.note_death,
        DeathForm,
        title=_("Catat meninggal"),
        submit=_("Catat"),
        done=_("Dicatat meninggal. Namanya tidak masuk daftar berikutnya."),
        initial=initial,
        text=_("Barang boleh diambil anggota KK; uang tidak. Tanpa keluarga, buat berita acara."),
    )


@require_http_methods(["GET", "POST"])
@officer_page(Role.BACK, village=True)
def strike(request: HttpRequest, uid: str) -> HttpResponse:
    """Take somebody off a locked list."""
    return _act(
        request,
        uid,
        handing.strike,
        StrikeForm,
        title=_("Keluarkan dari daftar"),
        submit=_("Keluarkan"),
        done=_("Keluar dari daftar; alasannya tersimpan."),
        text=_(
            "Kantor ini tidak memilih penerima: keluar hanya karena pindah, menolak, atau kata "
            "pemilik."
        ),
    )


@require_http_methods(["GET", "POST"])
@officer_page(Role.BACK, village=True)
def replace(request: HttpRequest, uid: str) -> HttpResponse:
    """Put whom the owner named in the place of somebody who is off the list."""
    actor = actor_of(request)
    listed = selectors.recipient(uid, actor=actor)
    chosen = _uid(request.POST.get("resident_uid", ""))
    finder = FindForm(request.POST if request.POST and not chosen else None)
    found: Any = []
    if finder.is_bound and finder.is_valid():
        found = find_for_page(finder.cleaned_data["q"], actor=actor)[0]
    form = ReplaceForm(request.POST if "named_by" in request.POST else None)
    form.initial = {"version": listed.version, "resident_uid": chosen}
    done = _("Pengganti dicatat.")
    if "named_by" in request.POST and carried_out(
        request, form, handing.replace, done=done, actor=actor, uid=uid
    ):
        return redirect("programs:aid_recipient", uid=uid)
    context = {
        **_facts(listed, actor),
        "found": found,
        "form": form if chosen else finder,
        "chosen": person(chosen, actor=actor) if chosen else None,
    }
    return form_page(request, f"{TEMPLATES}/replace.html", context)


def _uid(text: str) -> str:
    """Return what was sent as a uid, "" when it is none."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return ""


@require_http_methods(["GET", "POST"])
@officer_page(*KEEPERS, village=True)
def recipient_minutes(request: HttpRequest, uid: str) -> HttpResponse:
    """Issue the berita acara of a death or a replacement."""
    actor = actor_of(request)
    listed = selectors.recipient(uid, actor=actor)
    title = _("Berita acara penerima")
    return minutes_page(
        request,
        minutes.OF_RECIPIENT,
        listed,
        held=listed.distribution,
        title=title,
        person=listed.resident.person,
    )


def _act(
    request: HttpRequest,
    uid: str,
    verb: Any,
    form_class: type[ActForm],
    *,
    title: str,
    submit: str,
    done: str,
    initial: dict[str, Any] | None = None,
    text: str = "",
) -> HttpResponse:
    actor = actor_of(request)
    listed = selectors.recipient(uid, actor=actor)
    form = form_class(request.POST or None, initial={"version": listed.version, **(initial or {})})
    if carried_out(request, form, verb, done=done, actor=actor, uid=uid):
        return redirect("programs:aid_recipient", uid=uid)
    context = {
        "form": form,
        "title": title,
        "submit": submit,
        "text": text,
        **_facts(listed, actor),
    }
    return form_page(request, f"{TEMPLATES}/recipient_form.html", context)
