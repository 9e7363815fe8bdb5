"""Faults: a zone that is gone, a Pod whose processes are killed or stand still. Each is undone by its
owner."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from devcluster.engine import Engine
from tests.e2e.kubectl import Kubectl

CONTROL_PLANE = "zones-control-plane"
"""Node with the only API server, whose end would be the end of the cluster."""
_SIGNAL = (
    "grep -l {uid} /proc/[0-9]*/cgroup 2>/dev/null | cut -d/ -f3 | while read -r pid; do "
    '[ "$(cat /proc/$pid/comm)" = pause ] || echo "$pid"; done | xargs -r kill -{signal}'
)
"""In a node: every process of a Pod but the one that holds its network."""


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
        address = self.engine.docker(
            "inspect", "--format={{.NetworkSettings.Networks.kind.IPAddress}}", node
        ).stdout.strip()
        self.engine.docker("network", "disconnect", "kind", node)
        try:
            yield time.monotonic()
        finally:
            self.engine.docker("network", "connect", f"--ip={address}", "kind", node)

    @contextmanager
    def dead(self, node: str) -> Iterator[float]:
        """Kill everything in a node until the block ends; yields the moment."""
        self.engine.docker("kill", node)
        try:
            yield time.monotonic()
        finally:
            self.engine.docker("start", node)

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
        tls = "--tls --cacert /etc/resee/redis-tls/ca.crt"
        login = "REDISCLI_AUTH=$(cat /etc/redis-auth/sentinel-password)"
        ask = f'{login} redis-cli {tls} -p 26379 sentinel get-master-addr-by-name "$MASTER"'
        for member in range(3):
            try:
                told = self.kubectl("exec", f"resee-sentinel-{member}", "--", "sh", "-c", ask)
            except AssertionError:
                continue
            return told.split(".")[0]
        raise AssertionError("no Sentinel answers")
