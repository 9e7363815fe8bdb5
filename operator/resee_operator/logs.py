"""Logging: one JSON object a line on stderr, from this program and from its libraries alike."""

from __future__ import annotations

import logging
import sys

import orjson
import structlog
from structlog.typing import EventDict


def configure(level: str) -> None:
    """Send every logger's messages to stderr as JSON."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _render],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Kopf tells at INFO of each event and each watch that it begins; what the operator does with it, it says
    # itself.
    logging.getLogger("kopf").setLevel(max(logging.WARNING, root.level))
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)


def _render(_logger: object, _name: str, event: EventDict) -> str:
    # What a library hangs on its records may be of any type; its name is enough.
    return orjson.dumps(event, default=lambda value: type(value).__name__).decode()
