"""The village's referral pages: draft, approve, send or carry, note answers and realisation."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from complaints.models import Complaint
from complaints.selectors import capped
from complaints.selectors import case as find_case
from programs.catalogue.words import handed_out
from programs.models import Programme
from puskesmas import keyset
from puskesmas.actors import Actor
from puskesmas.errors import DomainError
from puskesmas.history import audit
from puskesmas.models import Role
from puskesmas.pages import actor_of, add_error, carried_out, form_page, officer_page, say_done
from referrals import cards, letters, reminders, selectors, weighing
from referrals.deliveries import trouble_with
from referrals.files import sending
from referrals.forms import (
    AnswerForm,
    CareForm,
    DraftForm,
    HandOverForm,
    LetterForm,
    OverrideForm,
    RealisationForm,
    ReasonForm,
    ResubmitForm,
)
from referrals.grounds import grounds_of
from referrals.models import Referral
from referrals.packages import services as packages
from referrals.partners import services as partners
from referrals.partners.selectors import standing_of
from referrals.reconciliation.workflow import KEEPERS
from referrals.services import answers, approval, care, delivery
from referrals.workflow import Approval
from registry.roles import WRITERS
from reports.letters.models import Letter

READERS = (Role.FRONT, Role.BACK, Role.FACILITATOR, Role.COORDINATOR, Role.HEAD)
APPROVERS = (Role.COORDINATOR, Role.HEAD)
COUNTER = (Role.FRONT, Role.BACK)


@require_GET
@officer_page(*APPROVERS)
def approvals(request: HttpRequest) -> HttpResponse:
    """The approver's list: what waits for his word, and what waits for somebody else's."""
    waiting = selectors.waiting_for_approval(actor_of(request))
    return render(
        request,
        "referrals/approvals.html",
        {
            "mine": [item for item in waiting if item.obstacle is None],
            "others": [item for item in waiting if item.obstacle is not None],
        },
    )


@require_GET
@officer_page(*READERS, Role.ADMIN, village=True)
def deliveries(request: HttpRequest) -> HttpResponse:
    """What waits on its way up, what waits for an answer, what waits to be told; and why."""
    actor = actor_of(request)
    labels = {
        selectors.UNDELIVERED: _("Belum sampai"),
        selectors.STUCK: _("Macet"),
        selectors.UNANSWERED: _("Lama tidak dijawab"),
        selectors.NOT_TOLD: _("Siap diambil, belum diberitahukan"),
    }
    tab = request.GET.get("tab", "")
    tab = tab if tab in labels else selectors.UNDELIVERED
    counts = selectors.delivery_counts(actor)
    upstream = selectors.upstream_of(actor)
    rows, page = selectors.delivery_page(actor, tab=tab, position=request.GET.get("at", ""))
    return render(
        request,
        "referrals/deliveries.html",
        {
            "tab": tab,
            "tabs": [
                {
                    "label": label,
                    "url": f"?tab={code}",
                    "current": code == tab,
                    "count": capped(counts[code]),
                }
                for code, label in labels.items()
            ],
            "rows": rows,
            "upstream": upstream,
            "may_carry": actor.has(*packages.VILLAGE),
            "trouble": trouble_with(upstream) if upstream else "",
            "may_send": actor.has(*delivery.SEND_ROLES),
            "may_remind": actor.has(*COUNTER),
            "may_compare": actor.has(*KEEPERS),
            **pager(request, page),
        },
    )


@require_http_methods(["GET", "POST"])
@officer_page(Role.BACK)
def draft(request: HttpRequest, case_uid: str) -> HttpResponse:
    """Draft a referral from the case and put it before the approver."""
    actor = actor_of(request)
    case = find_case(case_uid, actor=actor)
    if request.method == "GET":
        approval.require_draftable(case)
    upstream = selectors.upstream_of(actor)
    offered = selectors.programmes_to_refer(actor)
    needed = _needed_programme(case)
    form = DraftForm(
        request.POST or None,
        initial={"version": case.version, "programme": str(needed.uid) if needed else ""},
        programmes=offered,
        services=weighing.service_choices(case, offered),
        upstream=upstream.name if upstream else "",
        partners=selectors.partners_to_refer(actor),
    )
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            referral = approval.draft_referral(
                actor=actor, case_uid=case.uid, programme_uid=values.pop("programme"), **values
            )
        except DomainError as error:
            add_error(form, error)
        else:
            say_done(request, referral, _("Rujukan diajukan untuk disetujui."))
            return redirect("referrals:referral", uid=referral.uid)
    return form_page(
        request,
        "referrals/draft.html",
        {
            "form": form,
            "case": case,
            "case_url": case_url(case),
            "draft_key": f"rujukan-{case.uid}",
            "needed": needed,
            "awaited": weighing.papers_awaited(case, weighing.kept_version(case, needed))
            if needed
            else [],
        },
    )


def _needed_programme(case: Complaint) -> Programme | None:
    """Return the programme the person asked for first; one query."""
    needed = case.programmes.filter(relation="needed").select_related("programme").first()
    return needed.programme if needed else None


@require_GET
@officer_page(*READERS)
def referral(request: HttpRequest, uid: str) -> HttpResponse:
    """One referral: what is asked, who approved it, where the file is, what was answered."""
    actor = actor_of(request)
    row = selectors.referral(uid, actor=actor)
    case = find_case(row.complaint.uid, actor=actor)
    audit(actor=actor, action="open_referral", subject=row)
    today = actor.office.today()
    return render(
        request,
        "referrals/referral.html",
        {
            "card": cards.load([row], actor=actor)[0],
            "grounds": grounds_of(row, actor=actor),
            "awaited": weighing.papers_awaited(case, row.programme_version, row.service)
            if row.approval == Approval.AWAITING
            else [],
            "case": case,
            "case_url": case_url(case),
            "missing": [paper.name for paper in case.papers.all() if paper.is_missing(today)],
            "partner_page": standing_of(row, may_act=actor.has(*delivery.SEND_ROLES)),
            "handed": handed_out(row.programme_version.terms) if row.programme_version else [],
            "history": cards.history(row),
            "files": (files := sending.on_the_way(row)),
            "files_refused": any(file.refusal for file in files),
            "may_send_files": actor.has(*delivery.SEND_ROLES)
            and any(file.refusal or sending.goes_by_itself(file) for file in files),
        },
    )


#: Where an approver goes on who was told no, by the reason.
_AFTER_REFUSAL = {
    "override_needed": "referrals:override",
    "papers_missing": "referrals:referral",
    "agreement_ended": "referrals:referral",
}


@require_POST
@officer_page(*APPROVERS)
def approve(request: HttpRequest, uid: str) -> HttpResponse:
    """Approve at one press: the page before it showed what is approved.

    An exclusion that stands asks for its reason on a page of its own; what is still lacking is
    said on the page before, where it can be given back.
    """
    try:
        approval.approve(actor=actor_of(request), uid=uid, version=version_sent(request))
    except DomainError as error:
        page = _AFTER_REFUSAL.get(error.code)
        if page is None:
            raise
        messages.warning(request, error.message)
        return redirect(page, uid=uid)
    messages.success(request, _("Rujukan disetujui dan berkasnya diteruskan."))
    return redirect("referrals:referral", uid=uid)


@require_http_methods(["GET", "POST"])
@officer_page(*APPROVERS)
def override(request: HttpRequest, uid: str) -> HttpResponse:
    """Approve in spite of an exclusion, with the reason."""
    return _act(
        request,
        uid,
        form_class=OverrideForm,
        verb=approval.approve,
        title=_("Setujui dengan pengecualian"),
        submit=_("Setujui dengan alasan ini"),
        done=_("Rujukan disetujui dan berkasnya diteruskan."),
    )


@require_http_methods(["GET", "POST"])
@officer_page(*APPROVERS)
def return_draft(request: HttpRequest, uid: str) -> HttpResponse:
    """Give the draft back with what is to be mended."""
    return _act(
        request,
        uid,
        form_class=ReasonForm,
        verb=approval.return_draft,
        title=_("Kembalikan untuk diperbaiki"),
        submit=_("Kembalikan"),
        done=_("Rujukan dikembalikan ke back office."),
        hint=_("Tulis apa yang harus diperbaiki back office."),
    )


@require_http_methods(["GET", "POST"])
@officer_page(*APPROVERS)
def refuse(request: HttpRequest, uid: str) -> HttpResponse:
    """Refuse to pass it on; the case goes back to handling."""
    return _act(
        request,
        uid,
        form_class=ReasonForm,
        verb=approval.refuse,
        title=_("Tolak rujukan"),
        submit=_("Tolak rujukan"),
        done=_("Rujukan ditolak; perkara kembali ditangani back office."),
        danger=True,
        hint=_("Tulis alasannya. Perkaranya tetap berjalan dan bisa ditangani dengan cara lain."),
    )


@require_http_methods(["GET", "POST"])
@officer_page(Role.BACK)
def resubmit(request: HttpRequest, uid: str) -> HttpResponse:
    """Mend a returned referral and put it before the approver again."""
    actor = actor_of(request)
    upstream = selectors.upstream_of(actor)
    return _act(
        request,
        uid,
        form_class=ResubmitForm,
        verb=approval.resubmit,
        title=_("Perbaiki dan ajukan lagi"),
        submit=_("Ajukan lagi"),
        done=_("Rujukan diajukan lagi untuk disetujui."),
        initial=lambda row: {
            "need": row.need,
            "road": row.road,
            "destination": row.destination,
            "legal_basis": row.legal_basis,
            "partner_uid": str(row.partner.uid) if row.partner else "",
        },
        upstream=upstream.name if upstream else "",
        partners=selectors.partners_to_refer(actor),
    )


@require_http_methods(["GET", "POST"])
@officer_page(*COUNTER)
def hand_over(request: HttpRequest, uid: str) -> HttpResponse:
    """Note that the file was carried there."""
    return _act(
        request,
        uid,
        form_class=HandOverForm,
        verb=delivery.hand_over,
        title=_("Catat penyerahan berkas"),
        submit=_("Simpan"),
        done=_("Penyerahan dicatat."),
        initial=lambda row: {"handed_on": row.office.today()},
        extra=lambda row: {"retyped": row.road == Referral.Road.RETYPED},
    )


@require_http_methods(["GET", "POST"])
@officer_page(*COUNTER)
def answer(request: HttpRequest, uid: str) -> HttpResponse:
    """Note what the upstream or the owner said."""
    return _act(
        request,
        uid,
        form_class=AnswerForm,
        verb=answers.record_answer,
        title=_("Catat jawaban"),
        submit=_("Simpan jawaban"),
        done=_("Jawaban dicatat."),
        initial=lambda row: {"said_on": row.office.today()},
        extra=lambda row: {"state": row.answer},
    )


@require_http_methods(["GET", "POST"])
@officer_page(*COUNTER, Role.FACILITATOR)
def realisation(request: HttpRequest, uid: str) -> HttpResponse:
    """Note how far the aid has come."""
    return _act(
        request,
        uid,
        form_class=RealisationForm,
        verb=answers.record_realisation,
        title=_("Catat realisasi"),
        submit=_("Simpan"),
        done=_("Realisasi dicatat."),
        initial=lambda row: {"said_on": row.office.today()},
        extra=lambda row: {"state": row.realisation},
    )


@require_http_methods(["GET", "POST"])
@officer_page(*WRITERS)
def care_verdict(request: HttpRequest, uid: str) -> HttpResponse:
    """Note whether the hospital found an emergency; the page then says what follows."""
    return _act(
        request,
        uid,
        form_class=CareForm,
        verb=care.record_care_verdict,
        title=_("Catat penilaian rumah sakit"),
        submit=_("Simpan"),
        done=_("Penilaian rumah sakit dicatat."),
        initial=lambda row: {"on": row.office.today()},
    )


@require_http_methods(["GET", "POST"])
@officer_page(*COUNTER)
def letter(request: HttpRequest, uid: str) -> HttpResponse:
    """Number and print the surat rujukan; a letter there is already is shown instead."""
    row = selectors.referral(uid, actor=actor_of(request))
    made = selectors.letter_of(row)
    if made:
        return redirect("letters:letter", uid=made.uid)
    return _letter_page(
        request,
        row,
        verb=letters.issue,
        title=_("Surat rujukan"),
        done=_("Surat rujukan bernomor %(number)s. Cetak, lalu mintakan tanda tangan."),
    )


@require_http_methods(["GET", "POST"])
@officer_page(*COUNTER)
def remind(request: HttpRequest, uid: str) -> HttpResponse:
    """Ask the receiver again, by a letter."""
    return _letter_page(
        request,
        selectors.referral(uid, actor=actor_of(request)),
        verb=reminders.remind,
        title=_("Surat pengingat rujukan"),
        done=_("Surat pengingat bernomor %(number)s. Cetak, tanda tangani, lalu kirimkan."),
    )


def _letter_page(
    request: HttpRequest, row: Referral, *, verb: Callable[..., Letter], title: str, done: str
) -> HttpResponse:
    actor = actor_of(request)
    form = LetterForm(request.POST or None, signers=letters.signer_choices(actor))
    if request.method == "POST" and form.is_valid():
        signer = letters.signer_of(actor, form.cleaned_data["signer"])
        client_uid = form.cleaned_data["client_uid"]
        try:
            made = verb(actor=actor, uid=row.uid, signer=signer, client_uid=client_uid)
        except DomainError as error:
            add_error(form, error)
        else:
            say_done(request, made, done % {"number": made.number})
            return redirect("letters:letter", uid=made.uid)
    return form_page(
        request,
        "referrals/act.html",
        {
            "referral": row,
            "form": form,
            "title": title,
            "submit": _("Terbitkan surat"),
            "back": reverse("referrals:referral", args=[row.uid]),
        },
    )


@require_POST
@officer_page(*COUNTER)
def take_up(request: HttpRequest, uid: str) -> HttpResponse:
    """Go on from the owner's decision in a case that was opened again."""
    answers.take_up(actor=actor_of(request), uid=uid, version=version_sent(request))
    messages.success(request, _("Perkara dilanjutkan. Sampaikan jawabannya kepada warga."))
    return redirect("referrals:referral", uid=uid)


