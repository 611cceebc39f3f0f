"""What goes wrong between two offices, and how each mishap is known to have happened.

Each takes the :class:`~tests.trial.world.World`, strikes, waits until it has struck, and leaves
mending to the world, as an office's supervisor would.
"""

import os
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import redis

from tests.crash import faults
from tests.crash.offices import Office

if TYPE_CHECKING:
    from tests.trial.world import World

Mishap = Callable[["World"], None]


def _dies_at(point: str, side: str, world: "World") -> None:
    office = world.office(side)
    office.arm(point)
    world.until(lambda: bool(office.crashes()), f"{side} dies at {point}")


def _breaks_off(world: "World") -> None:
    """The sender's power fails in the middle of a request."""
    before = world.proxy.cut_requests
    world.proxy.on_mid_request = lambda: _kill(world.village)
    world.until(lambda: world.proxy.cut_requests > before, "a request breaks off")


def _answer_is_lost(world: "World") -> None:
    before = world.proxy.cut_answers
    world.proxy.cut_next_answer = True
    world.until(lambda: world.proxy.cut_answers > before, "an answer is lost")


def _comes_twice(world: "World") -> None:
    world.until(lambda: bool(world.proxy.last), "a message to repeat")
    message = world.proxy.last
    world.until(lambda: world.proxy.hand_in(message), "a message comes twice")


def _comes_late(world: "World") -> None:
    """A message is kept on the way until another one has overtaken it."""
    world.proxy.held = b""
    world.proxy.hold_next = True
    world.until(lambda: bool(world.proxy.held), "a message to keep back")
    message, before = world.proxy.held, world.proxy.carried
    world.until(lambda: world.proxy.carried > before, "another message overtakes")
    world.until(lambda: world.proxy.hand_in(message), "a message comes late")


def _network_is_cut(world: "World") -> None:
    before = world.proxy.turned_away
    world.proxy.dead = True
    try:
        world.until(lambda: world.proxy.turned_away > before + 1, "the line is dead")
    finally:
        world.proxy.dead = False


def _senders_disk_is_full(world: "World") -> None:
    """The desk is told so, and nothing half-written stays."""
    disk = world.disk("village")
    before = world.refusals.total()
    disk.fill()
    try:
        world.until(lambda: world.refusals.total() > before, "the village's disk is full")
    finally:
        disk.free()


def _receivers_disk_is_full(world: "World") -> None:
    disk = world.disk("district")
    before = world.proxy.errors
    disk.fill()
    try:
        world.until(lambda: world.proxy.errors > before, "the district's disk is full")
    finally:
        disk.free()


def _clock_jumps(side: str, world: "World") -> None:
    """The clock is wrong, by an hour to six weeks and either way, then right again."""
    hours = world.random.choice([1, 24, 24 * 45]) * world.random.choice([1, -1])
    before = world.proxy.carried
    world.set_clock(side, hours * 3600)
    try:
        world.until(lambda: world.proxy.carried > before + 1, f"{side} works on with {hours} h")
    finally:
        world.set_clock(side, 0)


def _broker_is_emptied(world: "World") -> None:
    """While nobody works, what was to wake the worker is thrown away."""
    world.hold_worker()
    try:
        world.until(lambda: _empty_broker(world) > 0, "the broker is emptied", mend=False)
    finally:
        world.release_worker()


def _empty_broker(world: "World") -> int:
    if world.broker:
        store = redis.Redis.from_url(world.broker)
        waiting = int(store.llen("celery"))  # type: ignore[arg-type]
        store.flushdb()
        return waiting
    path = world.village.home / "broker.sqlite3"
    with closing(sqlite3.connect(path, timeout=20)) as broker, broker:
        return broker.execute("DELETE FROM kombu_message WHERE visible").rowcount


def _database_restarts(world: "World") -> None:
    assert world.postgres is not None
    world.postgres.restart()


def _power_fails(side: str, world: "World") -> None:
    time.sleep(world.random.uniform(0, 2))
    _kill(world.office(side))


def _kill(office: Office) -> None:
    if office.process is not None and office.process.poll() is None:
        os.killpg(office.process.pid, signal.SIGKILL)


#: By the name the report gives it.
EVERYWHERE: dict[str, Mishap] = {
    "sender dies after its claim": partial(_dies_at, faults.AFTER_CLAIM, "village"),
    "sender dies in the middle of its request": _breaks_off,
    "receiver dies before its commit": partial(
        _dies_at, faults.BEFORE_RECEIVER_COMMITS, "district"
    ),
    "receiver dies after its commit": partial(
        _dies_at, faults.AFTER_RECEIVER_COMMITTED, "district"
    ),
    "sender dies before it notes the receipt": partial(
        _dies_at, faults.BEFORE_SENDER_COMMITS, "village"
    ),
    "an answer is lost": _answer_is_lost,
    "a message comes twice": _comes_twice,
    "a message comes late, after another": _comes_late,
    "the line is dead": _network_is_cut,
    "the village's clock jumps": partial(_clock_jumps, "village"),
    "the district's clock jumps": partial(_clock_jumps, "district"),
    "the broker is emptied": _broker_is_emptied,
    "the village's power fails": partial(_power_fails, "village"),
    "the district's power fails": partial(_power_fails, "district"),
}
EMBEDDED: dict[str, Mishap] = EVERYWHERE | {
    "the village's disk is full": _senders_disk_is_full,
    "the district's disk is full": _receivers_disk_is_full,
}
#: One server holds both databases here.
HOSTED: dict[str, Mishap] = EVERYWHERE | {
    "the database server's disk is full": _senders_disk_is_full,
    "the database server restarts": _database_restarts,
}
