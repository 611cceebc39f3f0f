"""The verbs of referrals, one module a subject.

``approval``: drafted, approved, returned, refused, submitted again (village).
``delivery``: on the way to the tier above, or by hand (village).
``answers``: what the upstream and the owner said, and realisation (village).
``inbox``: received, returned, recommended, answered (district).
``linking``: which offices exchange messages.
"""
