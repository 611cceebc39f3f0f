"""The style guide: every component in every state, with invented people only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from puskesmas.errors import DomainError
from puskesmas.forms import (
    Choices,
    CountField,
    DateField,
    DateTimeField,
    DigitsInput,
    ManyChoices,
    PhoneInput,
    RupiahField,
)
from puskesmas.pages import officer_page

SAMPLE_NUMBER = "482109375561"
SAMPLE_NIK = "3509994107880003"


class SampleForm(forms.Form):
    """One field of every sort."""

    name = forms.CharField(label=gettext_lazy("Nama lengkap"), max_length=120)
    nik = forms.CharField(
        label="NIK",
        help_text=gettext_lazy("16 angka, seperti di KTP atau KK."),
        widget=DigitsInput(),
        min_length=16,
        error_messages={
            "min_length": gettext_lazy(
                "NIK harus 16 angka; yang diketik %(show_value)s angka. Periksa dengan KTP."
            )
        },
    )
    born = DateField(label=gettext_lazy("Tanggal lahir"))
    received = DateTimeField(label=gettext_lazy("Diterima pada"))
    members = CountField(label=gettext_lazy("Anggota keluarga"))
    income = RupiahField(label=gettext_lazy("Penghasilan sebulan"), required=False)
    phone = forms.CharField(label=gettext_lazy("Telepon"), required=False, widget=PhoneInput())
    programme = forms.ChoiceField(
        label=gettext_lazy("Program yang dibutuhkan"),
        choices=[
            ("", gettext_lazy("Pilih program")),
            ("kis", gettext_lazy("KIS Daerah")),
            ("pkh", "PKH"),
        ],
    )
    urgency = forms.ChoiceField(
        label=gettext_lazy("Seberapa mendesak?"),
        choices=[("normal", gettext_lazy("Biasa")), ("emergency", gettext_lazy("Darurat"))],
        widget=Choices(hints={"emergency": gettext_lazy("Didahulukan; berkas boleh menyusul.")}),
    )
    papers = forms.MultipleChoiceField(
        label=gettext_lazy("Berkas yang dilihat"),
        choices=[
            ("ktp", gettext_lazy("Salinan KTP")),
            ("kk", gettext_lazy("Salinan KK")),
            ("sktm", "SKTM"),
        ],
        widget=ManyChoices(inline=True),
        required=False,
    )
    story = forms.CharField(
        label=gettext_lazy("Cerita"),
        help_text=gettext_lazy("Tulis seperti yang disampaikan."),
        widget=forms.Textarea,
    )
    photo = forms.FileField(
        label=gettext_lazy("Foto rumah"),
        help_text=gettext_lazy("JPG atau PNG, paling besar 10 MB."),
        required=False,
    )
    told = forms.BooleanField(label=gettext_lazy("Pelapor sudah menerima nomor resi"))


class SampleFilter(forms.Form):
    """A filter bar's fields."""

    tab = forms.CharField(widget=forms.HiddenInput, required=False)
    programme = forms.ChoiceField(
        label=gettext_lazy("Program"), choices=[("", gettext_lazy("Semua"))], required=False
    )
    since = DateField(label=gettext_lazy("Diterima sejak"), required=False, help_text="")


def _filled() -> SampleForm:
    """Return a form sent with mistakes: what was typed is still there."""
    return SampleForm(
        {
            "faulty-name": "",
            "faulty-nik": "35099941078800",
            "faulty-born": "11/22/1988",
            "faulty-received": "22-11-2026 09.15",
            "faulty-members": "lima",
            "faulty-income": "1.250.000",
            "faulty-papers": ["ktp"],
            "faulty-story": _("Kartu ditolak di Puskesmas sejak bulan lalu."),
        },
        prefix="faulty",
    )


