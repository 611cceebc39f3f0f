"""A small receiver for the kit's own tests: the contract in memory, and one fault at a time.

Without a fault it keeps every rule, so the kit asks for nothing that only our own program does.
What it calls a database is ``kept``: the one thing that outlives :meth:`StandIn.crash`.
"""

import copy
import hashlib
import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.contract.receiver import OCTETS, SCHEMAS, body_hash, published, schema_names

MAX_FILE, MAX_FILES = 2**20, 3 * 2**20
LARGEST = 256 * 1024

#: Each breaks one promise of docs/exchange.md; the kit must notice.
FAULTS = {
    "lets_anybody_in": "no_token",
    "answers_401_in_html": "unknown_token",
    "hides_its_limits": "introduction",
    "takes_anybodys_card": "card",
    "answers_200_to_what_is_new": "new_message",
    "receipt_without_hash": "new_message",
    "new_receipt_on_a_repeat": "repeated_message",
    "looks_before_it_locks": "simultaneous",
    "acknowledges_before_it_commits": "committed",
    "hashes_the_bytes": "canonical_hash",
    "forgets_the_idempotency_key": "idempotency_key",
    "checks_no_envelope": "broken_envelope",
    "checks_no_body": "broken_body",
    "quotes_the_body": "broken_body",
    "falls_over_nonsense": "no_json",
    "takes_any_office": "wrong_office",
    "takes_any_kind": "unknown_kind",
    "takes_any_version": "unknown_version",
    "names_no_version": "unknown_version",
    "takes_a_wrong_hash": "changed_on_the_way",
    "burns_the_uid_of_what_it_refused": "changed_on_the_way",
    "overwrites_a_known_uid": "reused_uid",
    "takes_what_nobody_returned": "not_returned",
    "calls_nothing_permanent": "wrong_office",
    "takes_any_size": "too_large",
    "mixes_up_villages": "other_village",
    "hands_out_once": "answer_waits",
    "hands_out_for_ever": "answer_waits",
    "signs_as_somebody_else": "answer_waits",
    "hands_out_to_all": "answers_of_others",
    "hands_out_what_was_refused": "refused_answer",
    "acknowledges_what_it_never_had": "acknowledging",
    "counts_no_sequence": "sequence",
    "sends_the_newest_first": "sequence",
    "says_everything_in_version_2": "version_of_answers",
    "asks_for_the_file_again": "mended_file",
    "forgets_the_offset": "file_in_parts",
    "takes_any_offset": "wrong_offset",
    "keeps_whole_parts_only": "broken_part",
    "takes_another_file": "another_file",
    "speaks_any_tus": "another_protocol",
    "makes_files_up": "unknown_file",
    "takes_any_file": "too_large_files",
    "opens_no_file": "no_picture",
    "publishes_something_else": "schemas",
}


class ProblemError(Exception):
    """An answer that is an error: status, code, whether for good, and what else it says."""

    def __init__(self, status: int, code: str, *, permanent: bool = True, **more: Any) -> None:
        super().__init__(code)
        self.status, self.code, self.permanent, self.more = status, code, permanent, more


