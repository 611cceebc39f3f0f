"""Referrals straight to a partner, who answers on a page of his own, without an account.

``keys``: what opens the page, and for how long.
``invitations``: the link by e-mail, sent from the outbox.
``services``: the partner opens and answers; the office sends again and revokes.
``selectors``: what the page shows, and what the office sees of it.
"""
