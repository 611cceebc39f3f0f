"""The survey's form: a page of questions for a small phone."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puskesmas.forms import Choices, DateField
from puskesmas.pages import CreateForm
from puskesmas.templatetags.puskesos import written
from registry.criteria.prefill import UNKNOWN, Known
from registry.criteria.selectors import ANSWER_WORDS, question_of
from registry.models import CriteriaSet

_PREFIX = "q_"


class SurveyForm(CreateForm):
    """Each criterion yes, no or not known; what the facts of the house say is filled in."""

    asked_on = DateField(label=gettext_lazy("Ditanyakan pada"))
    answered_by = forms.CharField(
        label=gettext_lazy("Yang menjawab"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Kosongkan bila warga itu sendiri. Contoh: istrinya"),
    )
    note = forms.CharField(
        label=gettext_lazy("Catatan"),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(
        self,
        *args: Any,
        criteria_set: CriteriaSet,
        known: Mapping[str, Known],
        today: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["asked_on"].initial = today
        self.codes = [criterion["code"] for criterion in criteria_set.criteria]
        for number, criterion in enumerate(criteria_set.criteria, start=1):
            fact = known.get(criterion["code"])
            self.fields[_PREFIX + criterion["code"]] = forms.ChoiceField(
                label=f"{number}. {question_of(criterion)}",
                choices=list(ANSWER_WORDS.items()),
                initial=fact.answer if fact else UNKNOWN,
                widget=Choices(inline=True),
                help_text=_told(fact) if fact else "",
            )
        self.order_fields(["client_uid", "asked_on", "answered_by", *self.question_names, "note"])

    @property
    def question_names(self) -> list[str]:
        return [_PREFIX + code for code in self.codes]

    def clean(self) -> dict[str, Any]:
        """Return what the verb takes: the answers by criterion."""
        values = super().clean() or self.cleaned_data
        values["answers"] = {code: values.get(_PREFIX + code, UNKNOWN) for code in self.codes}
        return values


def _told(fact: Known) -> str:
    return format_html(
        _("Terisi dari data rumah {date} ({source}). Ubah bila tidak cocok."),
        date=date_format(fact.on),
        source=written(fact.source) if fact.source else _("tanpa sumber"),
    )
