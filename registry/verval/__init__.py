"""Verval lists from above: taken in, walked house by house, returned in the sender's layout."""
