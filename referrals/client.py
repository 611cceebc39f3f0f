"""The HTTP side of the office protocol: what this office says to the tier above.

Every function raises :class:`puskesmas.outbox.TransportError`. Permanent is only what the other
Puskesos itself calls permanent; everything else (nobody answers, a captive portal, a proxy's error
page, a refused key) leaves the message as good as it was, and is tried again.
"""

import ssl
import uuid
from functools import cache
from typing import Any

import httpx
from django.conf import settings

from puskesmas.logs import redact
from puskesmas.models import OutboxMessage, Peer
from puskesmas.outbox import TransportError
from referrals import schemas
from referrals.exchange import envelope

#: No message of ours is bigger, and no answer worth reading.
MAX_ANSWER_BYTES = 4 * 1024 * 1024


def push(message: OutboxMessage) -> dict[str, Any]:
    """Send one message to its upstream peer; return the receipt (receipt-v1).

    A 2xx alone proves nothing: only a receipt for this uid and this body does.
    """
    answer = call(
        message.peer,
        "POST",
        "messages/",
        body=envelope(message),
        headers={"Idempotency-Key": str(message.uid)},
    )
    right = (
        isinstance(answer, dict)
        and not schemas.faults("receipt-v1", answer)
        and answer["uid"] == str(message.uid)
        and answer["body_sha256"] == message.body_sha256
    )
    if not right:
        raise TransportError("not_puskesos", "no receipt")
    return dict(answer)


def fetch(peer: Peer) -> list[Any]:
    """Return the messages (envelope-v1, not yet checked) that wait for us at the peer."""
    return messages_in(call(peer, "GET", "messages/"))


def messages_in(answer: Any) -> list[Any]:
    """Return the messages of a peer's answer; raise TransportError when it is none of ours."""
    messages = answer.get("messages") if isinstance(answer, dict) else None
    if not isinstance(messages, list):
        raise TransportError("not_puskesos", "no list of messages")
    return messages


def acknowledge(
    peer: Peer, uid: uuid.UUID | str, *, outcome: str, code: str = "", detail: str = ""
) -> None:
    """Tell the peer what became of a message we fetched ("accepted" or "refused")."""
    body = {"outcome": outcome, "code": code[:30], "detail": detail[:200]}
    call(peer, "POST", f"messages/{uid}/ack/", body=body)


def introduce(base_url: str, token: str) -> dict[str, Any]:
    """Ask an office who it is, with the token it gave us: {"office": {"uid", "name"}, ...}."""
    answer = call(Peer(base_url=base_url, token=token), "GET", "office/")
    office = answer.get("office") if isinstance(answer, dict) else None
    if not isinstance(office, dict) or not {"uid", "name"} <= office.keys():
        raise TransportError("not_puskesos", "no introduction")
    return dict(answer)


@cache
def _trusted() -> ssl.SSLContext:
    """Read the trusted roots once a process: for each message it took longer than the message."""
    return httpx.create_ssl_context()


def greet(peer: Peer, card: dict[str, Any]) -> dict[str, Any]:
    """Give the peer our office card; return its introduction, not yet checked ({} for none)."""
    answer = call(peer, "POST", "office/", body=card)
    return answer if isinstance(answer, dict) else {}


def open_client(peer: Peer) -> httpx.Client:
    """Return the client for one peer: its token, short patience, no redirect, TLS verified."""
    return httpx.Client(
        base_url=f"{peer.base_url.rstrip('/')}/exchange/v1/",
        headers={"Authorization": f"Bearer {peer.token}", "Accept": "application/json"},
        timeout=httpx.Timeout(settings.EXCHANGE_TIMEOUT_SECONDS, connect=5.0),
        follow_redirects=False,
        verify=_trusted(),
    )


def call(
    peer: Peer,
    method: str,
    path: str,
    *,
    body: Any = None,
    query: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> Any:
    """Make one call of the protocol (a path under /exchange/v1/); return its JSON, None without."""
    try:
        with open_client(peer) as client:
            response = client.request(method, path, json=body, params=query, headers=headers)
    except httpx.TimeoutException as error:
        raise TransportError("timeout", type(error).__name__) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise TransportError("no_connection", redact(str(error))) from error
    return _read(response)


def _read(response: httpx.Response) -> Any:
    if len(response.content) > MAX_ANSWER_BYTES:
        raise TransportError("not_puskesos", "answer too long")
    if not response.is_success:
        raise failure_of(response)
    return {} if response.status_code == httpx.codes.NO_CONTENT else _json(response)


def _json(response: httpx.Response) -> Any:
    try:
        return response.json() if response.content else None
    except ValueError:
        return None


def failure_of(response: httpx.Response) -> TransportError:
    """Return what an answer other than 2xx means for the sender."""
    answer = _json(response)
    problem = answer if isinstance(answer, dict) else {}
    status = response.status_code
    words = redact(str(problem.get("title", "")))
    if problem.get("permanent") is True:
        return TransportError(str(problem.get("code", "refused"))[:30], words, permanent=True)
    if status in {401, 403}:
        return TransportError("token_refused", f"{status} {words}")
    if status in {408, 429} or status >= 500:
        # 500 may be this message's own; 503, 502 and the like are the whole office's.
        return TransportError("upstream_error", f"{status} {words}", stumbled=status == 500)
    return TransportError("not_puskesos", f"{status} {words}")
