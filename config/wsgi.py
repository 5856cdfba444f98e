"""The entrance for a WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from config.failures import ends_in_a_sentence

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

with ends_in_a_sentence():  # the server's workers have no excepthook
    application = get_wsgi_application()
