"""Background work of the letter engine."""

from celery import shared_task

from reports.letters import services


@shared_task
def render_waiting_letters() -> int:
    """Render the letters whose rendering failed or was interrupted; their numbers stand."""
    return services.render_waiting()
