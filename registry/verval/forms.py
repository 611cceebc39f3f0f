"""Forms of the verval pages."""

from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from puskesmas.forms import Choices, DateField
from puskesmas.models import User
from puskesmas.pages import ActForm, CreateForm
from registry.models import VervalRow
from registry.verval import answers


class TakeInForm(CreateForm):
    """A verval list from above: who sent it, till when, and the file."""

    name = forms.CharField(
        label=_("Nama daftar"),
        max_length=120,
        help_text=_("Contoh: Verval usulan DTSEN November 2026"),
    )
    sender = forms.CharField(
        label=_("Pengirim"), max_length=120, help_text=_("Contoh: Dinas Sosial Kabupaten Jember")
    )
    reference = forms.CharField(label=_("Nomor surat"), max_length=120, required=False)
    received_on = DateField(label=_("Diterima tanggal"))
    due_on = DateField(label=_("Paling lambat dikembalikan"), required=False)
    upload = forms.FileField(
        label=_("Berkas daftar"),
        help_text=_("XLSX, XLS, ODS, atau CSV, dengan baris judul kolom."),
        widget=forms.FileInput({"accept": ".xlsx,.xls,.ods,.csv"}),
    )


class ColumnsForm(ActForm):
    """Which of the sender's columns takes which answer."""

    edits_record = True

    def __init__(
        self, *args: Any, titles: list[str], chosen: dict[str, int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        columns = [
            (str(index), title or str(_("Kolom ke-%(number)s") % {"number": index + 1}))
            for index, title in enumerate(titles)
        ]
        for answer, label in answers.ANSWERS.items():
            self.fields[answer] = forms.ChoiceField(
                label=label,
                required=False,
                choices=[("", _("– tambahkan kolom di kanan –")), *columns],
            )
            self.initial[answer] = str(chosen.get(answer, ""))

    def columns(self) -> dict[str, int]:
        """Return {answer: column index} as chosen."""
        chosen = {answer: self.cleaned_data.get(answer) for answer in answers.ANSWERS}
        return {answer: int(index) for answer, index in chosen.items() if index}


class AssignForm(ActForm):
    """One hamlet's rows into somebody's hands."""

    place = forms.ChoiceField(label=_("Wilayah"))
    officer = forms.ModelChoiceField(
        label=_("Diberikan kepada"),
        queryset=User.objects.none(),
        to_field_name="uid",
        empty_label=_("– pilih petugas –"),
    )

    def __init__(
        self, *args: Any, places: list[tuple[str, Any]], officers: list[User], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = places  # type: ignore[attr-defined]
        found = User.objects.filter(pk__in=[officer.pk for officer in officers])
        self.fields["officer"].queryset = found.order_by("name")  # type: ignore[attr-defined]


class CoordinateField(forms.FloatField):
    """Degrees, with a point or a comma: -8.12345 and -8,12345 are the same."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput({"inputmode": "text", "autocomplete": "off", "class": "w-12"})
        super().__init__(required=False, widget=widget, **kwargs)
        self.error_messages["invalid"] = _("Tulis derajat dengan angka, contoh -8,12345.")

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)

    def prepare_value(self, value: Any) -> Any:
        """Return degrees as the hint writes them, with the comma or point of the language."""
        if not isinstance(value, float):
            return value
        return str(value).replace(".", formats.get_format("DECIMAL_SEPARATOR"))


class RecordForm(ActForm):
    """What was found at a door; short enough for a phone in the sun."""

    edits_record = True

    outcome = forms.ChoiceField(
        label=_("Orangnya"), choices=VervalRow.Outcome.choices, widget=Choices()
    )
    finding = forms.ChoiceField(
        label=_("Hasil"),
        required=False,
        choices=[*VervalRow.Finding.choices, ("", _("Belum ada (orangnya tidak ditemukan)"))],
        widget=Choices(),
    )
    reason = forms.CharField(
        label=_("Alasan"),
        required=False,
        max_length=500,
        help_text=_("Wajib bila ditemukan. Contoh: lantai tanah, buruh harian, tiga anak sekolah"),
        widget=forms.Textarea({"rows": 3}),
    )
    latitude = CoordinateField(label=_("Lintang"), help_text=_("Contoh: -8,12345"))
    longitude = CoordinateField(label=_("Bujur"), help_text=_("Contoh: 113,70123"))
    photo = forms.FileField(
        label=_("Foto rumah"),
        required=False,
        help_text=_("JPG atau PNG. Letak foto dipakai bila lintang dan bujur kosong."),
        widget=forms.FileInput({"accept": "image/*", "capture": "environment"}),
    )
    note = forms.CharField(label=_("Catatan"), required=False, max_length=300)
