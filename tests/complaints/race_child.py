"""A process of its own that registers matters as fast as it can, for the race on receipt numbers.

``python -m tests.complaints.race_child OFFICE_PK USERNAME COUNT START``: waits until the moment
START (seconds since the epoch) so that all children begin together, then prints its numbers.
"""

import sys
import time
import uuid

import django


def main(office_pk: int, username: str, count: int, start: float) -> None:
    django.setup()
    from puskesmas.actors import Actor
    from puskesmas.models import Office, User
    from tests.complaints.test_races import draw_from_few, register

    draw_from_few()
    actor = Actor.of(User.objects.get(username=username), Office.objects.get(pk=office_pk))
    time.sleep(max(0.0, start - time.time()))
    for _number in range(count):
        print(register(actor, uuid.uuid4()).receipt_number, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
