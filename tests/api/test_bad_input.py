"""Whatever a program sends, the answer is in words and names the field; never a 500.

The first half takes the valid bodies of the permission table and spoils them; the second draws
bodies, queries and headers from the OpenAPI document with hypothesis.
"""

import json
import uuid
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from puskesmas.officers import issue_token
from tests.test_permissions import REST, Row, _code
from tests.world import picture

WRITES = [
    row for row in REST if row.method != "GET" and row.path.startswith("/api/v1/") and not row.files
]
#: What no field wants; each is tried in the place of each field.
JUNK = {
    "null": None,
    "list": [],
    "nested": [[[{"a": [1]}]]],
    "object": {"a": 1},
    "huge number": 10**400,
    "negative": -1,
    "fraction": 1.5,
    "boolean": True,
    "empty": "",
    "spaces": "   ",
    "huge text": "x" * 200_000,
    "zero byte": "a\x00b",
    "direction": "\u202egnirts",
    "emoji": "😀" * 30,
    "markup": "<script>alert(1)</script>",
    "date": "0001-01-01",
    "moment": "9999-12-31T23:59:59-14:00",
    "number text": "9" * 5000,
}


class Program:
    """A program of every post of the world, with all that addresses name."""

    def __init__(self, world: Any) -> None:
        self.known = {
            **vars(world),
            "officer": world.officer,
            "code": _code(world),
            "today": world.cast.village.today(),
        }
        self.tokens = {}
        for who in ("front", "back", "koordinator", "facilitator", "manager"):
            actor = world.cast.actor(who)
            self.tokens[who] = issue_token(actor=actor, name="uji", roles=actor.roles)[1]

    def body(self, row: Row) -> dict[str, Any]:
        """Return the row's valid body."""
        known = self.known
        return {
            name: value.format(**known) if isinstance(value, str) else value
            for name, value in row.data.items()
        }

    def send(self, row: Row, body: Any, **headers: str) -> Any:
        """Send a body (bytes as they are) as a post the row allows; undo what it does."""
        who = next(who for who in self.tokens if who in row.allowed)
        version = self.known[row.version].version if row.version else 1
        usual = {
            "Authorization": f"Bearer {self.tokens[who]}",
            "Idempotency-Key": str(uuid.uuid4()),
            "If-Match": f'"{version}"',
        }
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        with transaction.atomic():
            answer = Client(raise_request_exception=False).generic(
                row.method,
                row.path.format(**self.known),
                content,
                content_type=headers.pop("content_type", "application/json"),
                headers=usual | headers,
            )
            transaction.set_rollback(True)
        return answer


@pytest.fixture(scope="module")
def program_of_the_module(world_of_the_module, django_db_blocker):
    with django_db_blocker.unblock():
        return Program(world_of_the_module)


@pytest.fixture
def program(program_of_the_module, world):
    return program_of_the_module


def _in_words(answer: Any) -> bool:
    """Return whether a refusal is a problem with a title for people."""
    return answer["Content-Type"] == "application/problem+json" and bool(answer.json()["title"])


def _said(answer: Any) -> str:
    return f"{answer.status_code} {answer.content[:300]!r}"


@pytest.mark.sweep
@pytest.mark.parametrize("row", WRITES, ids=str)
def test_a_field_of_the_wrong_kind_is_refused_in_words(row, program):
    valid = program.body(row)
    for field in valid:
        for name, junk in JUNK.items():
            answer = program.send(row, valid | {field: junk})
            assert answer.status_code < 500, f"{field} = {name}: {_said(answer)}"
            if answer.status_code >= 400:
                assert _in_words(answer), f"{field} = {name}: {_said(answer)}"


