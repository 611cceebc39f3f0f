"""The district's pages: the inbox, one received referral, and what is recorded on it."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from complaints.selectors import capped
from puskesmas.actors import Actor
from puskesmas.errors import DomainError, NotYourRole
from puskesmas.history import audit
from puskesmas.models import Role
from puskesmas.pages import actor_of, add_error, form_page, officer_page
from puskesmas.workflow import Step, role_names
from referrals import cards, selectors
from referrals.chain.models import WHOLE_DISTRICT
from referrals.forms import InboxActForm, InboxFilter
from referrals.models import ReceivedReferral
from referrals.partners import owners
from referrals.partners.selectors import standing_of_owner
from referrals.quotas.selectors import place_in_line
from referrals.services import inbox as verbs
from referrals.views import pager, version_sent
from referrals.workflow import INBOX, OVER, REALISATION, Inbox, Realisation
from registry.forms import RevealForm
from reports.letters import codes

READERS = (*WHOLE_DISTRICT, Role.SUPERVISOR)
WRITERS = (Role.MANAGER, Role.DISTRICT_BACK)
_TONES = {
    Inbox.REVIEW: "waiting",
    Inbox.RECEIVED: "info",
    Inbox.RETURNED: "waiting",
    Inbox.FORWARDED: "progress",
    Inbox.RECOMMENDED: "progress",
    Inbox.STUDIED: "progress",
    Inbox.APPROVED: "success",
    Inbox.REFUSED: "danger",
}
_FILTERS = ("village", "programme", "urgency", "age")
#: What reached the person is not refused any more.
_IN_HAND = (Realisation.COLLECTED, Realisation.ENDED)


@require_GET
@officer_page(*READERS)
def inbox(request: HttpRequest) -> HttpResponse:
    """What the villages sent: emergencies first, then by age; filtered by village and programme."""
    actor = actor_of(request)
    tab = request.GET.get("tab", "")
    tab = tab if tab in selectors.TABS else _own_tab(actor)
    form = InboxFilter(
        request.GET,
        villages=selectors.village_choices(actor),
        programmes=selectors.programme_choices(actor),
    )
    chosen = form.cleaned_data if form.is_valid() else {}
    page = selectors.inbox_page(
        actor,
        tab=tab,
        peer=uuid.UUID(chosen["village"]) if chosen.get("village") else None,
        programme=chosen.get("programme", ""),
        urgency=chosen.get("urgency", ""),
        age=chosen.get("age"),
        position=request.GET.get("at", ""),
    )
    return render(
        request,
        "referrals/inbox.html",
        {
            "tabs": _tabs(actor, tab, chosen),
            "rows": page.rows,
            "form": form,
            "active": sum(bool(chosen.get(name)) for name in _FILTERS),
            "together": _together(actor, page.rows),
            "may_record": actor.has(*WRITERS),
            "clear_url": f"?tab={tab}",
            **pager(request, page),
        },
    )


def _together(actor: Actor, rows: list[ReceivedReferral]) -> list[Step]:
    """Return the acts that may be done on some of the rows at once.

    Where the chain ends with the manager, his decisions are noted one by one.
    """
    states = {row.state for row in rows}
    decided = {"approve", "refuse"} if states <= {Inbox.RECEIVED} else set()
    return [
        step
        for step in INBOX.steps.values()
        if step.action in InboxActForm.NEEDS.keys() - decided
        and INBOX.is_permitted(step, actor)
        and not step.sources.isdisjoint(states)
        and not states <= {Inbox.APPROVED, Inbox.REFUSED}
    ]


def _own_tab(actor: Actor) -> str:
    """Return the tab of what waits for this officer."""
    return "new" if actor.has(*WHOLE_DISTRICT) else "review"


def _tabs(actor: Actor, current: str, chosen: dict[str, Any]) -> list[dict[str, Any]]:
    counts = selectors.inbox_counts(actor)
    kept = "".join(f"&{name}={chosen[name]}" for name in _FILTERS if chosen.get(name))
    return [
        {
            "label": label,
            "url": f"?tab={code}{kept}",
            "current": code == current,
            "count": capped(counts[code]) if code in counts else "",
        }
        for code, (label, _rule) in selectors.TABS.items()
    ]


@require_GET
@officer_page(*READERS)
def received(request: HttpRequest, uid: str) -> HttpResponse:
    """One received referral: what was sent, what was done, what can be done now."""
    actor = actor_of(request)
    row = selectors.received(uid, actor=actor)
    audit(actor=actor, action="open_received_referral", subject=row)
    return _draw(request, row)


@require_POST
@officer_page(*READERS)
def reveal(request: HttpRequest, uid: str) -> HttpResponse:
    """Show the NIK and KK of a received referral in full, this once; the look is audited."""
    actor = actor_of(request)
    row = selectors.received(uid, actor=actor)
    form = RevealForm(request.POST)
    if not form.is_valid():
        return _draw(request, row, reveal_form=form)
    audit(
        actor=actor,
        action="reveal",
        subject=row,
        fields=["nik", "kk"],
        reason=form.cleaned_data["reason"],
    )
    return _draw(request, row, revealed=True)


@require_POST
@officer_page(*WRITERS)
def owner_link(request: HttpRequest, uid: str) -> HttpResponse:
    """Send the programme's owner a link to his page (again)."""
    owners.send_link(actor=actor_of(request), uid=uid, version=version_sent(request))
    messages.info(request, _("Tautan dikirim sebentar lagi."))
    return redirect("referrals:received", uid=uid)


