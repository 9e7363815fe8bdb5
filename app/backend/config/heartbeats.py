"""The worker's heartbeats, as two steps of Celery's start-up.

`worker-ready` is written by the event loop itself while it consumes, and taken away when the connection
goes. `worker-alive` is written by a thread as long as that loop turns or the worker waits for its broker:
a worker is not restarted because Redis is away.
"""

import threading
import time
from typing import Any

from celery import bootsteps

from core import heartbeat

INTERVAL = 5.0
# An event loop that has not turned for so long hangs.
STUCK_AFTER = 45.0


class LoopState:
    """What the two steps know of the event loop: consuming since when, last turn when."""

    def __init__(self) -> None:
        self.consuming = False
        self.last_turn = time.monotonic()

    def alive(self) -> bool:
        return not self.consuming or time.monotonic() - self.last_turn < STUCK_AFTER


_state = LoopState()


class ConsumerHeartbeat(bootsteps.StartStopStep):
    """Runs in the consumer, between the broker's coming and going."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **_: Any) -> None:
        self.timer: Any = None
        super().__init__(consumer)

    def start(self, consumer: Any) -> None:
        _state.last_turn = time.monotonic()
        _state.consuming = True
        self._turn(consumer)
        self.timer = consumer.timer.call_repeatedly(INTERVAL, self._turn, (consumer,))

    def stop(self, consumer: Any) -> None:  # noqa: ARG002
        _state.consuming = False
        heartbeat.stop("worker-ready")
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def _turn(self, consumer: Any) -> None:
        _state.last_turn = time.monotonic()
        heartbeat.beat("worker-ready", ",".join(queue.name for queue in consumer.task_consumer.queues))


class WorkerHeartbeat(bootsteps.StartStopStep):
    """Runs as long as the worker."""

    def __init__(self, worker: Any, **_: Any) -> None:
        self.stopped = threading.Event()
        super().__init__(worker)

    def start(self, worker: Any) -> None:  # noqa: ARG002
        threading.Thread(target=self._run, name="heartbeat", daemon=True).start()

    def stop(self, worker: Any) -> None:  # noqa: ARG002
        self.stopped.set()

    def _run(self) -> None:
        while True:
            if _state.alive():
                heartbeat.beat("worker-alive")
            if self.stopped.wait(INTERVAL):
                return
