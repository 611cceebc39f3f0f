"""Several threads or processes at once: starting together, and reaching the test's database."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection


def together(*tasks: Callable[[], Any]) -> list[BaseException]:
    """Run the tasks in threads that start at once; return what they raised."""
    barrier, errors = threading.Barrier(len(tasks)), []

    def run(task):
        try:
            barrier.wait()
            task()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def database_url() -> str:
    """Return the address of the running test database, for a child process."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    user = f"{settings['USER']}:{settings['PASSWORD']}".rstrip(":")
    return f"postgres://{user}@{settings['HOST']}:{settings['PORT'] or 5432}/{settings['NAME']}"
