"""Forms of the verval sheets."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from puskesmas.actors import Actor
from puskesmas.forms import DateField
from puskesmas.models import Peer
from puskesmas.pages import ActForm, CreateForm
from referrals.verval import selectors


def _file_field(label: Any) -> forms.FileField:
    return forms.FileField(
        label=label,
        help_text=_("XLSX, XLS, ODS, atau CSV, dengan baris judul kolom."),
        widget=forms.FileInput({"accept": ".xlsx,.xls,.ods,.csv"}),
    )


class SheetForm(CreateForm):
    """A sheet of people for the villages to verify."""

    name = forms.CharField(
        label=_("Nama daftar"),
        max_length=120,
        help_text=_("Contoh: Verval usulan DTSEN November 2026"),
    )
    reference = forms.CharField(label=_("Nomor surat"), max_length=120, required=False)
    due_on = DateField(label=_("Paling lambat dikembalikan"), required=False)
    village = forms.ModelChoiceField(
        label=_("Untuk desa/kelurahan"),
        queryset=Peer.objects.none(),
        to_field_name="uid",
        required=False,
        empty_label=_("– menurut kolom DESA di lembarnya –"),
    )
    upload = _file_field(_("Berkas daftar"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        villages = selectors.villages_of(actor)
        self.fields["village"].queryset = villages  # type: ignore[attr-defined]


class CorrectForm(ActForm):
    """The corrected file."""

    upload = _file_field(_("Berkas yang diperbaiki"))


class GiveForm(ActForm):
    """Whose the rows are that name no linked village."""

    text = forms.ChoiceField(label=_("Tertulis di lembar"), required=False)
    village = forms.ModelChoiceField(
        label=_("Untuk desa/kelurahan"),
        queryset=Peer.objects.none(),
        to_field_name="uid",
        empty_label=_("– pilih desa –"),
    )

    def __init__(
        self, *args: Any, actor: Actor, texts: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].choices = texts  # type: ignore[attr-defined]
        villages = selectors.villages_of(actor)
        self.fields["village"].queryset = villages  # type: ignore[attr-defined]
