"""Beat: what wakes the worker, on a PC whose clock is wrong for a while."""

from datetime import timedelta

import pytest

from puskesmas.beat import SteadyScheduler
from puskesmas.celery import app


@pytest.fixture
def beat(tmp_path, monkeypatch):
    """Return a scheduler whose tasks are only noted, all of them run a moment ago."""
    scheduler = SteadyScheduler(app, schedule_filename=str(tmp_path / "beat"))
    scheduler.ran = []
    monkeypatch.setattr(
        scheduler, "apply_entry", lambda entry, producer=None: scheduler.ran.append(entry.name)
    )
    yield scheduler
    scheduler.close()


def last_run(beat, **since):
    for entry in beat.schedule.values():
        entry.last_run_at = entry.default_now() - timedelta(**since)
    beat._heap = None


def test_nothing_runs_before_its_time(beat):
    last_run(beat, seconds=0)
    assert beat.tick() > 0
    assert beat.ran == []


def test_what_is_due_runs(beat):
    last_run(beat, hours=2)
    while beat.tick() == 0:
        continue
    # Celery's own cleaning joins in at four in the morning.
    ours = [name for name in beat.ran if name in app.conf.beat_schedule]
    assert sorted(ours) == sorted(app.conf.beat_schedule)


def test_a_clock_put_back_delays_nothing_by_more_than_its_own_interval(beat):
    last_run(beat, days=-2)
    shortest = min(entry["schedule"] for entry in app.conf.beat_schedule.values())
    assert 0 < beat.tick() <= shortest
    last_run(beat, hours=2)
    assert beat.tick() == 0
