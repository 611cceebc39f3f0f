"""The SKTM form."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puskesmas.actors import Actor
from puskesmas.days import FIRST_RECORD
from puskesmas.forms import Choices, DateField, ManyChoices, NumberInput
from puskesmas.models import Assignment
from registry import letters
from registry.models import HouseholdMember, Resident
from reports.letters.selectors import signers

PERSON, FAMILY = "person", "family"
#: No officer of ours signs: the name is written onto the paper.
BY_HAND = "by_hand"


class SktmForm(forms.Form):
    """Everything but the purpose is filled in beforehand."""

    client_uid = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    purpose = forms.CharField(
        label=gettext_lazy("Keperluan"),
        max_length=240,
        help_text=gettext_lazy("Contoh: pengajuan KIS PBI-JK, keringanan biaya sekolah"),
        widget=forms.TextInput({"autofocus": True}),
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("Surat ini untuk"),
        choices=[(PERSON, gettext_lazy("Satu orang")), (FAMILY, gettext_lazy("Keluarga"))],
        widget=Choices(inline=True),
    )
    dependants = forms.MultipleChoiceField(
        label=gettext_lazy("Anggota keluarga yang menjadi tanggungan"),
        required=False,
        widget=ManyChoices(),
        help_text=gettext_lazy("Hanya dicetak pada surat untuk keluarga."),
    )
    introduced_by = forms.CharField(
        label=gettext_lazy("Surat pengantar dari"), required=False, max_length=80
    )
    introduction_number = forms.CharField(
        label=gettext_lazy("Nomor pengantar"), required=False, max_length=60
    )
    introduction_date = DateField(
        first=FIRST_RECORD, label=gettext_lazy("Tanggal pengantar"), required=False
    )
    papers = forms.MultipleChoiceField(
        label=gettext_lazy("Berkas yang sudah dilihat"),
        required=False,
        choices=list(letters.PAPERS.items()),
        widget=ManyChoices(inline=True),
    )
    valid_months = forms.IntegerField(
        label=gettext_lazy("Berlaku (bulan)"),
        min_value=1,
        max_value=letters.LONGEST_VALIDITY,
        widget=NumberInput(width=4),
    )
    signer = forms.ChoiceField(label=gettext_lazy("Penanda tangan"))
    reason = forms.CharField(
        label=gettext_lazy("Alasan"),
        max_length=500,
        help_text=gettext_lazy("Contoh: salah ketik nama anak kedua"),
    )

    def __init__(
        self, *args: Any, actor: Actor, resident: Resident, with_reason: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.edits_record = with_reason
        if not with_reason:
            del self.fields["reason"]
        self.fields["client_uid"].initial = self.initial.get("client_uid") or uuid.uuid4()
        self._signers = {str(item.uid): item for item in signers(actor.office)}
        members = letters.dependants_of(resident)
        self._set_choices(
            "dependants",
            [(str(member.resident.uid), _named(member)) for member in members],
        )
        self._set_choices("signer", signer_choices(self._signers))
        if not members:
            del self.fields["dependants"]
            self.fields["scope"].widget = forms.HiddenInput()
            self.initial["scope"] = PERSON

    def _set_choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    @property
    def chosen_signer(self) -> Assignment | None:
        return self._signers.get(self.cleaned_data["signer"])

    @property
    def facts(self) -> letters.SktmFacts:
        data = self.cleaned_data
        for_family = data["scope"] == FAMILY
        return letters.SktmFacts(
            purpose=data["purpose"],
            valid_months=data["valid_months"],
            for_family=for_family,
            dependants=tuple(data.get("dependants", ())) if for_family else (),
            introduced_by=data["introduced_by"],
            introduction_number=data["introduction_number"],
            introduction_date=data["introduction_date"],
            papers=tuple(data["papers"]),
        )


def initial_for(resident: Resident, actor: Actor) -> dict[str, Any]:
    """Return what a new SKTM most likely says."""
    members = letters.dependants_of(resident)
    people = signers(actor.office)
    rt, rw = resident.rt, resident.rw
    return {
        "scope": FAMILY if members else PERSON,
        "dependants": [str(member.resident.uid) for member in members],
        "introduced_by": f"Ketua RT {rt} RW {rw}".strip() if rt and rw else "",
        "papers": ["ktp", "kk"],
        "valid_months": actor.office.sktm_valid_months,
        "signer": str(people[0].uid) if people else BY_HAND,
    }


def initial_from(body: dict[str, Any]) -> dict[str, Any]:
    """Return what an earlier letter said, to be corrected."""
    facts = body["facts"]
    return {
        **facts,
        "scope": FAMILY if facts["for_family"] else PERSON,
    }


def _named(member: HouseholdMember) -> str:
    name = member.resident.name
    return f"{name} ({member.get_relation_display()})" if member.relation else name


def signer_choices(people: Mapping[str, Assignment]) -> list[tuple[str, str]]:
    """Return who may sign, by uid, and the name written by hand."""
    chosen = [(uid, _signer_name(item)) for uid, item in people.items()]
    return [*chosen, (BY_HAND, _("Nama ditulis tangan"))]


def _signer_name(item: Assignment) -> str:
    deputy = _(" – pengganti sementara") if item.is_deputy else ""
    return f"{item.user.name} – {item.get_role_display()}{deputy}"
