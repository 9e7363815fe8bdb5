"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# Every view is imported now, before gunicorn forks: the first request is as fast as the others, and an
# image in which one cannot be imported never starts instead of answering 500.
_ = get_resolver().url_patterns
