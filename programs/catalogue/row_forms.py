"""Forms of one row of a draft: a paper, a service, a rule, an exclusion, a step, an output."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.catalogue import words
from programs.catalogue.parts import Row, codes_of, new_code
from programs.catalogue.row_form import RowForm, Surroundings, paper_choices, terms_around
from programs.terms.document import EACH_OF
from puskesmas.forms import Choices, ManyChoices

_OTHER_PAPER = "-"


class PaperForm(RowForm):
    """A paper, when it is needed and what may stand in for it."""

    conditions_name = "needed_when"

    code = forms.ChoiceField(label=gettext_lazy("Berkas"))
    own_name_id = forms.CharField(
        label=gettext_lazy("Nama berkas"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Untuk berkas lain, atau bila namanya berbeda di program ini."),
    )
    own_name_en = forms.CharField(
        label=gettext_lazy("Nama berkas (Inggris)"), max_length=120, required=False
    )
    mandatory = forms.BooleanField(label=gettext_lazy("Wajib"), required=False)
    form = forms.ChoiceField(
        label=gettext_lazy("Bentuk"), choices=list(words.FORMS.items()), widget=Choices(inline=True)
    )
    each = forms.ChoiceField(
        label=gettext_lazy("Berapa"),
        choices=list(words.WHOSE.items()),
        required=False,
        widget=Choices(),
    )
    substitutes = forms.MultipleChoiceField(
        label=gettext_lazy("Boleh diganti dengan"),
        required=False,
        widget=ManyChoices(inline=True),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = paper_choices(self.about)
        self.fields["code"].choices = [  # type: ignore[attr-defined]
            ("", _("– pilih –")),
            *known,
            (_OTHER_PAPER, _("Berkas lain, tulis namanya di bawah")),
        ]
        self.fields["substitutes"].choices = known  # type: ignore[attr-defined]

    @classmethod
    def initial_of(cls, row: Row) -> dict[str, Any]:
        return {"mandatory": True, "form": "copy", "each": "", **super().initial_of(row)}

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("code") == _OTHER_PAPER:
            name = values.get("own_name_id", "")
            if not name:
                self.add_error("own_name_id", _("Tulis nama berkasnya."))
            else:
                values["code"] = new_code(name, [code for code, _name in paper_choices(self.about)])
        if values.get("each") and values.get("code") != EACH_OF:
            self.add_error("each", _("Hanya fotokopi KTP yang dapat diminta dari setiap orang."))
        if values.get("code") in values.get("substitutes", []):
            self.add_error("substitutes", _("Berkas ini tidak dapat mengganti dirinya sendiri."))
        return values


class ServiceForm(RowForm):
    """One thing the programme gives; its own papers have a page of their own."""

    name_id = forms.CharField(label=gettext_lazy("Nama"), max_length=120)
    name_en = forms.CharField(label=gettext_lazy("Nama (Inggris)"), max_length=120, required=False)
    purpose = forms.ChoiceField(
        label=gettext_lazy("Keperluan"),
        choices=list(words.PURPOSES.items()),
        widget=Choices(inline=True),
    )
    follows = forms.ChoiceField(label=gettext_lazy("Lanjutan dari layanan"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["follows"].choices = [  # type: ignore[attr-defined]
            ("", _("– bukan lanjutan –")),
            *_service_choices(self.about),
        ]

    @classmethod
    def initial_of(cls, row: Row) -> dict[str, Any]:
        return {"purpose": "new", **super().initial_of(row)}

    def row(self, old: Row) -> Row:
        return _coded(super().row(old), self.cleaned_data["name_id"], self.about)


def _service_choices(about: Surroundings) -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in terms_around(about).services]


def _coded(row: Row, name: str, about: Surroundings) -> Row:
    """Give a new row its code; an old one keeps its own, for others may name it."""
    if row.get("code"):
        return row
    return {"code": new_code(name, codes_of(about.content, about.part, about.service)), **row}


class RuleForm(RowForm):
    """A criterion: any of its conditions must hold."""

    conditions_name = "any_of"
    conditions_hint = gettext_lazy("Salah satu cukup.")

    message_id = forms.CharField(
        label=gettext_lazy("Aturannya, seperti dikatakan kepada warga"),
        max_length=300,
        help_text=gettext_lazy("Contoh: Berumur 60 tahun atau lebih"),
    )
    message_en = forms.CharField(
        label=gettext_lazy("Aturannya (Inggris)"), max_length=300, required=False
    )
    severity = forms.ChoiceField(
        label=gettext_lazy("Bila tidak terpenuhi"),
        choices=list(words.SEVERITIES.items()),
        widget=Choices(),
    )
    source = forms.CharField(
        label=gettext_lazy("Sumber"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Contoh: Permensos 21/2019 pasal 5"),
    )
    services = forms.MultipleChoiceField(
        label=gettext_lazy("Hanya untuk layanan"),
        required=False,
        widget=ManyChoices(),
        help_text=gettext_lazy("Tidak ada yang dicentang: untuk semua layanan."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = _service_choices(self.about)
        self.fields["services"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            self.fields["services"].widget = forms.MultipleHiddenInput()

    @classmethod
    def conditions_of(cls, row: Row) -> list[Row]:
        if "field" in row:
            return [{name: row.get(name) for name in ("field", "operator", "value")}]
        return list(row.get("any_of", []))

    @classmethod
    def initial_of(cls, row: Row) -> dict[str, Any]:
        return {"severity": "block", **super().initial_of(row)}

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        filled = any(name.startswith("condition_") for name in self.errors)
        if not values["conditions"] and not filled:
            self.add_error("condition_1_field", _("Tulis paling sedikit satu kondisi."))
        return values

    def row(self, old: Row) -> Row:
        without = {name: value for name, value in old.items() if name not in _ONE_CONDITION}
        row = _coded(super().row(without), self.cleaned_data["message_id"], self.about)
        if len(row["any_of"]) == 1:
            row |= row.pop("any_of")[0]
        return row


_ONE_CONDITION = {"field", "operator", "value", "any_of"}


class ExclusionForm(RuleForm):
    """Who is in this state is left out, unless somebody lets him pass with a reason."""

    override = forms.ChoiceField(
        label=gettext_lazy("Boleh dilewati, dengan alasan, oleh"),
        choices=list(words.OVERRIDERS.items()),
        widget=Choices(inline=True),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["severity"].label = _("Bila terkena")

    @classmethod
    def initial_of(cls, row: Row) -> dict[str, Any]:
        return {"override": "koordinator", **super().initial_of(row)}


class StepForm(RowForm):
    """A station of the referral path."""

    conditions_name = "when"

    kind = forms.ChoiceField(label=gettext_lazy("Di"), choices=list(words.STEPS.items()))
    name_id = forms.CharField(
        label=gettext_lazy("Langkahnya"),
        max_length=120,
        help_text=gettext_lazy("Contoh: Surat rujukan dari puskesmas"),
    )
    name_en = forms.CharField(
        label=gettext_lazy("Langkahnya (Inggris)"), max_length=120, required=False
    )
    emergency_skips = forms.BooleanField(
        label=gettext_lazy("Dilewati dalam keadaan darurat"), required=False
    )


class OutputForm(RowForm):
    """What is handed over in the end, and who may collect it."""

    name_id = forms.CharField(
        label=gettext_lazy("Yang diserahkan"),
        max_length=120,
        help_text=gettext_lazy("Contoh: Kartu KIS"),
    )
    name_en = forms.CharField(
        label=gettext_lazy("Yang diserahkan (Inggris)"), max_length=120, required=False
    )
    collectors = forms.MultipleChoiceField(
        label=gettext_lazy("Boleh diambil oleh"),
        choices=list(words.COLLECTORS.items()),
        widget=ManyChoices(),
    )
    note_id = forms.CharField(
        label=gettext_lazy("Catatan"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Contoh: di kantor pos, dengan KTP asli"),
    )
    note_en = forms.CharField(
        label=gettext_lazy("Catatan (Inggris)"), max_length=300, required=False
    )

    @classmethod
    def initial_of(cls, row: Row) -> dict[str, Any]:
        return {"collectors": ["self"], **super().initial_of(row)}


ROW_FORMS: dict[str, type[RowForm]] = {
    "services": ServiceForm,
    "papers": PaperForm,
    "rules": RuleForm,
    "exclusions": ExclusionForm,
    "path": StepForm,
    "outputs": OutputForm,
}
