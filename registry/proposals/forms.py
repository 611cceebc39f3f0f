"""Forms of the proposal pages."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puskesmas.actors import Actor
from puskesmas.forms import Choices, CountField, DateField, NumberInput
from puskesmas.pages import ActForm, CreateForm
from registry import codes
from registry.criteria.selectors import surveys_about
from registry.models import MeetingItem, Proposal, Register, Resident
from registry.proposals.services import Extra
from reports.letters.selectors import signers

_ASKED = [
    ("", gettext_lazy("Belum ditanyakan")),
    ("yes", gettext_lazy("Ya")),
    ("no", gettext_lazy("Tidak")),
]
_SAID = {"yes": True, "no": False}
#: No officer of ours signs: the name is written onto the paper.
BY_HAND = "by_hand"
_MONTHS_BACK = 6


def set_choices(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    """Give a choice field what may be chosen now."""
    field: Any = form.fields[name]
    field.choices = choices


class ProposalFields(forms.Form):
    """What is said of the person; the last four are only for the sheet."""

    programme = forms.ChoiceField(
        label=gettext_lazy("Program yang diminta"),
        choices=Proposal.Programme.choices,
        initial=Proposal.Programme.NONE,
    )
    reason = forms.CharField(
        label=gettext_lazy("Alasan usulan"),
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Contoh: kehilangan pekerjaan sejak Maret, tiga anak sekolah"),
    )
    survey = forms.ChoiceField(label=gettext_lazy("Survei yang menyertai"), required=False)
    disabled = forms.ChoiceField(
        label=gettext_lazy("Penyandang disabilitas?"),
        choices=_ASKED,
        required=False,
        widget=Choices(inline=True),
    )
    disability_code = forms.ChoiceField(
        label=gettext_lazy("Jenis disabilitas"), required=False, choices=[]
    )
    pregnant = forms.ChoiceField(
        label=gettext_lazy("Sedang hamil?"),
        choices=_ASKED,
        required=False,
        widget=Choices(inline=True),
    )
    pregnant_since = DateField(label=gettext_lazy("Mulai hamil"), required=False)

    def __init__(self, *args: Any, actor: Actor, resident: Resident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._surveys = {str(one.uid): one for one in surveys_about(resident, actor=actor)[:20]}
        named = [
            (uid, f"{one.criteria_set.name}, {date_format(one.asked_on)}")
            for uid, one in self._surveys.items()
        ]
        set_choices(self, "survey", [("", _("Tanpa survei")), *named])
        kinds = [one for one in codes.DISABILITIES.by_code() if one[0] != "00"]
        set_choices(self, "disability_code", [("", "–"), *kinds])
        if resident.sex == Resident.Sex.MALE:
            del self.fields["pregnant"], self.fields["pregnant_since"]

    @property
    def said(self) -> dict[str, Any]:
        """Return programme, reason, survey and extra facts as the verbs take them."""
        data = self.cleaned_data
        return {
            "programme": data["programme"],
            "reason": data["reason"],
            "survey": self._surveys.get(data["survey"]),
            "extra": Extra(
                pregnant=_SAID.get(data.get("pregnant", "")),
                pregnant_since=data.get("pregnant_since"),
                disabled=_SAID.get(data["disabled"]),
                disability_code=data["disability_code"],
            ),
        }


class ProposeForm(ProposalFields, CreateForm):
    """A new proposal."""

    register_code = forms.ChoiceField(label=gettext_lazy("Daftar"))
    kind = forms.ChoiceField(
        label=gettext_lazy("Jenis usulan"), choices=Proposal.Kind.choices, widget=Choices()
    )
    origin = forms.ChoiceField(
        label=gettext_lazy("Usulan dari"),
        choices=Proposal.Origin.choices,
        widget=Choices(inline=True),
    )
    origin_name = forms.CharField(
        label=gettext_lazy("Nama pengusul"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Contoh: Ketua RT 02 RW 01"),
    )
    in_place_of = forms.ChoiceField(
        label=gettext_lazy("Menggantikan"),
        required=False,
        help_text=gettext_lazy("Anggota KK yang meninggal atau pindah."),
    )
    proposed_on = DateField(label=gettext_lazy("Diusulkan pada"))

    field_order = [
        *("client_uid", "register_code", "kind", "programme", "in_place_of", "reason"),
        *("origin", "origin_name", "proposed_on", "survey"),
    ]

    def __init__(
        self, *args: Any, actor: Actor, resident: Resident, family: list[Resident], **kwargs: Any
    ) -> None:
        super().__init__(*args, actor=actor, resident=resident, **kwargs)
        registers = Register.objects.visible_to(actor).filter(programme="")
        ordered = registers.order_by("-in_force", "pk")
        set_choices(self, "register_code", [(one.code, one.name) for one in ordered])
        self.fields["proposed_on"].initial = actor.office.today()
        living = resident.life == Resident.Life.ALIVE
        self._gone = {
            str(one.uid): one for one in family if living and one.life != Resident.Life.ALIVE
        }
        gone = [(uid, one.name) for uid, one in self._gone.items()]
        set_choices(self, "in_place_of", [("", _("Tidak menggantikan siapa pun")), *gone])
        if not gone:
            del self.fields["in_place_of"]

    @property
    def said(self) -> dict[str, Any]:
        """Return what ``propose`` takes."""
        data = self.cleaned_data
        names = ("client_uid", "register_code", "kind", "origin", "origin_name", "proposed_on")
        before = self._gone.get(data.get("in_place_of", ""))
        return super().said | {name: data[name] for name in names} | {"in_place_of": before}


class ChangeForm(ProposalFields, ActForm):
    """A correction of a proposal still in the village."""

    edits_record = True


def initial_of(proposal: Proposal) -> dict[str, Any]:
    """Return the record's own values, for :class:`ChangeForm`."""
    said = {True: "yes", False: "no", None: ""}
    since = proposal.extra.get("pregnant_since")
    return {
        "version": proposal.version,
        "programme": proposal.programme,
        "reason": proposal.reason,
        "survey": str(proposal.survey.uid) if proposal.survey else "",
        "disabled": said[proposal.extra.get("disabled")],
        "disability_code": proposal.extra.get("disability_code", ""),
        "pregnant": said[proposal.extra.get("pregnant")],
        "pregnant_since": date.fromisoformat(since) if since else None,
    }


