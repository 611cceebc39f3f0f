from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FiguresConfig(AppConfig):
    name = "reports.figures"
    verbose_name = _("Angka")

    def ready(self) -> None:
        from puskesmas.navigation import Entry, add
        from reports.figures.views import ROLES

        add(
            Entry(
                label=_("Angka"),
                url_name="figures:figures",
                icon="chart-column",
                order=60,
                roles=frozenset(ROLES),
            )
        )
