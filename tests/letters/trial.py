"""``python -m tests.letters.trial``: thousands of letters by many writers at one counter.

Each writer is a process of its own on a database made for the trial. One in ten letters is taken
back by a rollback, one in ten is asked for twice under the same key. Afterwards the counters must
run from one to the last without gap or double, on the letters and in what was frozen for print.

Without ``--print`` the paper itself is left out: a letter costs milliseconds, not a tenth of a
second, and the writers meet at the counter far more often.
"""

import argparse
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from benchmarks.__main__ import private


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.letters.trial")
    parser.add_argument("--letters", type=int, default=10_000)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--server", default="", help="URL of a PostgreSQL database; else SQLite")
    parser.add_argument("--print", action="store_true", help="print every letter too")
    parser.add_argument("--inside", choices=INSIDE, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        _set_up(printing=asked.print)
        print(json.dumps(INSIDE[asked.inside](asked)))
        return
    with private(asked.server) as environment:
        figures = _try(asked, environment)
    print(f"{asked.writers} writers on {'PostgreSQL' if asked.server else 'SQLite'}")
    for what, figure in figures.items():
        print(f"  {what}: {figure}")
    sys.exit(0 if _holds(figures, asked) else 1)


def _try(asked: argparse.Namespace, environment: dict[str, str]) -> dict[str, Any]:
    environment = environment | {"DJANGO_SETTINGS_MODULE": "puskesmas.settings"}
    _run([sys.executable, "manage.py", "migrate", "--verbosity=0"], environment)
    _inside("prepare", environment, asked)
    share, rest = divmod(asked.letters, asked.writers)
    counts = [share + (place < rest) for place in range(asked.writers)]
    writers = [
        subprocess.Popen(
            _command("write", asked, letters=count),
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for count in counts
    ]
    for writer in writers:
        writer.stdout.readline()  # type: ignore[union-attr]  # awake
    began = time.monotonic()
    for writer in writers:
        writer.stdin.write("go\n")  # type: ignore[union-attr]
        writer.stdin.flush()  # type: ignore[union-attr]
    told = [json.loads(writer.communicate()[0] or "{}") for writer in writers]
    seconds = time.monotonic() - began
    return {
        "letters asked for": asked.letters,
        "failed writers": sum(writer.returncode != 0 for writer in writers),
        "taken back": sum(one.get("taken_back", 0) for one in told),
        "asked twice": sum(one.get("asked_twice", 0) for one in told),
        "tried again, database busy": sum(one.get("tried_again", 0) for one in told),
        "seconds": round(seconds, 1),
        "letters a second": round(asked.letters / seconds),
    } | _inside("check", environment, asked)


def _holds(figures: dict[str, Any], asked: argparse.Namespace) -> bool:
    return figures["letters"] == figures["last number"] == asked.letters and not any(
        figures[name] for name in ("failed writers", "gaps", "doubles", "frozen with another")
    )


def _command(what: str, asked: argparse.Namespace, *, letters: int) -> list[str]:
    command = [sys.executable, "-m", "tests.letters.trial", "--inside", what]
    command += ["--letters", str(letters)]
    return command + ["--print"] * asked.print


def _inside(what: str, environment: dict[str, str], asked: argparse.Namespace) -> dict[str, Any]:
    answer = _run(_command(what, asked, letters=asked.letters), environment)
    found: dict[str, Any] = json.loads(answer)
    return found


def _run(command: list[str], environment: dict[str, str]) -> str:
    return subprocess.run(
        command, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


# --- Inside a process on the trial's database ---------------------------------------------------


def _set_up(*, printing: bool) -> None:
    import django

    django.setup()
    if not printing:
        from reports.letters import render

        render.render_pdf = lambda *_args, **_kwargs: b"%PDF-1.7 left out"


def _prepare(_asked: argparse.Namespace) -> dict[str, Any]:
    from reports.letters.fonts import ensure_fonts
    from tests.cast import make_cast

    make_cast()
    ensure_fonts()
    return {}


def _write(asked: argparse.Namespace) -> dict[str, Any]:
    from django.db import OperationalError, transaction

    from puskesmas.actors import Actor
    from puskesmas.models import Office, User
    from reports.letters.services import Content, issue_letter
    from tests.letters.samples import BODIES

    office = Office.objects.get(code="35.09.99.2003")
    actor = Actor.of(User.objects.get(username="back"), office)
    content = Content(body=BODIES["rujukan"])

    def issue(key: uuid.UUID) -> None:
        issue_letter(
            actor=actor,
            kind="rujukan",
            content=content,
            subject_uid=uuid.uuid4(),
            client_uid=key,
        )

    def insist(key: uuid.UUID) -> int:
        """Issue as an officer does who is told to try again: the same form, sent once more."""
        for tries in range(100):
            try:
                issue(key)
            except OperationalError:  # SQLite let others in for as long as it waits
                continue
            return tries
        raise TimeoutError("the database never let this writer in")

    taken_back = asked_twice = tried_again = 0
    print("awake", flush=True)
    sys.stdin.readline()
    for place in range(asked.letters):
        if place % 10 == 3:
            with suppress(OperationalError), transaction.atomic():
                issue(uuid.uuid4())
                transaction.set_rollback(True)
            taken_back += 1
        key = uuid.uuid4()
        tried_again += insist(key)
        if place % 10 == 7:
            tried_again += insist(key)
            asked_twice += 1
    return {
        "taken_back": taken_back,
        "asked_twice": asked_twice,
        "tried_again": tried_again,
    }


def _check(_asked: argparse.Namespace) -> dict[str, Any]:
    from reports.letters.models import Letter, LetterRevision, LetterSeries

    counters = list(Letter.objects.order_by("counter").values_list("counter", flat=True))
    numbers = set(Letter.objects.values_list("number", flat=True))
    last = LetterSeries.objects.get().last_number
    frozen = LetterRevision.objects.select_related("letter").iterator()
    return {
        "letters": len(counters),
        "last number": last,
        "gaps": len(set(range(1, last + 1)) - set(counters)),
        "doubles": 2 * len(counters) - len(set(counters)) - len(numbers),
        "frozen with another": sum(one.context["number"] != one.letter.number for one in frozen),
        "files": LetterRevision.objects.exclude(pdf_path="").count(),
    }


INSIDE: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "prepare": _prepare,
    "write": _write,
    "check": _check,
}

if __name__ == "__main__":
    main()
