"""Background work of the referrals: beat wakes it."""

from celery import shared_task

from referrals.files import receiving, sending
from referrals.packages import cards, kept
from referrals.publishing import sending as publishing
from referrals.reconciliation import comparing, services
from referrals.services import fetching
from referrals.verval import village


@shared_task
def fetch_answers() -> int:
    """Fetch what the tier above has said since the last time."""
    return fetching.fetch_all()


@shared_task
def exchange_cards() -> int:
    """Tell the tier above our keys for packages, and learn its own."""
    return cards.greet_all()


@shared_task
def send_files() -> None:
    """Send files of delivered referrals for a while, then stand in line behind the messages."""
    if sending.send_files():
        sending.wake()


@shared_task
def tidy_files() -> int:
    """Throw away what arrived of files nobody has continued for long."""
    return receiving.tidy()


@shared_task
def tidy_packages() -> int:
    """Remove the bytes of hand-carried packages in which nothing waits any more."""
    return kept.remove_settled()


@shared_task
def publish_records() -> int:
    """Write the next message for the offices above that serve our public pages."""
    return publishing.publish_all()


@shared_task
def tell_verval_progress() -> int:
    """Tell the tier above how far its verval lists are."""
    return village.tell_progress()


@shared_task
def compare_lists() -> None:
    """Compare lists with the tier above for a while, then stand in line behind the messages."""
    comparing.ask_nightly()
    if comparing.compare_due():
        services.wake()
