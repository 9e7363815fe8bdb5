"""Gathers the Django project's static files into the folder that is named on the command line.

A program of its own: Django is set up once for each process, in the project's own folder, and needs values
for its required settings, of which ``collectstatic`` uses none.
"""

from __future__ import annotations

import os
import sys

PLACEHOLDERS = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "SECRET_KEY": "unused-by-collectstatic",
    "DATABASE_URL": "postgres://unused@localhost/unused",
    "REDIS_URL": "redis://localhost/0",
    "CACHE_URL": "redis://localhost/1",
}


def main(folder: str) -> None:
    """Fill ``folder`` with the static files of the project in the present directory."""
    os.environ.update(PLACEHOLDERS)
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    settings.STATIC_ROOT = folder
    call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    main(sys.argv[1])
