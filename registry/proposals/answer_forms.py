"""Forms of the answer file: the file, and what its columns hold."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from puskesmas.forms import DateField
from puskesmas.pages import ActForm, CreateForm
from registry.proposals.answer_sheet import FIELDS, Column


class AnswersForm(CreateForm):
    """The answer file handed in."""

    upload = forms.FileField(
        label=gettext_lazy("Berkas jawaban"),
        help_text=gettext_lazy("XLSX, XLS, ODS, atau CSV dengan kolom NIK dan kolom hasil."),
        widget=forms.FileInput({"accept": ".xlsx,.xls,.ods,.csv"}),
    )
    answered_on = DateField(label=gettext_lazy("Tanggal jawaban"))


class AnswerColumnsForm(ActForm):
    """What each column of the answer file holds, one choice a column."""

    edits_record = True

    def __init__(self, *args: Any, columns: list[Column], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._columns = columns
        for column in columns:
            self.fields[_name(column)] = forms.ChoiceField(
                label=column.title,
                choices=[("", gettext_lazy("– tidak dipakai –")), *FIELDS.items()],
                required=False,
                initial=column.field,
            )

    def rows(self) -> list[dict[str, Any]]:
        """Return the columns as drawn: bound field and example values."""
        return [{"field": self[_name(one)], "examples": one.examples} for one in self._columns]

    def chosen(self) -> dict[str, str]:
        """Return ``{column index: field}`` as chosen."""
        said = {str(one.index): self.cleaned_data[_name(one)] for one in self._columns}
        return {index: field for index, field in said.items() if field}


def _name(column: Column) -> str:
    return f"column_{column.index}"