class ReasonForm(ActForm):
    reason = forms.CharField(
        label=gettext_lazy("Alasan"), max_length=2000, widget=forms.Textarea({"rows": 3})
    )


class FindingForm(ReasonForm):
    """The verval's finding; it refuses nobody by itself."""

    finding = forms.ChoiceField(
        label=gettext_lazy("Hasil verval"),
        choices=Proposal.Finding.choices[1:],
        widget=Choices(
            hints={
                Proposal.Finding.DOES_NOT: gettext_lazy(
                    "Usulan belum gugur: setelah ini ditimbang, diteruskan juga atau ditampung."
                )
            }
        ),
    )
    field_order = ["version", "finding", "reason"]


class WeighForm(ReasonForm):
    """A doubted proposal: passed on all the same, or kept here."""

    forward = forms.TypedChoiceField(
        label=gettext_lazy("Keputusan kantor"),
        choices=[
            ("yes", gettext_lazy("Teruskan juga")),
            ("no", gettext_lazy("Tampung (tidak diteruskan)")),
        ],
        coerce=lambda value: value == "yes",
        widget=Choices(
            hints={"yes": gettext_lazy("Rumah yang baik bisa menyembunyikan kemiskinan nyata.")}
        ),
    )
    field_order = ["version", "forward", "reason"]


class AnswerForm(ActForm):
    """The owner's answer, noted by hand."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Jawaban"),
        choices=[
            ("accept", gettext_lazy("Diterima (padan)")),
            ("reject", gettext_lazy("Ditolak (tidak padan)")),
            ("send_back", gettext_lazy("Dikembalikan")),
        ],
        widget=Choices(),
    )
    answered_on = DateField(label=gettext_lazy("Tanggal jawaban"))
    reason = forms.CharField(
        label=gettext_lazy("Keterangan"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("Wajib bila ditolak atau dikembalikan."),
    )


class MeetingForm(CreateForm):
    """A musdes or muskel."""

    held_on = DateField(label=gettext_lazy("Tanggal"))
    place = forms.CharField(
        label=gettext_lazy("Tempat"), max_length=120, help_text=gettext_lazy("Contoh: balai desa")
    )
    chair = forms.CharField(label=gettext_lazy("Pimpinan musyawarah"), max_length=120)
    present = CountField(label=gettext_lazy("Jumlah yang hadir"), min_value=1)


class OutcomesForm(ActForm):
    """One choice and one reason a proposal; what is left open is not taken up."""

    def __init__(
        self, *args: Any, waiting: list[Proposal], family: set[int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines: list[dict[str, Any]] = []
        for proposal in waiting:
            own = proposal.resident_id in family
            line = {"proposal": proposal, "own": own}
            if not own:
                uid = str(proposal.uid)
                self.fields[f"o_{uid}"] = forms.ChoiceField(
                    label=_("Hasil"),
                    choices=[("", _("Belum dibahas")), *MeetingItem.Outcome.choices],
                    required=False,
                )
                self.fields[f"r_{uid}"] = forms.CharField(
                    label=_("Alasan"), max_length=500, required=False
                )
                line |= {"names": (f"o_{uid}", f"r_{uid}")}
            self.lines.append(line)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Return the lines with their bound fields."""
        return [
            {**line, "fields": [self[name] for name in line.get("names", ())]}
            for line in self.lines
        ]

    @property
    def outcomes(self) -> dict[str, tuple[str, str]]:
        """Return what was chosen: (outcome, reason) by the proposal's uid."""
        data = self.cleaned_data
        return {
            name.removeprefix("o_"): (value, data[f"r_{name.removeprefix('o_')}"])
            for name, value in data.items()
            if name.startswith("o_") and value
        }


