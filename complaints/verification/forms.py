"""Forms of the verification of a case."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from complaints.models import ComplaintPaper, VisitPhoto
from complaints.receipts import normalise
from complaints.verification import numbers
from puskesmas.actors import Actor
from puskesmas.days import FIRST_RECORD
from puskesmas.forms import Choices, CountField, DateField, DigitsInput, RupiahField
from puskesmas.models import Assignment, User
from puskesmas.pages import ActForm, CreateForm
from registry.criteria.prefill import NO, UNKNOWN, YES
from registry.criteria.selectors import ANSWER_WORDS, question_of, sets_of
from registry.letter_forms import signer_choices
from registry.models import CriteriaSet
from registry.verval.forms import CoordinateField
from reports.letters.selectors import signers


class PaperForm(ActForm):
    """What the examination says of one paper."""

    edits_record = True

    review = forms.ChoiceField(
        label=_("Hasil pemeriksaan berkas"),
        choices=ComplaintPaper.Review.choices,
        widget=Choices(
            hints={
                "fits": _("Terbaca, masih berlaku, dan milik orangnya."),
                "replace": _("Warga diberi tahu apa yang harus dibawa lagi."),
            }
        ),
        error_messages={"required": _("Pilih hasil pemeriksaan berkas.")},
    )
    fault = forms.ChoiceField(
        label=_("Mengapa perlu diganti"),
        required=False,
        choices=[("", "–"), *ComplaintPaper.Fault.choices],
    )
    note = forms.CharField(
        label=_("Keterangan untuk warga"),
        required=False,
        max_length=300,
        help_text=_("Dicetak di resi. Contoh: nama ibu tertutup lipatan, bawa yang asli"),
    )


class PlanForm(CreateForm, ActForm):
    """A visit to the house: which questions, and who goes."""

    criteria_set = forms.ModelChoiceField(
        label=_("Daftar pertanyaan"),
        queryset=CriteriaSet.objects.none(),
        to_field_name="uid",
        empty_label=None,
    )
    officer = forms.ModelChoiceField(
        label=_("Diberikan kepada"),
        queryset=User.objects.none(),
        to_field_name="uid",
        required=False,
        empty_label=_("Petugas wilayahnya"),
        help_text=_("Kosongkan: kunjungan diserahkan kepada kasun atau fasilitator wilayah itu."),
    )

    def __init__(self, *args: Any, actor: Actor, officers: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["criteria_set"].queryset = sets_of(actor)
        fields["criteria_set"].initial = sets_of(actor).first()
        fields["officer"].queryset = _these(officers)


class AssignForm(ActForm):
    """Who goes instead."""

    officer = forms.ModelChoiceField(
        label=_("Diberikan kepada"),
        queryset=User.objects.none(),
        to_field_name="uid",
        empty_label=_("– pilih petugas –"),
        error_messages={"required": _("Pilih petugasnya.")},
    )

    def __init__(self, *args: Any, officers: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["officer"].queryset = _these(officers)


def _these(officers: list[User]) -> QuerySet[User]:
    return User.objects.filter(pk__in=[officer.pk for officer in officers]).order_by("name")


class CancelForm(ActForm):
    reason = forms.CharField(
        label=_("Alasan"), max_length=300, error_messages={"required": _("Tulis alasannya.")}
    )


_ANSWERED_BY: dict[str, Any] = {
    "label": _("Yang menjawab"),
    "max_length": 120,
    "required": False,
    "help_text": _("Kosongkan bila warga itu sendiri. Contoh: istrinya"),
}


class QuestionsForm(ActForm):
    """The questions of the set, each yes, no or not known."""

    edits_record = True
    prefix_of = "q_{}".format

    answered_by = forms.CharField(**_ANSWERED_BY)

    def __init__(self, *args: Any, criteria: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = [criterion["code"] for criterion in criteria]
        for number, criterion in enumerate(criteria, start=1):
            self.fields[self.prefix_of(criterion["code"])] = self.question(number, criterion)
        names = [self.prefix_of(code) for code in self.codes]
        self.order_fields(["version", *self.first_fields, *names, "answered_by"])

    first_fields: tuple[str, ...] = ()

    def question(self, number: int, criterion: dict[str, Any]) -> forms.Field:
        """Return the field that asks one question."""
        return forms.ChoiceField(
            label=f"{number}. {question_of(criterion)}",
            required=False,
            choices=list(ANSWER_WORDS.items()),
            widget=Choices(),
        )

    def clean(self) -> dict[str, Any]:
        """Return what the verb takes: the answers by criterion; those left out stay unsaid."""
        values = super().clean() or self.cleaned_data
        said = {code: values.pop(self.prefix_of(code), "") for code in self.codes}
        values["answers"] = {code: answer for code, answer in said.items() if answer}
        return values


class PositionFields(forms.Form):
    """Where the house stands, in degrees."""

    latitude = CoordinateField(label=_("Lintang"), help_text=_("Contoh: -8,12345"))
    longitude = CoordinateField(label=_("Bujur"), help_text=_("Contoh: 113,70123"))


class PositionForm(PositionFields, ActForm):
    """Where the house stands: from the phone, or typed."""

    edits_record = True


class EconomyFields(forms.Form):
    """What comes in and goes out in a month, for how many, and who says so."""

    income = RupiahField(
        label=_("Penghasilan keluarga sebulan"),
        required=False,
        help_text=_("Semua anggota dijumlahkan. Contoh: 1.250.000"),
    )
    spending = RupiahField(label=_("Pengeluaran keluarga sebulan"), required=False)
    members = CountField(
        label=_("Anggota keluarga"), required=False, help_text=_("Yang makan dari dapur ini.")
    )
    earners = CountField(label=_("Yang berpenghasilan"), required=False)
    source = forms.CharField(
        label=_("Diketahui dari"),
        required=False,
        max_length=160,
        help_text=_("Contoh: keterangan kepala keluarga, slip upah"),
    )


class EconomyForm(EconomyFields, ActForm):
    """The economic page of a visit."""

    edits_record = True


class EconomicReviewForm(EconomyFields, CreateForm, ActForm):
    """An economic review at the counter."""

    observed_on = DateField(label=_("Keadaan pada tanggal"), first=FIRST_RECORD)

    field_order = ("client_uid", "version", "observed_on")


class PhotoForm(ActForm):
    """A photo of one side of the house."""

    side = forms.ChoiceField(choices=VisitPhoto.Side.choices, widget=forms.HiddenInput)
    photo = forms.FileField(
        label=_("Foto"),
        error_messages={"required": _("Pilih atau ambil fotonya.")},
        # No "capture": the phone offers camera and gallery, so that a photo may wait for a signal.
        widget=forms.FileInput({"accept": "image/*", "data-shrink": True}),
    )


class FinishForm(ActForm):
    """Who was there, and when."""

    visited_on = DateField(label=_("Dikunjungi pada"), first=FIRST_RECORD)
    surveyor_name = forms.CharField(
        label=_("Nama petugas survei"),
        max_length=120,
        error_messages={"required": _("Tulis nama petugas yang mensurvei.")},
    )
    note = forms.CharField(
        label=_("Catatan"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Wajib bila foto atau letak rumah belum lengkap: tulis sebabnya."),
    )


#: What one key says: the same digits stand on the printed sheet.
KEYS = {"1": YES, "2": NO, "0": UNKNOWN}
KEY_OF = {answer: key for key, answer in KEYS.items()}


class KeyField(forms.CharField):
    """One digit: 1 yes, 2 no, 0 not known; empty is not asked."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(
            {
                "inputmode": "numeric",
                "autocomplete": "off",
                "maxlength": 1,
                "class": "digits w-4",
                "data-key": "012",
            }
        )
        super().__init__(required=False, max_length=1, widget=widget, **kwargs)

    def clean(self, value: Any) -> str:
        """Return the answer. Raises ValidationError for any other key."""
        key = super().clean(value)
        if key and key not in KEYS:
            raise forms.ValidationError(_("Ketik 1 untuk ya, 2 untuk tidak, 0 untuk belum tahu."))
        return KEYS.get(key, "")


