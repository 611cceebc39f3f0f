"""Forms of the referral pages, in the words of the people who fill them in."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from complaints.models import Complaint
from programs.eligibility.forms import FactForm
from programs.models import Partner, Programme
from programs.terms.fields import fields
from puskesmas.days import FIRST_RECORD
from puskesmas.forms import Choices, DateField
from puskesmas.pages import ActForm, CreateForm
from puskesmas.workflow import SYSTEM, Step, Workflow
from referrals.grounds import CARE_VERDICT
from referrals.models import Answering, Referral
from referrals.services.answers import BY_HAND, RECORDABLE
from referrals.workflow import ANSWER, REALISATION, Realisation

Road, LegalBasis, Source = Referral.Road, Referral.LegalBasis, Answering.Source

_LONG = forms.Textarea({"rows": 4})


class TermsForm(forms.Form):
    """What is asked for, of whom, and how it travels. ``upstream`` is the linked office's name."""

    need = forms.CharField(
        label=_("Apa yang dibutuhkan, dan mengapa"),
        help_text=_(
            "Ditulis untuk pemilik program. Contoh: berobat jantung rutin di RSUD, kartu nonaktif "
            "sejak Mei."
        ),
        widget=_LONG,
        max_length=4000,
    )
    road = forms.ChoiceField(
        label=_("Cara kirim"),
        choices=Road.choices,
        widget=Choices(
            hints={
                Road.DISTRICT: _("Lewat jaringan, langsung ke kotak masuk SLRT."),
                Road.PAPER: _("Surat dan berkas diantar; Anda mencatat siapa yang menerima."),
                Road.RETYPED: _("Anda mengetiknya di sistem mereka dan mencatat nomornya."),
                Road.PARTNER: _(
                    "Mitra menerima tautan lewat surel, atau surat dengan kode, dan menjawab "
                    "sendiri. Ia hanya melihat nama, alamat, telepon, dan kebutuhan."
                ),
            }
        ),
    )
    partner_uid = forms.ChoiceField(
        label=_("Mitra"),
        help_text=_("Diisi bila dikirim langsung ke mitra."),
        required=False,
    )
    destination = forms.CharField(
        label=_("Tujuan"),
        help_text=_("Kosongkan: rujukan menuju ujung jalur program itu, biasanya pemiliknya."),
        max_length=120,
        required=False,
    )
    going_on_reason = forms.CharField(
        label=_("Alasan tetap mengajukan"),
        help_text=_("Diisi bila ada yang tidak sesuai dengan aturan program."),
        widget=forms.Textarea({"rows": 2}),
        max_length=2000,
        required=False,
    )
    legal_basis = forms.ChoiceField(
        label=_("Dasar pemberian data"),
        help_text=_("Untuk lembaga non-pemerintah dibutuhkan persetujuan, atau keadaan darurat."),
        choices=LegalBasis.choices,
        initial=LegalBasis.PUBLIC_DUTY,
        widget=Choices(),
    )

    def __init__(
        self, *args: Any, upstream: str = "", partners: Sequence[Partner] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        roads: Any = self.fields["road"]
        closed = set()
        if upstream:
            named = _("Lewat jaringan, langsung ke %(name)s.") % {"name": upstream}
            roads.widget.hints = {**roads.widget.hints, Road.DISTRICT: named}
        else:
            closed.add(Road.DISTRICT.value)
            roads.help_text = _("Kantor ini belum terhubung dengan SLRT.")
        if partners:
            partner: Any = self.fields["partner_uid"]
            named_ones = [
                (str(one.uid), f"{one.name} – {one.get_kind_display()}") for one in partners
            ]
            partner.choices = [("", _("– pilih –")), *named_ones]
        else:
            closed.add(Road.PARTNER.value)
            del self.fields["partner_uid"]
        roads.choices = [choice for choice in Road.choices if choice[0] not in closed]
        roads.initial = Road.DISTRICT if upstream else Road.PAPER


class DraftForm(TermsForm, CreateForm, ActForm):
    """A new referral of a case; ``version`` is the case's."""

    programme = forms.ChoiceField(
        label=_("Program"),
        help_text=_("Program desa, kabupaten, dan lembaga non-pemerintah biasanya lebih cepat."),
    )
    service = forms.ChoiceField(
        label=_("Layanan"),
        help_text=_("Kosongkan bila programnya hanya satu layanan."),
        required=False,
    )
    field_order = [
        "programme",
        "service",
        "need",
        "road",
        "partner_uid",
        "destination",
        "legal_basis",
        "going_on_reason",
    ]

    def __init__(
        self,
        *args: Any,
        programmes: list[tuple[Any, list[Programme]]],
        services: list[tuple[str, list[tuple[str, str]]]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if services:
            service: Any = self.fields["service"]
            service.choices = [("", _("Layanan pertama program itu")), *services]
        else:
            del self.fields["service"]
        choices: Any = [("", _("Pilih program"))]
        choices += [
            (label, [(str(row.uid), f"{row.name} – {row.owner}") for row in rows])
            for label, rows in programmes
        ]
        field: Any = self.fields["programme"]
        field.choices = choices


class ResubmitForm(TermsForm, ActForm):
    """The mended referral, put before the approver again."""

    edits_record = True


class ReasonForm(ActForm):
    """A reason in words."""

    reason = forms.CharField(label=_("Alasan"), widget=_LONG, max_length=2000)

    def __init__(self, *args: Any, hint: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = hint


class OverrideForm(ActForm):
    """Why a file passes although an exclusion of the programme stands against it."""

    override_reason = forms.CharField(
        label=_("Alasan mengesampingkan"), widget=_LONG, max_length=2000
    )


class CareForm(FactForm, ActForm):
    """What the hospital found."""

    field_order = ["value", "source", "on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, asked=fields()[CARE_VERDICT], **kwargs)
        self.fields["source"].help_text = _("Contoh: IGD RSUD, surat keterangan dokter jaga.")


class LetterForm(CreateForm):
    """Who signs the surat rujukan."""

    signer = forms.ChoiceField(label=_("Penanda tangan"), widget=Choices())

    def __init__(self, *args: Any, signers: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["signer"]
        field.choices = [*signers, ("by_hand", _("Nama ditulis tangan"))]
        field.initial = field.choices[0][0]


class HandOverForm(ActForm):
    """The file was carried there."""

    receiver = forms.CharField(
        label=_("Diterima oleh"), help_text=_("Nama dan bagiannya."), max_length=120
    )
    handed_on = DateField(first=FIRST_RECORD, label=_("Tanggal diserahkan"))
    upstream_number = forms.CharField(
        label=_("Nomor di tempat tujuan"),
        help_text=_("Nomor agenda mereka, atau nomor di sistem mereka, bila ada."),
        max_length=60,
        required=False,
    )

    def __init__(self, *args: Any, retyped: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if retyped:
            del self.fields["receiver"]
            self.fields["handed_on"].label = _("Tanggal diketik")
            self.fields["upstream_number"].required = True
            self.fields["upstream_number"].label = _("Nomor di sistem mereka")


class _SaidForm(ActForm, CreateForm):
    """What somebody said, recorded by hand: from where it is known, since when."""

    source = forms.ChoiceField(
        label=_("Diketahui dari"), choices=[(one, one.label) for one in BY_HAND], widget=Choices()
    )
    said_on = DateField(first=FIRST_RECORD, label=_("Tanggal"))
    document_number = forms.CharField(
        label=_("Nomor surat"),
        max_length=80,
        required=False,
        help_text=_("Bila ada suratnya; untuk tanda terima, nomor agenda mereka."),
    )


def _sayable(table: Workflow, values: Iterable[str], state: str) -> list[tuple[str, Any]]:
    """Return what may be noted at ``state``: a move, or once more what holds already."""
    return [
        (value, _confirmed(table.steps[value]) if value == state else table.steps[value].label)
        for value in values
        if value == state or state in table.steps[value].sources
    ]


def _confirmed(step: Step) -> str:
    return gettext("%(what)s (menguatkan yang sudah dicatat)") % {"what": step.label}


class AnswerForm(_SaidForm):
    """An answer of the upstream or the owner, recorded by hand."""

    value = forms.ChoiceField(label=_("Jawabannya"), widget=Choices())
    owner = forms.CharField(
        label=_("Yang menjawab atau memutuskan"),
        help_text=_("Contoh: Dinas Kesehatan Kabupaten Jember."),
        max_length=120,
        required=False,
    )
    reason = forms.CharField(
        label=_("Alasan dari mereka"),
        help_text=_("Wajib bila tidak disetujui atau dikembalikan. Warga membaca kalimat ini."),
        widget=_LONG,
        max_length=4000,
        required=False,
    )
    field_order = ["value", "owner", "said_on", "source", "document_number", "reason"]

    def __init__(self, *args: Any, state: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        values: Any = self.fields["value"]
        values.choices = _sayable(ANSWER, RECORDABLE, state)


class RealisationForm(_SaidForm):
    """How far the aid has come, recorded by hand."""

    value = forms.ChoiceField(label=_("Sampai di mana bantuannya"), widget=Choices())
    instructions = forms.CharField(
        label=_("Cara mengambil"),
        help_text=_("Di mana dan kapan, apa yang dibawa, siapa yang boleh mengambil."),
        widget=_LONG,
        max_length=4000,
        required=False,
    )
    reason = forms.CharField(
        label=_("Alasan"),
        help_text=_("Wajib bila tidak terealisasi. Warga membaca kalimat ini."),
        widget=_LONG,
        max_length=4000,
        required=False,
    )
    field_order = ["value", "said_on", "source", "document_number", "instructions", "reason"]

    def __init__(self, *args: Any, state: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        values: Any = self.fields["value"]
        values.choices = [
            (step.action, step.label)
            for step in REALISATION.steps.values()
            if state in step.sources and step.roles != {SYSTEM}
        ]


# --- The tier above ----------------------------------------------------------------------------


class InboxFilter(forms.Form):
    """The inbox's filter; it stands in the address, so it holds no person."""

    village = forms.ChoiceField(label=_("Desa/kelurahan"), required=False)
    programme = forms.ChoiceField(label=_("Program"), required=False)
    urgency = forms.ChoiceField(
        label=_("Kedaruratan"),
        required=False,
        choices=[("", _("Semua")), *Complaint.Urgency.choices],
    )
    age = forms.TypedChoiceField(
        label=_("Masuk lebih lama dari"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", _("Semua")),
            (3, _("3 hari")),
            (7, _("7 hari")),
            (14, _("14 hari")),
            (30, _("30 hari")),
        ],
    )
    tab = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        villages: list[tuple[str, str]],
        programmes: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        everyone: Any = ("", _("Semua"))
        village: Any = self.fields["village"]
        village.choices = [everyone, *villages]
        programme: Any = self.fields["programme"]
        programme.choices = [everyone, *programmes]


class InboxActForm(ActForm):
    """What the district records: the fields that ``action`` (of INBOX or REALISATION) needs."""

    owner = forms.CharField(
        label=_("Yang memutuskan"),
        help_text=_("Pemilik program. Contoh: Dinas Kesehatan Kabupaten Jember."),
        max_length=120,
    )
    said_on = DateField(first=FIRST_RECORD, label=_("Tanggal"))
    document_number = forms.CharField(
        label=_("Nomor surat"), max_length=80, required=False, help_text=_("Bila ada suratnya.")
    )
    instructions = forms.CharField(
        label=_("Cara mengambil"),
        help_text=_("Di mana dan kapan, apa yang dibawa, siapa yang boleh mengambil."),
        widget=_LONG,
        max_length=4000,
    )
    reason = forms.CharField(label=_("Alasan"), widget=_LONG, max_length=4000)

    #: Fields by action; a star marks those that must be filled in.
    NEEDS = {
        "pass": ("said_on*",),
        "send_back": ("said_on*", "reason*"),
        "return": ("said_on*", "reason*"),
        "recommend": ("said_on*", "document_number"),
        "study": ("owner*", "said_on*", "document_number", "reason"),
        "approve": ("owner*", "said_on*", "document_number", "reason"),
        "refuse": ("owner*", "said_on*", "document_number", "reason*"),
        Realisation.PROMISED: ("said_on*", "document_number", "instructions"),
        Realisation.READY: ("said_on*", "document_number", "instructions*"),
        Realisation.TEMPORARY: ("said_on*", "document_number", "instructions"),
        Realisation.COLLECTED: ("said_on*", "document_number"),
        Realisation.NEVER: ("said_on*", "document_number", "reason*"),
    }
    HINTS = {
        "send_back": _("Tulis apa yang harus diperbaiki desa."),
        "return": _("Tulis apa yang harus diperbaiki desa."),
        "study": _("Tulis apa yang masih dipelajari, bila perlu."),
        "approve": _("Tulis syarat atau catatan dari pemilik program, bila ada."),
        "refuse": _("Warga membaca kalimat ini: tulis alasannya dengan kata sehari-hari."),
        Realisation.NEVER: _("Warga membaca kalimat ini: tulis alasannya dengan kata sehari-hari."),
    }

    def __init__(self, *args: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needed = self.NEEDS[action]
        kept = {name.rstrip("*"): name.endswith("*") for name in needed}
        for name in [name for name in self.fields if name not in {*kept, "version"}]:
            del self.fields[name]
        for name, required in kept.items():
            self.fields[name].required = required
        if "reason" in self.fields:
            self.fields["reason"].help_text = self.HINTS.get(action, "")


class TogetherForm(InboxActForm):
    """The same for many at once: ``pick`` names each with the version that was seen."""

    def __init__(self, *args: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, action=action, **kwargs)
        del self.fields["version"]
        self.fields["action"] = forms.CharField(widget=forms.HiddenInput)
        self.fields["pick"] = forms.MultipleChoiceField(widget=forms.MultipleHiddenInput)
        picks: Any = self.fields["pick"]
        picks.choices = [(value, value) for value in self.initial["pick"]]

    @property
    def said(self) -> dict[str, Any]:
        """What was filled in, without which referrals and which act."""
        own = {"action", "pick"}
        return {name: value for name, value in self.cleaned_data.items() if name not in own}


# --- Which offices exchange messages -----------------------------------------------------------


class UpstreamForm(forms.Form):
    """Address and token the tier above gave us."""

    base_url = forms.URLField(
        label=_("Alamat Puskesos SLRT"),
        help_text=_("Contoh: https://puskesos.jemberkab.example"),
        assume_scheme="https",
        widget=forms.URLInput({"autocomplete": "off"}),
    )
    token = forms.CharField(
        label=_("Kunci"),
        help_text=_("Diberikan SLRT satu kali saja. Jaga seperti kata sandi."),
        widget=forms.PasswordInput({"autocomplete": "off"}, render_value=False),
        max_length=200,
    )


class DownstreamForm(forms.Form):
    """An office below ours."""

    name = forms.CharField(
        label=_("Nama desa/kelurahan"), help_text=_("Contoh: Desa Tegalsari Makmur"), max_length=120
    )
    peer_uid = forms.UUIDField(
        label=_("Kode kantor"),
        help_text=_("Desa melihatnya di halaman Hubungan kantor miliknya."),
    )
