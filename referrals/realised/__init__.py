"""Realisation by the sheet: an owner's list of cards that are ready or were collected."""
