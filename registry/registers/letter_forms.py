"""The form of the surat keterangan terdaftar."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puskesmas.actors import Actor
from puskesmas.models import Assignment
from puskesmas.templatetags.puskesos import tanggal
from registry.letter_forms import BY_HAND, signer_choices
from registry.register_answers import RegisterAnswer
from registry.registers.letters import ListingFacts
from reports.letters.selectors import signers


class ListingForm(forms.Form):
    """Which register, what for, who signs; only certain answers can be chosen."""

    client_uid = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    register = forms.ChoiceField(label=gettext_lazy("Yang diterangkan"))
    purpose = forms.CharField(
        label=gettext_lazy("Keperluan"),
        max_length=240,
        help_text=gettext_lazy("Contoh: pendaftaran KIP Kuliah, pengurusan PBI-JK"),
    )
    signer = forms.ChoiceField(label=gettext_lazy("Penanda tangan"))
    reason = forms.CharField(
        label=gettext_lazy("Alasan"),
        max_length=500,
        help_text=gettext_lazy("Contoh: salah tulis keperluan"),
    )

    def __init__(
        self,
        *args: Any,
        actor: Actor,
        answers: list[RegisterAnswer],
        with_reason: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.edits_record = with_reason
        if not with_reason:
            del self.fields["reason"]
        self.fields["client_uid"].initial = self.initial.get("client_uid") or uuid.uuid4()
        self._signers = {str(item.uid): item for item in signers(actor.office)}
        self._set_choices("register", [(one.register.code, _in_words(one)) for one in answers])
        self._set_choices("signer", signer_choices(self._signers))
        self.initial.setdefault("signer", next(iter(self._signers), BY_HAND))

    def _set_choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    @property
    def chosen_signer(self) -> Assignment | None:
        return self._signers.get(self.cleaned_data["signer"])

    @property
    def facts(self) -> ListingFacts:
        data = self.cleaned_data
        return ListingFacts(register=data["register"], purpose=data["purpose"])


def _in_words(answer: RegisterAnswer) -> str:
    decile = _(", desil %(decile)d") % {"decile": answer.decile} if answer.decile else ""
    return _("%(register)s: %(answer)s%(decile)s (data %(date)s)") % {
        "register": answer.register.name,
        "answer": answer.label.lower(),
        "decile": decile,
        "date": tanggal(answer.data_date),
    }
