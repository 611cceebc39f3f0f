"""A number the officer has just typed hides nothing from him when it is masked.

For a short time it may be shown whole to him alone. The session keeps a keyed hash of it, never
the number; logging out forgets it.
"""

import time

from django.http import HttpRequest

from puskesmas.crypto import blind_index

#: How long a number counts as just typed, in seconds.
VISIT = 15 * 60
_KEY = "typed_numbers"
_LENGTH = 16
#: More than one visit needs; the oldest are forgotten first.
MOST = 20
_DECORATION = str.maketrans("", "", " .-'\u200b\ufeff\u00a0")


def remember(request: HttpRequest, *texts: str) -> None:
    """Note the whole NIK and KK numbers among what the officer typed."""
    typed = [text.translate(_DECORATION) for text in texts if text]
    numbers = [text for text in typed if len(text) == _LENGTH and text.isdigit()]
    if not numbers:
        return
    until = int(time.time()) + VISIT
    kept = dict(list(_running(request).items())[1 - MOST :])
    request.session[_KEY] = kept | {blind_index(one, purpose="typed"): until for one in numbers}


def was_typed(request: HttpRequest, number: str) -> bool:
    """Return whether this officer typed the number a short time ago."""
    return bool(number) and blind_index(number, purpose="typed") in _running(request)


def _running(request: HttpRequest) -> dict[str, int]:
    now = time.time()
    kept: dict[str, int] = request.session.get(_KEY, {})
    return {index: until for index, until in kept.items() if until > now}