@require_POST
@officer_page(*READERS, Role.ADMIN)
def send_now(request: HttpRequest, uid: str) -> HttpResponse:
    """Try a waiting delivery again at once."""
    delivery.send_now(actor=actor_of(request), uid=uid)
    messages.info(request, _("Pengiriman dicoba sekarang. Muat ulang halaman ini sebentar lagi."))
    if actor_of(request).has(*READERS):
        return redirect("referrals:referral", uid=uid)
    return redirect("referrals:deliveries")


@require_POST
@officer_page(*READERS)
def send_link(request: HttpRequest, uid: str) -> HttpResponse:
    """Send the partner a link to his page (again)."""
    partners.send_link(actor=actor_of(request), uid=uid, version=version_sent(request))
    messages.info(request, _("Tautan dikirim sebentar lagi."))
    return redirect("referrals:referral", uid=uid)


@require_POST
@officer_page(*READERS)
def revoke_link(request: HttpRequest, uid: str) -> HttpResponse:
    """Let no link and no code of the referral open the partner's page any more."""
    partners.revoke(actor=actor_of(request), uid=uid, version=version_sent(request))
    messages.success(request, _("Tautan dan kode tidak berlaku lagi."))
    return redirect("referrals:referral", uid=uid)


def pager(request: HttpRequest, page: keyset.Page[Any]) -> dict[str, str]:
    """Return the pager's addresses: this one with another position."""

    def at(position: str) -> str:
        if not position:
            return ""
        query = request.GET.copy()
        query["at"] = position
        return f"?{query.urlencode()}"

    return {"previous_url": at(page.previous), "next_url": at(page.next)}


