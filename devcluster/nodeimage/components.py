"""The images of what runs in a cluster from its start, written without an engine, one layer for each program.

All Kubernetes programs share one layer with the multi-call binary. kube-proxy adds iptables, the volume
helper a shell; nothing else needs more than its own static binary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devcluster import debian
from devcluster.nodeimage.archive import Image, Layer, write_layer
from devcluster.programs import KUBERNETES_VERSION

REGISTRY = "resee.local/devcluster-"
# The names and versions that kubeadm asks for (`kubeadm config images list`).
_KUBERNETES = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
_ETCD = "registry.k8s.io/etcd:3.7.0-0"
_COREDNS = "registry.k8s.io/coredns/coredns:v1.14.6"
_PAUSE = "registry.k8s.io/pause:3.10.2"
_PROXY_PACKAGES = (
    "iptables",
    "libc6",
    "libip4tc2",
    "libip6tc2",
    "libmnl0",
    "libnetfilter-conntrack3",
    "libnfnetlink0",
    "libnftnl11",
    "libxtables12",
)
_IPTABLES = tuple(
    f"{family}{verb}" for family in ("iptables", "ip6tables") for verb in ("", "-save", "-restore")
)
_SHELL_COMMANDS = (
    "sh",
    "ls",
    "cat",
    "mkdir",
    "rm",
    "chmod",
    "chown",
    "sleep",
    "wget",
    "nslookup",
    "nc",
    "du",
    "test",
)
# The user that an image's process has unless its Pod says another.
_NOBODY = "65535:65535"

PROGRAMS = ("kube", "coredns", "local-path-provisioner", "metrics-server", "nodenet", "pause", "versitygw")
ADDONS = ("metrics-server", "versitygw")


@dataclass(frozen=True)
class Components:
    """Writes images' layers into `folder`; `programs` are the built binaries by name."""

    programs: Mapping[str, Path]
    folder: Path

    def all(self) -> list[Image]:
        """Every image that a node has from its start."""
        return [*self.kubernetes(), *self.node_services(), *self.addons()]

    def kubernetes(self) -> list[Image]:
        """The control plane's images and kube-proxy's, under the names that kubeadm uses."""
        kube = self._kube_layer()
        version = KUBERNETES_VERSION
        plain = [Image((f"registry.k8s.io/{name}:{version}",), (kube,)) for name in _KUBERNETES]
        proxy = Image((f"registry.k8s.io/kube-proxy:{version}",), (kube, self._iptables_layer()))
        return [*plain, Image((_ETCD,), (kube,)), proxy]

    def node_services(self) -> list[Image]:
        """Name server, sandbox, Pod network and volumes."""
        return [
            self._static("coredns", _COREDNS),
            self._static("pause", _PAUSE, {"User": _NOBODY}),
            self._static("nodenet"),
            self._static("local-path-provisioner"),
            Image((f"{REGISTRY}busybox:1",), (self._shell_layer(),), {"Cmd": ["/bin/sh"]}),
        ]

    def addons(self) -> list[Image]:
        """What `up` adds to any cluster, also to one of kind's own node image."""
        return [self._static(name) for name in ADDONS]

    def _static(self, name: str, reference: str = "", config: Mapping[str, Any] | None = None) -> Image:
        layer = write_layer(self.folder / f"{name}.tar", {f"usr/local/bin/{name}": self.programs[name]})
        names = (reference or f"{REGISTRY}{name}:1",)
        return Image(names, (layer,), {"Entrypoint": [f"/usr/local/bin/{name}"], **(config or {})})

    def _kube_layer(self) -> Layer:
        binary = self.programs["kube"]
        aliases = {
            f"usr/local/bin/{link.name}": "kube" for link in binary.parent.iterdir() if link.is_symlink()
        }
        return write_layer(self.folder / "kube.tar", {"usr/local/bin/kube": binary}, aliases)

    def _iptables_layer(self) -> Layer:
        root = debian.unpacked("iptables", _PROXY_PACKAGES)
        present = [path for path in root.rglob("*") if not path.is_relative_to(root / "usr/share")]
        files = {
            str(path.relative_to(root)): path for path in present if path.is_file() and not path.is_symlink()
        }
        links = {str(path.relative_to(root)): str(path.readlink()) for path in present if path.is_symlink()}
        # Debian makes these when it installs the package.
        links |= {f"usr/sbin/{name}": "xtables-nft-multi" for name in _IPTABLES}
        return write_layer(self.folder / "iptables.tar", files, links)

    def _shell_layer(self) -> Layer:
        busybox = debian.unpacked("busybox", ("busybox-static",)) / "bin/busybox"
        return write_layer(
            self.folder / "busybox.tar",
            {"bin/busybox": busybox},
            {f"bin/{name}": "busybox" for name in _SHELL_COMMANDS},
        )
