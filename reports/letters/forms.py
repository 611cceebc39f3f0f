"""Forms of the letter pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puskesmas.forms import NumberInput
from puskesmas.pages import ActForm, CreateForm
from reports.letters import codes, kinds
from reports.letters.models import LetterDraft, Paper, Profile
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


class StyleForm(ActForm):
    """What all letters of the office look like."""

    edits_record = True

    profile = forms.ChoiceField(
        label=gettext_lazy("Jenis berkas surat"),
        choices=Profile,
        help_text=gettext_lazy("Keduanya dapat dibuka dan dicetak seperti PDF biasa."),
    )
    paper = forms.ChoiceField(label=gettext_lazy("Kertas"), choices=Paper)


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