@pytest.mark.parametrize("row", WRITES, ids=str)
def test_a_missing_or_unknown_field_is_named(row, program):
    valid = program.body(row)
    unknown = program.send(row, valid | {"tidak_ada": 1})
    assert unknown.status_code == 400
    assert "tidak_ada" in [error["field"] for error in unknown.json()["errors"]]
    for field in valid:
        answer = program.send(row, {name: valid[name] for name in valid if name != field})
        assert answer.status_code < 500, f"without {field}: {_said(answer)}"
        if answer.status_code == 400:
            assert [error["field"] for error in answer.json()["errors"]] == [field]


#: What is no JSON object at all.
NO_OBJECT = {
    "broken": b"{",
    "nothing": b"",
    "list": b"[]",
    "text": b'"x"',
    "null": b"null",
    "number": b"1e999",
    "not a number": b"NaN",
    "deep": b"[" * 5000,
    "deep and closed": b'{"a":' * 3000 + b"1" + b"}" * 3000,
    "not utf-8": b'{"name": "\xff\xfe"}',
    "half a character": b'{"name": "\\ud800", "\\udfff": 1}',
    "too large": b'{"name": "' + b"x" * (1024 * 1024) + b'"}',
    "two of one": b'{"name": "a", "name": 2}',
}


@pytest.mark.parametrize("name", NO_OBJECT)
def test_what_is_no_object_is_refused_in_words(name, program):
    for row in WRITES[::5]:
        answer = program.send(row, NO_OBJECT[name])
        assert answer.status_code < 500, f"{row}: {_said(answer)}"
        if answer.status_code >= 400:
            assert _in_words(answer), f"{row}: {_said(answer)}"


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data", 415),
        ("application/json; charset=bz2", 400),
        ("application/json; charset=nope", 400),
        ("nonsense", 415),
    ],
)
def test_another_content_type_is_refused_in_words(content_type, status, program):
    for row in WRITES[::7]:
        answer = program.send(row, b'{"a": 1}', content_type=content_type)
        assert (answer.status_code, _in_words(answer)) == (status, True), _said(answer)


@pytest.mark.sweep
@pytest.mark.parametrize(
    "headers",
    [
        {"If-Match": "²"},
        {"If-Match": "9" * 5000},
        {"If-Match": '"-1"'},
        {"If-Match": "*"},
        {"Idempotency-Key": "1"},
        {"Idempotency-Key": "\x00"},
        {"Idempotency-Key": "x" * 9000},
    ],
)
def test_a_wrong_header_is_refused_in_words(headers, program):
    for row in WRITES:
        if ("If-Match" in headers and not row.version) or row.path.endswith("numbers/"):
            continue
        answer = program.send(row, program.body(row), **headers)
        assert answer.status_code < 500, f"{row}: {_said(answer)}"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/complaints/1/",
        "/api/v1/complaints/0193a2b0-0000-7000-8000-00000000000/",
        "/api/v1/complaints/0193a2b0-0000-7000-8000-000000000000/",
        "/api/v1/complaints/0193a2b0-0000-7000-8000-000000000000/terbang/",
        "/api/v1/tidak-ada/",
        "/api/v2/",
        "/exchange/v9/",
    ],
)
def test_an_address_that_leads_nowhere_is_a_problem_too(path, program):
    headers = {"Authorization": f"Bearer {program.tokens['back']}"}
    answer = Client().get(path, headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "typed", ["%00", "%FF", "a%2Fb", "%F0%9F%98%80", "9" * 3000, "....", "%E2%80%AE1", "١٢٣"]
)
@pytest.mark.parametrize("where", ["/api/v1/status/", "/api/v1/verify/", "/status/", "/verify/"])
def test_a_strange_number_or_code_is_told_in_words(where, typed, world):
    assert Client().get(f"{where}{typed}/").status_code in {400, 404}


