from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RegistryConfig(AppConfig):
    """The village's people, its registers, and the lists they come from."""

    name = "registry"
    verbose_name = _("Data warga")

    def ready(self) -> None:
        from puskesmas import attachments, furnishing, panels, searching
        from puskesmas.navigation import Entry, add
        from registry import letters, life, search
        from registry.criteria.services import load_criteria
        from registry.criteria.views import person_panel as survey_panel
        from registry.identities import uids_of_person
        from registry.imports.services import IMPORT_ROLES, may_see_file
        from registry.likeness.views import home_panel as likenesses
        from registry.proposals import desk, minutes
        from registry.proposals.sheets import load_profile
        from registry.proposals.workflow import READERS as PROPOSAL_READERS
        from registry.registers import letters as listing
        from registry.roles import READERS
        from registry.starters import load_registers
        from registry.verval import views as verval
        from registry.verval.services import may_see_file as may_see_house
        from reports.letters import subjects

        add(
            Entry(
                label=pgettext_lazy("menu", "Warga"),
                url_name="registry:search",
                icon="users",
                order=10,
                roles=frozenset(role.value for role in READERS),
            )
        )
        add(
            Entry(
                label=pgettext_lazy("menu", "Daftar"),
                url_name="registry:imports",
                icon="file-spreadsheet",
                order=70,
                roles=frozenset(role.value for role in IMPORT_ROLES),
                village=True,
            )
        )
        add(
            Entry(
                label=_("Verval"),
                url_name="registry:verval",
                icon="clipboard-list",
                order=45,
                roles=frozenset(role.value for role in verval.READERS),
                village=True,
            )
        )
        add(
            Entry(
                label=pgettext_lazy("menu", "Usulan"),
                url_name="proposals:proposals",
                icon="user-plus",
                order=40,
                roles=frozenset(PROPOSAL_READERS),
                village=True,
            )
        )
        panels.register(
            page="person", order=25, template="proposals/person_panel.html", load=desk.person_panel
        )
        panels.register(
            page="home", order=40, template="proposals/home_panel.html", load=desk.home_panel
        )
        searching.register(search.find, order=20)
        searching.explain_with(search.mistyped_number)
        letters.register()
        subjects.register(uids_of_person)
        panels.register(
            page="home", order=45, template="registry/likeness/home_panel.html", load=likenesses
        )
        listing.register()
        attachments.register_owner(search.may_see_screenshot)
        attachments.register_owner(may_see_file)
        attachments.register_owner(life.may_see_record)
        attachments.register_owner(may_see_house)
        panels.register(
            page="home",
            order=25,
            template="registry/verval/home_panel.html",
            load=verval.home_panel,
        )
        furnishing.register(load_registers, order=10)
        furnishing.register(load_criteria, order=11)
        furnishing.register(load_profile, order=12)
        minutes.register()
        panels.register(
            page="person", order=30, template="surveys/person_panel.html", load=survey_panel
        )
