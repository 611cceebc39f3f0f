"""Forms of the people pages."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from puskesmas.actors import Actor
from puskesmas.days import FIRST_RECORD
from puskesmas.forms import (
    Choices,
    DateField,
    DateTimeField,
    DigitsInput,
    NumberInput,
    PhoneInput,
    Suggestions,
)
from puskesmas.pages import ActForm, CreateForm
from registry import codes
from registry.identity import IdentityError, check_typed_number
from registry.models import HouseholdMember, LifeEvent, Register, RegisterCheck, Resident


class SearchForm(forms.Form):
    """One box for whatever an officer knows of a person."""

    q = forms.CharField(
        label=_("Nama, alamat, RT/RW, NIK, No. KK, atau telepon"),
        max_length=120,
        help_text=_(
            "Ejaan boleh kurang tepat, dan boleh digabung: siti rt 2 rw 1. "
            "NIK dan No. KK diketik lengkap."
        ),
        widget=forms.TextInput(
            {"autocomplete": "off", "spellcheck": "false", "data-private": True, "autofocus": True}
        ),
    )

    def clean_q(self) -> str:
        """Tell a NIK or KK with a digit too few or too many, before it is taken for nobody's."""
        text: str = self.cleaned_data["q"]
        try:
            check_typed_number(text)
        except IdentityError as error:
            raise forms.ValidationError(str(error), code=error.code) from None
        return text


