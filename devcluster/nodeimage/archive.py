"""Container images written as files, without an engine: what `docker save` would write.

`docker load` and containerd's import read it. Everything is in a fixed order with fixed times, so that the
same inputs give the same image id.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from devcluster import host

PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Layer:
    """An uncompressed tar file of a file system's changes."""

    file: Path

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the file, in hexadecimal digits."""
        with self.file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()


@dataclass(frozen=True)
class Image:
    """An image: its names, its layers from the lowest, and the `config` part of its configuration."""

    names: tuple[str, ...]
    layers: tuple[Layer, ...]
    config: Mapping[str, Any] = field(default_factory=dict)

    def configuration(self) -> bytes:
        """The configuration file, whose hash is the image's id."""
        document = {
            "architecture": host.architecture(),
            "os": "linux",
            "created": "1970-01-01T00:00:00Z",
            "config": {"Env": [PATH], **self.config},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer.digest}" for layer in self.layers]},
            "history": [{"created": "1970-01-01T00:00:00Z", "created_by": "devcluster"} for _ in self.layers],
        }
        return json.dumps(document, sort_keys=True).encode()


def write_layer(target: Path, files: Mapping[str, Path], links: Mapping[str, str] | None = None) -> Layer:
    """Write a layer with the files (path in the image -> file here) and symbolic links (path -> target).

    Owner is root; modes are the files' own; parents are made with mode 0755.
    """
    links = links or {}
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as archive:
        for folder in _parents([*files, *links]):
            archive.addfile(_entry(folder, tarfile.DIRTYPE, 0o755))
        for name, source in sorted(files.items()):
            entry = _entry(name, tarfile.REGTYPE, source.stat().st_mode & 0o777)
            entry.size = source.stat().st_size
            with source.open("rb") as content:
                archive.addfile(entry, content)
        for name, destination in sorted(links.items()):
            entry = _entry(name, tarfile.SYMTYPE, 0o777)
            entry.linkname = destination
            archive.addfile(entry)
    return Layer(target)


def write_images(target: Path, images: Iterable[Image]) -> None:
    """Write the images into one archive; a layer that several share is in it once."""
    manifest = []
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as archive:
        written: set[str] = set()
        for image in images:
            configuration = image.configuration()
            name = f"{hashlib.sha256(configuration).hexdigest()}.json"
            _add_bytes(archive, name, configuration)
            for layer in image.layers:
                if layer.digest not in written:
                    with layer.file.open("rb") as content:
                        archive.addfile(_sized(_layer_name(layer), layer.file), content)
                    written.add(layer.digest)
            layers = [_layer_name(layer) for layer in image.layers]
            manifest.append({"Config": name, "RepoTags": list(image.names), "Layers": layers})
        _add_bytes(archive, "manifest.json", json.dumps(manifest).encode())


def _layer_name(layer: Layer) -> str:
    return f"{layer.digest}/layer.tar"


def _parents(names: Iterable[str]) -> list[str]:
    found = {str(parent) for name in names for parent in Path(name).parents}
    return sorted(found - {".", "/"})


def _entry(name: str, kind: bytes, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name.lstrip("/"))
    entry.type = kind
    entry.mode = mode
    return entry


def _sized(name: str, source: Path) -> tarfile.TarInfo:
    entry = _entry(name, tarfile.REGTYPE, 0o644)
    entry.size = source.stat().st_size
    return entry


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = _entry(name, tarfile.REGTYPE, 0o644)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))
