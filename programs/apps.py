from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = _("Program")

    def ready(self) -> None:
        """Give new offices the catalogue; let register lists say who receives what."""
        from programs import panels
        from programs.from_registers import give_back, take_over
        from programs.services import load_catalogue
        from puskesmas import furnishing
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
