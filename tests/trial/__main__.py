"""``python -m tests.trial``: see docs/exchange.md, "The delivery trial"."""

import argparse
import os
import random
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.trial import mishaps
from tests.trial.servers import Disk, Postgres, private_redis
from tests.trial.world import World, running

STACKS = ("embedded", "hosted")
DISK_MEGABYTES = 3000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.trial")
    parser.add_argument("--referrals", type=int, default=10_000)
    parser.add_argument("--each", type=int, default=20, help="how often each mishap strikes")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    parser.add_argument("--stack", choices=STACKS, nargs="+", default=STACKS)
    asked = parser.parse_args()
    if os.getuid() != 0:
        raise SystemExit("The trial needs root: it mounts small file systems to fill them.")
    faults = [fault for stack in asked.stack for fault in _try(stack, asked)]
    sys.exit("\n".join(faults) if faults else 0)


def _try(stack: str, asked: argparse.Namespace) -> list[str]:
    """Run the trial on one stack, print its numbers; return what did not hold."""
    print(f"== {stack}, {asked.referrals:,} referrals, seed {asked.seed}", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101, S103 (the database server runs as somebody else)
        with _world(stack, Path(folder), random.Random(asked.seed)) as world, running(world):
            kinds = mishaps.HOSTED if world.postgres else mishaps.EMBEDDED
            _strike(world, kinds, referrals=asked.referrals, each=asked.each)
            drained = world.drain()
            faults = _compare(world, asked)
            _report(world, kinds, seconds=time.monotonic() - began, drained=drained)
    for fault in faults:
        print(f"FAULT {stack}: {fault}")
    return [f"{stack}: {fault}" for fault in faults]


@contextmanager
def _world(stack: str, home: Path, chance: random.Random) -> Iterator[World]:
    for name in ("DATABASE_URL", "CELERY_BROKER_URL"):
        os.environ.pop(name, None)
    with ExitStack() as end:
        if stack == "embedded":
            disks = {side: _disk(home / side, end) for side in ("village", "district")}
            yield World(home, chance=chance, disks=disks)
            return
        disk = _disk(home / "postgres", end)
        postgres = Postgres(disk.folder)
        end.callback(postgres.stop)
        postgres.create()
        broker = end.enter_context(private_redis(home))
        os.environ |= {"DATABASE_URL": postgres.url, "CELERY_BROKER_URL": broker}
        disks = {"village": disk, "district": disk}
        yield World(home, chance=chance, disks=disks, broker=broker, postgres=postgres)


def _disk(folder: Path, end: ExitStack) -> Disk:
    disk = Disk(folder, DISK_MEGABYTES)
    end.callback(disk.release)
    return disk


def _strike(world: World, kinds: dict[str, mishaps.Mishap], *, referrals: int, each: int) -> None:
    deck = [name for name in kinds for _time in range(each)]
    world.random.shuffle(deck)
    for turn, name in enumerate(deck):
        world.refer(referrals * (turn + 1) // len(deck) - referrals * turn // len(deck))
        kinds[name](world)
        world.struck[name] += 1
        if (turn + 1) % 20 == 0:
            print(f"   {turn + 1} of {len(deck)} mishaps, {len(world.promised):,} referrals "
                  f"({time.strftime('%T')})", flush=True)  # fmt: skip


def _compare(world: World, asked: argparse.Namespace) -> list[str]:
    """Return what does not hold of "each exactly once above, none lost, each acknowledged"."""
    village = world.village.act("village_tally")
    district = world.district.act("district_tally")
    numbers = [number for number, _rows, _submissions in district.values()]
    checks = {
        "fewer referrals than asked for": len(village) < asked.referrals,
        "approved at the desk and gone": world.promised - village.keys(),
        "lost on the way": village.keys() - district.keys(),
        "above, and never sent": district.keys() - village.keys(),
        "not acknowledged, or sent twice": [
            uid for uid, row in village.items() if row[1:] != [1, 1, 1]
        ],
        "twice at the district": [uid for uid, row in district.items() if row[1:] != [1, 1]],
        "an agenda number given twice": len(set(numbers)) != len(numbers),
        "numbers differ": [
            uid for uid in village.keys() & district.keys() if village[uid][0] != district[uid][0]
        ],
        "struck too rarely": [name for name, times in world.struck.items() if times < asked.each],
    }
    print(f"   at the village {len(village):,}, at the district {len(district):,}")
    return [f"{what}: {found!s:.200}" for what, found in checks.items() if found]


def _report(
    world: World, kinds: dict[str, mishaps.Mishap], *, seconds: float, drained: float
) -> None:
    for name in kinds:
        print(f"   {world.struck[name]:4d} times {name}")
    started = ", ".join(f"{what} {times}" for what, times in sorted(world.restarts.items()))
    print(f"   started again: {started}")
    for words, times in world.refusals.most_common():
        print(f"   {times:4d} times the desk was told {words}")
    print(f"   {seconds:,.0f} s in all, the last drain {drained:,.0f} s", flush=True)


if __name__ == "__main__":
    main()
