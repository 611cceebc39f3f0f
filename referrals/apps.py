from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReferralsConfig(AppConfig):
    """Approval, the road to the tier above and back, and that tier's inbox."""

    name = "referrals"
    verbose_name = _("Rujukan")

    def ready(self) -> None:
        from complaints import acts, public, signals, timeline, whereabouts
        from puskesmas import attachments, searching, transports
        from puskesmas.models import Peer
        from referrals import (
            client,
            exchange,
            following,
            letters,
            neighbours,
            panels,
            reminders,
            search,
        )
        from referrals.calls import exchange as call_exchange
        from referrals.files.views import may_see
        from referrals.packages import letters as package_letters
        from referrals.partners import invitations
        from referrals.partners import services as partners
        from referrals.publishing import marking, receiving
        from referrals.publishing import sending as publishing
        from referrals.services import answers, delivery, inbox
        from referrals.verval import exchange as verval_exchange
        from reports.letters import public as public_letters
        from reports.letters.signals import letter_moved

        transports.register_transport(Peer.Transport.HTTP, client.push)
        transports.register_transport(Peer.Transport.LOCAL, neighbours.push)
        transports.register_transport(Peer.Transport.EMAIL, invitations.send)
        transports.register_after_ack(exchange.SUBMITTED, delivery.after_submission_acked)
        exchange.register(
            exchange.SUBMITTED, sender=Peer.Direction.DOWNSTREAM, take_in=inbox.take_in
        )
        exchange.register(
            exchange.ANSWERED, sender=Peer.Direction.UPSTREAM, take_in=answers.take_in
        )
        exchange.register(
            exchange.PUBLISHED, sender=Peer.Direction.DOWNSTREAM, take_in=receiving.take_in
        )
        transports.register_after_ack(exchange.PUBLISHED, publishing.after_ack)
        marking.connect()
        public.register_record_provider(receiving.receipts)
        public_letters.register_record_provider(receiving.letters)
        verval_exchange.register()
        call_exchange.register()
        attachments.register_owner(may_see)
        searching.register(search.find, order=30)
        signals.case_moved.connect(delivery.recall_withdrawn, dispatch_uid="recall_withdrawn")
        letter_moved.connect(partners.follow_letter, dispatch_uid="codes_follow_letter")
        letters.register()
        package_letters.register()
        reminders.register()
        panels.register()
        timeline.register(following.events_of)
        public.register_answer_provider(following.answers_for_resident)
        whereabouts.register(following.waits_here_since)
        acts.register_link("submit_referral", _draft_url)
        acts.register_link("next_programme", _draft_url)
        _add_navigation()


def _draft_url(case: Any) -> str:
    from django.urls import reverse

    return reverse("referrals:draft", args=[case.uid])


def _add_navigation() -> None:
    from puskesmas.models import Role
    from puskesmas.navigation import Entry, Group, add
    from referrals import views, views_inbox
    from referrals.packages import services
    from referrals.workflow import DISTRICT

    overseers = (*views_inbox.WHOLE_DISTRICT, Role.ADMIN)
    entries = (
        (_("Persetujuan"), "approvals", "stamp", 30, views.APPROVERS, True),
        (_("Pengiriman"), "deliveries", "send", 35, (*views.READERS, Role.ADMIN), True),
        (_("Kotak masuk"), "inbox", "inbox", 10, views_inbox.READERS, False),
        (_("Hubungan kantor"), "links", "link", 80, (Role.ADMIN,), True),
    )
    # A village finds its packages from the page of what is to be sent.
    between = (
        (_("Desa berdampingan"), "overview", "chart-column", overseers, False),
        (_("Kuota"), "quotas", "ticket", overseers, False),
        (_("Bawa dengan stik"), "packages", "usb", services.ABOVE, False),
        (_("Desa terhubung"), "villages", "link", (Role.ADMIN, Role.MANAGER), False),
        (_("Jalur rujukan"), "chain", "route", (Role.ADMIN, Role.MANAGER), False),
    )
    sent_down = (
        (_("Daftar verval"), "verval_sheets", "clipboard-list", DISTRICT, False),
        (_("Permintaan calon"), "calls", "users", DISTRICT, False),
    )
    groups: tuple[tuple[Group, Any], ...] = (
        (Group(label=_("Desa & jalur"), icon="route", order=36), between),
        (Group(label=_("Kirim ke desa"), icon="send", order=38), sent_down),
    )
    for group, rows in groups:
        for order, (label, page, icon, roles, village) in enumerate(rows):
            add(
                Entry(
                    label=label,
                    url_name=f"referrals:{page}",
                    icon=icon,
                    order=order,
                    roles=frozenset(str(role) for role in roles),
                    village=village,
                    group=group,
                )
            )
    for label, page, icon, order, roles, village in entries:
        add(
            Entry(
                label=label,
                url_name=f"referrals:{page}",
                icon=icon,
                order=order,
                roles=frozenset(str(role) for role in roles),
                village=village,
            )
        )
