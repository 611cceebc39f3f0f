"""What other apps may hang on a verval list's return, inside the same transaction."""

from django.dispatch import Signal

#: Sent with ``held`` (the list) and ``actor``; a receiver that raises undoes the return.
list_returned = Signal()
