"""Forms of the distribution pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.distribution.families import card_members
from programs.models import AidRecipient, Distribution, Programme
from programs.participation.selectors import places
from puskesmas.actors import Actor
from puskesmas.forms import (
    Choices,
    CountField,
    DateField,
    DateTimeField,
    NumberInput,
    RupiahField,
)
from puskesmas.pages import ActForm, CreateForm
from registry.models import Resident

Way, Gone = AidRecipient.Way, AidRecipient.Gone


class DistributionForm(CreateForm):
    """What an owner gives out."""

    name = forms.CharField(
        label=_("Nama pembagian"), max_length=120, help_text=_("Contoh: Beras CBP November 2026")
    )
    owner = forms.CharField(
        label=_("Pemilik program"), max_length=120, help_text=_("Contoh: Dinas Sosial, Baznas")
    )
    programme = forms.ModelChoiceField(
        label=_("Program"),
        queryset=Programme.objects.none(),
        required=False,
        to_field_name="uid",
        empty_label=_("– program lain –"),
        help_text=_("Daftarnya dapat diambil dari kepesertaan program ini."),
    )
    kind = forms.ChoiceField(
        label=_("Barang atau uang?"), choices=Distribution.Kind.choices, widget=Choices(inline=True)
    )
    item = forms.CharField(
        label=_("Apa yang dibagikan?"), max_length=120, help_text=_("Contoh: beras 10 kg")
    )
    amount = RupiahField(
        label=_("Berapa untuk tiap penerima?"),
        min_value=1,
        widget=NumberInput(width=12),
        help_text=_("Barang: banyaknya. Uang: rupiah, contoh 300.000."),
    )
    unit = forms.CharField(
        label=_("Satuan barang"), max_length=30, required=False, help_text=_("Contoh: karung")
    )
    may_replace = forms.BooleanField(
        label=_("Pemilik mengizinkan pengganti (hanya barang)"), required=False
    )
    replacement_rule = forms.CharField(
        label=_("Aturan penggantian dari pemilik"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programmes = Programme.objects.visible_to(actor)
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]


class _HourField(forms.TimeField):
    """An hour of the office's day, typed as ``08.00``."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TimeInput(
            {"inputmode": "numeric", "autocomplete": "off", "class": "digits w-4"}, format="%H.%M"
        )
        super().__init__(input_formats=["%H.%M", "%H:%M"], widget=widget, **kwargs)
        self.error_messages["invalid"] = _("Tulis jam sebagai 08.00.")


class SlotForm(forms.Form):
    """When and where people of a part of the village come."""

    day = DateField(label=_("Hari"))
    start = _HourField(label=_("Mulai pukul"), help_text=_("Contoh: 08.00"))
    end = _HourField(label=_("Sampai pukul"), required=False)
    place = forms.CharField(label=_("Tempat"), max_length=120, help_text=_("Contoh: balai desa"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels: dict[str, Any] = {"dusun": _("Dusun"), "rw": "RW"}
        for name, found in places(actor).items():
            if name in labels and found:
                self.fields[name] = forms.ChoiceField(
                    label=labels[name],
                    required=False,
                    choices=[("", _("Semua")), *((one, one) for one in found)],
                )


class FindForm(forms.Form):
    """Whom to put on the list."""

    q = forms.CharField(label=_("Nama, NIK, atau alamat"), max_length=120)


class BoxForm(forms.Form):
    """The box of the table: a scanner types into it."""

    q = forms.CharField(
        label=_("Kupon, NIK, atau nama"),
        max_length=120,
        help_text=_("Pindai kupon, atau ketik lalu Enter."),
        widget=forms.TextInput(
            {
                "autofocus": True,
                "autocomplete": "off",
                "spellcheck": "false",
                "data-private": True,
                "class": "w-24",
            }
        ),
    )


class HandForm(CreateForm):
    """Who takes the share and what he shows."""

    code = forms.CharField(label=_("Kode"), required=False, widget=forms.HiddenInput)
    way = forms.ChoiceField(label=_("Apa yang ditunjukkan?"), widget=Choices(inline=True))
    receiver = forms.ChoiceField(label=_("Siapa yang mengambil?"), widget=Choices())
    owed = forms.CharField(
        label=_("Berkas yang menyusul"),
        max_length=200,
        required=False,
        help_text=_("Bila tertinggal, tetap dilayani. Contoh: fotokopi KK"),
    )
    carrier = forms.CharField(
        label=_("Diantar oleh"),
        max_length=120,
        required=False,
        help_text=_("Hanya bila diantar ke rumah."),
    )
    at = DateTimeField(
        label=_("Diterima pada"), required=False, help_text=_("Kosongkan bila sekarang.")
    )

    def __init__(self, *args: Any, listed: AidRecipient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = listed.resident.person
        choices = [(str(one.uid), f"{one.name} ({_('satu KK')})") for one in card_members(own)]
        if own.life == Resident.Life.ALIVE:
            choices.insert(0, (str(own.uid), own.name))
        self.fields["receiver"].choices = choices  # type: ignore[attr-defined]
        # "or", for a form sent back carries its code in its data.
        has_ticket = bool(self.data.get("code") or self.initial.get("code"))
        ways = [one for one in Way.choices if has_ticket or one[0] != Way.TICKET]
        self.fields["way"].choices = ways  # type: ignore[attr-defined]
        self.initial.setdefault("way", Way.TICKET if has_ticket else Way.IDENTITY)
        if choices:
            self.initial.setdefault("receiver", choices[0][0])

    def clean(self) -> dict[str, Any]:
        """Name what the verb takes."""
        values: dict[str, Any] = super().clean() or {}
        values["receiver_uid"] = values.pop("receiver", None)
        return values


class ReasonForm(ActForm):
    reason = forms.CharField(label=_("Alasan"), max_length=500, widget=forms.Textarea({"rows": 3}))


class DeathForm(ActForm):
    on = DateField(label=_("Meninggal tanggal"))
    source = forms.CharField(
        label=_("Sumber"), max_length=120, help_text=_("Contoh: keterangan ketua RT 02")
    )


class StrikeForm(ReasonForm):
    gone = forms.ChoiceField(
        label=_("Mengapa keluar?"),
        choices=[(one.value, one.label) for one in (Gone.OWNER, Gone.MOVED, Gone.DECLINED)],
        widget=Choices(),
    )
    field_order = ["gone", "reason"]


class ReplaceForm(ActForm):
    """Whom the owner named; he is found first."""

    resident_uid = forms.UUIDField(widget=forms.HiddenInput)
    named_by = forms.CharField(
        label=_("Surat pemilik yang menunjuknya"),
        max_length=120,
        help_text=_("Contoh: surat Dinas Sosial 460/12/2026"),
    )


class CloseForm(ActForm):
    left_over = CountField(
        label=_("Sisa yang dihitung"),
        widget=NumberInput(width=12),
        help_text=_("Barang: banyaknya. Uang: rupiah."),
    )
    left_note = forms.CharField(
        label=_("Sisa diapakan?"),
        max_length=300,
        required=False,
        help_text=_("Contoh: dikembalikan kepada Dinas Sosial, diterima Ibu Rini"),
        widget=forms.Textarea({"rows": 2}),
    )
