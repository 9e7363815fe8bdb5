"""A cluster from nothing to working, from broken to working, and away again.

`up` does only what is missing: a new cluster is made, an interrupted one made anew, stopped nodes are
started, a dead forwarder is replaced; data stay.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

from devcluster import host, ports
from devcluster.cluster import addons, checks, config, forwarder, kind, load, nodes
from devcluster.cluster.kubectl import Kubectl
from devcluster.cluster.record import Record
from devcluster.engine.base import Engine
from devcluster.errors import UsageError
from devcluster.nodeimage import published
from devcluster.progress import Progress

DEFAULT_HTTP_PORT = 8080
DEFAULT_S3_PORT = 7070


class Cluster:
    """A cluster of kind on an engine, as its record describes it."""

    def __init__(self, engine: Engine, record: Record) -> None:
        self.engine = engine
        self.record = record
        self.kubeconfig = record.folder / "kubeconfig"

    def up(self, progress: Progress) -> None:
        """Make or repair the cluster and return when it works; an interrupted creation leaves nothing."""
        self.engine.ensure_running(progress)
        found = nodes.find(self.engine, self.record.name)
        if self.record.complete and found:
            self._repair(found, progress)
        else:
            self._create(bool(found), progress)
        self._check(progress)

    def down(self) -> None:
        """Remove the cluster with its data, its forwarder and its state folder."""
        if self.engine.running():
            kind.delete(self.engine, self.record.name, self.kubeconfig)
        process = forwarder.for_cluster(self.engine, self.record)
        if process:
            process.stop()
        shutil.rmtree(self.record.folder, ignore_errors=True)

    def node_names(self) -> list[str]:
        return [node.name for node in nodes.find(self.engine, self.record.name)]

    def load(self, references: list[str]) -> list[str]:
        """Load images of the engine into every node; returns those that were missing."""
        return load.load(self.engine, self.node_names(), references)

    def _create(self, remains: bool, progress: Progress) -> None:
        if remains:
            with progress.step("Removing what an interrupted start has left"):
                kind.delete(self.engine, self.record.name, self.kubeconfig)
        if self.engine.private:
            host.require_inotify(self.record.nodes)
        image = kind.node_image(self.engine, progress)
        wanted = config.for_cluster(self.record, self.engine.layers)
        self.record.write()
        try:
            with progress.step(f"Creating cluster {self.record.name} with {self.record.nodes} node(s)"):
                kind.create(self.engine, self.record, wanted, image)
            self._forward()
            with progress.step("Adding metrics and S3"):
                if not self.engine.private:
                    self.load(published.ensure_addons(self.engine, progress))
                addons.apply(Kubectl(self.kubeconfig), self.record)
        except BaseException:
            self.down()
            raise
        self.record = self.record.completed()

    def _repair(self, found: list[nodes.Node], progress: Progress) -> None:
        began = datetime.now(UTC)
        woken = nodes.wake(self.engine, found)
        self._forward()
        if woken:
            with progress.step(f"Starting again: {', '.join(woken)}"):
                checks.wait_heard(Kubectl(self.kubeconfig), woken, began)

    def _forward(self) -> None:
        process = forwarder.for_cluster(self.engine, self.record)
        if process:
            process.start()

    def _check(self, progress: Progress) -> None:
        kubectl = Kubectl(self.kubeconfig)
        with progress.step("Waiting until every node is Ready"):
            checks.wait_nodes(kubectl, self.record.nodes)
        with progress.step("Waiting until names, volumes and S3 work"):
            checks.wait_deployments(kubectl)
            checks.wait_service(self.engine, kubectl, self.node_names())
            addons.ensure_bucket(self.record)


def describe(name: str, count: int | None, http_port: int | None, s3_port: int | None) -> Record:
    """The record of the cluster to bring up: the present one, or a new one with free ports.

    Raises UsageError when a port is taken or the present cluster was made with other options.
    """
    present = Record.read(name)
    if present is None:
        http_port, s3_port = http_port or DEFAULT_HTTP_PORT, s3_port or DEFAULT_S3_PORT
        ports.require_free(http_port, "--http-port")
        ports.require_free(s3_port, "--s3-port")
        return Record(name, count or 1, ports.free_port(), http_port, s3_port)
    asked = {"--nodes": (count, present.nodes), "--http-port": (http_port, present.http_port)}
    asked["--s3-port"] = (s3_port, present.s3_port)
    for option, (value, old) in asked.items():
        if value not in (None, old):
            raise UsageError(
                f"The cluster {name} was made with {option} {old}, not {value}.",
                f"Remove it first (python -m devcluster down --name {name}), or choose another --name.",
            )
    return present
