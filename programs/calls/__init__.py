"""Calls for candidates: assembled with a reason per name, approved, handed over, answered."""
