"""What goes with every task: the request id of whoever started it, and its measurement.

Worker processes come and go without a port of their own, so they add their measurements up in Redis;
core.task_metrics gives them to Prometheus.
"""

import logging
import time
from typing import Any

import redis
from celery.signals import before_task_publish, task_postrun, task_prerun

from core import request_id, task_metrics

logger = logging.getLogger(__name__)

_started: dict[str, float] = {}


@before_task_publish.connect
def _mark(headers: dict[str, Any], **_: Any) -> None:
    headers["resee"] = {"request_id": request_id.current.get(), "sent_at": time.time()}


@task_prerun.connect
def _begin(task_id: str, task: Any, **_: Any) -> None:
    mark = getattr(task.request, "resee", None) or {}
    given = mark.get("request_id", "-")
    # What beat sends has no request; the task's own id ties its lines together.
    request_id.current.set(task_id if given == "-" else given)
    _started[task_id] = time.time()


@task_postrun.connect
def _end(task_id: str, task: Any, state: str | None, **_: Any) -> None:
    begun = _started.pop(task_id, None)
    if begun is None:
        return
    mark = getattr(task.request, "resee", None) or {}
    try:
        task_metrics.record(
            task.name, state or "UNKNOWN", time.time() - begun, begun - mark.get("sent_at", begun)
        )
    except redis.RedisError as error:
        logger.warning("task %s is not counted: Redis does not answer: %s", task.name, error)
    request_id.current.set("-")
