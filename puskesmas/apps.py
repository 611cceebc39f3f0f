from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PuskesmasConfig(AppConfig):
    """What every other app leans on: offices, officers, history, outbox, attachments."""

    name = "puskesmas"
    verbose_name = _("Kantor")

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from puskesmas import checks, schema  # noqa: F401  (they register themselves)
        from puskesmas.furnishing import furnish_after_migrating
        from puskesmas.models import Role
        from puskesmas.navigation import Entry, add

        post_migrate.connect(furnish_after_migrating, sender=self)

        add(Entry(label=_("Beranda"), url_name="home", icon="house", order=0))
        add(
            Entry(
                label=_("Kantor"),
                url_name="office:office",
                icon="settings",
                order=90,
                roles=frozenset({Role.ADMIN.value}),
            )
        )
