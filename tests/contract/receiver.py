"""The system under trial as a village meets it: calls, and what an answer must look like."""

import hashlib
import http.client
import json
import ssl
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from jsonschema import Draft202012Validator, FormatChecker

SCHEMAS = Path(__file__).resolve().parents[2] / "referrals" / "schemas"
OCTETS = "application/offset+octet-stream"
_formats = FormatChecker()

#: What an officer of the system under trial does: (act, referral uid, receiver's reference).
Officer = Callable[[str, str, str], None]


class NotProvedError(Exception):
    """Somebody on the other side would have to do something, and nobody does."""


@_formats.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@cache
def published(name: str) -> Draft202012Validator:
    """Return the validator of a schema of this clone ("receipt-v1")."""
    return Draft202012Validator(
        json.loads((SCHEMAS / f"{name}.json").read_text()), format_checker=_formats
    )


def must_fit(name: str, value: Any) -> None:
    """Fail unless the value fits the published schema."""
    errors = [
        f"{error.json_path}: {error.validator}" for error in published(name).iter_errors(value)
    ]
    assert not errors, f"does not fit {name}: {', '.join(errors)}"


def body_hash(body: Any) -> str:
    """Return the hash that docs/exchange.md defines."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


class Receiver:
    """The system under trial, asked with one village's token."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        officer: Officer | None = None,
        crash: Callable[[], None] | None = None,
        other: "Receiver | None" = None,
        patience: float = 30.0,
    ) -> None:
        self.base = f"{url.rstrip('/')}/exchange/v1/"
        self.token, self.patience = token, patience
        self._officer, self._crash, self._other = officer, crash, other
        self.http = httpx.Client(
            base_url=self.base, headers=self._headers(), timeout=patience, follow_redirects=False
        )
        #: Of the last call that was answered.
        self.answer: httpx.Response | None = None

    def call(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        """Call one address of the protocol."""
        self.answer = self.http.request(method, path, **kwargs)
        return self.answer

    def nobody(self, method: str, path: str, token: str = "", **kwargs: Any) -> httpx.Response:
        """Call it with another token, or none."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= kwargs.pop("headers", {})
        return httpx.request(
            method, self.base + path, headers=headers, timeout=self.patience, **kwargs
        )

    @property
    def office(self) -> dict[str, Any]:
        """Return who they are, and who we are to them."""
        return dict(expect(self.call("GET", "office/"), 200).json())

    @cached_property
    def sides(self) -> dict[str, str]:
        """Return the uids of the two offices."""
        known = self.office
        return {side: known[side]["uid"] for side in ("office", "you")}

    @property
    def other(self) -> "Receiver":
        """Return the same system, asked by another village."""
        if self._other is None:
            raise NotProvedError("needs the token of a second village: --other-token")
        return self._other

    # --- Messages ------------------------------------------------------------------------------

    def envelope(self, body: dict[str, Any], **values: Any) -> dict[str, Any]:
        """Return a body as it travels, its hash right."""
        return {
            "uid": str(uuid.uuid4()),
            "kind": "referral.submitted",
            "schema_version": 2 if "attachments" in body else 1,
            "sender": self.sides["you"],
            "recipient": self.sides["office"],
            "sent_at": datetime.now(UTC).isoformat(),
            "body": body,
            "body_sha256": body_hash(body),
        } | values

    def post(self, parcel: Any, *, key: str | None = None, **kwargs: Any) -> httpx.Response:
        """Hand a message in."""
        uid = parcel.get("uid", "") if isinstance(parcel, dict) else ""
        headers = {"Idempotency-Key": str(uid) if key is None else key} | kwargs.pop("headers", {})
        if "content" in kwargs:
            headers["Content-Type"] = "application/json"
        else:
            kwargs["json"] = parcel
        return self.call("POST", "messages/", headers=headers, **kwargs)

    def hand_in(self, body: dict[str, Any], **values: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Hand a new message in; return envelope and receipt."""
        parcel = self.envelope(body, **values)
        return parcel, receipt_for(parcel, self.post(parcel), 201)

    def waiting(self) -> list[dict[str, Any]]:
        """Return the envelopes that wait for us, each from them, for us and as published."""
        listed = expect(self.call("GET", "messages/"), 200).json()["messages"]
        assert isinstance(listed, list), "“messages” is no list"
        assert len(listed) <= 50, "more than 50 messages were handed out at once"
        for parcel in listed:
            must_fit("envelope-v1", parcel)
            ends = (parcel["sender"], parcel["recipient"])
            assert ends == (self.sides["office"], self.sides["you"]), "from or for somebody else"
            must_fit(f"{parcel['kind']}-v{parcel['schema_version']}", parcel["body"])
            assert parcel["body_sha256"] == body_hash(parcel["body"]), (
                "body_sha256 is not the body's"
            )
        return listed

    def answers_about(self, referral: str) -> list[dict[str, Any]]:
        """Return the answers that wait about one referral, what stands before them acknowledged."""
        while True:
            listed = self.waiting()
            found = [one for one in listed if one["body"].get("referral_uid") == referral]
            if found or len(listed) < 50:
                return found
            for one in listed:
                self.acknowledge(one["uid"])

    def acknowledge(self, uid: str, outcome: str = "accepted", **words: str) -> httpx.Response:
        """Say what became of a message we fetched."""
        return expect(
            self.call("POST", f"messages/{uid}/ack/", json={"outcome": outcome, **words}), 204
        )

    # --- Files ---------------------------------------------------------------------------------

    def file(self, method: str, path: str, **headers: str) -> httpx.Response:
        """Ask about a file."""
        return self.call(method, path, headers={"Tus-Resumable": "1.0.0", **headers})

    def offset(self, path: str) -> int:
        """Return how many bytes of a file they say they have."""
        answer = expect(self.file("HEAD", path), 200)
        assert answer.headers.get("Tus-Resumable") == "1.0.0", "HEAD without Tus-Resumable"
        return int(answer.headers["Upload-Offset"])

    def patch(self, path: str, at: int, part: bytes, **headers: str) -> httpx.Response:
        """Send the bytes that follow."""
        values = {"Tus-Resumable": "1.0.0", "Content-Type": OCTETS, "Upload-Offset": str(at)}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.call("PATCH", path, content=part, headers=values | named)

    def break_off(self, path: str, at: int, part: bytes, *, promised: int) -> None:
        """Send a part that is shorter than it says, and hang up."""
        parts = urlsplit(self.base + path)
        link: http.client.HTTPConnection = (
            http.client.HTTPSConnection(parts.netloc, context=ssl.create_default_context())
            if parts.scheme == "https"
            else http.client.HTTPConnection(parts.netloc)
        )
        link.putrequest("PATCH", parts.path)
        headers = {"Tus-Resumable": "1.0.0", "Content-Type": OCTETS, "Upload-Offset": str(at)}
        for name, value in (self._headers() | headers).items():
            link.putheader(name, value)
        link.putheader("Content-Length", str(promised))
        link.endheaders()
        link.send(part)
        link.close()

    # --- Their people and machines -------------------------------------------------------------

    def lets(self, act: str, parcel: dict[str, Any], receipt: dict[str, Any]) -> None:
        """Have their officer do something with a referral that was handed in."""
        if self._officer is None:
            raise NotProvedError(f"needs an officer there who does “{act}”: --act or --ask")
        self._officer(act, parcel["body"]["referral_uid"], receipt["reference"])

    def crash(self) -> None:
        """Have their system die as when the power fails, and come back."""
        if self._crash is None:
            raise NotProvedError("needs their system to die and come back: --crash")
        self._crash()

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}