def case_url(case: Complaint) -> str:
    """Return the case page's address; empty where an installation has none."""
    try:
        return reverse("complaints:case", args=[case.uid])
    except NoReverseMatch:
        return ""


def _act(
    request: HttpRequest,
    uid: str,
    *,
    form_class: type[forms.Form],
    verb: Callable[..., Referral],
    title: str,
    submit: str,
    done: str,
    initial: Callable[[Referral], dict[str, Any]] = lambda row: {},
    extra: Callable[[Referral], dict[str, Any]] = lambda row: {},
    danger: bool = False,
    **form_options: Any,
) -> HttpResponse:
    """Show a form for one verb on a referral; call the verb; show its "no" beside the field."""
    actor: Actor = actor_of(request)
    row = selectors.referral(uid, actor=actor)
    form = form_class(
        request.POST or None,
        initial={"version": row.version, **initial(row)},
        **form_options,
        **extra(row),
    )
    if carried_out(request, form, verb, done=done, actor=actor, uid=row.uid):
        return redirect("referrals:referral", uid=row.uid)
    return form_page(
        request,
        "referrals/act.html",
        {
            "referral": row,
            "form": form,
            "title": title,
            "submit": submit,
            "danger": danger,
            "back": reverse("referrals:referral", args=[row.uid]),
        },
    )


def version_sent(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() else None
