"""Distribution of aid: list, schedule, tickets, hand-over at the table, what became of the rest."""
