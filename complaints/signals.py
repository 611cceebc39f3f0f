"""What other apps may hang on a case's moves, inside the same transaction."""

from django.dispatch import Signal

#: Sent after each change of state with ``case``, ``step`` and ``actor``; a receiver that raises
#: undoes the move.
case_moved = Signal()
