"""The files of a referral (scans, photos): they travel apart from it, in parts.

The submission lists them by SHA-256. :mod:`sending` is the village's side, :mod:`receiving` and
:mod:`tus_views` the tier above's, which speaks the core of tus 1.0 (https://tus.io/protocols).
"""
