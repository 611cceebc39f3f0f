"""Family cards: who is on one, who heads it, and the house the family lives in."""
