"""The delivery trial: thousands of referrals through everything that goes wrong between offices.

``make trial-delivery`` runs it; see docs/exchange.md. It is no part of the tests, for it takes an
hour or more; tests/crash proves the same points one by one.
"""
