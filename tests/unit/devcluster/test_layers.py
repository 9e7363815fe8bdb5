"""The engine's unpacked layers: a folder for each chain, the engine's own files, and what nodes are told."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from devcluster.cluster import link
from devcluster.engine import layers
from devcluster.engine.layers import Unpacked, chain_of
from devcluster.errors import ClusterError

DIFFS = ["sha256:" + hashlib.sha256(name.encode()).hexdigest() for name in ("base", "packages", "sources")]
Inspected = dict[str, dict[str, Any]]


class Store:
    """A data root as the engine keeps it: each image's configuration, and a folder for each layer."""

    def __init__(self, root: Path) -> None:
        self.data = root / "data"
        self.target = self.data / "layers"

    def image(self, reference: str, diffs: list[str]) -> Inspected:
        """Put an image of these layers there; returns what `docker image inspect` says of it."""
        content = json.dumps({"rootfs": {"diff_ids": diffs}, "reference": reference}).encode()
        identity = hashlib.sha256(content).hexdigest()
        kept = self.data / "image/overlay2/imagedb/content/sha256" / identity
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(content)
        folders = [self.data / "overlay2" / chain[-12:] / "diff" for chain in chain_of(diffs)]
        for folder, diff in zip(folders, diffs, strict=True):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "file").write_text(diff)
        graph = {"UpperDir": str(folders[-1])}
        if folders[1:]:
            graph["LowerDir"] = ":".join(str(folder) for folder in reversed(folders[:-1]))
        found = {"Id": f"sha256:{identity}", "RootFS": {"Layers": diffs}, "GraphDriver": {"Data": graph}}
        return {reference: found}

    def export(self, inspected: Inspected) -> list[Unpacked]:
        return layers.export(inspected, self.data, self.target)

    def names(self) -> list[str]:
        return sorted(folder.name for folder in self.target.iterdir())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_a_chain_names_a_layer_with_all_below_it() -> None:
    second = "sha256:" + hashlib.sha256(f"{DIFFS[0]} {DIFFS[1]}".encode()).hexdigest()
    third = "sha256:" + hashlib.sha256(f"{second} {DIFFS[2]}".encode()).hexdigest()
    assert chain_of(DIFFS) == (DIFFS[0], second, third)
    assert chain_of(DIFFS[:1]) == (DIFFS[0],)


def test_each_layer_becomes_a_folder_with_the_engines_own_files(store: Store) -> None:
    (image,) = store.export(store.image("resee.local/x:1", DIFFS))
    for chain, diff in zip(image.chain, DIFFS, strict=True):
        file = store.target / chain.removeprefix("sha256:") / "file"
        assert file.read_text() == diff
        assert file.stat().st_nlink == 2
    assert image.identity == "sha256:" + hashlib.sha256(image.configuration).hexdigest()
    assert image.layers == DIFFS


def test_images_share_what_they_stand_on(store: Store) -> None:
    inspected = store.image("resee.local/x:1", DIFFS[:2]) | store.image(
        "resee.local/y:1", [DIFFS[0], DIFFS[2]]
    )
    store.export(inspected)
    assert len(store.names()) == 3


def test_an_interrupted_copy_is_made_again(store: Store) -> None:
    inspected = store.image("resee.local/x:1", DIFFS[:1])
    part = store.target / f".part-{DIFFS[0].removeprefix('sha256:')}"
    part.mkdir(parents=True)
    (part / "half").write_text("")
    store.export(inspected)
    assert store.names() == [DIFFS[0].removeprefix("sha256:")]
    assert [file.name for file in (store.target / store.names()[0]).iterdir()] == ["file"]


def test_a_layer_that_cannot_be_read_leaves_no_folder(store: Store) -> None:
    inspected = store.image("resee.local/x:1", DIFFS[:1])
    inspected["resee.local/x:1"]["GraphDriver"]["Data"]["UpperDir"] = str(store.data / "nowhere")
    with pytest.raises(ClusterError, match="cp"):
        store.export(inspected)
    assert store.names() == []


def test_only_layers_that_nobody_names_are_removed(store: Store) -> None:
    first, second = store.export(
        store.image("resee.local/x:1", DIFFS[:1]) | store.image("resee.local/y:1", DIFFS[1:])
    )
    removed = layers.prune(store.target, first.chain, timedelta())
    assert removed == sorted(chain.removeprefix("sha256:") for chain in second.chain)
    assert store.names() == [first.chain[0].removeprefix("sha256:")]


def test_a_layer_that_was_just_made_stays(store: Store) -> None:
    store.export(store.image("resee.local/x:1", DIFFS))
    assert layers.prune(store.target, [], timedelta(hours=1)) == []
    assert len(store.names()) == len(DIFFS)


def _files(bundle: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(bundle)) as archive:
        return {entry.name: archive.extractfile(entry).read() for entry in archive}  # type: ignore[union-attr]


def test_a_node_is_told_each_layer_once_and_the_lower_ones_first(store: Store) -> None:
    images = store.export(store.image("resee.local/x:1", DIFFS) | store.image("resee.local/y:1", DIFFS[:2]))
    lines = _files(link.bundle(images))["layers.txt"].decode().splitlines()
    first, second, third = images[0].chain
    assert lines == [f"{first} ", f"{second} {first}", f"{third} {second}"]


def test_a_node_is_told_each_image_by_its_full_name_and_its_own_id(store: Store) -> None:
    (image,) = store.export(store.image("redis:7", DIFFS))
    files = _files(link.bundle([image]))
    (entry,) = json.loads(files["index.json"])["manifests"]
    assert entry["annotations"] == {"io.containerd.image.name": "docker.io/library/redis:7"}
    manifest = json.loads(files[f"blobs/sha256/{entry['digest'].removeprefix('sha256:')}"])
    assert manifest["config"]["digest"] == image.identity
    assert [layer["digest"] for layer in manifest["layers"]] == DIFFS
    assert files[f"blobs/sha256/{image.identity.removeprefix('sha256:')}"] == image.configuration


def test_no_layer_travels(store: Store) -> None:
    (image,) = store.export(store.image("redis:7", DIFFS))
    blobs = [name for name in _files(link.bundle([image])) if name.startswith("blobs/")]
    assert len(blobs) == 2
