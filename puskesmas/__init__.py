"""Puskesos: the project and what every app leans on."""

from puskesmas.celery import app as celery_app

__all__ = ["celery_app"]
