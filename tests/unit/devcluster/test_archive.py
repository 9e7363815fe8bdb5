"""Image archives: the same inputs give the same image, and a shared layer is written once."""

from __future__ import annotations

import hashlib
import json
import tarfile
from pathlib import Path

from devcluster.nodeimage.archive import Image, write_images, write_layer


def _read(archive: Path, name: str) -> bytes:
    with tarfile.open(archive) as opened:
        content = opened.extractfile(name)
        assert content is not None
        return content.read()


def _program(folder: Path) -> Path:
    program = folder / "program"
    program.write_text("#!/bin/sh")
    program.chmod(0o755)
    return program


def test_a_layer_belongs_to_root_and_keeps_modes_and_links(tmp_path: Path) -> None:
    layer = write_layer(
        tmp_path / "layer.tar", {"usr/bin/program": _program(tmp_path)}, {"bin/alias": "program"}
    )
    with tarfile.open(layer.file) as opened:
        entries = {entry.name: entry for entry in opened}
    assert list(entries) == ["bin", "usr", "usr/bin", "usr/bin/program", "bin/alias"]
    assert entries["usr/bin/program"].mode == 0o755
    assert {(entry.uid, entry.gid, entry.mtime) for entry in entries.values()} == {(0, 0, 0)}
    assert entries["bin/alias"].linkname == "program"


def test_images_share_a_layer_and_name_what_the_engine_checks(tmp_path: Path) -> None:
    layer = write_layer(tmp_path / "layer.tar", {"program": _program(tmp_path)})
    images = [Image(("x:1",), (layer,), {"Entrypoint": ["/program"]}), Image(("y:1", "y:2"), (layer,))]
    write_images(tmp_path / "images.tar", images)
    first, second = json.loads(_read(tmp_path / "images.tar", "manifest.json"))
    assert (first["RepoTags"], second["RepoTags"]) == (["x:1"], ["y:1", "y:2"])
    assert first["Layers"] == second["Layers"]
    with tarfile.open(tmp_path / "images.tar") as opened:
        assert opened.getnames().count(first["Layers"][0]) == 1
    configuration = _read(tmp_path / "images.tar", first["Config"])
    assert first["Config"] == hashlib.sha256(configuration).hexdigest() + ".json"
    assert json.loads(configuration)["config"]["Entrypoint"] == ["/program"]
    content = _read(tmp_path / "images.tar", first["Layers"][0])
    assert json.loads(configuration)["rootfs"]["diff_ids"] == [
        "sha256:" + hashlib.sha256(content).hexdigest()
    ]


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    archives = []
    for name in ("a", "b"):
        layer = write_layer(tmp_path / f"{name}.layer", {"program": _program(tmp_path)})
        write_images(tmp_path / name, [Image(("x:1",), (layer,))])
        archives.append((tmp_path / name).read_bytes())
    assert archives[0] == archives[1]
