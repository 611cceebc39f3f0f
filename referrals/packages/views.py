"""The pages for carrying files on a stick, and for office cards; the same on every tier."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puskesmas.errors import DomainError
from puskesmas.history import audit
from puskesmas.pages import actor_of, add_error, carried_out, form_page, officer_page, say_done
from referrals import letters as referral_letters
from referrals.packages import cards, kept, letters, selectors, services
from referrals.packages.forms import BringForm, CardForm, CoverForm, MakeForm
from referrals.packages.models import Package
from referrals.services.linking import LINKERS
from reports.letters.render import qr
from reports.letters.views import pdf_response


@require_http_methods(["GET", "POST"])
@officer_page(*services.CARRIERS)
def packages(request: HttpRequest) -> HttpResponse:
    """What waits for whom, the files made and brought; POST: a file somebody brought."""
    actor = actor_of(request)
    form = BringForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.bring(actor=actor, file=form.cleaned_data["file"].file)
        except DomainError as error:
            add_error(form, error)
        else:
            if made.is_repeat:
                messages.info(request, _("Berkas ini sudah pernah dibuka di sini; lihat hasilnya."))
            return redirect("referrals:package", uid=made.uid)
    return form_page(
        request,
        "referrals/packages/packages.html",
        {
            "form": form,
            "destinations": selectors.destinations(actor),
            "packages": selectors.packages(actor),
            "may_link": actor.has(*LINKERS),
        },
    )


@require_http_methods(["GET", "POST"])
@officer_page(*services.CARRIERS)
def make(request: HttpRequest, uid: str) -> HttpResponse:
    """Put what waits for one office into a file."""
    actor = actor_of(request)
    peer = selectors.destination(actor, uid)
    waiting = selectors.waiting(peer)
    files = selectors.waiting_files(peer, [row for row, _number, _at in waiting])
    choices = [(str(row.uid), _line(row, number)) for row, number, _at in waiting]
    form = MakeForm(request.POST or None, choices=choices)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.make(
                actor=actor,
                peer_uid=peer.uid,
                messages=form.cleaned_data.get("chosen", ()),
                with_files=not form.cleaned_data["without_files"],
                client_uid=form.cleaned_data["client_uid"],
            )
        except DomainError as error:
            add_error(form, error)
        else:
            say_done(request, made, _("Berkas siap. Salin ke stik, lalu cetak surat pengantarnya."))
            return redirect("referrals:package", uid=made.uid)
    return form_page(
        request,
        "referrals/packages/make.html",
        {"form": form, "peer": peer, "waiting": waiting, "files": files},
    )


def _line(row: Any, number: str) -> str:
    shown = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    return f"{selectors.kind_name(row.kind)} {shown}".strip()


@require_GET
@officer_page(*services.CARRIERS)
def package(request: HttpRequest, uid: str) -> HttpResponse:
    """What is in a file, and what became of each thing in it."""
    actor = actor_of(request)
    row = selectors.package(actor, uid)
    shown = selectors.entries(row)
    audit(actor=actor, action="package.open", subject=row)
    open_count = sum(1 for one in shown if one.entry.outcome in {"waiting", "failed"})
    return render(
        request,
        "referrals/packages/package.html",
        {
            "package": row,
            "file_name": services.file_name(row),
            "entries": shown,
            "left": [one for one in shown if one.entry.outcome == "left"],
            "waits": 0 if row.is_out else open_count,
            "may_print": actor.has(*letters.ROLES) and actor.office.is_village,
        },
    )


@require_POST
@officer_page(*services.CARRIERS)
def take_in(request: HttpRequest, uid: str) -> HttpResponse:
    """Take in what waits in a file somebody brought."""
    row = services.take_in(actor=actor_of(request), uid=uid)
    bad = row.entries.filter(outcome__in=("refused", "failed")).count()
    if bad:
        messages.warning(
            request,
            ngettext(
                "%(n)d isi berkas tidak masuk; yang lain sudah.",
                "%(n)d isi berkas tidak masuk; yang lain sudah.",
                bad,
            )
            % {"n": bad},
        )
    else:
        messages.success(
            request, _("Semua isi berkas sudah masuk. Buat berkas balasan untuk pembawanya.")
        )
    return redirect("referrals:package", uid=row.uid)


@require_GET
@officer_page(*services.CARRIERS)
def download(request: HttpRequest, uid: str) -> FileResponse:
    """The file to put on the stick. Audited."""
    actor = actor_of(request)
    row = _made_here(selectors.package(actor, uid))
    # Sent as it is read; the response closes it.
    response = FileResponse(
        kept.opened(row),
        as_attachment=True,
        filename=services.file_name(row),
        content_type=services.MEDIA_TYPE,
    )
    audit(actor=actor, action="package.download", subject=row)
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
@officer_page(*services.CARRIERS)
def sheet(request: HttpRequest, uid: str) -> HttpResponse:
    """The surat pengantar without a number. Audited."""
    actor = actor_of(request)
    row = _made_here(selectors.package(actor, uid))
    audit(actor=actor, action="package.print", subject=row)
    return pdf_response(letters.sheet(row), name="pengantar-berkas.pdf")


@require_http_methods(["GET", "POST"])
@officer_page(*letters.ROLES, village=True)
def letter(request: HttpRequest, uid: str) -> HttpResponse:
    """Number and print the surat pengantar; one there is already is shown instead."""
    actor = actor_of(request)
    row = _made_here(selectors.package(actor, uid))
    if row.letter is not None:
        return redirect("letters:letter", uid=row.letter.uid)
    form = CoverForm(request.POST or None, signers=referral_letters.signer_choices(actor))
    if carried_out(
        request,
        form,
        letters.issue,
        done=_("Surat pengantar bernomor. Cetak, lalu mintakan tanda tangan."),
        actor=actor,
        package=row,
    ):
        return redirect("letters:letter", uid=form.result.uid)
    return form_page(request, "referrals/packages/letter.html", {"form": form, "package": row})


def _made_here(row: Package) -> Package:
    if not row.is_out:
        raise Http404
    return row


# --- Office cards --------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@officer_page(*LINKERS)
def card(request: HttpRequest) -> HttpResponse:
    """This office's card, and a form for another's."""
    actor = actor_of(request)
    form = CardForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            peer = cards.take(
                actor=actor,
                card=cards.read(form.cleaned_data["card"]),
                fingerprint=form.cleaned_data["fingerprint"],
            )
        except DomainError as error:
            add_error(form, error)
        else:
            messages.success(request, _("Kartu %(name)s tersimpan.") % {"name": peer.name})
            return redirect("referrals:card")
    own = cards.card_of(actor.office)
    return form_page(
        request,
        "referrals/packages/card.html",
        {
            "form": form,
            "text": cards.text_of(own),
            "qr": qr(cards.text_of(own), title=_("Kode QR kartu kantor")),
            "fingerprint": cards.fingerprint_of(own),
            "known": [
                (one.peer, cards.fingerprint_of_peer(one.peer))
                for one in selectors.destinations(actor)
            ],
        },
    )


@require_GET
@officer_page(*LINKERS)
def card_file(request: HttpRequest) -> HttpResponse:
    """The card as a file. It holds nothing secret."""
    office = actor_of(request).office
    response = HttpResponse(cards.text_of(cards.card_of(office)), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="kartu-kantor-{office.code}.json"'
    return response
