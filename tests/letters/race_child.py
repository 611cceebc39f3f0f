"""A process of its own that issues letters as fast as it can, for the race on numbers.

``python -m tests.letters.race_child OFFICE_PK USERNAME COUNT START``: waits until the moment START
(seconds since the epoch) so that all children begin together, then prints the counters it got.
"""

import sys
import time
import uuid

import django


def main(office_pk: int, username: str, count: int, start: float) -> None:
    django.setup()
    from puskesmas.actors import Actor
    from puskesmas.models import Office, User
    from reports.letters.services import Content, issue_letter
    from tests.letters.conftest import body

    actor = Actor.of(User.objects.get(username=username), Office.objects.get(pk=office_pk))
    time.sleep(max(0.0, start - time.time()))
    for _ in range(count):
        letter = issue_letter(
            actor=actor, kind="rujukan", content=Content(body=body()), subject_uid=uuid.uuid4()
        )
        print(letter.counter, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
