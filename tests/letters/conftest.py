"""A plain letter kind, so that the engine is tested without the apps above it."""

import uuid
from datetime import date
from typing import Any

import pytest

from puskesmas.models import Assignment, Role
from reports.letters import kinds, render
from reports.letters.services import Content

NIK = "3509990101700001"


def body(**changes: Any) -> dict[str, Any]:
    """Return the body of a referral letter about an invented person."""
    plain: dict[str, Any] = {
        "subject": {"name": "Siti Maimunah", "nik": NIK},
        "recipient": ["Kepala Dinas Sosial"],
        "nature": "Biasa",
        "about": "Rujukan",
        "programme": "KIS PBI-JK",
        "case": "4821 0937 5561",
        "needs": ["Kartu KIS"],
        "finding": "",
        "paragraphs": [],
        "files": [],
        "copies": [],
    }
    return plain | changes


@pytest.fixture
def head(cast) -> Assignment:
    return cast.head.assignments.select_related("user").get(role=Role.HEAD)


@pytest.fixture
def content(head) -> Content:
    return Content(body=body(), signer=head, valid_until=date(2099, 12, 31))


@pytest.fixture
def plain_kind():
    """Return a kind with the default roles; taken away again after the test."""
    kind = kinds.LetterKind(
        code="uji",
        name="Surat uji",
        title="Surat Uji",
        template="letters/rujukan.html",
        classification="400.9",
    )
    kinds.register(kind)
    yield kind
    del kinds._kinds["uji"]


@pytest.fixture
def issue(cast, content, plain_kind, django_capture_on_commit_callbacks):
    """Issue a letter as the front officer; commits run, so the PDF is there."""
    from reports.letters.services import issue_letter

    def issued(**changes):
        values = {
            "actor": cast.actor("front"),
            "kind": "uji",
            "content": content,
            "subject_uid": uuid.uuid4(),
        } | changes
        with django_capture_on_commit_callbacks(execute=True):
            return issue_letter(**values)

    return issued


@pytest.fixture
def quick_print(monkeypatch):
    """Leave WeasyPrint out where the paper is not the point: the file is a stub."""
    monkeypatch.setattr(render, "render_pdf", lambda *_args, **_kwargs: b"%PDF-1.7 stub")
