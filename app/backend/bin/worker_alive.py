"""Liveness of a worker: its loop turns, or it waits for a broker that is away (config/heartbeats.py)."""

from probe import check

check("worker-alive", max_age=60)