@require_GET
@officer_page()
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component in every state."""
    for level, words in (
        (messages.SUCCESS, _("Keluhan dicatat. Resi siap dicetak.")),
        (messages.WARNING, _("Kantor kabupaten belum menyatakan menerima kiriman ini.")),
    ):
        messages.add_message(request, level, words)
    return render(
        request,
        "styleguide/index.html",
        {"form": SampleForm(prefix="empty"), "faulty": _filled(), **_rows()},
    )


def _rows() -> dict[str, Any]:
    now = timezone.now()
    today = timezone.localdate()
    return {
        "number": SAMPLE_NUMBER,
        "nik": SAMPLE_NIK,
        "now": now,
        "tomorrow": today + timedelta(days=1),
        "soon": today + timedelta(days=2),
        "past": today - timedelta(days=4),
        "filter_form": SampleFilter({"programme": ""}),
        "tabs": [
            {"label": _("Menunggu saya"), "url": "#tabs", "current": True, "count": 12},
            {"label": _("Menunggu warga"), "url": "#tabs", "current": False, "count": 4},
            {"label": _("Dirujuk"), "url": "#tabs", "current": False, "count": "99+"},
            {"label": _("Semua"), "url": "#tabs", "current": False},
        ],
        "tiles": [
            {"label": _("Darurat"), "value": 1, "url": "#tiles", "tone": "danger"},
            {"label": _("Lewat batas"), "value": 3, "url": "#tiles", "tone": "warning"},
            {
                "label": _("Menunggu persetujuan"),
                "value": 5,
                "url": "#tiles",
                "note": _("terlama 2 hari kerja"),
            },
            {"label": _("Selesai bulan ini"), "value": 41},
        ],
        "steps": [
            {"label": _("Dicatat"), "state": "done", "at": now - timedelta(days=9)},
            {"label": _("Diperiksa"), "state": "done", "at": now - timedelta(days=6)},
            {
                "label": _("Menunggu persetujuan koordinator"),
                "state": "current",
                "note": _("sejak 3 hari kerja"),
            },
            {"label": _("Dirujuk"), "state": "next"},
            {"label": _("Dijawab pemilik program"), "state": "next"},
        ],
        "events": [
            {
                "title": _("Draf rujukan dikirim ke koordinator"),
                "at": now,
                "who": "Sari Puspita, back office",
            },
            {
                "title": _("Verifikasi dicatat: memenuhi kriteria"),
                "at": now - timedelta(days=2),
                "who": "Sari Puspita, back office",
                "text": _("Lantai tanah, satu pencari nafkah, dua anak sekolah."),
            },
            {
                "title": _("Keluhan dicatat"),
                "at": now - timedelta(days=9),
                "who": "Budi Hartanto, front office",
                "url": "#timeline",
                "url_label": _("Lihat resi"),
            },
        ],
        "tasks": [
            {"label": _("Salinan KTP"), "status": _("Ada"), "tone": "success", "url": "#tasks"},
            {
                "label": _("Salinan KK"),
                "status": _("Belum ada"),
                "tone": "warning",
                "hint": _("Boleh diganti surat domisili."),
            },
            {"label": _("Foto rumah"), "status": _("Tidak diperlukan")},
        ],
        "sections": [
            {
                "title": _("Yang bersangkutan"),
                "change_url": "#answers",
                "rows": [
                    {"label": _("Nama"), "value": "Wartini"},
                    {"label": _("Alamat"), "value": "Dusun Krajan RT 02 RW 01"},
                    {"label": _("Telepon"), "value": ""},
                ],
            }
        ],
        "results": [
            {
                "title": "Wartini",
                "url": "#results",
                "number": SAMPLE_NIK,
                "text": "Dusun Krajan RT 02 RW 01, 38",
                "badges": [
                    {"label": _("Terdaftar DTSEN, desil 2"), "tone": "info"},
                    {"label": _("1 perkara berjalan"), "tone": "waiting"},
                ],
            },
            {"title": "Wartinah", "url": "#results", "text": "Dusun Sumber Wadung RT 11 RW 04"},
        ],
    }


@require_GET
@officer_page()
def styleguide_page(request: HttpRequest, name: str) -> HttpResponse:
    """Show a whole page of a kind that is otherwise hard to come by: public, confirm, errors."""
    if name == "public":
        return render(request, "styleguide/public.html", _rows())
    if name == "confirm":
        return render(request, "components/confirm_page.html", _confirmation())
    if name in {"400", "403", "404", "409", "429", "500", "503"}:
        message = _("Perkara ini sudah ditutup; buka kembali sebelum mencatat jawaban.")
        context = {"error": DomainError(message)} if name == "409" else {}
        return render(request, f"errors/{name}.html", context)
    raise Http404


@require_POST
@officer_page()
def styleguide_live(request: HttpRequest) -> HttpResponse:
    """Answer what is being typed, as a fragment. POSTed: names never stand in an address."""
    return render(request, "styleguide/live.html", _rows())


def _confirmation() -> dict[str, Any]:
    return {
        "title": _("Batalkan surat ini?"),
        "caption": "SKTM 400.9.14.1/0128/35.09.99.2003/XI/2026",
        "text": _("Surat yang dibatalkan tetap tercatat di buku agenda dengan nomornya."),
        "consequences": [
            _("Halaman pemeriksaan surat akan menyebut surat ini batal."),
            _("Surat pengganti mendapat nomor baru."),
        ],
        "form": _ReasonForm(),
        "submit": _("Ya, batalkan surat"),
        "danger": True,
        "cancel_url": "#",
    }


class _ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Alasan"), widget=forms.Textarea, help_text=gettext_lazy("Wajib diisi.")
    )