class SheetForm(QuestionsForm, PositionFields, EconomyFields):
    """A sheet that came back on paper, typed on one screen by number keys."""

    edits_record = False
    first_fields = ("visited_on", "surveyor_name")

    visited_on = DateField(label=_("Dikunjungi pada"), first=FIRST_RECORD)
    surveyor_name = forms.CharField(
        label=_("Nama petugas survei"),
        max_length=120,
        error_messages={"required": _("Tulis nama petugas yang mensurvei.")},
    )
    note = forms.CharField(
        label=_("Catatan"), required=False, max_length=1000, widget=forms.Textarea({"rows": 2})
    )

    def question(self, number: int, criterion: dict[str, Any]) -> forms.Field:
        """Return the box for one key."""
        return KeyField(label=f"{number}. {question_of(criterion)}")


class SheetNumberForm(forms.Form):
    """The number on a sheet."""

    number = forms.CharField(
        label=_("Nomor lembar survei"),
        max_length=20,
        help_text=_("Delapan angka di kanan atas lembar, contoh 4821 0937."),
        widget=DigitsInput(width=12, private=False),
        error_messages={"required": _("Tulis nomor lembarnya.")},
    )

    def clean_number(self) -> str:
        """Return the eight digits. Raises ValidationError for a slip of the pen."""
        typed = normalise(self.cleaned_data["number"])
        if not numbers.is_wellformed(typed):
            raise forms.ValidationError(
                _("Nomor ini salah ketik. Cocokkan lagi dengan lembarnya: delapan angka.")
            )
        return typed


class MinutesForm(CreateForm):
    """Who signs the berita acara beside surveyor and verifier."""

    signer = forms.ChoiceField(label=_("Penanda tangan"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._signers = {str(item.uid): item for item in signers(actor.office)}
        field: Any = self.fields["signer"]
        field.choices = signer_choices(self._signers)

    @property
    def chosen_signer(self) -> Assignment | None:
        return self._signers.get(self.cleaned_data["signer"])
