"""What other apps may hang on a letter's moves, inside the same transaction."""

from django.dispatch import Signal

#: Sent after each change of state with ``letter``, ``action`` and ``actor``; a receiver that raises
#: undoes the move.
letter_moved = Signal()
