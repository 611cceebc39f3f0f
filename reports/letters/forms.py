"""Forms of the letter pages."""

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puskesmas.forms import NumberInput
from puskesmas.pages import ActForm, CreateForm
from reports.letters import codes, kinds
from reports.letters.kinds import LetterKind
from reports.letters.models import LetterDraft, Letterhead, Paper, Profile
from reports.letters.styles import MOST_WITNESSES
from reports.letters.wording import LONGEST, SLOTS
from reports.letters.workflow import LetterState


class CodeForm(forms.Form):
    """The code printed under the QR, as a person types it."""

    code = forms.CharField(
        label=gettext_lazy("Kode surat"),
        help_text=gettext_lazy("25 huruf dan angka di bawah kode QR. Tanda hubung boleh dilewati."),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "class": "w-24"}),
    )

    def clean_code(self) -> str:
        code = codes.normalise(self.cleaned_data["code"])
        if not codes.is_wellformed(code):
            raise forms.ValidationError(
                _("Kode surat berisi %(wanted)d huruf dan angka; yang diketik %(typed)d.")
                % {"wanted": codes.LENGTH, "typed": len(code)}
                if len(code) != codes.LENGTH
                else _("Kode ini memuat huruf yang tidak dipakai. Periksa lagi tulisannya.")
            )
        return code


class SignForm(ActForm):
    """Nothing to fill in: the officer confirms that the paper is signed."""


class HandOverForm(ActForm):
    receiver = forms.CharField(label=gettext_lazy("Diserahkan kepada"), max_length=120)


class ReasonForm(ActForm):
    reason = forms.CharField(
        label=gettext_lazy("Alasan"), widget=forms.Textarea({"rows": 3}), max_length=2000
    )


class RequestForm(CreateForm):
    """Somebody asks for a letter; an officer makes it later."""

    kind = forms.ChoiceField(label=gettext_lazy("Surat yang diminta"))
    asked_by = forms.CharField(label=gettext_lazy("Diminta oleh"), max_length=120)
    purpose = forms.CharField(label=gettext_lazy("Keperluan"), max_length=240, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = kinds.on_request()


def fill_from_draft(form: forms.Form, draft: LetterDraft) -> None:
    """Show what was typed before; the form then makes the draft's letter, and no other."""
    for name, values in draft.typed.items():
        field = form.fields.get(name)
        if field is not None and values:
            several = isinstance(field, forms.MultipleChoiceField)
            form.initial[name] = values if several else values[0]
    form.fields["client_uid"].initial = draft.uid
    form.initial["version"] = draft.version


def _picture() -> forms.FileInput:
    return forms.FileInput({"accept": "image/png,image/jpeg"})


class StyleForm(ActForm):
    """What all letters of the office look like."""

    edits_record = True

    profile = forms.ChoiceField(
        label=gettext_lazy("Jenis berkas surat"),
        choices=Profile,
        help_text=gettext_lazy("Keduanya dapat dibuka dan dicetak seperti PDF biasa."),
    )
    paper = forms.ChoiceField(label=gettext_lazy("Kertas"), choices=Paper)
    left_logo = forms.FileField(
        label=gettext_lazy("Lambang di kiri kop"), required=False, widget=_picture()
    )
    right_logo = forms.FileField(
        label=gettext_lazy("Lambang di kanan kop"), required=False, widget=_picture()
    )
    without_left = forms.BooleanField(
        label=gettext_lazy("Hapus lambang kiri yang sekarang"), required=False
    )
    without_right = forms.BooleanField(
        label=gettext_lazy("Hapus lambang kanan yang sekarang"), required=False
    )


class KindForm(ActForm):
    """What an office changes in a kind of letter."""

    edits_record = True

    letterhead = forms.ChoiceField(
        label=gettext_lazy("Kop surat"),
        choices=[("", gettext_lazy("Seperti semula")), *Letterhead.choices],
        required=False,
    )
    classification = forms.CharField(
        label=gettext_lazy("Kode klasifikasi"), max_length=20, required=False
    )
    opening = forms.CharField(
        label=gettext_lazy("Kalimat pembuka"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        max_length=LONGEST,
    )
    closing = forms.CharField(
        label=gettext_lazy("Kalimat penutup"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        max_length=LONGEST,
    )
    acknowledged = forms.BooleanField(
        label=gettext_lazy("Bertanda “Mengetahui” kepala bila ia tidak menandatangani sendiri"),
        required=False,
    )
    witnesses = forms.IntegerField(
        label=gettext_lazy("Jumlah saksi"),
        min_value=0,
        max_value=MOST_WITNESSES,
        widget=NumberInput(width=3),
    )

    def __init__(self, *args: Any, kind: LetterKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["classification"].help_text = _("Semula %(code)s.") % {
            "code": kind.classification
        }
        slots = ", ".join(f"{{{slot}}}" for slot in SLOTS)
        named = format_html('<span translate="no">{}</span>', slots)
        hint = _("Kosongkan untuk kalimat semula. Yang boleh disebut: %(slots)s.")
        for name in ("opening", "closing"):
            self.fields[name].help_text = mark_safe(hint % {"slots": named})  # noqa: S308 (ours)


class NumbersForm(ActForm):
    """Where the agenda on paper ended; ``kind`` only where each kind is counted by itself."""

    kind = forms.ChoiceField(label=gettext_lazy("Jenis surat"))
    last_number = forms.IntegerField(
        label=gettext_lazy("Nomor urut terakhir di buku agenda kertas tahun ini"),
        min_value=1,
        max_value=99_999,
        widget=NumberInput(width=5),
        help_text=gettext_lazy("Surat pertama dari aplikasi mendapat nomor sesudahnya."),
    )

    def __init__(self, *args: Any, one_series: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if one_series:
            del self.fields["kind"]
        else:
            field: Any = self.fields["kind"]
            field.choices = [("", "---------"), *kinds.choices()]


class MonthForm(forms.Form):
    """A month of the agenda, as ``2026-11``; it lives in the address."""

    month = forms.DateField(input_formats=["%Y-%m"], required=False)


class RegisterFilter(forms.Form):
    """Filters of the letters register; they live in the address, so no names here."""

    kind = forms.ChoiceField(label=gettext_lazy("Jenis"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("Status"),
        required=False,
        choices=[("", gettext_lazy("Semua")), *LetterState.choices],
    )
    year = forms.IntegerField(
        label=gettext_lazy("Tahun"), required=False, min_value=2000, max_value=2100
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = [("", gettext_lazy("Semua")), *kinds.choices()]
