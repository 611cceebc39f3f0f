"""System checks: what a newcomer's machine may lack, said with the command that mends it."""

import ctypes.util
from typing import Any

from django.core.checks import CheckMessage, Error, register


@register()
def pango_is_installed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """WeasyPrint cannot be imported without Pango; say the apt line instead of a stack trace."""
    if ctypes.util.find_library("pango-1.0") and ctypes.util.find_library("pangoft2-1.0"):
        return []
    return [
        Error(
            "Pango is missing: no letter can be printed.",
            hint="apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
            id="puskesmas.E001",
        )
    ]
