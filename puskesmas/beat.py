"""Celery's beat on a PC whose clock is put back."""

from celery.beat import PersistentScheduler


class SteadyScheduler(PersistentScheduler):
    """Celery's own scheduler, which would rest until the old time returned.

    An empty battery or a wrong year typed in is mended while the office works: what was last run
    "tomorrow" counts as run now.
    """

    def tick(self, *args: object, **kwargs: object) -> float:
        """Run what is due; return the seconds until the next may be."""
        for entry in self.schedule.values():
            now = entry.default_now()
            if entry.last_run_at > now:
                entry.last_run_at = now
                # The order in which entries fall due was made by the old clock.
                self._heap = None
        pause: float = super().tick(*args, **kwargs)
        return pause
