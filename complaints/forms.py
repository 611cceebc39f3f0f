"""Forms of the counter and of the case page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints import receipts
from complaints.models import Channel, Complaint, ComplaintKind, ComplaintPaper, Telling
from complaints.selectors import kinds_of
from programs.papers import papers
from programs.selectors import papers_of, programmes_of
from puskesmas.actors import Actor
from puskesmas.days import FIRST_RECORD
from puskesmas.forms import Choices, DateTimeField, DigitsInput, ManyChoices, PhoneInput
from puskesmas.models import Office
from puskesmas.pages import ActForm, CreateForm
from registry.forms import RevealForm

#: Papers anybody may have with him; the officer ticks what he saw.
ALWAYS_OFFERED = ("ktp", "kk")


class SelectSeveral(forms.SelectMultiple):
    """A few choice lists for one field: typed by first letters, quicker than many boxes."""

    template_name = "complaints/select_several.html"

    def __init__(self, *, count: int = 3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.count = count

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """Return what was chosen, empty lists left out, each value once."""
        return list(dict.fromkeys(value for value in data.getlist(name) if value))

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Give the template one list of options per place, with that place's value chosen."""
        context = super().get_context(name, value, attrs)
        chosen = [str(item) for item in value or []]
        places = [*chosen, *[""] * self.count][: max(self.count, len(chosen))]
        options = list(self.choices)
        context["lists"] = [
            [(str(key), label, str(key) == place) for key, label in options] for place in places
        ]
        context["chosen"] = len(chosen)
        return context


def paper_choices(office: Office, *, by_office: bool = False) -> list[tuple[str, str]]:
    """Return (code, name) of the papers people bring, and of those the office makes if asked.

    Those the office's programmes name themselves are among them (one query).
    """
    return [
        (code, paper.name)
        for code, paper in papers_of(office).items()
        if by_office or not paper.by_office
    ]


class IntakeForm(CreateForm):
    """A matter at the counter: what, which papers, how urgent; the rest has sensible values."""

    kind = forms.ModelChoiceField(
        label=_("Jenis perkara"),
        queryset=ComplaintKind.objects.none(),
        to_field_name="uid",
        empty_label=_("Pilih jenisnya"),
        error_messages={"required": _("Pilih jenis perkara.")},
    )
    story = forms.CharField(
        label=_("Apa yang terjadi, apa yang diminta"),
        widget=forms.Textarea({"rows": 4}),
        max_length=4000,
        error_messages={"required": _("Tulis cerita warga, cukup satu kalimat.")},
    )
    needed: Any = forms.ModelMultipleChoiceField(
        label=_("Program yang dibutuhkan"),
        queryset=None,
        to_field_name="uid",
        required=False,
        widget=SelectSeveral,
    )
    papers_seen = forms.MultipleChoiceField(
        label=_("Berkas yang sudah dilihat"),
        required=False,
        widget=ManyChoices(inline=True),
        help_text=_("Centang yang ada saja. Yang belum ada tertulis di resi."),
    )
    urgency = forms.ChoiceField(
        label=_("Seberapa mendesak?"),
        choices=Complaint.Urgency.choices,
        initial=Complaint.Urgency.NORMAL,
        widget=Choices(
            hints={
                "emergency": _(
                    "Didahulukan, juga saat persetujuan; berkas boleh menyusul. "
                    "Rujukan tetap dikirim setelah disetujui."
                )
            }
        ),
    )
    urgency_reason = forms.CharField(
        label=_("Alasan darurat"),
        required=False,
        max_length=300,
        help_text=_("Hanya bila darurat. Contoh: harus operasi hari ini."),
    )
    channel = forms.ChoiceField(
        label=_("Saluran"), choices=Channel.choices, initial=Channel.WALK_IN
    )
    received_at = DateTimeField(
        first=FIRST_RECORD,
        label=_("Diterima pada"),
        required=False,
        help_text=_("Kosongkan bila sekarang. Contoh: 22-11-2026 09.15"),
    )
    received_place = forms.CharField(label=_("Tempat"), required=False, max_length=120)
    reporter_relation = forms.ChoiceField(
        label=_("Pelapor"),
        choices=Complaint.Relation.choices,
        initial=Complaint.Relation.SELF,
    )
    reporter_name = forms.CharField(label=_("Nama pelapor"), required=False, max_length=120)
    reporter_phone = forms.CharField(
        label=_("Telepon pelapor"), required=False, max_length=20, widget=PhoneInput()
    )
    reporter_authority = forms.CharField(
        label=_("Dasar mewakili"),
        required=False,
        max_length=160,
        help_text=_("Contoh: surat kuasa, orang tua, pengurus RT."),
    )
    held: Any = forms.ModelMultipleChoiceField(
        label=_("Program yang sudah diterima"),
        queryset=None,
        to_field_name="uid",
        required=False,
        widget=ManyChoices(inline=True),
        help_text=_("Menurut pengakuan warga."),
    )

    #: Fields in the parts of the page that start closed.
    _CLOSED = {
        "reception": ("channel", "received_at", "received_place"),
        "reporter": (
            "reporter_relation",
            "reporter_name",
            "reporter_phone",
            "reporter_authority",
        ),
        "holding": ("held",),
    }

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["kind"].queryset = kinds_of(actor)
        fields["kind"].widget.attrs["autofocus"] = True
        fields["needed"].queryset = fields["held"].queryset = programmes_of(actor.office)
        fields["papers_seen"].choices = paper_choices(actor.office)

    @property
    def opened(self) -> dict[str, bool]:
        """Return which closed parts must show: something in them was changed or is wrong."""
        changed = {*self.changed_data, *self.errors} if self.is_bound else set()
        return {part: not changed.isdisjoint(names) for part, names in self._CLOSED.items()}


