"""Do village and tier above have the same? Their lists are compared, every night and on demand.

The tier above hands out what it has of a village (:mod:`listing`); the village walks along both
lists (:mod:`comparing`), judges pair by pair (:mod:`judging`) and keeps what differs until somebody
mends it by a button (:mod:`services`) or it is the same again.
"""
