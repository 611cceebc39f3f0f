from collections.abc import Iterable

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RegistryConfig(AppConfig):
    """The village's people, its registers, and the lists they come from."""

    name = "registry"
    verbose_name = _("Data warga")

    def ready(self) -> None:
        from puskesmas import attachments, furnishing, panels, searching
        from registry import letters, life, search
        from registry.criteria.services import load_criteria
        from registry.criteria.views import person_panel as survey_panel
        from registry.identities import uids_of_person
        from registry.imports.services import may_see_file
        from registry.likeness.views import home_panel as likenesses
        from registry.proposals import desk, minutes
        from registry.proposals.sheets import load_profile
        from registry.registers import letters as listing
        from registry.starters import load_registers
        from registry.verval import views as verval
        from registry.verval.services import may_see_file as may_see_house
        from reports.letters import subjects

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
        _add_to_menu()


def _add_to_menu() -> None:
    from puskesmas.navigation import Entry, add
    from registry.imports.services import IMPORT_ROLES
    from registry.menu import LISTS
    from registry.merging import DECIDERS
    from registry.proposals.workflow import READERS as PROPOSAL_READERS
    from registry.roles import READERS
    from registry.verval.views import READERS as WALKERS

    people = pgettext_lazy("menu", "Warga")
    add(
        Entry(label=people, url_name="registry:search", icon="users", order=10, roles=_any(READERS))
    )
    entries = (
        (pgettext_lazy("menu", "Usulan"), "proposals:proposals", "user-plus", PROPOSAL_READERS),
        (_("Verval"), "registry:verval", "clipboard-list", WALKERS),
        (pgettext_lazy("menu", "Daftar"), "registry:imports", "file-spreadsheet", IMPORT_ROLES),
        (_("Orang yang mirip"), "registry:likenesses", "git-compare", DECIDERS),
        (_("Daftar resmi"), "registry:registers", "library", IMPORT_ROLES),
    )
    for place, (label, page, icon, roles) in enumerate(entries, start=1):
        add(
            Entry(
                label=label,
                url_name=page,
                icon=icon,
                order=10 * place,
                roles=_any(roles),
                village=True,
                group=LISTS,
            )
        )


def _any(roles: Iterable[str]) -> frozenset[str]:
    return frozenset(str(role) for role in roles)
