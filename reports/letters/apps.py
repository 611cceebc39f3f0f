from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LettersConfig(AppConfig):
    name = "reports.letters"
    verbose_name = _("Surat")

    def ready(self) -> None:
        from puskesmas import attachments, panels, searching
        from puskesmas.models import Role
        from puskesmas.navigation import Entry, add
        from reports.letters import desk, draft_views, kinds, styles

        add(
            Entry(
                label=_("Surat"),
                url_name="letters:register",
                icon="mail",
                order=50,
                roles=frozenset(role.value for role in desk.READERS),
                village=True,
            )
        )
        attachments.register_owner(styles.may_see_logo)
        add(
            Entry(
                label=_("Bentuk surat"),
                url_name="letters:style",
                icon="file-pen",
                order=91,
                roles=frozenset(role.value for role in styles.ADAPTERS),
                village=True,
            )
        )
        searching.register(desk.find, order=40)
        panels.register(
            page="home", order=50, template="letters/home_panel.html", load=desk.waiting_letters
        )
        panels.register(
            page="home",
            order=51,
            template="letters/drafts_panel.html",
            load=draft_views.drafts_panel,
        )

        # The form every hand-carried file needs; ``referrals`` builds its body.
        kinds.register(
            kinds.LetterKind(
                code="rujukan",
                name=_("Surat rujukan"),
                title="Surat Rujukan",
                template="letters/rujukan.html",
                classification="400.9.14",
                letterhead="puskesos",
                roles=frozenset(
                    {
                        Role.FRONT.value,
                        Role.BACK.value,
                        Role.COORDINATOR.value,
                        Role.HEAD.value,
                    }
                ),
            )
        )
