"""The node image: a small Debian with systemd, our files and programs, and the components' images preloaded.

Three layers on each other; the archive is kept in the cache under the hash of all that it is made of.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from devcluster import binaries, cache, debian, paths
from devcluster.engine.base import Engine
from devcluster.nodeimage import components, preload
from devcluster.nodeimage.archive import PATH, Image, Layer, write_images, write_layer
from devcluster.programs import KUBERNETES_VERSION
from devcluster.progress import Progress

REPOSITORY = f"{components.REGISTRY}node"
KIND = "nodeimage"  # of the cache
_PROGRAMS = (*components.PROGRAMS, "runtime")
_FILES = paths.NODE_FILES / "root"
_CONFIG = {
    "Entrypoint": ["/usr/local/bin/entrypoint", "/sbin/init"],
    # systemd looks for `container`; it ends orderly on this signal.
    "Env": [PATH, "container=docker"],
    "StopSignal": "SIGRTMIN+3",
}


def ensure(engine: Engine, progress: Progress, others: Iterable[str] = ()) -> str:
    """The reference of the node image in the engine, made where neither it nor the cache has it.

    `others` are programs that the cluster needs beside it: one run of the compiler for all of them leaves no
    processor idle while the largest is linked.
    """
    with ThreadPoolExecutor() as pool:
        # Debian's part needs the network, the compiler's the processor: side by side.
        root = pool.submit(_root_archive, progress)
        built = binaries.ensure_all((*_PROGRAMS, *others), progress)
        root.result()
    programs = {name: built[name] for name in _PROGRAMS}
    reference = f"{REPOSITORY}:{KUBERNETES_VERSION}-{_key(programs)}"
    cache.used(_archive(reference))
    if not engine.docker("images", "--quiet", reference).stdout.strip():
        with progress.step("Node image"):
            name = f"{KIND}/{_archive(reference).name}"
            archive = cache.made(name, lambda target: _write(target, reference, programs, engine))
            engine.docker("load", "--input", str(archive))
    return reference


def kept(reference: str) -> bool:
    """Whether the archive of this node image is still in the cache."""
    return _archive(reference).exists()


def _archive(reference: str) -> Path:
    return paths.cache_dir() / KIND / f"{reference.rpartition('-')[2]}.tar"


def _packages() -> list[str]:
    return (paths.NODE_FILES / "packages.txt").read_text().split()


def _root_archive(progress: Progress) -> Path:
    with progress.step("Debian for the nodes"):
        return debian.root_archive("node", _packages())


def _key(programs: dict[str, Path]) -> str:
    """A hash of everything that is in the image: programs, files, packages and how it is put together."""
    files = [file for file in paths.NODE_FILES.rglob("*") if file.is_file()]
    code = list((paths.PACKAGE / "nodeimage").glob("*.py"))
    built = sorted(str(program.parent.name) for program in programs.values())
    return cache.key(*built, cache.tree_key(paths.PACKAGE, [*files, *code]))


def _write(target: Path, reference: str, programs: dict[str, Path], engine: Engine) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="work-") as folder:
        work = Path(folder)
        images = work / "components.tar"
        write_images(images, components.Components(programs, work).all())
        preloaded = preload.preload(images, work, engine.environment())
        own = _own_files(work, programs, preload.find(preloaded, "usr/local/bin/kube"))
        layers = (Layer(debian.root_archive("node", _packages())), own, preload.layer(preloaded))
        write_images(target, [Image((reference,), layers, _CONFIG)])


def _own_files(work: Path, programs: dict[str, Path], kube: str) -> Layer:
    """The layer with devcluster/node/root, the programs that run outside containers, and units' links.

    `kube` is where the node has the Kubernetes programs already, in the images that it is preloaded with.
    """
    files = {str(file.relative_to(_FILES)): file for file in _FILES.rglob("*") if file.is_file()}
    files |= {"usr/local/sbin/runc": programs["runtime"]}
    empty = work / "empty"
    empty.touch(mode=0o644)
    # What mmdebstrap copied from the machine that it ran on.
    files |= {"etc/machine-id": empty, "etc/resolv.conf": empty, "etc/hostname": empty}
    links = {f"usr/bin/{name}": kube for name in ("kubeadm", "kubectl", "kubelet")}
    links |= {
        "etc/systemd/system/default.target": "/lib/systemd/system/multi-user.target",
        "opt/cni/bin": "/usr/lib/cni",
    }
    for unit in ("containerd", "kubelet"):
        wanted = f"etc/systemd/system/multi-user.target.wants/{unit}.service"
        links[wanted] = f"/lib/systemd/system/{unit}.service"
    # Units that have no place in a container: there is no hardware, no console, no file system to check.
    for name in (paths.NODE_FILES / "masked-units.txt").read_text().split():
        links[f"etc/systemd/system/{name}"] = "/dev/null"
    return write_layer(work / "files.tar", files, links)
