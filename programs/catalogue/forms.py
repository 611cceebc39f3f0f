"""Forms of the catalogue's pages, but for the rows of a draft (:mod:`.row_forms`)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.catalogue.words import PERIODS
from programs.models import Partner, Programme
from programs.terms.document import PURPOSES
from puskesmas.actors import Actor
from puskesmas.forms import Choices, CountField, DateField, NumberInput
from puskesmas.pages import ActForm

#: A catalogue of a hundred programmes is a quarter of this.
MAX_FILE_BYTES = 1024 * 1024
_PURPOSE_LABELS = {
    "new": _("Desil paling tinggi: permohonan baru"),
    "reactivation": _("Desil paling tinggi: reaktivasi"),
    "renewal": _("Desil paling tinggi: perpanjangan"),
}


class LinesField(forms.CharField):
    """Several short texts, one a line; the value is a list."""

    def __init__(self, *, longest: int = 200, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea({"rows": 4}))
        super().__init__(**kwargs)
        self.longest = longest

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        return [line.strip() for line in text.splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(list(initial or []) != self.to_python(data))

    def validate(self, value: Any) -> None:
        """Raise ValidationError for an empty field that is required, or a line too long."""
        super().validate(value)
        for number, line in enumerate(value, 1):
            if len(line) > self.longest:
                raise forms.ValidationError(
                    _("Baris %(number)d terlalu panjang: paling banyak %(most)d huruf."),
                    params={"number": number, "most": self.longest},
                )


class ProgrammeForm(ActForm):
    """What an office says of a programme; the rest stands in its versions."""

    edits_record = True

    name_id = forms.CharField(label=_("Nama"), max_length=120)
    name_en = forms.CharField(label=_("Nama (Inggris)"), max_length=120, required=False)
    owner = forms.CharField(
        label=_("Pemilik program"),
        max_length=120,
        help_text=_("Yang memutuskan siapa menerima. Contoh: Dinas Kesehatan kabupaten/kota"),
    )
    tier = forms.ChoiceField(label=_("Tingkat"), choices=Programme.Tier.choices, widget=Choices())
    unit = forms.ChoiceField(
        label=_("Diberikan kepada"), choices=Programme.Unit.choices, widget=Choices()
    )
    aliases = LinesField(
        label=_("Nama lain"),
        required=False,
        longest=60,
        help_text=_("Sebutan warga, satu sebaris. Contoh: kartu sehat"),
    )


class NewProgrammeForm(ProgrammeForm):
    """A programme of the office's own. ``result`` is the programme, once it was added."""

    result: Any = None

    code = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9-]*$",
        label=_("Kode"),
        max_length=30,
        help_text=_("Huruf, angka, dan tanda hubung; tidak dapat diubah lagi. Contoh: BEDAH-DESA"),
        error_messages={"invalid": _("Pakai huruf, angka, dan tanda hubung saja.")},
    )
    field_order = ("version", "code")

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).upper()

    def clean(self) -> dict[str, Any]:
        """Return what the verb takes: nothing was there whose version could be seen."""
        values = super().clean() or self.cleaned_data
        values.pop("version", None)
        return values


