"""Sends tasks: `python -m bench.tasks.send MODULE COUNT SECONDS`; MODULE.app is the Celery application."""

from __future__ import annotations

import sys
from importlib import import_module

from bench.tasks.jobs import NAME


def main(module: str, count: int, seconds: float) -> None:
    """Numbers 0 to `count`, each working for so many seconds."""
    app = import_module(module).app
    with app.producer_or_acquire() as producer:
        for number in range(count):
            app.send_task(NAME, (number, seconds), producer=producer)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
