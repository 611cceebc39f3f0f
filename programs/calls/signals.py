"""What other apps may hang on a list's handing over, inside the same transaction."""

from django.dispatch import Signal

#: Sent with ``call`` (its ``sheet`` frozen) and ``actor``; a receiver that raises undoes it.
list_handed = Signal()
