"""A Celery application that sets nothing but its broker: the yardstick."""

from __future__ import annotations

import os

from celery import Celery

app = Celery("plain", broker=os.environ.get("REDIS_URL"), include=["bench.tasks.jobs"])
