"""The catalogue of Go programs that devcluster builds: one row for each.

All are main packages of one module or of its requirements, so that what they have in common (client-go, gRPC,
OpenTelemetry) has one version and is compiled once. The Prometheus operator's module is another one: it needs
older versions.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from devcluster import paths
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
# Of its own module too: the Go module proxy has no newer release, and this one knows no newer Kubernetes.
_MONITORING = "monitoring"
PROMETHEUS_OPERATOR = "github.com/prometheus-operator/prometheus-operator"


@dataclass(frozen=True)
class Program:
    """A Go main package of the module devcluster/go or of one that it requires.

    `aliases` are its other names; `alone` keeps it out of the run of the compiler that builds the others;
    `tags` are build tags of one that is alone; `module` is the folder of its module below devcluster/go.
    """

    name: str
    package: str
    stamp: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    alone: bool = False
    tags: tuple[str, ...] = ()
    module: str = ""

    @property
    def folder(self) -> Path:
        """The folder of its module."""
        return paths.GO_MODULE / self.module

    @property
    def versioned(self) -> bool:
        """Whether it is built by its own module's locks, at the version that its package names."""
        return "@" in self.package

    @property
    def binary(self) -> str:
        """The file's name as the compiler chooses it."""
        return self.package.partition("@")[0].rpartition("/")[2]


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
    Program("nodenet", "./cmd/nodenet"),
    Program("coredns", "./cmd/coredns"),
    Program("kind", "sigs.k8s.io/kind"),
    Program("metrics-server", "sigs.k8s.io/metrics-server/cmd/metrics-server"),
    Program("versitygw", "github.com/versity/versitygw/cmd/versitygw"),
    Program("helm", "helm.sh/helm/v4/cmd/helm"),
    # Imports a library under an old spelling of its path, which Go refuses beside the new one.
    Program("local-path-provisioner", "github.com/rancher/local-path-provisioner", alone=True),
    # Only for tests and checks.
    Program("kwok", "sigs.k8s.io/kwok/cmd/kwok"),
    Program("kubeconform", "github.com/yannh/kubeconform/cmd/kubeconform"),
    # Needs a library in a version that the others cannot use.
    Program("actionlint", "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12", alone=True),
    # Without service discovery, which rules do not need: half of the time to build it.
    Program(
        "promtool",
        "github.com/prometheus/prometheus/cmd/promtool@v0.316.0",
        alone=True,
        tags=("remove_all_sd",),
    ),
    # Of its ways to find what it reads, that of Kubernetes alone: the clouds' are most of its code.
    Program(
        "prometheus",
        "github.com/prometheus/prometheus/cmd/prometheus@v0.316.0",
        alone=True,
        tags=("remove_all_sd", "enable_kubernetes_sd"),
    ),
    Program("alertmanager", "github.com/prometheus/alertmanager/cmd/alertmanager", module=_MONITORING),
    Program("prometheus-operator", f"{PROMETHEUS_OPERATOR}/cmd/operator", module=_MONITORING),
    Program(
        "prometheus-config-reloader",
        f"{PROMETHEUS_OPERATOR}/cmd/prometheus-config-reloader",
        module=_MONITORING,
    ),
    Program("metrics-adapter", "./cmd/metrics-adapter"),
)

PROGRAMS = {program.name: program for program in _ALL}


def find(name: str) -> Program:
    """The program of that name or alias; raises UsageError for an unknown one."""
    for program in _ALL:
        if name == program.name or name in program.aliases:
            return program
    raise UsageError(f"There is no program {name!r}.", f"Known are: {', '.join(sorted(PROGRAMS))}.")