def expect(answer: httpx.Response, status: int) -> httpx.Response:
    """Fail unless the answer has the status."""
    said = answer.text[:300] if answer.status_code >= 400 else ""
    assert answer.status_code == status, f"answered {answer.status_code}, not {status}. {said}"
    return answer


def refused(
    answer: httpx.Response, status: int, code: str = "", *, permanent: bool = True
) -> dict[str, Any]:
    """Fail unless it is a problem (RFC 9457) of this status and code; return it.

    ``permanent``: whether it must say that sending the same again cannot help.
    """
    expect(answer, status)
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip()
    assert kind == "application/problem+json", f"the problem came as {kind or 'nothing'}"
    problem = dict(answer.json())
    assert problem.get("status") == status, "“status” of the problem is not the answer's"
    assert problem.get("title"), "the problem has no “title” a person could read"
    if code:
        assert problem.get("code") == code, f"code {problem.get('code')!r}, not {code!r}"
    told = problem.get("permanent") is True
    assert told == permanent, f"“permanent” is {problem.get('permanent')!r}"
    return problem


def receipt_for(parcel: dict[str, Any], answer: httpx.Response, status: int) -> dict[str, Any]:
    """Fail unless the answer is the receipt of this message; return it."""
    receipt = expect(answer, status).json()
    must_fit("receipt-v1", receipt)
    for name in ("uid", "kind", "body_sha256"):
        assert receipt[name] == parcel[name], f"the receipt is for another {name}"
    return dict(receipt)


def schema_names() -> Iterator[str]:
    """Yield the names of the schemas this clone publishes."""
    return (path.stem for path in sorted(SCHEMAS.glob("*.json")))
