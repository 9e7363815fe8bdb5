"""Heartbeat files: a process says by itself that it works; the probes in bin/ only look at the age.

They lie in a folder that is writable in a Pod with a read-only root file system.
"""

import os
from pathlib import Path

# The same default stands in bin/probe.py, which must not import anything heavy.
FOLDER = Path(os.environ.get("HEARTBEAT_DIR", "/tmp/resee"))  # noqa: S108


def beat(name: str, text: str = "") -> None:
    """Renews the file `name`, whose content says more to people."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    new = FOLDER / f".{name}.{os.getpid()}"
    new.write_text(text)
    new.replace(FOLDER / name)


def stop(name: str) -> None:
    """Takes the file away at once: what it said is no longer true."""
    (FOLDER / name).unlink(missing_ok=True)
