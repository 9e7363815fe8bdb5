"""From a fresh clone to a running Resee: `make up` with empty caches, and again with full ones.

Everything that a first run downloads, compiles or installs goes to folders of the bench's own, removed at its
end, so that nothing of this machine's helps. `cores` binds every process of the run to so many processors.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bench.figures import ROOT, Figure
from devcluster.progress import Progress

COLD_GOAL = "<= 12 min"
WARM_GOAL = "<= 60 s"
_CACHES = {
    "RESEE_CACHE_DIR": "resee",
    "GOCACHE": "go-build",
    "GOMODCACHE": "go-mod",
    "UV_CACHE_DIR": "uv",
    "PIP_CACHE_DIR": "pip",
    "npm_config_cache": "npm",
}

_NOT_PASSED_ON = frozenset({"MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS", "PYTHONPATH", "RESEE_STATE_DIR"})


def run(cores: int | None, ports: tuple[int, int], progress: Progress) -> list[Figure]:
    """Clone, `make up` twice, and remove everything again.

    Args:
        cores: processors that the run may use; None for all.
        ports: of 127.0.0.1 for Resee's page and for S3.
        progress: shows which of the steps is under way.
    """
    folder = Path(tempfile.mkdtemp(prefix="resee-road-"))
    clone = folder / "clone"
    environment = environment_of(os.environ, folder, ports)
    before = os.sched_getaffinity(0)
    others = os.getloadavg()[0]
    os.sched_setaffinity(0, sorted(before)[:cores])
    try:
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        with progress.step("make up, cold"):
            cold = _make(clone, "up", environment)
        with progress.step("make down"):
            down = _make(clone, "down", environment)
        with progress.step("make up, warm"):
            warm = _make(clone, "up", environment)
        with progress.step("make up, everything running"):
            again = _make(clone, "up", environment)
    finally:
        _make(clone, "down", environment)
        os.sched_setaffinity(0, before)
        subprocess.run(["chmod", "--recursive", "u+w", str(folder)], check=False)
        shutil.rmtree(folder)
    where = f"on {cores or len(before)} cores"
    return [
        Figure(f"`make up`, cold, {where}", f"{cold / 60:.1f} min", goal=COLD_GOAL),
        Figure(f"`make up`, warm, {where}", f"{warm:.0f} s", goal=WARM_GOAL),
        Figure(f"`make up`, everything running, {where}", f"{again:.0f} s"),
        Figure(f"`make down`, {where}", f"{down:.0f} s"),
        Figure("load of the machine before, by others", f"{others:.1f}"),
    ]


def environment_of(ours: Mapping[str, str], folder: Path, ports: tuple[int, int]) -> dict[str, str]:
    """Of `make up` in the clone: caches in the folder, and nothing of the make that started the bench, whose
    ARGS would win over these."""
    kept = {name: value for name, value in ours.items() if name not in _NOT_PASSED_ON}
    caches = {name: str(folder / place) for name, place in _CACHES.items()}
    return {**kept, **caches, "ARGS": f"--http-port {ports[0]} --s3-port {ports[1]}"}


def _make(clone: Path, target: str, environment: dict[str, str]) -> float:
    """Seconds that a make target takes in the clone."""
    begin = time.monotonic()
    subprocess.run(["make", target], cwd=clone, env=environment, check=True)
    return time.monotonic() - begin
