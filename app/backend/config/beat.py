"""Beat's scheduler: one at a time, by a lock in Redis, which also remembers the last runs.

A beat that was away catches up with what it missed. While Redis is away beat waits and stays alive.
"""

import logging
from datetime import datetime
from typing import Any

import redis
from celery.beat import ScheduleEntry, Scheduler

from core import heartbeat
from core.redis import broker, read_hash

logger = logging.getLogger(__name__)

_LOCK = "resee:beat:lock"
_LAST_RUNS = "resee:beat:last-runs"
# Seconds after which another beat may take over from one that was killed.
LOCK_TIMEOUT = 30
# Seconds between two looks for the lock, or for a Redis that is away.
WAIT = 5.0


class LockedScheduler(Scheduler):
    """Sends tasks only while it holds the lock; says that it is alive at every turn."""

    def setup_schedule(self) -> None:
        self.merge_inplace(self.app.conf.beat_schedule)
        # Any thread of this process may renew it.
        self._lock = broker().lock(_LOCK, timeout=LOCK_TIMEOUT, thread_local=False)
        self._holding = False

    def tick(self, *args: Any, **kwargs: Any) -> float:
        heartbeat.beat("beat-alive")
        try:
            if not self._hold():
                return WAIT
            return float(super().tick(*args, **kwargs))
        except redis.RedisError as error:
            logger.warning("beat waits: Redis does not answer: %s", error)
            return WAIT

    def apply_async(self, entry: ScheduleEntry, *args: Any, **kwargs: Any) -> Any:
        result = super().apply_async(entry, *args, **kwargs)
        broker().hset(_LAST_RUNS, entry.name, self.app.now().isoformat())
        return result

    def close(self) -> None:
        super().close()
        try:
            if self._holding and self._lock.owned():
                self._lock.release()
        except redis.RedisError as error:
            logger.warning("the lock of beat runs out by itself: Redis does not answer: %s", error)

    def _hold(self) -> bool:
        """Whether the lock is ours for the coming turn."""
        if self._holding and self._lock.owned():
            self._lock.reacquire()
            return True
        self._holding = bool(self._lock.acquire(blocking=False))
        if self._holding:
            self._remember()
        else:
            logger.info("another beat holds the lock")
        return self._holding

    def _remember(self) -> None:
        """Takes over the last runs, so that what was due in the meantime is sent now."""
        for name, text in read_hash(broker(), _LAST_RUNS).items():
            entry = self.schedule.get(name)
            if entry is not None:
                entry.last_run_at = datetime.fromisoformat(text)
        self._heap = None

    def _ensure_connected(self) -> Any:
        """As Celery's, but alive while it waits for the broker."""

        def waiting(error: Exception, seconds: float) -> None:
            heartbeat.beat("beat-alive")
            logger.warning("beat waits %s s: the broker does not answer: %s", seconds, error)

        return self.connection.ensure_connection(waiting, self.app.conf.broker_connection_max_retries)
