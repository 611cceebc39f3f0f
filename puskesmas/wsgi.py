"""The web application: ``gunicorn puskesmas.wsgi``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "puskesmas.settings")

application = get_wsgi_application()
