"""What is asked of a figure: which days, by what, and of which part."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puskesmas.actors import Actor
from puskesmas.forms import DateField
from puskesmas.pages import ActForm, CreateForm
from reports.figures.definitions import Dimension, Figure
from reports.figures.documents.services import kinds_of
from reports.figures.models import Report
from reports.figures.periods import Period

_MONTHS, _QUARTERS, _YEARS = 12, 4, 5


class PeriodForm(forms.Form):
    """Which days. ``first`` and ``last`` go before ``period``."""

    period = forms.ChoiceField(label=gettext_lazy("Masa"), required=False)
    first = DateField(label=gettext_lazy("Atau dari tanggal"), required=False)
    last = DateField(label=gettext_lazy("sampai tanggal"), required=False)

    def __init__(self, data: Mapping[str, Any], *, today: date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self._usual = Period.of_month(today)
        self.fields["period"].choices = _periods(today)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if bool(first) != bool(last):
            missing = "last" if first else "first"
            self.add_error(missing, _("Isi kedua tanggalnya, atau kosongkan keduanya."))
        elif first and last and first > last:
            self.add_error("last", _("Tanggal akhir sebelum tanggal awal."))
        return cleaned

    @property
    def chosen_period(self) -> Period:
        """Return the days asked for; this month where nothing readable was asked."""
        if not self.is_valid():
            return self._usual
        said = self.cleaned_data
        if said["first"]:
            return Period(said["first"], said["last"])
        return Period.named(said["period"]) if said["period"] else self._usual

    @property
    def asked(self) -> dict[str, str]:
        """Return what of it an address must carry to ask the same again."""
        names = ("period", "first", "last")
        return {name: self.data[name] for name in names if self.data.get(name)}


class ReportForm(CreateForm):
    """Which report, of which days."""

    kind = forms.ChoiceField(label=gettext_lazy("Laporan"), widget=forms.RadioSelect)
    period = forms.ChoiceField(label=gettext_lazy("Masa"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, actor: Actor) -> None:
        super().__init__(data)
        labels = dict(Report.Kind.choices)
        today = actor.office.today()
        kinds = [(kind, labels[kind]) for kind in kinds_of(actor.office)]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["period"].choices = _periods(today)  # type: ignore[attr-defined]
        self.fields["kind"].initial = kinds[0][0]
        # A report is mostly of the month that is over.
        last_month = Period.of_month(today.replace(day=1) - timedelta(days=1))
        self.fields["period"].initial = last_month.code

    def clean_period(self) -> Period:
        return Period.named(self.cleaned_data["period"])


class ActionForm(CreateForm):
    """What is to be done, by whom, until when."""

    what = forms.CharField(label=gettext_lazy("Yang dilakukan"), max_length=300)
    who = forms.CharField(label=gettext_lazy("Penanggung jawab"), max_length=120)
    due_on = DateField(label=gettext_lazy("Paling lambat"))


class ActionDoneForm(ActForm):
    """When it was done."""

    done_on = DateField(label=gettext_lazy("Selesai pada"))


class FigureForm(PeriodForm):
    """One figure: also by which dimension, and of which values of the others."""

    by = forms.ChoiceField(label=gettext_lazy("Menurut"), required=False)

    field_order = ("by", "period", "first", "last")

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        figure: Figure,
        parts: Mapping[str, Iterable[tuple[str, Any]]],
        today: date,
    ) -> None:
        super().__init__(data, today=today)
        self._figure = figure
        self.fields["by"].choices = [  # type: ignore[attr-defined]
            (one.code, one.label) for one in figure.dimensions
        ]
        if figure.is_now:
            for name in ("period", "first", "last"):
                del self.fields[name]
        for dimension in figure.dimensions:
            self.fields[dimension.code] = _part(dimension, parts[dimension.code])

    @property
    def dimension(self) -> Dimension:
        """Return by what it is told apart; by its first dimension where nothing is asked."""
        asked = self._figure.dimension(str(self.data.get("by", "")))
        return asked or self._figure.dimensions[0]

    @property
    def active(self) -> int:
        """Return how many parts are chosen."""
        return len(chosen_parts(self._figure, self.data))


def chosen_parts(figure: Figure, data: Mapping[str, Any]) -> dict[Dimension, str]:
    """Return which values of which dimensions are asked for."""
    return {
        dimension: str(data[dimension.code])[:200]
        for dimension in figure.dimensions
        if data.get(dimension.code)
    }


def _part(dimension: Dimension, parts: Iterable[tuple[str, Any]]) -> forms.ChoiceField:
    choices = [(key, words or _("(tidak tercatat)")) for key, words in parts]
    return forms.ChoiceField(
        label=dimension.label, required=False, choices=[("", _("Semua")), *choices]
    )


def _periods(today: date) -> list[Any]:
    months = [Period.of_month(today)]
    while len(months) < _MONTHS:
        months.append(Period.of_month(months[-1].first - timedelta(days=1)))
    quarters, years = [], [Period.named(str(today.year - back)) for back in range(_YEARS)]
    year, quarter = today.year, (today.month + 2) // 3
    for _back in range(_QUARTERS):
        quarters.append(Period.named(f"{year}-Q{quarter}"))
        year, quarter = (year, quarter - 1) if quarter > 1 else (year - 1, 4)
    groups = ((_("Bulan"), months), (_("Triwulan"), quarters), (_("Tahun"), years))
    return [(name, [(one.code, one.words) for one in rows]) for name, rows in groups]
