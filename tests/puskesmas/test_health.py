"""The health page and the worker's health check tell a container the truth."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone

from puskesmas.health import WORKER_SILENT_AFTER
from puskesmas.models import Heartbeat
from puskesmas.tasks import heartbeat

pytestmark = pytest.mark.django_db


def test_a_fresh_sign_of_life_is_shown(client):
    heartbeat()
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json()["worker"] == "ok"


def test_a_silent_worker_is_told_but_the_page_answers(client):
    Heartbeat.objects.create(name="worker", at=timezone.now() - WORKER_SILENT_AFTER)
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json()["worker"] == "silent"


def test_a_database_that_is_down_answers_503(client, monkeypatch):
    def down():
        raise OperationalError("no server")

    monkeypatch.setattr(connection, "cursor", down)
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json() == {"web": "ok", "database": "down"}


def test_the_workers_check_passes_while_it_lives(capsys):
    heartbeat()
    call_command("worker_alive")


@pytest.mark.parametrize("age", [None, WORKER_SILENT_AFTER + timedelta(seconds=1)])
def test_the_workers_check_fails_when_it_is_silent(age):
    if age:
        Heartbeat.objects.create(name="worker", at=timezone.now() - age)
    with pytest.raises(CommandError, match="no sign of life"):
        call_command("worker_alive")
