"""Background work of the letter engine."""

from celery import shared_task

from reports.letters import drafts, services
from reports.letters.models import LetterRevision


@shared_task
def render_letter(pk: int) -> None:
    """Draw one revision of a long letter."""
    services.render_revision(LetterRevision.objects.select_related("letter").get(pk=pk))


@shared_task
def render_waiting_letters() -> int:
    """Render the letters whose rendering failed or was interrupted; their numbers stand."""
    return services.render_waiting()


@shared_task
def lapse_letters() -> int:
    """Let letters lapse that nobody signed within their validity, and drafts nobody took up."""
    return services.lapse_letters() + drafts.lapse_drafts()
