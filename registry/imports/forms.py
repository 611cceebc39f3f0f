"""Forms of the list pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from puskesmas.actors import Actor
from puskesmas.forms import Choices, DateField
from puskesmas.pages import ActForm, CreateForm
from registry.imports import cells, columns
from registry.imports.sheets import Line
from registry.models import Import, Register

WHOLE, PART = "whole", "part"


class HandInForm(CreateForm):
    """A list handed in: which one, of which day, how much of the village, and the file."""

    kind = forms.ChoiceField(
        label=_("Daftar apa?"),
        choices=Import.Kind.choices,
        widget=Choices(
            hints={
                Import.Kind.RESIDENTS: _("Buku induk penduduk: NIK, nomor KK, nama, alamat."),
                Import.Kind.REGISTER: _("Siapa terdaftar, desilnya, dan bantuan yang diterima."),
            }
        ),
    )
    register = forms.ModelChoiceField(
        label=_("Nama daftarnya"),
        queryset=Register.objects.none(),
        required=False,
        to_field_name="uid",
        empty_label=_("– bukan untuk data penduduk –"),
        help_text=_("Hanya untuk DTSEN, DTKS, atau daftar sejenis."),
    )
    file = forms.FileField(
        label=_("Berkas daftar"),
        help_text=_("XLSX, XLS, ODS, atau CSV, dengan baris judul kolom."),
        widget=forms.FileInput({"accept": ".xlsx,.xls,.ods,.csv"}),
    )
    data_date = DateField(
        label=_("Tanggal data"),
        help_text=_("Keadaan per tanggal berapa, bukan tanggal diunggah. Contoh: 31-10-2026"),
    )
    coverage = forms.ChoiceField(
        label=_("Mencakup siapa?"),
        choices=[(WHOLE, _("Seluruh desa/kelurahan")), (PART, _("Sebagian saja"))],
        initial=WHOLE,
        widget=Choices(
            hints={PART: _("Yang tidak ada di daftar tidak dianggap “tidak terdaftar”.")}
        ),
    )
    part = forms.CharField(
        label=_("Bagian mana?"),
        max_length=120,
        required=False,
        help_text=_("Hanya bila sebagian saja. Contoh: RW 01 dan RW 02"),
    )
    source = forms.CharField(
        label=_("Dari mana?"),
        max_length=120,
        required=False,
        help_text=_("Contoh: SIKS-NG, Dinas Sosial, buku induk desa"),
    )

    field_order = [
        "client_uid",
        "kind",
        "register",
        "file",
        "data_date",
        "coverage",
        "part",
        "source",
    ]

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        registers = Register.objects.visible_to(actor).order_by("pk")
        self.fields["register"].queryset = registers  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        values["whole_village"] = values.pop("coverage", WHOLE) == WHOLE
        values["upload"] = values.pop("file", None)
        return values


class ColumnsForm(ActForm):
    """What each column of the sheet holds, one choice a column."""

    edits_record = True

    def __init__(
        self, *args: Any, titles: Line, samples: list[Line], guessed: dict[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("– tidak dipakai –")), *columns.FIELDS.items()]
        self.columns: list[dict[str, Any]] = []
        for index, title in enumerate(titles):
            examples = [example_of(line[index]) for line in samples if index < len(line)]
            text = cells.text_of(title)
            if not text and not any(examples):
                continue
            name = f"column_{index}"
            self.fields[name] = forms.ChoiceField(
                label=text or _("Kolom ke-%(number)s") % {"number": index + 1},
                choices=choices,
                required=False,
            )
            self.initial[name] = guessed.get(str(index), "")
            self.columns.append({"name": name, "examples": [one for one in examples if one]})

    def rows(self) -> list[dict[str, Any]]:
        """Return the columns as drawn: bound field and example values."""
        return [{"field": self[one["name"]], "examples": one["examples"]} for one in self.columns]

    def mapping(self) -> dict[str, str]:
        """Return ``{column index: field}`` as chosen."""
        return {
            one["name"].removeprefix("column_"): self.cleaned_data.get(one["name"], "")
            for one in self.columns
        }


def example_of(cell: Any) -> str:
    """Return an example value; of long numbers (NIK, KK, phone) only the length shows."""
    text = cells.text_of(cell)
    digits = "".join(character for character in text if character.isdigit())
    return f"{digits[:4]}…" if len(digits) > 9 and len(digits) > len(text) // 2 else text[:40]
