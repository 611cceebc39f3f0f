"""Background work of the referrals: beat wakes it."""

from celery import shared_task

from referrals.services import fetching


@shared_task
def fetch_answers() -> int:
    """Fetch what the tier above has said since the last time."""
    return fetching.fetch_all()
