from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = _("Program")

    def ready(self) -> None:
        """Give new offices the catalogue; let register lists say who receives what."""
        from programs import panels
        from programs.calls import views as calls
        from programs.calls.workflow import READERS
        from programs.from_registers import give_back, take_over
        from programs.services import load_catalogue
        from puskesmas import furnishing
        from puskesmas.navigation import Entry, add
        from puskesmas.panels import register
        from registry.imports import followers

        furnishing.register(load_catalogue, order=20)
        followers.register(loaded=take_over, withdrawn=give_back)
        register(
            page="person",
            order=10,
            template="programs/person_panel.html",
            load=panels.person_panel,
        )
        register(
            page="household",
            order=10,
            template="programs/person_panel.html",
            load=panels.household_panel,
        )
        register(
            page="successor",
            order=10,
            template="programs/successor_panel.html",
            load=panels.successor_panel,
        )
        register(
            page="home",
            order=26,
            template="programs/calls/home_panel.html",
            load=calls.home_panel,
        )
        add(
            Entry(
                label=_("Permintaan calon"),
                url_name="programs:calls",
                icon="hand-helping",
                order=46,
                roles=frozenset(role.value for role in READERS),
                village=True,
            )
        )
