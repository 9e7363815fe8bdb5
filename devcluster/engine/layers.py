"""The unpacked layers of the private engine's images, in a folder that every node sees read-only.

A node's containerd keeps a layer as the same kind of folder as the engine does: files of overlayfs. So an
image needs no `docker save`, no import and no second copy; `cluster.link` tells a node what its layers are
called. The files are the engine's own, by hard links: an image that the engine forgets stays whole for the
nodes that run it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from devcluster import cache
from devcluster.images.command import run

_CONFIGURATIONS = "image/overlay2/imagedb/content"


@dataclass(frozen=True)
class Unpacked:
    """An image of the engine: its id, the raw configuration which that is the hash of, its layers' chain.

    `chain` names each layer together with all below it, the lowest first, as image stores do ("sha256:...").
    """

    reference: str
    identity: str
    configuration: bytes
    chain: tuple[str, ...]

    @property
    def layers(self) -> list[str]:
        """The digest of each layer by itself, as the configuration has it."""
        digests: list[str] = json.loads(self.configuration)["rootfs"]["diff_ids"]
        return digests


def chain_of(digests: Sequence[str]) -> tuple[str, ...]:
    """The names of layers together with all below them, as the OCI image specification makes them."""
    chain: list[str] = []
    for digest in digests:
        both = f"{chain[-1]} {digest}".encode() if chain else b""
        chain.append(f"sha256:{hashlib.sha256(both).hexdigest()}" if chain else digest)
    return tuple(chain)


def folder_name(chain: str) -> str:
    """The name of a layer's folder."""
    return chain.removeprefix("sha256:")


def export(inspected: Mapping[str, Mapping[str, Any]], data: Path, target: Path) -> list[Unpacked]:
    """Put the layers of images into `target` where they are missing, and return the images.

    `inspected` is what `docker image inspect` says of each reference, `data` the engine's data root.
    """
    images = []
    target.mkdir(parents=True, exist_ok=True)
    with cache.locked(target.with_name(f"{target.name}.lock")):
        for reference, found in inspected.items():
            identity = found["Id"]
            configuration = (data / _CONFIGURATIONS / identity.replace(":", "/")).read_bytes()
            image = Unpacked(reference, identity, configuration, chain_of(found["RootFS"]["Layers"]))
            for chain, files in zip(image.chain, _folders(found["GraphDriver"]["Data"]), strict=True):
                _link(files, target / folder_name(chain))
            images.append(image)
    return images


def prune(target: Path, kept: Iterable[str], young: timedelta) -> list[str]:
    """Remove the layers whose chain is not among `kept`; returns the removed folders' names.

    What was made within `young` stays: it may be of an image that is on its way into a node.
    """
    names = {folder_name(chain) for chain in kept}
    oldest = time.time() - young.total_seconds()
    removed = [
        folder for folder in target.glob("*") if folder.name not in names and folder.stat().st_ctime < oldest
    ]
    for folder in removed:
        shutil.rmtree(folder)
    return sorted(folder.name for folder in removed)


def _folders(data: Mapping[str, str]) -> list[Path]:
    """The engine's folders of an image's layers, the lowest first; it names the others from the top."""
    below = data.get("LowerDir", "").split(":")
    return [Path(folder) for folder in (*reversed(below), data["UpperDir"]) if folder]


def _link(files: Path, folder: Path) -> None:
    """Make `folder` the same as `files`, white-outs and attributes too, whole or not at all."""
    if folder.exists():
        return
    part = folder.with_name(f".part-{folder.name}")
    shutil.rmtree(part, ignore_errors=True)
    run(["cp", "--archive", "--link", str(files), str(part)], remedy="Run the command again.")
    part.rename(folder)
