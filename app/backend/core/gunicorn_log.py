"""gunicorn's own messages as the same JSON lines as the application's."""

from typing import Any

from gunicorn.glogging import Logger


class JsonLogger(Logger):
    """Leaves the writing to Django's logging; core.middleware writes the line for each request."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
