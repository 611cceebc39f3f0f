"""The fixed reports: what is in them, how they are frozen, printed and compared."""
