"""Forms of the package and card pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from puskesmas.forms import Choices
from puskesmas.pages import CreateForm


class MakeForm(CreateForm):
    """What goes into a package: all that waits, unless some are ticked."""

    chosen = forms.MultipleChoiceField(
        label=_("Hanya yang dipilih"),
        help_text=_("Kosongkan: semua yang menunggu ikut dibawa."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    without_files = forms.BooleanField(
        label=_("Tanpa lampiran"),
        help_text=_(
            "Untuk stik yang kecil, atau aplikasi penerima yang belum mengenal lampiran. "
            "Lampirannya ikut berkas berikutnya."
        ),
        required=False,
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["chosen"]
        field.choices = choices
        if not choices:
            del self.fields["chosen"]


class BringForm(forms.Form):
    """A file somebody brought."""

    file = forms.FileField(
        label=_("Berkas dari stik"),
        help_text=_("Namanya berakhir .puskesos"),
        allow_empty_file=True,
    )


class CardForm(forms.Form):
    """Another office's card, with the fingerprint heard by telephone."""

    card_file = forms.FileField(label=_("Berkas kartu kantor"), required=False)
    card = forms.CharField(
        label=_("Atau tempel isinya"),
        help_text=_("Teks dari kode QR kartu kantor."),
        widget=forms.Textarea({"rows": 3, "autocomplete": "off"}),
        max_length=2000,
        required=False,
    )
    fingerprint = forms.CharField(
        label=_("Sidik kartu, seperti dibacakan kantor itu"),
        help_text=_("Telepon kantor itu dan minta dibacakan. Contoh: A1B2 C3D4 E5F6 0718 293A"),
        widget=forms.TextInput({"autocomplete": "off"}),
        max_length=40,
    )

    def clean(self) -> dict[str, Any]:
        """Take the text of the file where one was chosen."""
        cleaned: dict[str, Any] = super().clean() or {}
        upload = cleaned.pop("card_file", None)
        if upload is not None:
            cleaned["card"] = upload.read(4000).decode(errors="replace")
        if not cleaned.get("card"):
            self.add_error("card", _("Pilih berkas kartunya, atau tempel isinya."))
        return cleaned


class CoverForm(CreateForm):
    """Who signs the surat pengantar."""

    signer = forms.ChoiceField(label=_("Penanda tangan"), widget=Choices())

    def __init__(self, *args: Any, signers: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["signer"]
        field.choices = [*signers, ("by_hand", _("Nama ditulis tangan"))]
        field.initial = field.choices[0][0]
