"""Faults: a zone that is gone, a Pod whose processes are killed or stand still. Each is undone by its
owner."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from devcluster.engine import Engine
from tests.e2e.kubectl import Kubectl, Object

CONTROL_PLANE = "zones-control-plane"
"""Node with the only API server, whose end would be the end of the cluster."""
OPERATOR = "resee-system"
_SIGNAL = (
    "grep -l {uid} /proc/[0-9]*/cgroup 2>/dev/null | cut -d/ -f3 | while read -r pid; do "
    '[ "$(cat /proc/$pid/comm)" = pause ] || echo "$pid"; done | xargs -r kill -{signal}'
)
"""In a node: every process of a Pod but the one that holds its network."""


def is_ready(pod: Object) -> bool:
    """Whether Kubernetes takes a Pod for ready."""
    conditions = pod.get("status", {}).get("conditions", [])
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


@dataclass(frozen=True)
class Faults:
    """What can go wrong in a cluster."""

    engine: Engine
    kubectl: Kubectl

    def node_of(self, pod: str) -> str:
        """The node of a Pod."""
        return str(self.kubectl.get("pod", pod)["spec"]["nodeName"])

    def signal(self, pod: str, signal: str) -> float:
        """Send a signal to all processes of a Pod; returns the moment."""
        found = self.kubectl.get("pod", pod)
        command = _SIGNAL.format(uid=found["metadata"]["uid"], signal=signal)
        self.engine.docker("exec", found["spec"]["nodeName"], "sh", "-c", command)
        return time.monotonic()

    @contextmanager
    def cut(self, node: str) -> Iterator[float]:
        """Cut the network of a node until the block ends; yields the moment. What runs there runs on,
        alone."""
        self._filter(node, "-I")
        try:
            yield time.monotonic()
        finally:
            self._filter(node, "-D")

    def _filter(self, node: str, verb: str) -> None:
        rules = (("raw", "PREROUTING", "-i"), ("mangle", "POSTROUTING", "-o"))
        commands = [
            f"iptables -w -t {table} {verb} {chain} {way} eth0 -j DROP" for table, chain, way in rules
        ]
        self.engine.docker("exec", node, "sh", "-c", " && ".join(commands))

    @contextmanager
    def drained(self, node: str) -> Iterator[float]:
        """Drain a node, and let it take Pods again when the block ends; yields the moment of the start."""
        moment = time.monotonic()
        options = ("--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout=180s")
        try:
            self.kubectl("drain", node, *options)
            yield moment
        finally:
            self.kubectl("uncordon", node)

    @contextmanager
    def dead(self, node: str) -> Iterator[float]:
        """Kill everything in a node until the block ends; yields the moment."""
        self.engine.docker("kill", node)
        try:
            yield time.monotonic()
        finally:
            self.engine.docker("start", node)

    def pod_of(self, component: str, node: str = "") -> str:
        """A ready Pod of a component, on a node where there is one."""
        pods = self.kubectl.list("pods", f"app.kubernetes.io/component={component}")
        ready = [pod for pod in pods if is_ready(pod)]
        assert ready, f"no Pod of {component} is ready"
        ready.sort(key=lambda pod: pod["spec"]["nodeName"] != node)
        return str(ready[0]["metadata"]["name"])

    def kill_operator(self) -> None:
        """Kill the operator's Pod that leads."""
        system = self.kubectl.into(OPERATOR)
        holder = str(system.get("lease", "resee-operator")["spec"]["holderIdentity"])
        pods = [
            pod["metadata"]["name"] for pod in system.list("pods", "app.kubernetes.io/name=resee-operator")
        ]
        (leader,) = [pod for pod in pods if holder.startswith(pod)]
        Faults(self.engine, system).signal(leader, "KILL")

    def writable(self, pod: str, node: str, container: str) -> bool:
        """Whether the server in a Pod of PostgreSQL takes writes, asked on its node: a node that is cut off
        cannot be asked by Kubernetes."""
        ask = ("psql", "-XAtqU", "postgres", "-h", "/var/run/postgresql", "-c", "SELECT pg_is_in_recovery()")
        execution = ("ctr", "-n", "k8s.io", "tasks", "exec", "--exec-id", f"{pod}-{time.monotonic_ns()}")
        done = self.engine.docker("exec", node, *execution, container, *ask, check=False)
        return done.stdout.strip() == "f"

    def primary(self) -> str:
        """The Pod of PostgreSQL's primary, as Patroni's lease has it."""
        lease = self.kubectl.get("endpoints", "resee-postgres")
        return str(lease["metadata"]["annotations"]["leader"])

    def move_primary_off(self, node: str) -> None:
        """Hand the primary over until it is on another node."""
        primary = self.primary()
        if self.node_of(primary) == node:
            self.kubectl("exec", primary, "--", "python3", "-m", "resee_patroni", "switchover")
        assert self.node_of(self.primary()) != node

    def redis_master(self) -> str:
        """The Pod of Redis' master, as a Sentinel has it."""
        return self._sentinel("get-master-addr-by-name").split(".")[0]

    def move_master_off(self, node: str) -> None:
        """Let the Sentinels make another server the master until it is on another node."""
        if self.node_of(self.redis_master()) == node:
            self._sentinel("failover")
        assert self.node_of(self.redis_master()) != node

    def _sentinel(self, command: str) -> str:
        tls = "--tls --cacert /etc/resee/redis-tls/ca.crt"
        login = "REDISCLI_AUTH=$(cat /etc/redis-auth/sentinel-password)"
        ask = f'{login} redis-cli {tls} -p 26379 sentinel {command} "$MASTER"'
        for member in range(3):
            try:
                return self.kubectl("exec", f"resee-sentinel-{member}", "--", "sh", "-c", ask)
            except AssertionError:
                continue
        raise AssertionError("no Sentinel answers")
