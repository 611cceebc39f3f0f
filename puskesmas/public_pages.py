"""Where residents open an office's public pages, and what those pages say of the office."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.conf import settings

from puskesmas.models import Office, Peer


class ShownOffice(Protocol):
    """An office as a public page shows it, one of this installation or of another."""

    @property
    def full_name(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def opening_hours(self) -> str: ...
    @property
    def tz(self) -> ZoneInfo: ...


@dataclass(frozen=True)
class ServedRecord:
    """What an office of another installation sent us to show: about nobody.

    ``body`` is of the record's kind (see the schema ``public.records-v1``), true ``as_of`` then;
    ``heard_at`` is when that office last sent anything to show, ``server`` who shows it for it.
    """

    office: ShownOffice
    server: str
    body: dict[str, Any]
    as_of: datetime
    heard_at: datetime


def server_of(office: Office) -> Peer | None:
    """Return the upstream office that serves its public pages, where it is to (a query)."""
    if office.public_pages != Office.PublicPages.UPSTREAM:
        return None
    return possible_server_of(office)


def possible_server_of(office: Office) -> Peer | None:
    """Return the upstream office that could (a query): over the network, its address known.

    One of this installation serves the same pages already.
    """
    linked = Peer.objects.filter(
        office=office,
        direction=Peer.Direction.UPSTREAM,
        transport=Peer.Transport.HTTP,
        active=True,
    )
    return linked.exclude(public_base_url="").select_related("office").first()


def residents_base(office: Office) -> str:
    """Return where residents reach status and letter check, without a slash at the end."""
    server = server_of(office)
    own = office.public_base_url or settings.BASE_URL
    return (server.public_base_url if server else own).rstrip("/")
