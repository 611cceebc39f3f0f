"""Criteria sets (262/HUK/2022, 146/HUK/2013, the ten questions) and surveys that answer them."""