class SignerForm(forms.Form):
    """Who signs beside the chair; nobody leaves the name to be written by hand."""

    signer = forms.ChoiceField(label=gettext_lazy("Penanda tangan"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._signers = {str(item.uid): item for item in signers(actor.office)}
        named = [
            (uid, f"{item.user.name} – {item.get_role_display()}")
            for uid, item in self._signers.items()
        ]
        set_choices(self, "signer", [*named, (BY_HAND, _("Nama ditulis tangan"))])

    @property
    def chosen_signer(self) -> Any:
        return self._signers.get(self.cleaned_data["signer"])


class MinutesForm(SignerForm, CreateForm):
    """Issue the berita acara."""


class MinutesRevisionForm(SignerForm, ActForm):
    """Correct the berita acara before its signature."""

    edits_record = True
    field_order = ("place", "chair", "present", "signer", "reason")

    place = forms.CharField(label=gettext_lazy("Tempat"), max_length=120)
    chair = forms.CharField(label=gettext_lazy("Pimpinan musyawarah"), max_length=120)
    present = CountField(label=gettext_lazy("Jumlah yang hadir"), min_value=1)
    reason = forms.CharField(
        label=gettext_lazy("Alasan perbaikan"),
        max_length=500,
        help_text=gettext_lazy("Contoh: salah tulis nama pimpinan musyawarah"),
    )


class SheetChoice(forms.Form):
    """Which sheet: of what month, for which register, of which kind."""

    register_code = forms.ChoiceField(label=gettext_lazy("Daftar"))
    kind = forms.ChoiceField(label=gettext_lazy("Jenis usulan"), choices=Proposal.Kind.choices)
    month = forms.ChoiceField(label=gettext_lazy("Bulan"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        registers = Register.objects.visible_to(actor).filter(programme="")
        ordered = registers.order_by("-in_force", "pk")
        set_choices(self, "register_code", [(one.code, one.name) for one in ordered])
        set_choices(self, "month", _months(actor.office.today()))

    def clean_month(self) -> date:
        """Return the month's first day."""
        return date.fromisoformat(self.cleaned_data["month"])


class SheetForm(SheetChoice, CreateForm):
    """The sheet is made of what the preview shows."""

    with_incomplete = forms.BooleanField(
        label=gettext_lazy("Ikutkan juga yang belum lengkap"), required=False
    )


def _months(today: date) -> list[tuple[str, str]]:
    first = today.replace(day=1)
    months = []
    for _back in range(_MONTHS_BACK):
        months.append((first.isoformat(), date_format(first, "F Y")))
        first = (first - timedelta(days=1)).replace(day=1)
    return months


class ListFilter(forms.Form):
    """Filters of the list; they stand in the address, so no names here."""

    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    register = forms.ChoiceField(label=gettext_lazy("Daftar"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Jenis usulan"),
        required=False,
        choices=[("", gettext_lazy("Semua")), *Proposal.Kind.choices],
    )
    programme = forms.ChoiceField(
        label=gettext_lazy("Program yang diminta"),
        required=False,
        choices=[("", gettext_lazy("Semua")), *Proposal.Programme.choices],
    )
    rw = forms.CharField(label="RW", required=False, max_length=3, widget=NumberInput(width=4))

    LOOKUPS = {
        "register": "register__code",
        "kind": "kind",
        "programme": "programme",
        "rw": "resident__rw",
    }

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        registers = Register.objects.visible_to(actor).order_by("pk")
        named = [(one.code, one.name) for one in registers]
        set_choices(self, "register", [("", _("Semua")), *named])

    @property
    def wanted(self) -> dict[str, str]:
        """Return the lookups that are on."""
        data = self.cleaned_data if self.is_valid() else {}
        return {lookup: data[name] for name, lookup in self.LOOKUPS.items() if data.get(name)}
