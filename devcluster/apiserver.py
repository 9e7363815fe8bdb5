"""A real API server without nodes: etcd and kube-apiserver as plain processes on loopback.

For integration tests and `up --api-only`: ready in seconds, needs no root. A controller manager (garbage
collection, Deployments, Jobs) and kwok (Pods that run in the API only, and a scheduler for them) may be
added.
"""

from __future__ import annotations

import json
import shutil
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

from devcluster import binaries, etcd, pki, waits
from devcluster import kwok as kwok_nodes
from devcluster.ports import LOOPBACK, free_port
from devcluster.process import Process
from devcluster.progress import Progress

_REMEDY = "Run `python -m devcluster down` and try again."
# Loops of the controller manager that need a cloud, nodes' certificates or a provisioner of volumes, without
# which it would complain of each claim again and again.
_CONTROLLERS = (
    "*,-bootstrap-signer-controller,-token-cleaner-controller,-node-ipam-controller,"
    "-persistentvolume-binder-controller"
)
_STOP_ORDER = (
    "kwok",
    "kube-scheduler",
    "kube-controller-manager",
    "kube-apiserver",
    *etcd.names(etcd.MOST_MEMBERS),
)


class ApiServer:
    """etcd and kube-apiserver in `folder`, which keeps their data, certificates, logs and kubeconfig.

    `kill`, `pause`, `resume` and `restart` act on kube-apiserver alone, as a fault does; `stop` ends every
    process and keeps the data, so that `start` continues; `remove` deletes the folder as well.

    Args:
        controllers: whether a controller manager runs, too.
        kwok: whether kwok plays the kubelet of every Node that somebody creates; brings a scheduler along.
        etcd_members: 1, or 3 for an etcd that outlives the end of its leader.
        detached: whether the processes outlive the command that starts them.
    """

    def __init__(
        self,
        folder: Path,
        *,
        controllers: bool = False,
        kwok: bool = False,
        etcd_members: int = 1,
        detached: bool = False,
        progress: Progress | None = None,
    ) -> None:
        self.folder = folder
        self.kubeconfig = folder / "kubeconfig"
        self._pki = folder / "pki"
        self._ports = _remembered_ports(folder, etcd_members)
        self._detached = detached
        names = ["kube", "kubectl", *(["kwok"] if kwok else [])]
        self._programs = binaries.ensure_all(names, progress)
        self.kubectl = self._programs["kubectl"]
        program = self._programs["kube"].parent / "etcd"
        self.etcd = etcd.Etcd(program, folder, self._ports, etcd_members, detached=detached)
        self.apiserver = self._process("kube-apiserver", self._apiserver_flags(controllers))
        self.followers = []
        if controllers:
            self.followers.append(self._process("kube-controller-manager", self._controller_flags()))
        if kwok:
            self.followers.append(self._process("kube-scheduler", self._scheduler_flags()))
            argv = kwok_nodes.command(self._programs["kwok"], self.kubeconfig)
            self.followers.append(Process("kwok", argv, folder, detached=detached))

    @property
    def url(self) -> str:
        return f"https://{LOOPBACK}:{self._ports['apiserver']}"

    @property
    def etcd_url(self) -> str:
        """Where etcd's first member answers, gRPC and JSON alike; loopback, without a certificate."""
        return self.etcd.urls[0]

    @property
    def ready(self) -> bool:
        """Whether /readyz answers 200 over TLS with the cluster's own authority."""
        try:
            trust = ssl.create_default_context(cafile=str(self._pki / "ca.crt"))
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2, context=trust) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start what does not run and wait until the API server is ready; raises ClusterError."""
        pki.issue(self._programs["kube"].parent / "kubeadm", self._pki, self._ports["apiserver"])
        shutil.copy(self._pki / "super-admin.conf", self.kubeconfig)
        self.etcd.start()
        self.apiserver.start()
        self.wait_ready()
        # Only now: before /readyz the roles are not there, and both would end.
        for follower in self.followers:
            follower.start()

    def wait_ready(self) -> None:
        """Return when /readyz says 200; raise ClusterError when a process ends or the budget is spent."""

        def ready() -> bool:
            self.etcd.ensure_running()
            self.apiserver.ensure_running()
            return self.ready

        waits.wait_for(
            ready,
            waits.API_READY,
            lambda: f"kube-apiserver is not ready:\n{self.apiserver.tail()}",
            _REMEDY,
        )

    def stop(self) -> None:
        for process in (*reversed(self.followers), self.apiserver):
            process.stop()
        self.etcd.stop()

    def remove(self) -> None:
        """Stop everything and delete the folder."""
        remove(self.folder)

    def kill(self) -> None:
        self.apiserver.kill()

    def pause(self) -> None:
        self.apiserver.pause()

    def resume(self) -> None:
        self.apiserver.resume()

    def restart(self) -> None:
        """End kube-apiserver (if it runs) and start it again at the same address with the same data."""
        self.apiserver.stop()
        self.start()

    def _process(self, name: str, flags: list[str]) -> Process:
        program = self._programs["kube"].parent / name
        return Process(name, [program, *flags], self.folder, detached=self._detached)

    def _apiserver_flags(self, controllers: bool) -> list[str]:
        # Without a controller manager nobody makes the ServiceAccounts that this plugin demands for Pods.
        disabled = [] if controllers else ["--disable-admission-plugins=ServiceAccount"]
        return [
            f"--etcd-servers={','.join(self.etcd.urls)}",
            f"--bind-address={LOOPBACK}",
            f"--secure-port={self._ports['apiserver']}",
            f"--advertise-address={pki.PLACEHOLDER_ADDRESS}",
            "--endpoint-reconciler-type=none",
            "--authorization-mode=RBAC",
            "--allow-privileged=true",
            "--service-cluster-ip-range=10.96.0.0/16",
            f"--client-ca-file={self._pki / 'ca.crt'}",
            f"--tls-cert-file={self._pki / 'apiserver.crt'}",
            f"--tls-private-key-file={self._pki / 'apiserver.key'}",
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
            f"--service-account-key-file={self._pki / 'sa.pub'}",
            f"--service-account-signing-key-file={self._pki / 'sa.key'}",
            *disabled,
        ]

    def _controller_flags(self) -> list[str]:
        return [
            f"--kubeconfig={self.kubeconfig}",
            f"--bind-address={LOOPBACK}",
            f"--secure-port={self._ports['controller-manager']}",
            "--leader-elect=false",
            # With the default of 20 calls a second a single deployment waits for its Pods.
            "--kube-api-qps=1000",
            "--kube-api-burst=2000",
            "--use-service-account-credentials=true",
            f"--controllers={_CONTROLLERS}",
            f"--root-ca-file={self._pki / 'ca.crt'}",
            f"--service-account-private-key-file={self._pki / 'sa.key'}",
        ]

    def _scheduler_flags(self) -> list[str]:
        return [
            f"--config={kwok_nodes.scheduler_configuration(self.folder, self.kubeconfig)}",
            f"--bind-address={LOOPBACK}",
            f"--secure-port={self._ports['scheduler']}",
        ]


def remove(folder: Path) -> None:
    """End every process that an ApiServer has started in `folder`, by whichever command, and delete it."""
    for name in _STOP_ORDER:
        Process(name, [], folder).stop()
    shutil.rmtree(folder, ignore_errors=True)


def _remembered_ports(folder: Path, etcd_members: int) -> dict[str, int]:
    """The ports chosen at the first start, so that a restart is found at the same address."""
    file = folder / "ports.json"
    if file.exists():
        ports: dict[str, int] = json.loads(file.read_text())
        return ports
    members = [port for name in etcd.names(etcd_members) for port in (name, f"{name}-peer")]
    ports = {name: free_port() for name in ("apiserver", "controller-manager", "scheduler", *members)}
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(ports))
    return ports
