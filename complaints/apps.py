from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    """Matters brought to the office, from the counter until the resident was told."""

    name = "complaints"
    verbose_name = _("Keluhan")

    def ready(self) -> None:
        """Join the pages, boxes and files that span apps."""
        from complaints import desk, search
        from complaints.kinds import load_kinds
        from complaints.selectors import (
            READERS,
            handles_a_case_of,
            may_see_paper,
            readable_matters,
        )
        from complaints.verification import minutes, own_letters
        from complaints.verification import panels as verification
        from complaints.verification.selectors import READERS as VISIT_READERS
        from complaints.verification.selectors import may_see_photo
        from complaints.workflow import REGISTRARS
        from programs.eligibility import confidence
        from puskesmas import attachments, furnishing, panels, searching
        from puskesmas.navigation import Entry, add
        from registry import badges
        from registry.menu import LISTS
        from registry.proposals import desk as proposals
        from reports.letters import matters, notes
        from reports.letters.signals import letter_moved

        furnishing.register(load_kinds, order=30)
        attachments.register_owner(may_see_paper)
        attachments.register_owner(may_see_photo)
        matters.register(readable_matters)
        confidence.register(handles_a_case_of)
        minutes.register()
        letter_moved.connect(own_letters.follow_letter, dispatch_uid="papers_follow_letter")
        notes.register(own_letters.later_findings)
        badges.register(search.badges)
        searching.register(search.find, order=10)
        # Whoever is in no register is proposed from his case, beside the programme he asked for.
        panels.register(
            page="case",
            order=30,
            template="proposals/person_panel.html",
            load=lambda actor, case: proposals.person_panel(actor, case.subject),
        )
        panels.register(
            page="case",
            order=10,
            template="verification/case_panel.html",
            load=verification.case_panel,
        )
        panels.register(
            page="home",
            order=25,
            template="verification/home_panel.html",
            load=verification.home_panel,
        )
        panels.register(
            page="home", order=10, template="complaints/home_panel.html", load=desk.home_panel
        )
        panels.register(
            page="person",
            order=10,
            template="complaints/person_panel.html",
            load=desk.person_panel,
        )
        panels.register(
            page="household",
            order=20,
            template="complaints/person_panel.html",
            load=desk.household_panel,
        )
        panels.register(
            page="case", order=40, template="letters/person_panel.html", load=desk.letters_panel
        )
        add(
            Entry(
                label=_("Antrean"),
                url_name="complaints:queue",
                icon="inbox",
                order=20,
                roles=frozenset(READERS),
                village=True,
            )
        )
        add(
            Entry(
                label=_("Kunjungan"),
                url_name="verification:visits",
                icon="footprints",
                order=22,
                roles=frozenset(VISIT_READERS),
                village=True,
                group=LISTS,
            )
        )
        add(
            Entry(
                label=_("Catat keluhan"),
                url_name="complaints:new",
                icon="file-plus",
                order=5,
                roles=frozenset(REGISTRARS),
                village=True,
            )
        )
