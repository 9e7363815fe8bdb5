"""The addons' images for a cluster of kind's published node image, which knows nothing of them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from devcluster import binaries, cache, paths
from devcluster.engine.base import Engine
from devcluster.nodeimage.archive import write_images
from devcluster.nodeimage.components import ADDONS, Components
from devcluster.progress import Progress


def ensure_addons(engine: Engine, progress: Progress) -> list[str]:
    """Put the addons' images into the engine and return their references."""
    programs = binaries.ensure_all(ADDONS, progress)
    code = (paths.PACKAGE / "nodeimage").glob("*.py")
    name = cache.key(
        *(program.parent.name for program in programs.values()), cache.tree_key(paths.PACKAGE, code)
    )
    references: list[str] = []

    def make(target: Path) -> None:
        with tempfile.TemporaryDirectory(dir=target.parent) as work:
            write_images(target, Components(programs, Path(work)).addons())

    archive = cache.made(f"nodeimage/addons-{name}.tar", make)
    for line in engine.docker("load", "--input", str(archive)).stdout.splitlines():
        references.append(line.removeprefix("Loaded image: ").strip())
    return references
