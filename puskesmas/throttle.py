"""Token buckets in the database: shared by every process, kept over a restart."""

import hashlib
import math
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas.errors import TooManyTries
from puskesmas.models import RateBucket


def take(kind: str, key: str, *, capacity: int, per: timedelta, message: str = "") -> None:
    """Take one token from the bucket of ``kind`` and ``key``: ``capacity`` tokens per ``per``.

    The key is stored hashed.

    Raises:
        TooManyTries: the bucket is empty; ``details["retry_after"]`` is in whole seconds.
    """
    wait = _take(hashlib.sha256(f"{kind}\0{key}".encode()).hexdigest(), capacity, per)
    if wait:
        minutes = math.ceil(wait / 60)
        raise TooManyTries(
            message
            or _("Terlalu banyak percobaan. Coba lagi %(minutes)d menit lagi.")
            % {"minutes": minutes},
            retry_after=wait,
        )


def forget(kind: str, key: str) -> None:
    """Empty a bucket's memory after a success (a right password)."""
    RateBucket.objects.filter(key=hashlib.sha256(f"{kind}\0{key}".encode()).hexdigest()).delete()


def _take(key: str, capacity: int, per: timedelta) -> int:
    rate = capacity / per.total_seconds()
    now = timezone.now()
    with transaction.atomic():
        RateBucket.objects.bulk_create(
            [RateBucket(key=key, tokens=capacity, refilled_at=now)], ignore_conflicts=True
        )
        bucket = RateBucket.objects.select_for_update().get(key=key)
        elapsed = max(0.0, (now - bucket.refilled_at).total_seconds())
        tokens = min(float(capacity), bucket.tokens + elapsed * rate)
        granted = tokens >= 1
        bucket.tokens = tokens - 1 if granted else tokens
        bucket.refilled_at = now
        bucket.save(update_fields=["tokens", "refilled_at"])
    return 0 if granted else math.ceil((1 - tokens) / rate)
