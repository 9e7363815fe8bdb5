"""Images into nodes that see the engine's layers already: a node is told of them, and nothing is copied.

What is sent are names: of each layer and the one below it, and each image's configuration and manifest.
"""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
from collections.abc import Iterable, Sequence
from typing import Any

from devcluster.cluster.config import LAYERS
from devcluster.cluster.names import canonical
from devcluster.engine.base import Engine
from devcluster.engine.layers import Unpacked
from devcluster.errors import ClusterError

_PROGRAM = "/kind/bin/link-images"
_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIGURATION = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar"
_INDEX = "application/vnd.oci.image.index.v1+json"
_LIST = "layers.txt"


def able(engine: Engine, nodes: Sequence[str]) -> list[str]:
    """The nodes that see the engine's layers; those of an older cluster do not."""
    if engine.layers is None or not nodes:
        return []
    inspected = json.loads(engine.docker("inspect", *nodes).stdout)
    places = {one["Name"].lstrip("/"): {mount["Destination"] for mount in one["Mounts"]} for one in inspected}
    return [node for node in nodes if LAYERS in places[node]]


def send(engine: Engine, node: str, images: Iterable[Unpacked]) -> None:
    """Make a node know the images; raises ClusterError where it refuses, below its own words."""
    process = engine.popen(["exec", "--interactive", node, _PROGRAM], stdin=subprocess.PIPE)
    process.communicate(bundle(images))
    if process.returncode != 0:
        raise ClusterError(f"{node} does not take the images.", "Look at the words above and try again.")


def bundle(images: Iterable[Unpacked]) -> bytes:
    """The tar file that a node gets: an OCI image layout without the layers, and their names beside it."""
    files: dict[str, bytes] = {"oci-layout": json.dumps({"imageLayoutVersion": "1.0.0"}).encode()}
    entries, lines = [], []
    for image in images:
        manifest = json.dumps(_manifest(image)).encode()
        files |= {_blob(content): content for content in (image.configuration, manifest)}
        name = {"io.containerd.image.name": canonical(image.reference)}
        entries.append(_descriptor(_MANIFEST, manifest) | {"annotations": name})
        lines += [f"{chain} {below}" for chain, below in zip(image.chain, ("", *image.chain), strict=False)]
    index = {"schemaVersion": 2, "mediaType": _INDEX, "manifests": entries}
    files |= {"index.json": json.dumps(index).encode(), _LIST: _text(lines)}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _manifest(image: Unpacked) -> dict[str, Any]:
    # The layers are never read as files, so nobody misses their sizes.
    layers = [{"mediaType": _LAYER, "digest": digest, "size": 0} for digest in image.layers]
    return {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": _descriptor(_CONFIGURATION, image.configuration),
        "layers": layers,
    }


def _descriptor(media_type: str, content: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": f"sha256:{_digest(content)}", "size": len(content)}


def _blob(content: bytes) -> str:
    return f"blobs/sha256/{_digest(content)}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _text(lines: Iterable[str]) -> bytes:
    """Each line once, in its order: a layer comes after the one below it."""
    return "".join(f"{line}\n" for line in dict.fromkeys(lines)).encode()