class PersonFields(forms.Form):
    """A person's data; only the name is asked of everyone."""

    name = forms.CharField(label=_("Nama lengkap"), max_length=120)
    nik = forms.CharField(
        label="NIK",
        required=False,
        max_length=24,
        widget=DigitsInput(),
        help_text=_("16 angka. Kosongkan bila belum punya; perkaranya tetap dicatat."),
    )
    kk = forms.CharField(label=_("No. KK"), required=False, max_length=24, widget=DigitsInput())
    relation = forms.ChoiceField(
        label=_("Hubungan dalam KK"),
        required=False,
        choices=[("", "–"), *HouseholdMember.Relation.choices],
    )
    sex = forms.ChoiceField(
        label=_("Jenis kelamin"),
        required=False,
        choices=Resident.Sex.choices,
        widget=Choices(inline=True),
    )
    birth_place = forms.CharField(label=_("Tempat lahir"), required=False, max_length=80)
    birth_date = DateField(label=_("Tanggal lahir"), required=False)
    phone = forms.CharField(label=_("Telepon"), required=False, max_length=20, widget=PhoneInput())
    address = forms.CharField(label=_("Alamat"), required=False, max_length=200)
    dusun = forms.CharField(label=_("Dusun"), required=False, max_length=60)
    rt = forms.CharField(label="RT", required=False, max_length=3, widget=NumberInput(width=4))
    rw = forms.CharField(label="RW", required=False, max_length=3, widget=NumberInput(width=4))
    has_ektp = forms.TypedChoiceField(
        label="e-KTP",
        required=False,
        choices=[("True", _("Sudah punya")), ("False", _("Belum punya"))],
        coerce=lambda chosen: chosen == "True",
        empty_value=None,
        widget=Choices(inline=True),
    )
    mother_name = forms.CharField(label=_("Nama ibu kandung"), required=False, max_length=120)
    religion = forms.ChoiceField(label=_("Agama"), required=False)
    marital_status = forms.ChoiceField(label=_("Status kawin"), required=False)
    education = forms.ChoiceField(label=_("Pendidikan"), required=False)
    occupation = forms.CharField(
        label=_("Pekerjaan"),
        required=False,
        max_length=80,
        widget=Suggestions(codes.OCCUPATIONS.words.values()),
        help_text=_("Pilih dari daftar, atau tulis sendiri."),
    )
    disability = forms.ChoiceField(label=_("Disabilitas"), required=False)

    #: Beside these boxes the page tells, as soon as they are left, what is wrong or unlikely.
    NOTED = ("nik", "kk", "birth_date")
    #: What is asked when there is time for it: the page folds these away.
    MORE = (
        *("mother_name", "religion", "marital_status", "education", "occupation", "disability"),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if actor.office.kind == actor.office.Kind.KELURAHAN:
            del self.fields["dusun"]
        for name in self.NOTED:
            self.fields[name].has_notes = True  # type: ignore[attr-defined]
        for name in ("religion", "marital_status", "education", "disability"):
            known = codes.PERSONAL[name]
            kept = known.words_of(self.initial.get(name, ""))
            choices = [("", "–"), *known.by_words(kept)]
            self.initial[name] = kept
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def more_is_open(self) -> bool:
        """Whether the folded part must be seen: something in it is wrong."""
        return any(name in self.errors for name in self.MORE)


class PersonCreateForm(PersonFields, CreateForm):
    """A person the office did not know."""


class PersonEditForm(PersonFields, ActForm):
    """A correction. An empty NIK or KK box leaves the number as it is: it is not shown."""

    edits_record = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = _("Kosongkan bila tidak berubah.")
        self.fields["nik"].help_text = hint
        self.fields["kk"].help_text = hint


class RegisterCheckForm(CreateForm):
    """A look into SIKS-NG or Cek Bansos, noted."""

    register_code = forms.ChoiceField(label=_("Daftar"))
    method = forms.ChoiceField(
        label=_("Diperiksa di"),
        choices=[
            (method.value, method.label)
            for method in RegisterCheck.Method
            if method is not RegisterCheck.Method.LIST
        ],
        widget=Choices(),
        initial=RegisterCheck.Method.SIKS_NG,
    )
    result = forms.ChoiceField(
        label=_("Hasilnya"), choices=RegisterCheck.Result.choices, widget=Choices()
    )
    decile = forms.IntegerField(
        label=_("Desil"),
        required=False,
        min_value=1,
        max_value=10,
        widget=NumberInput(width=4),
        help_text=_("1 sampai 10; hanya bila terdaftar."),
    )
    checked_at = DateTimeField(first=FIRST_RECORD, label=_("Diperiksa pada"))
    screenshot = forms.FileField(
        label=_("Foto layar"), required=False, help_text=_("JPG atau PNG, paling besar 10 MB.")
    )
    note = forms.CharField(label=_("Catatan"), required=False, max_length=300)

    field_order = ["client_uid", "register_code"]

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        registers = Register.objects.visible_to(actor).order_by("-pk")
        choices = [(register.code, register.name) for register in registers]
        self.fields["register_code"].choices = choices  # type: ignore[attr-defined]
        self.fields["checked_at"].initial = timezone.now


class LifeForm(ActForm, CreateForm):
    """What happened to a person: when, from or to where, says who."""

    edits_record = True

    kind = forms.ChoiceField(
        label=_("Apa yang terjadi"), choices=LifeEvent.Kind.choices, widget=Choices()
    )
    on = DateField(label=_("Tanggal"))
    place = forms.CharField(
        label=_("Dari atau ke mana"),
        required=False,
        max_length=120,
        help_text=_("Hanya untuk pindah. Contoh: Desa Sukowono, Kabupaten Jember"),
    )
    source = forms.CharField(
        label=_("Sumber"),
        max_length=120,
        help_text=_("Contoh: surat kematian 474.3/12/2026, atau keterangan ketua RT 02"),
    )
    record_number = forms.CharField(label=_("Nomor berita acara"), required=False, max_length=60)
    record = forms.FileField(
        label=_("Pindaian berita acara atau suratnya"),
        required=False,
        help_text=_("Foto (JPG, PNG) atau PDF, paling besar 10 MB."),
    )


class RevealForm(forms.Form):
    reason = forms.CharField(
        label=_("Untuk apa nomor dibuka?"),
        max_length=200,
        help_text=_("Contoh: memeriksa di SIKS-NG. Pembukaan ini tercatat."),
    )
