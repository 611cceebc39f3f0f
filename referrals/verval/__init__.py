"""Verval lists between the tier above and its villages: a sheet is divided and sent, a village's
share is taken in as a list of :mod:`registry.verval`, and what was found comes back.
"""