class QuestionForm(CreateForm):
    """A question answered at once: kind and answer, the rest as one likes."""

    kind = forms.ModelChoiceField(
        label=_("Jenis"), queryset=ComplaintKind.objects.none(), to_field_name="uid"
    )
    question = forms.CharField(
        label=_("Pertanyaan"), required=False, widget=forms.Textarea({"rows": 2}), max_length=2000
    )
    answer = forms.CharField(
        label=_("Jawaban yang diberikan"),
        widget=forms.Textarea({"rows": 3}),
        max_length=4000,
        error_messages={"required": _("Tulis jawaban yang diberikan.")},
    )
    channel = forms.ChoiceField(
        label=_("Saluran"), choices=Channel.choices, initial=Channel.WALK_IN
    )
    with_receipt = forms.BooleanField(label=_("Warga minta resi"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds: Any = self.fields["kind"]
        kinds.queryset = kinds_of(actor)
        kinds.empty_label = None


class CaseForm(ActForm):
    """Base of the acts on a case: knows the case, carries the version the officer saw."""

    def __init__(self, *args: Any, case: Complaint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case
        self.fields["version"].initial = case.version


def _words(label: Any, *, hint: Any = "", rows: int = 3, missing: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        widget=forms.Textarea({"rows": rows}),
        max_length=4000,
        error_messages={"required": missing or _("Tulis alasannya.")},
    )


class ReasonForm(CaseForm):
    reason = _words(_("Alasan"))


class RecordOnlyForm(CaseForm):
    reason = _words(
        _("Alasan"),
        hint=_("Disampaikan kepada warga. Ini bukan penolakan; perkaranya dapat dibuka kembali."),
    )


class AskPapersForm(CaseForm):
    """Which papers, and what the resident reads about it."""

    wanted = forms.MultipleChoiceField(
        label=_("Berkas yang diminta"),
        required=False,
        widget=ManyChoices(inline=True),
    )
    reason = _words(
        _("Pesan untuk warga"),
        hint=_("Dibaca warga di halaman status. Contoh: fotokopi KK kabur, bawa yang jelas."),
        missing=_("Tulis pesan untuk warga."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["wanted"]
        field.choices = _with_own(self.case, paper_choices(self.case.office))
        field.initial = [paper.code for paper in missing_papers(self.case) if not paper.by_office]


def _with_own(case: Complaint, choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the case's papers as it calls them, then the other choices."""
    own = {paper.code: paper.name for paper in case.papers.all()}
    return list((own | {code: name for code, name in choices if code not in own}).items())


def missing_papers(case: Complaint) -> list[ComplaintPaper]:
    """Return what is still to be brought, from the papers already loaded.

    The mandatory ones that are not there or ran out, and whatever must be replaced.
    """
    today = case.office.today()
    return [
        paper
        for paper in case.papers.all()
        if paper.is_missing(today) and (paper.mandatory or paper.must_be_replaced)
    ]


class SeenForm(CaseForm):
    """Ticks beside the case's papers and their substitutes."""

    seen = forms.MultipleChoiceField(
        label=_("Berkas yang sudah dilihat"), required=False, widget=ManyChoices(inline=True)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(self.case.papers.all())
        codes = {paper.code: paper.name for paper in rows}
        instead = {code: paper.name for paper in rows for code in paper.substitutes}
        known = papers() if set(instead) <= set(papers()) else papers_of(self.case.office)
        for code, name in instead.items():
            named = known[code].name if code in known else code
            words = {"paper": named, "instead": name}
            codes.setdefault(code, _("%(paper)s (pengganti %(instead)s)") % words)
        field: Any = self.fields["seen"]
        field.choices = list(codes.items())
        today = self.case.office.today()
        field.initial = [paper.given or paper.code for paper in rows if not paper.is_missing(today)]


class UploadForm(CaseForm):
    """A photo taken now, or a scan, of one paper."""

    code = forms.ChoiceField(label=_("Berkas"))
    photo = forms.FileField(
        label=_("Foto dengan kamera HP"),
        required=False,
        widget=forms.FileInput(
            {"accept": "image/*", "capture": "environment", "data-shrink": True}
        ),
    )
    upload = forms.FileField(
        label=_("Atau pilih foto atau PDF"),
        required=False,
        help_text=_("JPG, PNG, atau PDF; paling besar 10 MB."),
        widget=forms.FileInput({"accept": "image/*,application/pdf", "data-shrink": True}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["code"]
        field.choices = _with_own(self.case, paper_choices(self.case.office, by_office=True))

    def clean(self) -> dict[str, Any]:
        """Return what the verb takes: the one file. Raises ValidationError when there is none."""
        values = super().clean() or self.cleaned_data
        photo = values.pop("photo", None)
        values["upload"] = photo or values.get("upload")
        if not values["upload"] and not self.errors:
            self.add_error("upload", _("Pilih berkasnya."))
        return values


class FindingForm(CaseForm):
    """What the verification found."""

    finding = forms.ChoiceField(
        label=_("Hasil verifikasi"),
        choices=Complaint.Finding.choices,
        widget=Choices(),
        error_messages={"required": _("Pilih hasil verifikasi.")},
    )
    reason = _words(
        _("Alasan"),
        hint=_("Apa yang dilihat dan diperiksa. Wajib diisi untuk hasil apa pun."),
    )
    override = forms.CharField(
        label=_("Alasan menyimpang dari kriteria"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Wajib bila semua kriteria yang terjawab berkata lain. Dicatat tersendiri."),
    )


class AnswerForm(CaseForm):
    answer = _words(_("Jawaban untuk warga"), hint=_("Dengan kata yang mudah dimengerti."), rows=5)


class PhonesForm(RevealForm):
    """What the phones of a case are opened for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # The act on the same page may ask for a reason, too.
        super().__init__(*args, **kwargs | {"auto_id": "phones_%s"})
        self.fields["reason"].label = _("Untuk apa telepon dibuka?")
        self.fields["reason"].help_text = _("Contoh: menyampaikan jawaban. Pembukaan ini tercatat.")


class UrgencyForm(CaseForm):
    """An emergency, or an ordinary case again."""

    urgency = forms.ChoiceField(
        label=_("Seberapa mendesak?"), choices=Complaint.Urgency.choices, widget=Choices()
    )
    reason = _words(_("Alasan"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["urgency"].initial = self.case.urgency


class TellForm(CreateForm, CaseForm):
    """A try to tell the resident."""

    reached = forms.TypedChoiceField(
        label=_("Apakah warga berhasil diberi tahu?"),
        choices=[("yes", _("Ya, sudah diberi tahu")), ("no", _("Tidak berhasil dihubungi"))],
        coerce=lambda value: value == "yes",
        widget=Choices(),
        error_messages={"required": _("Pilih salah satu.")},
    )
    means = forms.ChoiceField(label=_("Lewat"), choices=Telling.Means.choices)
    note = forms.CharField(
        label=_("Catatan"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Siapa yang menerima kabar, apa yang dikatakan."),
    )


class NumberForm(forms.Form):
    """A receipt number as the resident reads it from his paper."""

    number = forms.CharField(
        label=_("Nomor resi"),
        max_length=40,
        help_text=_("Dua belas angka pada resi, contoh 4821 0937 5561."),
        widget=DigitsInput(width=16, private=False),
        error_messages={"required": _("Tulis nomor resi.")},
    )

    def clean_number(self) -> str:
        """Return the twelve digits.

        Raises:
            ValidationError: not twelve digits, or the check digits tell of a slip.
        """
        typed = receipts.normalise(self.cleaned_data["number"])
        if not (typed.isascii() and typed.isdigit()) or len(typed) != receipts.LENGTH:
            raise forms.ValidationError(
                _("Nomor resi terdiri dari 12 angka; yang diketik %(count)d.")
                % {"count": sum(char.isdigit() for char in typed)}
            )
        if not receipts.is_wellformed(typed):
            raise forms.ValidationError(
                _("Ada angka yang salah ketik. Periksa lagi satu per satu dengan resi Anda.")
            )
        return typed


class DetailsForm(forms.Form):
    """The resident proves that the number is his."""

    last4 = forms.RegexField(
        r"^\d{4}$",
        label=_("Empat angka terakhir NIK atau nomor telepon"),
        widget=forms.TextInput(
            {"inputmode": "numeric", "autocomplete": "off", "class": "digits w-4", "maxlength": 4}
        ),
        error_messages={
            "required": _("Tulis empat angka, misalnya 0123."),
            "invalid": _("Tulis empat angka, misalnya 0123."),
        },
    )
