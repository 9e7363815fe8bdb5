"""What nobody needs any more: old images of the engine, their layers, and old things in the cache.

Kept are what some node holds, what the last build made, all that is young, and the newest few of each kind
for a step back. No image is removed while a node cannot be asked.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from devcluster import cache, paths
from devcluster.cluster import load, nodes
from devcluster.cluster.config import LAYERS
from devcluster.cluster.record import Record
from devcluster.engine import layers
from devcluster.engine.base import Engine
from devcluster.errors import ClusterError
from devcluster.images import records
from devcluster.images.catalogue import REGISTRY
from devcluster.nodeimage import node

KEPT = 3
# Another checkout may have built it for the same engine and not loaded it yet.
YOUNG = timedelta(days=1)
# The archive of a node image weighs 0.8 GB and is made anew in a minute.
NODE_IMAGES_KEPT, NODE_IMAGES_YOUNG = 2, timedelta(hours=1)
LAYERS_YOUNG = timedelta(hours=1)
# Programs that a running engine or cluster of another checkout was started from.
CACHE_YOUNG = timedelta(days=14)

_SNAPSHOTS = "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots"
_LINKED = ("find", _SNAPSHOTS, "-maxdepth", "2", "-lname", f"{LAYERS}/*", "-printf", r"%l\n")
_CACHE = ("base", "bin", "debian", "node", "react", "site-packages", "static")


def tidy(engine: Engine) -> list[str]:
    """Remove what nobody needs and return its names."""
    removed = [name for kind in _CACHE for name in cache.prune(kind, KEPT, CACHE_YOUNG)]
    removed += cache.prune(node.KIND, NODE_IMAGES_KEPT, NODE_IMAGES_YOUNG)
    try:
        held = _held(engine)
        links = linked_layers(engine) if engine.layers is not None else set()
    except ClusterError:
        return removed  # a node that does not answer may need anything
    images = _images(engine)
    for name in superfluous(images, held | _last_build(), datetime.now(UTC)):
        # The engine itself refuses what one of its containers was made from.
        if engine.docker("rmi", name, check=False).returncode == 0:
            removed.append(name)
    if engine.layers is not None:
        chains = {chain for image in _images(engine) for chain in layers.chain_of(image["RootFS"]["Layers"])}
        removed += layers.prune(engine.layers, chains | links, LAYERS_YOUNG)
    return removed


def superfluous(images: Iterable[dict[str, Any]], needed: set[str], now: datetime) -> list[str]:
    """The names (REPOSITORY:TAG) of images, as `docker image inspect` describes them, that may go.

    `needed` has names and ids.
    """
    repositories: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for image in sorted(images, key=lambda image: str(image["Created"]), reverse=True):
        for repository in {name.rpartition(":")[0] for name in image["RepoTags"]}:
            repositories[repository].append(image)
    found = []
    for repository, newest_first in repositories.items():
        if repository == node.REPOSITORY:
            old = [image for image in newest_first if not any(map(node.kept, image["RepoTags"]))]
        else:
            old = [image for image in newest_first[KEPT:] if now - _created(image) > YOUNG]
        for image in old:
            if needed.isdisjoint([image["Id"], *image["RepoTags"]]):
                found += [name for name in image["RepoTags"] if name.startswith(f"{repository}:")]
    return found


def _created(image: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(str(image["Created"])[:19]).replace(tzinfo=UTC)


def _images(engine: Engine) -> list[dict[str, Any]]:
    """What the engine holds under our registry's name."""
    listed = engine.docker("images", "--quiet", "--no-trunc", f"{REGISTRY}/*").stdout.split()
    if not listed:
        return []
    found: list[dict[str, Any]] = json.loads(engine.docker("image", "inspect", *dict.fromkeys(listed)).stdout)
    return found


def _held(engine: Engine) -> set[str]:
    """The names and ids of the images that the nodes of this checkout's clusters hold."""
    held: set[str] = set()
    for name in _nodes(engine):
        present = load.present(engine, name)
        held |= present.keys() | present.values()
    return held


def linked_layers(engine: Engine) -> set[str]:
    """The names of the folders of layers that the nodes' images consist of."""
    targets = (line for name in _nodes(engine) for line in nodes.execute(engine, name, *_LINKED).split())
    return {target.rpartition("/")[2] for target in targets}


def _nodes(engine: Engine) -> list[str]:
    return [found.name for record in Record.read_all() for found in nodes.find(engine, record.name)]


def _last_build() -> set[str]:
    file = paths.state_dir() / records.FILE
    return set(records.read(paths.state_dir()).values()) if file.exists() else set()
