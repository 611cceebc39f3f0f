"""Background work of the programmes: whole lists being printed."""

from celery import shared_task

from programs import printing


@shared_task
def draw_print(pk: int) -> None:
    """Draw one print that was asked for."""
    printing.draw(pk)


@shared_task
def draw_waiting_prints() -> int:
    """Draw prints whose worker was never woken, or died; return how many are done."""
    return printing.draw_waiting()


@shared_task
def tidy_prints() -> int:
    """Throw away prints nobody needs any more; return how many."""
    return printing.tidy()