def test_a_strange_upload_is_refused_in_words(program, world):
    url = f"/api/v1/complaints/{world.case.uid}/papers/upload/"
    headers = {
        "Authorization": f"Bearer {program.tokens['front']}",
        "If-Match": f'"{world.case.version}"',
    }
    for data in (
        {},
        {"code": "kk"},
        {"code": "kk", "upload": "text"},
        {"code": "x", "upload": picture()},
        {"code": "kk", "upload": picture(), "lain": "x"},
    ):
        answer = Client().post(url, data, headers=headers)
        assert (answer.status_code, _in_words(answer)) == (400, True), _said(answer)
    broken = Client().post(
        url, b"--x\r\n", content_type="multipart/form-data; boundary=x", headers=headers
    )
    assert broken.status_code == 400


# --- Drawn from the document ---------------------------------------------------------------------

DOCUMENT: dict[str, Any] = SchemaGenerator().get_schema(public=True)
OPERATIONS = [
    (method, path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
]

junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)
_FORMATS: dict[str, st.SearchStrategy[Any]] = {
    "uuid": st.uuids().map(str),
    "date": st.dates().map(str),
    "date-time": st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
}


def drawn(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return values that fit a schema of the document."""
    if "$ref" in schema:
        return drawn(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    for several in ("oneOf", "allOf", "anyOf"):
        if several in schema:
            return st.one_of([drawn(one) for one in schema[several]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kind = schema.get("type", "string")
    if kind == "object":
        fields = {name: drawn(one) for name, one in schema.get("properties", {}).items()}
        needed = {name: fields.pop(name) for name in schema.get("required", [])}
        return st.fixed_dictionaries(needed, optional=fields)
    simple = {
        "array": lambda: st.lists(drawn(schema["items"]), max_size=3),
        "boolean": st.booleans,
        "integer": lambda: st.integers(schema.get("minimum"), schema.get("maximum")),
        "number": lambda: st.floats(allow_nan=False, allow_infinity=False),
        "string": lambda: _FORMATS.get(
            schema.get("format", ""), st.text(max_size=min(schema.get("maxLength", 60), 60))
        ),
    }
    return simple[kind]()


def body_of(operation: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return bodies: most fit the schema, some are spoilt in one field, some are anything."""
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return st.none()
    right = drawn(content["application/json"]["schema"])
    spoilt = st.builds(
        lambda body, place, value: (
            body | {sorted(body)[place % len(body)]: value} if body else {"x": value}
        ),
        right,
        st.integers(0, 20),
        junk,
    )
    return right | spoilt | junk


def query_of(operation: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return query parameters by their names in the document, with any text in them."""
    names = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
    values = st.text(max_size=30) | st.integers().map(str) | st.dates().map(str)
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, values))


_OWNERS = {
    "complaints": "case",
    "referrals": "referral",
    "inbox": "received",
    "letters": "letter",
    "lists": "batch",
    "people": "person",
    "questions": "question",
}


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("method", "path", "operation"),
    OPERATIONS,
    ids=[f"{method} {path}" for method, path, _operation in OPERATIONS],
)
def test_nothing_drawn_from_the_document_is_answered_500(method, path, operation, program):
    row = program.known[_OWNERS.get(operation["tags"][0], "case")]
    number, sha256 = program.known["case"].receipt_number, program.known["received_file"].sha256
    here = path.format(uid=row.uid, number=number, code="x", sha256=sha256)

    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def never_500(data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(["front", "back", "koordinator", "manager"]))
        headers = {
            "Authorization": f"Bearer {program.tokens[who]}",
            "Idempotency-Key": str(data.draw(st.uuids())),
            "If-Match": f'"{data.draw(st.sampled_from([row.version, 1, 7]))}"',
        }
        query = data.draw(query_of(operation))
        body = data.draw(body_of(operation))
        content = b"" if body is None else json.dumps(body).encode()
        with transaction.atomic():
            answer = Client(raise_request_exception=False).generic(
                method.upper(),
                here,
                content,
                content_type="application/json",
                headers=headers,
                query_params=query,
            )
            transaction.set_rollback(True)
        assert answer.status_code < 500, f"{query} {body!r}: {_said(answer)}"

    never_500()