class StandIn:
    """The receiver: its state, and what each call does to it."""

    def __init__(self, fault: str = "") -> None:
        assert not fault or fault in FAULTS
        self.fault = fault
        self.office = str(uuid.uuid4())
        self.villages = {uuid.uuid4().hex: str(uuid.uuid4()) for _village in range(2)}
        self.lock = threading.Lock()
        #: messages by uid, referrals by uid, answers by uid, files by address
        self.kept: dict[str, dict[str, Any]] = {
            "messages": {}, "referrals": {}, "answers": {}, "files": {}
        }  # fmt: skip
        self.uncommitted: list[str] = []

    def has(self, fault: str) -> bool:
        return self.fault == fault

    def crash(self) -> None:
        """Lose what was never committed."""
        for uid in self.uncommitted:
            self.kept["messages"].pop(uid, None)

    # --- Their officer -------------------------------------------------------------------------

    def say(self, act: str, referral: str, _reference: str) -> None:
        """Do what an officer does, and leave the village an answer."""
        about, value = {
            "recommend": ("answer", "recommended"),
            "approve": ("answer", "approved"),
            "return": ("answer", "returned"),
            "ready": ("realisation", "ready"),
        }[act]
        row = self.kept["referrals"][referral]
        row["state"] = value
        row["sequence"] += 0 if self.has("counts_no_sequence") else 1
        body = {
            "referral_uid": referral,
            "submission": row["submission"],
            "about": about,
            "value": value,
            "sequence": max(row["sequence"], 1),
            "owner": "Dinas Kesehatan",
            "document_number": "",
            "said_on": datetime.now(UTC).date().isoformat(),
            "reason": "Foto belum terbaca",
            "instructions": "Kantor kecamatan, Senin",
        }
        uid = str(uuid.uuid4())
        self.kept["answers"][uid] = {
            "uid": uid,
            "kind": "referral.answered",
            "schema_version": 2 if self.has("says_everything_in_version_2") else 1,
            "sender": row["village"] if self.has("signs_as_somebody_else") else self.office,
            "recipient": row["village"],
            "sent_at": datetime.now(UTC).isoformat(),
            "body": body,
            "body_sha256": body_hash(body),
        }

    # --- Messages ------------------------------------------------------------------------------

    def take_in(self, village: str, raw: bytes, key: str) -> tuple[int, Any]:
        if len(raw) > LARGEST and not self.has("takes_any_size"):
            raise ProblemError(413, "too_large")
        parcel = self._read(raw)
        if parcel.get("uid") != key and not self.has("forgets_the_idempotency_key"):
            raise ProblemError(400, "idempotency_key_mismatch")
        try:
            self._check(village, parcel, raw)
        except ProblemError:
            if self.has("burns_the_uid_of_what_it_refused"):
                self.kept["messages"][parcel["uid"]] = parcel | {"body_sha256": "burnt"}
            raise
        if self.has("looks_before_it_locks"):
            known = self._known(village, parcel)
            time.sleep(0.2)
            return (200, known) if known else (201, self._keep(village, parcel))
        with self.lock:
            known = self._known(village, parcel)
            if known:
                return 200, known
            return (200 if self.has("answers_200_to_what_is_new") else 201), self._keep(
                village, parcel
            )

    def _read(self, raw: bytes) -> dict[str, Any]:
        if self.has("falls_over_nonsense"):
            return dict(json.loads(raw))
        try:
            parcel = json.loads(raw)
        except ValueError:
            raise ProblemError(400, "parse_error", permanent=False) from None
        if not isinstance(parcel, dict):
            raise ProblemError(400, "idempotency_key_mismatch")
        return parcel

    def _check(self, village: str, parcel: dict[str, Any], raw: bytes) -> None:
        if not self.has("checks_no_envelope"):
            self._fits("envelope-v1", parcel, "envelope_invalid")
        sides = (parcel.get("recipient"), parcel.get("sender"))
        if sides != (self.office, village) and not self.has("takes_any_office"):
            raise ProblemError(422, "wrong_office")
        if parcel["kind"] != "referral.submitted" and not self.has("takes_any_kind"):
            raise ProblemError(422, "unknown_kind")
        if parcel["schema_version"] not in (1, 2) and not self.has("takes_any_version"):
            more = {} if self.has("names_no_version") else {"understood": [1, 2]}
            raise ProblemError(422, "unknown_schema_version", **more)
        found = body_hash(parcel["body"])
        if self.has("hashes_the_bytes"):
            text = raw[raw.index(b'"body"') :].partition(b"{")[2].partition(b'"body_sha256"')[0]
            compact = json.dumps(parcel["body"]).replace('": ', '":').replace(', "', ',"')
            found = found if text.startswith(compact[1:40].encode()) else "0" * 64
        if found != parcel["body_sha256"] and not self.has("takes_a_wrong_hash"):
            raise ProblemError(422, "hash_mismatch")
        if not self.has("checks_no_body"):
            version = parcel["schema_version"] if parcel["schema_version"] in (1, 2) else 1
            self._fits(f"referral.submitted-v{version}", parcel["body"], "body_invalid")

    def _fits(self, name: str, value: Any, code: str) -> None:
        errors = [
            {"field": error.json_path, "detail": str(error.validator)}
            | ({"value": repr(value)} if self.has("quotes_the_body") else {})
            for error in published(name).iter_errors(value)
        ]
        if errors:
            raise ProblemError(422, code, errors=errors)

    def _known(self, village: str, parcel: dict[str, Any]) -> dict[str, Any] | None:
        first = self.kept["messages"].get(parcel["uid"])
        if first is None:
            return None
        same = first["body_sha256"] == parcel["body_sha256"]
        own = first.get("village") == village or self.has("mixes_up_villages")
        if not (same and own):
            if self.has("overwrites_a_known_uid"):
                return None
            raise ProblemError(409, "uid_reused")
        receipt = dict(first["receipt"])
        if self.has("new_receipt_on_a_repeat"):
            receipt["received_at"] = datetime.now(UTC).isoformat()
        return receipt

    def _keep(self, village: str, parcel: dict[str, Any]) -> dict[str, Any]:
        body = parcel["body"]
        row = self.kept["referrals"].get(body.get("referral_uid"))
        if row is None:
            row = {"village": village, "state": "received", "sequence": 0}
            row["reference"] = f"2026/{len(self.kept['referrals']) + 1:05d}"
            self.kept["referrals"][body.get("referral_uid")] = row
        elif row["state"] not in ("received", "returned") and not self.has(
            "takes_what_nobody_returned"
        ):
            raise ProblemError(409, "not_returned")
        row |= {"submission": body.get("submission", 1), "state": "received"}
        self._expect(village, body)
        receipt = {
            "uid": parcel["uid"],
            "kind": parcel["kind"],
            "body_sha256": "0" * 64 if self.has("receipt_without_hash") else parcel["body_sha256"],
            "received_at": datetime.now(UTC).isoformat(),
            "reference": row["reference"],
        }
        self.kept["messages"][parcel["uid"]] = parcel | {"receipt": receipt, "village": village}
        if self.has("acknowledges_before_it_commits"):
            self.uncommitted.append(parcel["uid"])
        return receipt

    def waiting_for(self, village: str) -> dict[str, Any]:
        everybody = self.has("hands_out_to_all")
        rows = [
            row
            for row in self.kept["answers"].values()
            if (everybody or row["recipient"] == village) and "over" not in row
        ]
        if self.has("hands_out_once"):
            for row in rows:
                self.kept["answers"][row["uid"]] = row | {"over": True}
        if self.has("sends_the_newest_first"):
            rows.reverse()
        return {"messages": rows[:50]}

    def acknowledge(self, village: str, uid: str, raw: bytes) -> None:
        said = json.loads(raw)
        self._fits("acknowledgement-v1", said, "body_invalid")
        row = self.kept["answers"].get(uid)
        if row is None or row["recipient"] != village:
            if self.has("acknowledges_what_it_never_had"):
                return
            raise ProblemError(404, "not_found", permanent=False)
        kept_on = self.has("hands_out_for_ever") or (
            self.has("hands_out_what_was_refused") and said["outcome"] == "refused"
        )
        if not kept_on:
            row["over"] = True

    # --- Files ---------------------------------------------------------------------------------

    def _expect(self, village: str, body: dict[str, Any]) -> None:
        taken = 0
        for entry in body.get("attachments", []):
            address = f"{body['referral_uid']}/{entry['sha256']}"
            if address in self.kept["files"] and not self.has("asks_for_the_file_again"):
                continue
            refusal = "" if self.has("takes_any_file") else self._obstacle(entry, taken)
            taken += 0 if refusal else entry["size"]
            self.kept["files"][address] = entry | {
                "village": village, "there": b"", "arrived": False, "refusal": refusal
            }  # fmt: skip

    def _obstacle(self, entry: dict[str, Any], taken: int) -> str:
        if entry["media_type"] != "image/png":
            return "file_type"
        if entry["size"] > MAX_FILE:
            return "file_too_large"
        return "files_too_large" if taken + entry["size"] > MAX_FILES else ""

    def file(self, village: str, address: str) -> dict[str, Any]:
        found = self.kept["files"].get(address)
        if found is None or (found["village"] != village and not self.has("mixes_up_villages")):
            if self.has("makes_files_up"):
                return {"there": b"", "size": 0, "arrived": False, "refusal": "", "sha256": ""}
            raise ProblemError(404, "unknown_file")
        if found["refusal"]:
            status = 413 if found["refusal"].endswith("too_large") else 422
            raise ProblemError(status, found["refusal"])
        return found

    def append(self, file: dict[str, Any], at: str, length: int, parts: Iterator[bytes]) -> None:
        before = file["there"]
        fits = at == str(len(before)) and len(before) + length <= file["size"]
        if not fits and not self.has("takes_any_offset"):
            raise ProblemError(409, "wrong_offset", permanent=False)
        for part in parts:
            file["there"] += part
        if self.has("keeps_whole_parts_only") and len(file["there"]) < len(before) + length:
            file["there"] = before
        if len(file["there"]) >= file["size"]:
            self._settle(file)

    def _settle(self, file: dict[str, Any]) -> None:
        right = hashlib.sha256(file["there"]).hexdigest() == file["sha256"]
        if not right and not self.has("takes_another_file"):
            file["there"] = b""
            raise ProblemError(460, "hash_mismatch", permanent=False)
        if not file["there"].startswith(b"\x89PNG") and not self.has("opens_no_file"):
            file["refusal"] = "file_refused"
            raise ProblemError(422, "file_refused")
        file["arrived"] = True

    # --- Who we are ----------------------------------------------------------------------------

    def introduction(self, village: str) -> dict[str, Any]:
        files = {"tus": "1.0.0", "max_bytes": MAX_FILE, "max_bytes_per_referral": MAX_FILES}
        return {
            "office": {"uid": self.office, "name": "Kabupaten Uji"},
            "you": {"uid": village, "name": "Desa Uji"},
            "understands": {"referral.submitted": [1, 2], "referral.answered": [1, 2]},
            "files": {} if self.has("hides_its_limits") else files,
        }

    def take_card(self, village: str, raw: bytes) -> dict[str, Any]:
        card = json.loads(raw)
        if not self.has("takes_anybodys_card"):
            self._fits("office-card-v1", card, "body_invalid")
            if card["uid"] != village:
                raise ProblemError(422, "wrong_office")
        return self.introduction(village)

    def schema(self, name: str) -> dict[str, Any]:
        if name not in schema_names():
            raise ProblemError(404, "not_found", permanent=False)
        text: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text())
        return text | ({"required": []} if self.has("publishes_something_else") else {})


