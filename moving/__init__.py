"""A whole office, taken from one installation to another, with proof that nothing was lost."""
