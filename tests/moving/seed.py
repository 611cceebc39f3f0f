"""``python -m tests.moving.seed``: the small world, in the environment of a real installation."""

import json

import django


def main() -> None:
    """Make the world; print the village's code and how many people it has."""
    django.setup()
    from django.db import transaction

    from registry.models import Resident
    from tests.world import build

    with transaction.atomic():
        made = build()
    village = made.cast.village
    people = Resident.objects.filter(office=village).count()
    print(json.dumps({"code": village.code, "uid": str(village.uid), "people": people}))


if __name__ == "__main__":
    main()
