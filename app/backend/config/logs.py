"""Logs: one JSON object on a line of stderr, with the id of the request or task that it belongs to."""

from typing import Any

_QUIET = {
    # Each answer is logged once, by core.middleware; Django would repeat the 4xx and 5xx.
    "django.request": {"level": "ERROR"},
    # Scanners ask for any host; the access line with its 400 is enough.
    "django.security.DisallowedHost": {"handlers": [], "propagate": False},
    # kombu and redis tell of each reconnection at INFO; only trouble matters.
    "kombu": {"level": "WARNING"},
    "urllib3": {"level": "WARNING"},
    # Its messages hold the webhook's address, which is a secret; core.slack tells of failures.
    "slack_sdk": {"level": "CRITICAL"},
}


def logging_config(level: str, *, slack: bool) -> dict[str, Any]:
    """A logging.config dictionary: JSON on stderr at `level`, and errors to Slack where asked for."""
    handlers: dict[str, Any] = {
        "stderr": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stderr",
            "formatter": "json",
            "filters": ["request_id"],
        }
    }
    if slack:
        handlers["slack"] = {
            "class": "core.slack.SlackHandler",
            "level": "ERROR",
        }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": "core.request_id.RequestIdFilter"}},
        "formatters": {
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "fmt": "%(levelname)s %(name)s %(message)s %(request_id)s",
                "rename_fields": {"levelname": "level", "name": "logger"},
                "timestamp": "time",
            }
        },
        "handlers": handlers,
        "root": {"level": level.upper(), "handlers": list(handlers)},
        # Replaces Django's own handlers, which would mail errors and colour the console.
        "loggers": {"django": {"handlers": [], "propagate": True}, **_QUIET},
    }
