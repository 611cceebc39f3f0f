"""``python -m benchmarks search --scale 10000 100000 --server postgres://…``: see README.md."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

SUBJECTS = {
    "search": "benchmarks.search",
    "import": "benchmarks.imports",
    "matching": "benchmarks.matching",
    "delivery": "benchmarks.delivery",
    "letters": "benchmarks.letters",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("subject", choices=SUBJECTS)
    parser.add_argument("--scale", type=int, nargs="+", default=[10_000])
    parser.add_argument(
        "--server", default="", help="URL of a PostgreSQL database to connect to; else SQLite"
    )
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        print(json.dumps(_measure(arguments.subject, arguments.scale[0])))
        return
    for count in arguments.scale:
        with private(arguments.server) as environment:
            command = [sys.executable, "-m", "benchmarks", arguments.subject, "--inside"]
            command += ["--scale", str(count)]
            answer = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
        _report(arguments.subject, count, arguments.server, json.loads(answer.stdout))


def _measure(subject: str, count: int) -> object:
    import django
    from django.conf import settings

    os.environ["DJANGO_SETTINGS_MODULE"] = "puskesmas.settings"
    django.setup()
    # Not Django's whole test set-up: it copies every template's context.
    settings.ALLOWED_HOSTS = ["testserver"]
    return import_module(SUBJECTS[subject]).run(count)


@contextmanager
def private(server: str) -> Iterator[dict[str, str]]:
    """Yield the environment of a process with a data folder and a database of its own."""
    name = f"bench_{os.getpid()}"
    with tempfile.TemporaryDirectory(prefix=name) as folder:
        environment = os.environ | {
            "PUSKESOS_DATA_DIR": folder,
            "PUSKESOS_IMPORT_MAX_BYTES": str(2**31),
            "CELERY_BROKER_URL": "memory://",
            "PUSKESOS_LOG_LEVEL": "WARNING",
        }
        environment.pop("DATABASE_URL", None)
        if not server:
            yield environment
            return
        _on_server(server, f"CREATE DATABASE {name}")
        try:
            yield environment | {"DATABASE_URL": f"{server.rpartition('/')[0]}/{name}"}
        finally:
            _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def _on_server(server: str, statement: str) -> None:
    import psycopg2  # type: ignore[import-untyped]

    connection = psycopg2.connect(server)
    try:
        connection.autocommit = True
        connection.cursor().execute(statement)
    finally:
        connection.close()


def _report(subject: str, count: int, server: str, figures: dict[str, object]) -> None:
    print(f"{subject}, {count:,} on {'PostgreSQL' if server else 'SQLite'}")
    for what, figure in figures.items():
        told = figure.items() if isinstance(figure, dict) else [("", figure)]
        print(f"  {what}: " + ", ".join(f"{key} {value}".strip() for key, value in told))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