class Handler(BaseHTTPRequestHandler):
    """HTTP for one stand-in."""

    protocol_version = "HTTP/1.1"
    there: StandIn

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_PATCH(self) -> None:
        self._answer()

    def _answer(self) -> None:
        try:
            status, body, headers = self._route()
        except ProblemError as problem:
            status, body, headers = self._problem(problem)
        except Exception:
            status, body, headers = 500, b"<h1>Server error</h1>", {"Content-Type": "text/html"}
        content = b"" if status == 204 else body
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _route(self) -> tuple[int, bytes, dict[str, str]]:
        path = self.path.removeprefix("/exchange/v1/").rstrip("/")
        if path.startswith("schemas"):
            return self._schema(path)
        if path.startswith("files/"):
            return self._file(self._village(), path.removeprefix("files/"))
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, body = self._message(self._village(), path, raw)
        return status, json.dumps(body).encode(), {"Content-Type": "application/json"}

    def _message(self, village: str, path: str, raw: bytes) -> tuple[int, Any]:
        there = self.there
        match (self.command, path.split("/")):
            case ("GET", ["office"]):
                return 200, there.introduction(village)
            case ("POST", ["office"]):
                return 200, there.take_card(village, raw)
            case ("GET", ["messages"]):
                return 200, there.waiting_for(village)
            case ("POST", ["messages"]):
                return there.take_in(village, raw, self.headers.get("Idempotency-Key", ""))
            case ("POST", ["messages", uid, "ack"]):
                return 204, there.acknowledge(village, uid, raw)
        raise ProblemError(404, "not_found", permanent=False)

    def _file(self, village: str, address: str) -> tuple[int, bytes, dict[str, str]]:
        there, length = self.there, int(self.headers.get("Content-Length") or 0)
        any_tus = there.has("speaks_any_tus")
        parts = self._parts(length)
        try:
            if self.headers.get("Tus-Resumable") != "1.0.0" and not any_tus:
                raise ProblemError(412, "tus_version", permanent=False)
            if self.command == "PATCH" and self.headers["Content-Type"] != OCTETS and not any_tus:
                raise ProblemError(415, "content_type")
            file = there.file(village, address)
            if self.command == "PATCH":
                there.append(file, self.headers["Upload-Offset"], length, parts)
        finally:
            for _rest in parts:  # what nobody wanted is read all the same
                pass
        at = 0 if there.has("forgets_the_offset") else len(file["there"])
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": str(at),
            "Upload-Length": str(file["size"]),
        }
        told = json.dumps({"offset": at, "length": file["size"], "arrived": file["arrived"]})
        return (204 if self.command == "PATCH" else 200), told.encode(), headers

    def _parts(self, length: int) -> Iterator[bytes]:
        while length > 0:
            part = self.rfile.read1(min(4096, length))
            if not part:
                self.close_connection = True
                return
            length -= len(part)
            yield part

    def _schema(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        _folder, _slash, name = path.partition("/")
        if name:
            content = json.dumps(self.there.schema(name.removesuffix(".json"))).encode()
        else:
            names = [f"/exchange/v1/schemas/{name}.json" for name in schema_names()]
            content = "\n".join(names).encode()
        return 200, content, {}

    def _village(self) -> str:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        villages = self.there.villages
        if self.there.has("lets_anybody_in") and not token:
            return next(iter(villages.values()))
        if token not in villages:
            raise ProblemError(401, "not_authenticated", permanent=False)
        return villages[token]

    def _problem(self, problem: ProblemError) -> tuple[int, bytes, dict[str, str]]:
        if problem.status == 401:
            self.close_connection = True  # the body was not read
            if self.there.has("answers_401_in_html"):
                return 401, b"<h1>Who?</h1>", {"Content-Type": "text/html", "Connection": "close"}
        permanent = problem.permanent and not self.there.has("calls_nothing_permanent")
        body = {
            "type": f"urn:puskesos:problem:{problem.code}",
            "title": problem.code,
            "status": problem.status,
            "code": problem.code,
            **({"permanent": True} if permanent else {}),
            **copy.deepcopy(problem.more),
        }
        headers = {"Content-Type": "application/problem+json"}
        if self.close_connection:
            headers["Connection"] = "close"
        return problem.status, json.dumps(body).encode(), headers

    def log_message(self, *_words: Any) -> None:
        """Be quiet."""


@contextmanager
def running(there: StandIn) -> Iterator[str]:
    """Serve a stand-in; yield its address."""
    handler = type("Bound", (Handler,), {"there": there})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
