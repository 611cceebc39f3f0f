"""What a request tells about its sender that may be believed."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the sender's address; X-Forwarded-For counts only behind our own proxies.

    Each trusted proxy appends one address, so the last ``TRUSTED_PROXIES`` entries are ours and
    the one before them is the sender; whatever a sender wrote himself stands further left.
    """
    direct = request.META.get("REMOTE_ADDR", "")
    if not settings.TRUSTED_PROXIES:
        return direct
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop]
    return hops[-settings.TRUSTED_PROXIES] if len(hops) >= settings.TRUSTED_PROXIES else direct
