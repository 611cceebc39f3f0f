"""Verification of a case: its papers one by one, the house, what the family earns, the finding."""
