"""Which verbs take the messages of a verval list in, and what its return sets off."""

from puskesmas import panels
from puskesmas.models import Peer
from referrals import exchange
from referrals.verval import selectors, services, village
from registry.verval.signals import list_returned


def register() -> None:
    """Join the office protocol; called from ``AppConfig.ready()``."""
    up, down = Peer.Direction.UPSTREAM, Peer.Direction.DOWNSTREAM
    exchange.register(exchange.VERVAL_ASSIGNED, sender=up, take_in=village.take_in)
    exchange.register(exchange.VERVAL_PROGRESS, sender=down, take_in=services.take_progress)
    exchange.register(exchange.VERVAL_RETURNED, sender=down, take_in=services.take_returned)
    list_returned.connect(village.send_answers, dispatch_uid="answers_of_verval")
    panels.register(
        page="verval_list",
        order=10,
        template="referrals/panel_returning.html",
        load=selectors.returning,
    )
