"""JSON lines on stderr. What is known to be secret is masked in every line, whoever wrote it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import structlog
from structlog.typing import EventDict, WrappedLogger

SECRET_VARIABLES = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "PGPASSWORD")
LINES_VARIABLE = "BACKUP_AGE_IDENTITIES"
"""Of age: lines with keys between comments."""
URL_VARIABLES = ("DATABASE_URL", "BACKUP_DRILL_DATABASE_URL")
MASK = "***"
SHORTEST = 4  # a shorter secret would mask ordinary words; it is never printed on purpose either


class Mask:
    """Replaces the secrets of an environment by `***` in any text."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        plain = {environment.get(name, "") for name in SECRET_VARIABLES}
        plain |= {word for word in environment.get(LINES_VARIABLE, "").split() if word.startswith("AGE-")}
        for name in URL_VARIABLES:
            try:
                plain.add(urlsplit(environment.get(name, "")).password or "")
            except ValueError:
                plain.add(environment.get(name, ""))
        self._secrets = sorted(_spellings(plain), key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text without the secrets."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text


def _spellings(secrets: Iterable[str]) -> set[str]:
    spelled = {
        word for secret in secrets for word in (secret, unquote(secret), quote(unquote(secret), safe=""))
    }
    return {word for word in spelled if len(word) >= SHORTEST}


def configure(mask: Mask, command: str, level: str) -> None:
    """Send the log of this process to stderr as JSON."""

    def masked(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {name: _masked(value, mask) for name, value in event.items()}

    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                lambda _logger, _method, event: {"command": command, **event},
                masked,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for noisy in ("botocore", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _masked(value: Any, mask: Mask) -> Any:
    if isinstance(value, dict):
        return {key: _masked(part, mask) for key, part in value.items()}
    return value if isinstance(value, bool | int | float | None) else mask(str(value))
