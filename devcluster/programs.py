"""The catalogue of Go programs that devcluster builds: one row for each.

Programs of the same module share their dependencies' compiled packages, so they are built together.
"""

from __future__ import annotations

from dataclasses import dataclass

from devcluster.errors import UsageError

KUBERNETES_VERSION = "v1.37.2"

_VERSION_PACKAGE = "k8s.io/component-base/version"
_KUBERNETES_STAMP = (
    f"-X {_VERSION_PACKAGE}.gitVersion={KUBERNETES_VERSION}",
    f"-X {_VERSION_PACKAGE}.gitMajor=1",
    f"-X {_VERSION_PACKAGE}.gitMinor=37",
    f"-X {_VERSION_PACKAGE}.gitTreeState=clean",
    f"-X k8s.io/client-go/pkg/version.gitVersion={KUBERNETES_VERSION}",
)


@dataclass(frozen=True)
class Program:
    """A Go main package; `module` is its folder under devcluster/go, `aliases` its other names."""

    name: str
    package: str
    module: str = "."
    stamp: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


_ALL = (
    Program(
        "kube",
        "./cmd/kube",
        stamp=_KUBERNETES_STAMP,
        aliases=(
            "etcd",
            "kube-apiserver",
            "kube-controller-manager",
            "kube-proxy",
            "kube-scheduler",
            "kubeadm",
            "kubectl",
            "kubelet",
        ),
    ),
    Program("runtime", "./cmd/runtime"),
    Program("forward", "./cmd/forward"),
    Program("pause", "./cmd/pause"),
)

PROGRAMS = {program.name: program for program in _ALL}


def find(name: str) -> Program:
    """The program of that name or alias; raises UsageError for an unknown one."""
    for program in _ALL:
        if name == program.name or name in program.aliases:
            return program
    raise UsageError(f"There is no program {name!r}.", f"Known are: {', '.join(sorted(PROGRAMS))}.")
