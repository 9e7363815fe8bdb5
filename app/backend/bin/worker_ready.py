"""Readiness of a worker: it consumes its queues now (config/heartbeats.py)."""

from probe import check

check("worker-ready", max_age=20)
