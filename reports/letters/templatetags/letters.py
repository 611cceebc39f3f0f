"""Drawing letters on pages."""

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def nomor(number: str) -> SafeString:
    """A letter's number that may break after its slashes, so that it fits a telephone."""
    *parts, last = str(number).split("/")
    return format_html_join("", "{}{}", [*((f"{part}/", _BREAK) for part in parts), (last, "")])


_BREAK = SafeString("<wbr>")
