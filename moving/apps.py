from django.apps import AppConfig


class MovingConfig(AppConfig):
    """An office leaves its PC for a server: two commands, and no page."""

    name = "moving"