@require_POST
@officer_page(*WRITERS)
def owner_code(request: HttpRequest, uid: str) -> HttpResponse:
    """Show a new code for the owner's page, this once: it is kept nowhere."""
    actor = actor_of(request)
    token = owners.make_code(actor=actor, uid=uid, version=version_sent(request))
    shown = _draw(request, selectors.received(uid, actor=actor), owner_code=codes.shown(token))
    shown["Cache-Control"] = "private, no-store"
    return shown


@require_POST
@officer_page(*WRITERS)
def owner_revoke(request: HttpRequest, uid: str) -> HttpResponse:
    """Let no link and no code open the owner's page any more."""
    owners.revoke(actor=actor_of(request), uid=uid, version=version_sent(request))
    messages.success(request, _("Tautan dan kode tidak berlaku lagi."))
    return redirect("referrals:received", uid=uid)


def _draw(
    request: HttpRequest,
    row: ReceivedReferral,
    *,
    revealed: bool = False,
    reveal_form: RevealForm | None = None,
    owner_code: str = "",
) -> HttpResponse:
    actor = actor_of(request)
    return render(
        request,
        "referrals/received.html",
        {
            "row": row,
            "sent": row.payload,
            "finding": cards.finding_of(row.payload),
            "request_facts": cards.request_facts(row.payload),
            "person_facts": cards.person_facts(row.payload),
            "members": cards.sent_members(row.payload),
            "papers": cards.sent_papers(row.payload),
            "files": row.files.order_by("pk"),
            "tone": _TONES[Inbox(row.state)],
            "waiting": _whose_turn(row),
            "revealed": revealed,
            "reveal_form": reveal_form or RevealForm(),
            "acts": _acts(row, actor),
            "history": cards.inbox_history(row),
            "told": selectors.told_village(row),
            "earlier": selectors.earlier_submissions(row),
            "line": place_in_line(row),
            "owner_page": standing_of_owner(row, may_act=actor.has(*WRITERS)),
            "owner_code": owner_code,
        },
    )


def _whose_turn(row: ReceivedReferral) -> str:
    """Say what a referral waits for that has nothing to be done here."""
    if row.state == Inbox.RETURNED:
        return _("Menunggu perbaikan dari desa.")
    if row.state == Inbox.REFUSED or row.realisation in OVER:
        return _("Selesai di sini.")
    return ""


def _acts(row: ReceivedReferral, actor: Actor) -> list[cards.Act]:
    """Return what may be done now: what usually comes next first, corrections last."""
    answered = row.state in {Inbox.APPROVED, Inbox.REFUSED}
    hops = verbs.hops_of_row(row)
    steps = [
        step
        for step in INBOX.available(state=row.state, actor=actor)
        if verbs.is_on_its_way(step.action, state=row.state, hops=hops)
    ]
    acts = [
        cards.Act(
            step.label,
            reverse("referrals:inbox_act", args=[row.uid, step.action]),
            primary=step.action in {"pass", "recommend", "approve"} and not answered,
            quiet=answered,
        )
        for step in steps
        if not (step.action == "refuse" and row.realisation in _IN_HAND)
    ]
    if row.state != Inbox.APPROVED:
        return sorted(acts, key=lambda act: not act.primary)
    realising = [
        cards.Act(step.label, reverse("referrals:inbox_act", args=[row.uid, step.action]))
        for step in REALISATION.available(state=row.realisation, actor=actor)
        if row.realisation != Realisation.QUEUED or step.action == Realisation.NEVER
    ]
    return realising + acts


@require_http_methods(["GET", "POST"])
@officer_page(*WRITERS, Role.SUPERVISOR)
def act(request: HttpRequest, uid: str, action: str) -> HttpResponse:
    """One act on a received referral: return, recommend, the owner's word, realisation."""
    if action not in InboxActForm.NEEDS:
        raise Http404
    actor = actor_of(request)
    step = INBOX.steps.get(action) or REALISATION.steps[action]
    if not actor.has(*step.roles):
        raise NotYourRole(_("Halaman ini untuk %(roles)s.") % {"roles": role_names(step.roles)})
    row = selectors.received(uid, actor=actor)
    form = InboxActForm(
        request.POST or None,
        action=action,
        initial={"version": row.version, "said_on": actor.office.today()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            _call(actor, row, action, form.cleaned_data)
        except DomainError as error:
            add_error(form, error)
        else:
            messages.success(request, _("Dicatat. Desa menerima kabarnya saat terhubung."))
            return redirect("referrals:received", uid=row.uid)
    return form_page(
        request,
        "referrals/inbox_act.html",
        {
            "row": row,
            "form": form,
            "title": step.label,
            "submit": _("Simpan"),
            "danger": action in {"refuse", "never"},
            "back": reverse("referrals:received", args=[row.uid]),
        },
    )


def _call(actor: Actor, row: ReceivedReferral, action: str, values: dict[str, Any]) -> None:
    version = values.pop("version")
    said = verbs.Said(**values)
    if action in INBOX.steps:
        verbs.act(actor=actor, uid=row.uid, action=action, said=said, version=version)
    else:
        verbs.realise(actor=actor, uid=row.uid, value=action, said=said, version=version)
