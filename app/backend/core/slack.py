"""Errors as Slack messages: each kind once in a while, never in the way of a request.

The limits are kept in Redis for all processes together, and in this process while Redis is away.
"""

import logging
import queue
import threading
import time
from hashlib import sha256

import redis
from django.conf import settings

from core import request_id
from core.redis import cached

# Seconds. The same error again within this time is not news.
SAME_ERROR_AFTER = 300
# Messages of one minute, whatever the errors: Slack itself takes one a second.
PER_MINUTE = 10
# Slack cuts longer texts.
_MAX_TEXT = 3000


class Limiter:
    """Says whether an error may be sent now."""

    def __init__(self) -> None:
        self._sent: dict[str, float] = {}

    def allows(self, fingerprint: str) -> bool:
        try:
            return self._allows_everywhere(fingerprint)
        except redis.RedisError:
            return self._allows_here(fingerprint)

    def _allows_everywhere(self, fingerprint: str) -> bool:
        if not cached().set(f"slack:{fingerprint}", 1, nx=True, ex=SAME_ERROR_AFTER):
            return False
        minute = f"slack:minute:{time.time() // 60:.0f}"
        count = cached().incr(minute)
        cached().expire(minute, 120)
        return int(count) <= PER_MINUTE

    def _allows_here(self, fingerprint: str) -> bool:
        now = time.monotonic()
        self._sent = {key: at for key, at in self._sent.items() if now - at < SAME_ERROR_AFTER}
        if fingerprint in self._sent or len(self._sent) >= PER_MINUTE:
            return False
        self._sent[fingerprint] = now
        return True


class SlackHandler(logging.Handler):
    """Hands each record that is news to a thread, which posts it; the log keeps what Slack refuses."""

    def __init__(self, level: int | str = logging.NOTSET) -> None:
        super().__init__(level)
        self._limiter = Limiter()
        self._queue: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(("slack_sdk", "urllib3")):
            return
        place = f"{record.name}:{record.pathname}:{record.lineno}:{record.msg}"
        if self._limiter.allows(sha256(place.encode()).hexdigest()[:16]):
            self._queue.put(self._text(record))
            self._start()

    def _text(self, record: logging.LogRecord) -> str:
        exception = f"\n{record.exc_info[1]!r}" if record.exc_info else ""
        head = (
            f"[{settings.ENVIRONMENT}] {record.levelname} {record.name} (request {request_id.current.get()})"
        )
        return f"{head}\n{record.getMessage()}{exception}"[:_MAX_TEXT]

    def _start(self) -> None:
        # Here and not in __init__: threads do not survive gunicorn's and Celery's fork.
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._post_all, name="slack", daemon=True)
            self._thread.start()

    def _post_all(self) -> None:
        from slack_sdk.webhook import WebhookClient

        client = WebhookClient(settings.SLACK_WEBHOOK_URL, timeout=10)
        while True:
            text = self._queue.get()
            try:
                client.send(text=text)
            except OSError as error:
                logging.getLogger(__name__).warning("Slack does not answer: %s", error)
