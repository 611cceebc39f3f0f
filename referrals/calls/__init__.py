"""Calls for candidates between the tier above and its villages: issued to many, answered by each
through :mod:`programs.calls`, and read side by side.
"""
