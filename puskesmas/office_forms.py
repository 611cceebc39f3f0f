"""Forms of the administrator's pages: the office, its officers, programs' keys."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from puskesmas.actors import Actor
from puskesmas.forms import DateField, DigitsInput, NumberInput
from puskesmas.models import Office, Role, TimeLimit, User
from puskesmas.office_calendar import MOST_DAYS
from puskesmas.officers import roles_of
from puskesmas.pages import ActForm
from puskesmas.public_pages import possible_server_of


class OfficeForm(forms.ModelForm):
    """What letters and public pages say of the office, and its own settings."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    edits_record = True
    public_base_url = forms.URLField(
        label=_("Alamat halaman publik"),
        required=False,
        assume_scheme="https",
        help_text=_("Alamat yang dapat dibuka warga dari telepon; tercetak sebagai kode QR."),
    )

    class Meta:
        model = Office
        widgets = {"public_pages": forms.RadioSelect}
        fields = [
            "address",
            "postcode",
            "phone",
            "email",
            "opening_hours",
            "zone",
            "public_pages",
            "public_base_url",
            "approver_role",
            "emergency_approval_days",
            "register_max_age_days",
            "undelivered_hours",
            "upstream_answer_days",
            "telling_tries",
            "sktm_valid_months",
            "letter_number_pattern",
            "one_letter_series",
            "proposal_order",
        ]
        labels = {
            "emergency_approval_days": _(
                "Rujukan darurat disetujui paling lambat dalam (hari kerja)"
            ),
            "telling_tries": _("Percobaan memberi tahu warga sebelum perkara boleh ditutup"),
            "register_max_age_days": _("Daftar DTKS/DTSEN dianggap terlalu lama setelah (hari)"),
            "undelivered_hours": _("Rujukan yang belum sampai dianggap macet setelah (jam)"),
            "upstream_answer_days": _("Rujukan tanpa jawaban ditindaklanjuti setelah (hari)"),
            "sktm_valid_months": _("Masa berlaku SKTM (bulan)"),
            "letter_number_pattern": _("Pola nomor surat"),
        }
        help_texts = {
            "opening_hours": _("Contoh: Senin–Jumat 08.00–15.00"),
            "letter_number_pattern": _(
                "Bagian yang tersedia: {classification} {counter} {village} {roman} {month} {year}"
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        approvers = (Role.COORDINATOR, Role.HEAD)
        field = self.fields["approver_role"]
        field.choices = [(role.value, role.label) for role in approvers]  # type: ignore[attr-defined]
        self._offer_server()

    def _offer_server(self) -> None:
        """Ask who serves the public pages where somebody else could, and say what it means."""
        server = possible_server_of(self.instance)
        pages = Office.PublicPages
        if server is None and self.instance.public_pages == pages.OWN:
            del self.fields["public_pages"]
            return
        field = self.fields["public_pages"]
        field.label = _("Halaman publik kami")
        served = _("Dilayani %(name)s") % {"name": server.name} if server else pages.UPSTREAM.label
        field.choices = [(pages.OWN.value, pages.OWN.label), (pages.UPSTREAM.value, served)]  # type: ignore[attr-defined]
        field.help_text = _(
            "Bila dilayani, kode QR pada resi dan surat yang dicetak sejak itu membuka %(url)s. Ke "
            "sana dikirim nomor, keadaan, dan tanggalnya saja, tanpa nama, dan diperbarui setiap "
            "berubah. Yang sudah tercetak tetap membuka alamat lama."
        ) % {"url": server.public_base_url if server else "–"}

    def clean_telling_tries(self) -> int:
        """Refuse to close a case nobody tried to tell."""
        tries: int = self.cleaned_data["telling_tries"]
        if tries < 1:
            raise forms.ValidationError(_("Paling sedikit satu kali."))
        return tries


class LimitsForm(ActForm):
    """Every time limit of the office: so many days, working days or all days."""

    edits_record = True

    def __init__(
        self, *args: Any, limits: Mapping[str, tuple[int, bool]], version: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = version
        for code, (days, working_days) in limits.items():
            name = TimeLimit.Code(code).label
            self.fields[f"{code}_days"] = forms.IntegerField(
                label=_("%(limit)s: hari") % {"limit": name},
                min_value=1,
                max_value=MOST_DAYS,
                widget=NumberInput(width=4),
            )
            self.fields[f"{code}_working"] = forms.BooleanField(
                label=_("Hari kerja saja"), required=False
            )
            self.initial[f"{code}_days"] = days
            self.initial[f"{code}_working"] = working_days
        self.codes = list(limits)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The limits as rows of a table."""
        return [
            {
                "label": TimeLimit.Code(code).label,
                "days": self[f"{code}_days"],
                "working": self[f"{code}_working"],
            }
            for code in self.codes
        ]

    @property
    def limits(self) -> dict[str, tuple[int, bool]]:
        """What was filled in: (days, whether they are working days) by code."""
        said = self.cleaned_data
        return {code: (said[f"{code}_days"], said[f"{code}_working"]) for code in self.codes}


class HolidayForm(forms.Form):
    """A day on which this office alone is closed."""

    day = DateField(label=_("Tanggal"))
    name = forms.CharField(
        label=_("Nama hari libur"), max_length=120, help_text=_("Contoh: pemilihan kepala desa")
    )


class RoleForm(forms.Form):
    """A post: role, from, until, deputy or not."""

    role = forms.ChoiceField(label=_("Peran"))
    since = DateField(label=_("Mulai"))
    until = DateField(
        label=_("Sampai"), required=False, help_text=_("Kosongkan bila tidak terbatas.")
    )
    is_deputy = forms.BooleanField(label=_("Pengganti sementara"), required=False)
    dusun = forms.CharField(
        label=_("Dusun"), required=False, max_length=60, help_text=_("Hanya untuk kepala dusun.")
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role.value, role.label) for role in roles_of(actor.office)]
        self.fields["role"].choices = roles  # type: ignore[attr-defined]
        self.fields["since"].initial = actor.office.today


class PersonForm(forms.Form):
    """An officer as a person; the numbers keep him from deciding his own family's cases."""

    name = forms.CharField(label=_("Nama lengkap"), max_length=120)
    nik = forms.RegexField(
        r"^\d{16}$",
        label="NIK",
        required=False,
        widget=DigitsInput(),
        help_text=_("16 angka; dipakai supaya petugas tidak memutuskan perkara keluarganya."),
        error_messages={"invalid": _("NIK terdiri dari 16 angka.")},
    )
    kk = forms.RegexField(
        r"^\d{16}$",
        label=_("No. KK"),
        required=False,
        widget=DigitsInput(),
        error_messages={"invalid": _("No. KK terdiri dari 16 angka.")},
    )
    rank = forms.CharField(label=_("Pangkat/golongan"), max_length=60, required=False)
    nip = forms.CharField(label="NIP", max_length=30, required=False)


class PersonEditForm(PersonForm, ActForm):
    """A correction. An empty NIK or KK box leaves the number as it is: it is not shown."""

    edits_record = True

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name", "rank", "nip", "version"):
            self.initial[name] = getattr(user, name)
        for number in ("nik", "kk"):
            if getattr(user, number):
                self.fields[number].help_text = _("Sudah tercatat. Kosongkan bila tidak berubah.")


class OfficerForm(PersonForm, RoleForm):
    """A new officer: account, person, first post."""

    username = forms.SlugField(
        label=_("Nama pengguna"), max_length=60, help_text=_("Huruf kecil tanpa spasi: siti")
    )
    password = forms.CharField(
        label=_("Kata sandi pertama"),
        widget=forms.PasswordInput(render_value=True),
        help_text=_("Paling sedikit 10 huruf. Petugas menggantinya setelah masuk."),
    )

    field_order = ["name", "username", "password", "role", "since", "until", "is_deputy", "dusun"]


class EndForm(forms.Form):
    until = DateField(label=_("Hari terakhir bertugas"))


class PasswordForm(forms.Form):
    password = forms.CharField(label=_("Kata sandi baru"), widget=forms.PasswordInput)


class TokenForm(forms.Form):
    """A key for a program: its name, the roles it carries, when it ends."""

    name = forms.CharField(
        label=_("Nama aplikasi"), max_length=80, help_text=_("Contoh: aplikasi antrean desa")
    )
    roles = forms.MultipleChoiceField(
        label=_("Peran yang dibawa"), widget=forms.CheckboxSelectMultiple
    )
    expires_on = DateField(label=_("Berlaku sampai"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = [(role.value, role.label) for role in Role if role.value in actor.roles]
        self.fields["roles"].choices = held  # type: ignore[attr-defined]
