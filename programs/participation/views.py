"""Pages of participation: a person's, a programme's list, double cover and gaps."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from programs.participation import cover, overlaps, selectors, services
from programs.participation.forms import (
    DoubleFilterForm,
    GapFilterForm,
    OverlapForm,
    ParticipationForm,
    RecipientFilterForm,
    StopForm,
)
from puskesmas import keyset
from puskesmas.actors import Actor
from puskesmas.history import audit
from puskesmas.models import Role
from puskesmas.pages import actor_of, carried_out, form_page, officer_page, say_done
from registry.models import Resident
from registry.roles import READERS, WRITERS
from registry.selectors import person

#: Who reads the lists of the whole village.
LISTERS = (Role.FRONT, Role.BACK, Role.FACILITATOR, Role.COORDINATOR, Role.HEAD)
#: Who says which programmes should not come together.
SETTERS = (Role.BACK, Role.COORDINATOR)
_TEMPLATES = "programs/participation"


@require_GET
@officer_page(*READERS, village=True)
def of_person(request: HttpRequest, uid: str) -> HttpResponse:
    """What a person receives and received, since when, and who says so."""
    actor = actor_of(request)
    resident = _opened(uid, actor)
    context = {
        "resident": resident,
        "rows": selectors.history_of(resident),
        "may_write": actor.has(*WRITERS) and resident.life == Resident.Life.ALIVE,
    }
    return render(request, f"{_TEMPLATES}/person.html", context)


def _opened(uid: str, actor: Actor) -> Resident:
    """Return the person, the look at him audited."""
    resident = person(uid, actor=actor)
    audit(actor=actor, action="open_person", subject=resident)
    return resident


@require_http_methods(["GET", "POST"])
@officer_page(*WRITERS, village=True)
def add(request: HttpRequest, uid: str) -> HttpResponse:
    """Write down that a person receives a programme."""
    actor = actor_of(request)
    resident = _opened(uid, actor)
    form = ParticipationForm(request.POST or None, actor=actor)
    if carried_out(
        request,
        form,
        services.note_participation,
        done=_("Kepesertaan dicatat."),
        actor=actor,
        resident_uid=uid,
    ):
        return redirect("programs:participation", uid=uid)
    title, submit = _("Catat kepesertaan"), _("Catat")
    return _form_page(request, resident, form, title=title, submit=submit)


@require_http_methods(["GET", "POST"])
@officer_page(*WRITERS, village=True)
def stop(request: HttpRequest, uid: str) -> HttpResponse:
    """Note that somebody receives a programme no more."""
    actor = actor_of(request)
    held = selectors.participation(uid, actor=actor)
    resident = held.resident.person
    audit(actor=actor, action="open_person", subject=resident)
    initial = {"version": held.version, "until": actor.office.today()}
    form = StopForm(request.POST or None, initial=initial)
    done = _("Akhir kepesertaan dicatat.")
    if carried_out(request, form, services.stop_participation, done=done, actor=actor, uid=uid):
        return redirect("programs:participation", uid=resident.uid)
    title = _("Tidak menerima lagi: %(programme)s") % {"programme": held.programme.name}
    return _form_page(request, resident, form, title=title, submit=_("Catat"))


def _form_page(
    request: HttpRequest, resident: Resident, form: Any, *, title: str, submit: str
) -> HttpResponse:
    context = {"form": form, "resident": resident, "title": title, "submit": submit}
    return form_page(request, f"{_TEMPLATES}/form.html", context)


@require_GET
@officer_page(*LISTERS, village=True)
def programmes(request: HttpRequest) -> HttpResponse:
    """Every programme with how many people receive it."""
    actor = actor_of(request)
    context = {"rows": selectors.counted(actor), "may_set": actor.has(*SETTERS)}
    return render(request, f"{_TEMPLATES}/programmes.html", context)


@require_GET
@officer_page(*LISTERS, village=True)
def recipients(request: HttpRequest, uid: str) -> HttpResponse:
    """Who receives a programme; on the other tab, who dropped out and why."""
    actor = actor_of(request)
    held = selectors.programme(uid, actor=actor)
    dropped = request.GET.get("show") == "dropped"
    form = RecipientFilterForm(request.GET, actor=actor)
    asked = form.asked()
    found = selectors.recipients(actor, held, dropped=dropped, filters=asked)
    page = keyset.page(found, order=selectors.ORDER, position=request.GET.get("from", ""))
    audit(actor=actor, action="participation.list", subject=held, fields=asked)
    here = reverse("programs:recipients", args=[uid])
    context = {
        "programme": held,
        "lines": selectors.with_sources(held, page.rows),
        "dropped": dropped,
        "form": form,
        "active": len(asked),
        "clear_url": f"{here}?show=dropped" if dropped else here,
        "tabs": [
            {"label": _("Menerima"), "url": here, "current": not dropped},
            {
                "label": _("Keluar dari daftar"),
                "url": f"{here}?show=dropped",
                "current": dropped,
            },
        ],
        **page.turns({**asked, **({"show": "dropped"} if dropped else {})}),
    }
    return render(request, f"{_TEMPLATES}/recipients.html", context)


@require_GET
@officer_page(*LISTERS, village=True)
def double(request: HttpRequest) -> HttpResponse:
    """Who has two programmes that should not come together."""
    actor = actor_of(request)
    form = DoubleFilterForm(request.GET, actor=actor)
    asked = form.asked()
    found = cover.double_cover(actor, asked)
    audit(actor=actor, action="cover.double", fields=asked)
    context = {
        "rows": found[: cover.MOST],
        "more": len(found) > cover.MOST,
        "form": form,
        "active": len(asked),
        "clear_url": reverse("programs:double"),
        "may_set": actor.has(*SETTERS),
        "tabs": _cover_tabs("double"),
    }
    return render(request, f"{_TEMPLATES}/double.html", context)


@require_GET
@officer_page(*LISTERS, village=True)
def gaps(request: HttpRequest) -> HttpResponse:
    """Families of whom nobody is known to receive anything."""
    actor = actor_of(request)
    form = GapFilterForm(request.GET, actor=actor)
    asked = form.asked()
    found = cover.gaps(actor, asked)
    page = keyset.page(found, order=("rw", "rt", "pk"), position=request.GET.get("from", ""))
    families = cover.heads_of(page.rows)
    audit(actor=actor, action="cover.gaps", fields=asked)
    context = {
        "rows": [(one, families[one.pk]) for one in page.rows],
        "form": form,
        "active": len(asked),
        "clear_url": reverse("programs:gaps"),
        "tabs": _cover_tabs("gaps"),
        **page.turns(asked),
    }
    return render(request, f"{_TEMPLATES}/gaps.html", context)


def _cover_tabs(current: str) -> list[dict[str, Any]]:
    labels = {"double": _("Ganda"), "gaps": _("Belum menerima apa pun")}
    return [
        {"label": label, "url": reverse(f"programs:{name}"), "current": name == current}
        for name, label in labels.items()
    ]


@require_http_methods(["GET", "POST"])
@officer_page(*SETTERS, village=True)
def pairs(request: HttpRequest) -> HttpResponse:
    """Which programmes should not come together: a setting of the office."""
    actor = actor_of(request)
    form = OverlapForm(request.POST or None, actor=actor)
    done = _("Pasangan ditambahkan.")
    if carried_out(request, form, overlaps.add_overlap, done=done, actor=actor):
        return redirect("programs:overlaps")
    context = {"form": form, "rows": cover.overlaps(actor)}
    return form_page(request, f"{_TEMPLATES}/overlaps.html", context)


@require_POST
@officer_page(*SETTERS, village=True)
def pair_remove(request: HttpRequest, uid: str) -> HttpResponse:
    """Let two programmes come together again."""
    overlaps.remove_overlap(actor=actor_of(request), uid=uid)
    say_done(request, None, _("Pasangan dihapus."))
    return redirect("programs:overlaps")
