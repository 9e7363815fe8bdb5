"""The id that follows one request from nginx through Django and the task queue into every log line."""

import logging
import re
import uuid
from contextvars import ContextVar

HEADER = "X-Request-ID"
current: ContextVar[str] = ContextVar("request_id", default="-")

# What nginx makes ($request_id) and what proxies send; anything else could forge log lines.
_ACCEPTED = re.compile(r"[A-Za-z0-9_.-]{8,128}")


def accept(given: str | None) -> str:
    """The id that a client gave, if it is well formed, else a new one."""
    return given if given and _ACCEPTED.fullmatch(given) else uuid.uuid4().hex


class RequestIdFilter(logging.Filter):
    """Puts the current id on each record, as `request_id`."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, "request_id"):
            record.request_id = current.get()
        return True