class PlaceForm(forms.Form):
    """After which other programme this one is offered."""

    after = forms.ChoiceField(label=_("Ditawarkan setelah"), required=False)

    def __init__(self, *args: Any, others: list[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["after"].choices = [  # type: ignore[attr-defined]
            ("", _("– paling atas –")),
            *((str(one.uid), one.name) for one in others),
        ]

    def clean_after(self) -> str | None:
        return self.cleaned_data["after"] or None


class DraftForm(forms.Form):
    """From which day the new version shall hold. ``result`` is the draft, once it was opened."""

    result: Any = None

    effective_from = DateField(
        label=_("Berlaku mulai"),
        help_text=_("Menurut peraturannya. Contoh: 01-01-2027. Dapat diubah sampai terbit."),
    )


class BasisForm(ActForm):
    edits_record = True

    effective_from = DateField(label=_("Berlaku mulai"))
    legal_bases = LinesField(
        label=_("Dasar hukum"),
        required=False,
        longest=300,
        help_text=_("Satu sebaris. Contoh: Permensos 21/2019"),
    )
    poverty_test = forms.BooleanField(
        label=_("Program ini memakai uji kemiskinan"),
        required=False,
        help_text=_(
            "Tanpa uji kemiskinan aturan tidak boleh menanyakan desil, daftar, atau temuan."
        ),
    )


class LimitsForm(ActForm):
    """The highest decile for each purpose, and the owner's number of places."""

    edits_record = True

    quota_number = CountField(label=_("Kuota"), required=False, min_value=1)
    quota_period = forms.ChoiceField(
        label=_("Kuota untuk"), choices=list(PERIODS.items()), widget=Choices(inline=True)
    )
    quota_note = forms.CharField(
        label=_("Catatan kuota"),
        max_length=300,
        required=False,
        help_text=_("Contoh: dibagi rata antar-kecamatan"),
    )
    field_order = ("version", *PURPOSES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for purpose in PURPOSES:
            self.fields[purpose] = forms.IntegerField(
                label=_PURPOSE_LABELS[purpose],
                required=False,
                min_value=1,
                max_value=10,
                widget=NumberInput(width=4),
                help_text=_("1 sampai 10; kosong: desil tidak ditanyakan."),
            )
        self.order_fields(["version", *PURPOSES])


class PartnerForm(ActForm):
    edits_record = True

    code = forms.CharField(label=_("Kode"), max_length=30, help_text=_("Contoh: rs-harapan"))
    name_id = forms.CharField(label=_("Nama"), max_length=120)
    name_en = forms.CharField(label=_("Nama (Inggris)"), max_length=120, required=False)
    kind = forms.ChoiceField(label=_("Jenis"), choices=Partner.Kind.choices, widget=Choices())
    contact = forms.CharField(
        label=_("Kontak"),
        max_length=160,
        required=False,
        help_text=_("Contoh: bagian rujukan, 0331 123456"),
    )
    email = forms.EmailField(
        label=_("Surel untuk rujukan"),
        max_length=254,
        required=False,
        help_text=_(
            "Ke sini tautan rujukan dikirim. Surel lembaganya, bukan milik pribadi. "
            "Contoh: rujukan@baznas.example"
        ),
    )


class AgreementForm(forms.Form):
    """A new agreement of a partner."""

    programme_uid = forms.ChoiceField(label=_("Program"))
    number = forms.CharField(label=_("Nomor perjanjian"), max_length=80, required=False)
    since = DateField(label=_("Berlaku mulai"))
    until = DateField(
        label=_("Berlaku sampai"), required=False, help_text=_("Kosong: tanpa batas.")
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programmes = Programme.objects.visible_to(actor)
        self.fields["programme_uid"].choices = [  # type: ignore[attr-defined]
            ("", _("– pilih –")),
            *((str(one.uid), one.name) for one in programmes),
        ]


class AgreementEndForm(ActForm):
    """An agreement's end and number."""

    edits_record = True

    number = forms.CharField(label=_("Nomor perjanjian"), max_length=80, required=False)
    until = DateField(
        label=_("Berlaku sampai"), required=False, help_text=_("Kosong: tanpa batas.")
    )


class ImportForm(forms.Form):
    """A catalogue file, handed in or pasted; what was read stays in the box, to be mended there."""

    upload = forms.FileField(
        label=_("Berkas katalog"),
        required=False,
        help_text=_("TOML, seperti yang diunduh dari halaman katalog."),
        widget=forms.FileInput({"accept": ".toml,.txt"}),
    )
    text = forms.CharField(
        label=_("Isi berkas"),
        required=False,
        strip=False,
        max_length=MAX_FILE_BYTES,
        widget=forms.Textarea({"rows": 12, "spellcheck": "false", "class": "code", "lang": "id"}),
    )

    def clean(self) -> dict[str, Any]:
        """Return the text of the file, or of the box.

        Raises:
            ValidationError: neither was given, it is too big, or no text.
        """
        values = super().clean() or self.cleaned_data
        upload = values.pop("upload", None)
        if upload is not None:
            values["text"] = _text_of(upload)
            self.data = self.data.copy()  # type: ignore[attr-defined]
            self.data[self.add_prefix("text")] = values["text"]  # type: ignore[index]
        elif not values.get("text", "").strip() and "text" not in self.errors:
            self.add_error("upload", _("Pilih berkasnya, atau tempelkan isinya."))
        return values


def _text_of(upload: Any) -> str:
    if upload.size > MAX_FILE_BYTES:
        raise forms.ValidationError({"upload": _("Berkas ini terlalu besar: paling besar 1 MB.")})
    try:
        return str(upload.read().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise forms.ValidationError({"upload": _("Berkas ini bukan teks UTF-8.")}) from None


class TakeForm(forms.Form):
    """Take the file over that was looked at."""

    text = forms.CharField(widget=forms.HiddenInput, strip=False, max_length=MAX_FILE_BYTES)
    way = forms.ChoiceField(
        label=_("Versi yang berbeda"),
        choices=[
            ("draft", _("Simpan sebagai draf, untuk diperiksa dan diterbitkan satu per satu")),
            ("publish", _("Terbitkan sekarang seperti di berkas")),
        ],
        initial="draft",
        widget=Choices(),
    )


class AgainstForm(forms.Form):
    """With which other version to compare."""

    against = forms.ChoiceField(label=_("Bandingkan dengan versi"), required=False)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["against"].choices = choices  # type: ignore[attr-defined]
