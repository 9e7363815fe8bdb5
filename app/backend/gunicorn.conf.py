"""gunicorn: threads in a few processes, restarted now and then, writing under /tmp only."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

bind = "0.0.0.0:8000"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Threads keep nginx's connections open, and a slow query does not hold a whole process.
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))
# Django is loaded once, before the fork: a fast start and shared memory. For changed code to be read anew
# (development), each worker loads it by itself.
preload_app = "--reload" not in sys.argv
max_requests = 1000
max_requests_jitter = 100
keepalive = 75
timeout = 30
# Within the Pod's grace period; nginx stops sending before, by the preStop sleep.
graceful_timeout = 25
# The heartbeat file must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
control_socket_disable = True
accesslog = None
errorlog = "-"
logger_class = "core.gunicorn_log.JsonLogger"

_metrics = Path(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", f"{tempfile.gettempdir()}/resee-metrics"))


def on_starting(server: Any) -> None:  # noqa: ARG001
    """Drops the measurements of a process of the same number that ran before."""
    _metrics.mkdir(parents=True, exist_ok=True)
    for file in _metrics.glob("*.db"):
        file.unlink()


def child_exit(server: Any, worker: Any) -> None:  # noqa: ARG001
    """Lets the sum over processes forget the gauges of one that has ended."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)
