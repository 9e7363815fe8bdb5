"""Settings for `collectstatic` while an image is built, where no deployment's environment exists."""

import os

for _name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "CACHE_URL"):
    os.environ.setdefault(_name, "postgres:///unused" if _name == "DATABASE_URL" else "redis://unused")

from config.settings import *  # noqa: E402, F403
