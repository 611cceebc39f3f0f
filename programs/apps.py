from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = _("Program")

    def ready(self) -> None:
        """Give new offices the catalogue; let register lists say who receives what."""
        from programs import frozen, panels
        from programs.calls import views as calls
        from programs.calls.workflow import READERS
        from programs.distribution import minutes
        from programs.distribution import views as distribution
        from programs.distribution.workflow import READERS as AID_READERS
        from programs.from_registers import give_back, take_over
        from programs.participation.overlaps import load_overlaps
        from programs.participation.views import LISTERS
        from programs.services import load_catalogue
        from puskesmas import append_only, furnishing
        from puskesmas.navigation import Entry, add
        from puskesmas.panels import register
        from registry.imports import followers
        from registry.menu import LISTS

        for table, when in frozen.TABLES.items():
            append_only.freeze(table, when=when)
        furnishing.register(load_catalogue, order=20)
        furnishing.register(load_overlaps, order=21)
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
        for page, load in (
            ("person", panels.person_received),
            ("household", panels.household_received),
        ):
            register(
                page=page,
                order=12,
                template="programs/distribution/received_panel.html",
                load=load,
            )
        register(
            page="home",
            order=27,
            template="programs/distribution/home_panel.html",
            load=distribution.home_panel,
        )
        minutes.register()
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
                order=25,
                roles=frozenset(role.value for role in READERS),
                village=True,
                group=LISTS,
            )
        )
        add(
            Entry(
                label=_("Kepesertaan"),
                url_name="programs:participations",
                icon="users",
                order=47,
                roles=frozenset(role.value for role in LISTERS),
                village=True,
                group=LISTS,
            )
        )
        add(
            Entry(
                label=_("Pembagian bantuan"),
                url_name="programs:distributions",
                icon="package",
                order=48,
                roles=frozenset(role.value for role in AID_READERS),
                village=True,
                group=LISTS,
            )
        )
        add(
            Entry(
                label=_("Katalog program"),
                url_name="programs:catalogue",
                icon="book-open",
                order=49,
                group=LISTS,
            )
        )
