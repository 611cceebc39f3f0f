"""What a partner fills in: the code of his letter, and his answer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from puskesmas.forms import Choices
from puskesmas.pages import ActForm, CreateForm
from referrals.partners.saying import ANSWERS, REALISATIONS
from reports.letters.forms import CodeForm as LetterCodeForm

_SHORT = forms.Textarea({"rows": 3})


class CodeForm(LetterCodeForm):
    """The code printed on the surat rujukan."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Kode jawaban")
        self.fields["code"].help_text = _(
            "25 huruf dan angka pada surat rujukan, sesudah kata “kode jawaban”. Tanda hubung "
            "boleh dilewati."
        )


class AnswerForm(ActForm, CreateForm):
    """One answer. ``choices`` fit now; one sent twice or too late is for the verb to tell."""

    value = forms.ChoiceField(
        label=_("Jawaban lembaga Anda"),
        choices=[(value, value.label) for value in (*ANSWERS, *REALISATIONS)],
        widget=Choices(),
    )
    reason = forms.CharField(
        label=_("Alasan atau catatan"),
        help_text=_(
            "Wajib bila tidak disetujui, dikembalikan, atau tidak terealisasi. Warga membaca "
            "kalimat ini: tulis dengan kata sehari-hari."
        ),
        widget=_SHORT,
        max_length=2000,
        required=False,
    )
    place = forms.CharField(
        label=_("Tempat mengambil"),
        help_text=_("Bila siap diambil, isi ini dan ketiga isian berikutnya."),
        max_length=200,
        required=False,
    )
    time = forms.CharField(
        label=_("Hari dan jam"),
        help_text=_("Contoh: Senin–Jumat, 08.00–14.00, mulai 1 Desember 2026."),
        max_length=200,
        required=False,
    )
    bring = forms.CharField(
        label=_("Yang dibawa"),
        help_text=_("Contoh: KTP asli dan surat rujukan."),
        max_length=300,
        required=False,
    )
    who = forms.CharField(
        label=_("Yang boleh mengambil"),
        help_text=_("Contoh: yang bersangkutan sendiri, atau keluarga satu KK."),
        max_length=200,
        required=False,
    )
    document_number = forms.CharField(
        label=_("Nomor surat"), help_text=_("Bila ada suratnya."), max_length=80, required=False
    )
    name = forms.CharField(
        label=_("Nama Anda"), max_length=80, widget=forms.TextInput({"autocomplete": "name"})
    )
    position = forms.CharField(
        label=_("Jabatan Anda"),
        max_length=78,
        widget=forms.TextInput({"autocomplete": "organization-title"}),
    )

    #: Asked for once the request was approved.
    COLLECTING = ("place", "time", "bring", "who")

    def __init__(self, *args: Any, choices: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        value: Any = self.fields["value"]
        # Every answer is valid: the verb knows a form that was sent twice, or too late.
        value.widget.choices = choices
        if "ready" not in dict(choices):
            for name in self.COLLECTING:
                del self.fields[name]
