"""The public pages of an office behind NAT, served by the tier above: what is told, and shown."""
