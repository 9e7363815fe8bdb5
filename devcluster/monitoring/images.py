"""One image for each program: its static binary and nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from devcluster import binaries, cache, paths
from devcluster.engine.base import Engine
from devcluster.nodeimage.archive import Image, write_images, write_layer
from devcluster.nodeimage.components import REGISTRY
from devcluster.progress import Progress

PROGRAMS = (
    "prometheus",
    "alertmanager",
    "prometheus-operator",
    "prometheus-config-reloader",
    "metrics-adapter",
)
# The Prometheus operator calls its helper by this path.
_FOLDER = "bin"
_NOBODY = "65534:65534"


def ensure(engine: Engine, progress: Progress) -> list[str]:
    """Put the images into the engine and return their references; minutes where nothing is built yet."""
    programs = binaries.ensure_all(PROGRAMS, progress)
    code = [Path(__file__), paths.PACKAGE / "nodeimage" / "archive.py"]
    key = cache.key(
        *sorted(program.parent.name for program in programs.values()), cache.tree_key(paths.PACKAGE, code)
    )

    def make(target: Path) -> None:
        with tempfile.TemporaryDirectory(dir=target.parent) as work:
            write_images(target, (_image(name, programs, Path(work)) for name in PROGRAMS))

    archive = cache.made(f"nodeimage/monitoring-{key}.tar", make)
    engine.docker("load", "--input", str(archive))
    return [reference(name) for name in PROGRAMS]


def reference(name: str) -> str:
    """The name of a program's image, as the objects have it."""
    return f"{REGISTRY}{name}:1"


def _image(name: str, programs: Mapping[str, Path], work: Path) -> Image:
    layer = write_layer(work / f"{name}.tar", {f"{_FOLDER}/{name}": programs[name]})
    return Image((reference(name),), (layer,), {"Entrypoint": [f"/{_FOLDER}/{name}"], "User": _NOBODY})
