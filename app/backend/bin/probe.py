"""What the probes share: a heartbeat file must be there and young. Standard library only: 20 ms."""

import os
import sys
import time

# The writer is core/heartbeat.py.
FOLDER = os.environ.get("HEARTBEAT_DIR", "/tmp/resee")  # noqa: S108


def check(name: str, max_age: float) -> None:
    """Ends the process: 0 where the heartbeat is younger than `max_age` seconds, else 1 with a sentence."""
    path = f"{FOLDER}/{name}"
    try:
        age = time.time() - os.stat(path).st_mtime  # noqa: PTH116 - pathlib would double the time
    except FileNotFoundError:
        sys.exit(f"{path} does not exist: the process has not said that it works")
    if age > max_age:
        sys.exit(f"{path} is {age:.0f} s old, at most {max_age:.0f} s are allowed")
