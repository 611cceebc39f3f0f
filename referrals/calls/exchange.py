"""Which verbs take the messages of a call in, and what its handing over sets off."""

from programs.calls.signals import list_handed
from puskesmas import panels
from puskesmas.models import Peer
from referrals import exchange
from referrals.calls import services, village


def register() -> None:
    """Join the office protocol; called from ``AppConfig.ready()``."""
    up, down = Peer.Direction.UPSTREAM, Peer.Direction.DOWNSTREAM
    exchange.register(exchange.CALL_ISSUED, sender=up, take_in=village.take_in)
    exchange.register(exchange.CALL_ANSWERED, sender=down, take_in=services.take_answer)
    list_handed.connect(village.send_list, dispatch_uid="list_of_call")
    panels.register(
        page="call", order=10, template="referrals/panel_returning.html", load=village.returning
    )
