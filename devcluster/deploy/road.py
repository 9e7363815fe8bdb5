"""`devcluster deploy`: the whole way from a checkout to a running Resee.

Images and cluster need each other only when the images are loaded, so they are made side by side, and images
and chart go in while the cluster is still being checked. Every step leaves what is already right as it is: a
second run changes what changed.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import click

from devcluster import operations, waits
from devcluster.build import build_images
from devcluster.cluster.kubectl import Kubectl
from devcluster.cluster.lifecycle import Cluster, describe
from devcluster.cluster.record import Record
from devcluster.deploy import chart, example
from devcluster.engine import select
from devcluster.errors import ClusterError
from devcluster.images import records
from devcluster.progress import Progress


@click.command()
@click.option("--name", default="resee", show_default=True, help="Name of the cluster.")
@click.option(
    "--nodes", type=click.Choice(["1", "3"]), help="Nodes, each in a zone of its own.  [default: 1]"
)
@click.option("--http-port", type=int, help="Port of 127.0.0.1 for Resee's nginx.  [default: 8080]")
@click.option("--s3-port", type=int, help="Port of 127.0.0.1 for the S3 server.  [default: 7070]")
@click.option(
    "--example",
    "file",
    default=example.LOCAL,
    show_default="examples/local.yaml",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The deployment to apply.",
)
@click.option("--operator-only", is_flag=True, help="Install the operator and apply no deployment.")
def deploy(
    name: str, nodes: str | None, http_port: int | None, s3_port: int | None, file: Path, operator_only: bool
) -> None:
    """Build images, start a cluster, install the operator, apply an example and wait until it is Ready."""
    with Progress.on_stderr() as progress:
        ports = (http_port, s3_port)
        cluster, references = install(name, int(nodes) if nodes else None, ports, progress)
        if operator_only:
            return
        deployment = example.read(file, records.application_version(references), cluster.record.http_port)
        kubectl = Kubectl(cluster.kubeconfig)
        with progress.step(f"Bringing up Resee as {deployment['metadata']['name']}"):
            kubectl.apply(deployment)
            live = example.wait_ready(kubectl, deployment, progress)
    click.echo(f"Resee is ready: {live['status'].get('url', '')}")


def install(
    name: str, nodes: int | None, ports: tuple[int | None, int | None], progress: Progress
) -> tuple[Cluster, dict[str, str]]:
    """Return a working cluster with the operator, and the references of the images that its nodes hold."""
    # A taken port is told now, and not after minutes of building.
    describe(name, nodes, *ports)
    engine = select()
    engine.ensure_running(progress)
    with ThreadPoolExecutor(2) as pool:
        building = pool.submit(build_images, engine, progress)
        starting = pool.submit(operations.up, name, nodes, *ports, progress)
        references = _built(building, starting)
        if _made(name, starting):
            # While the cluster is still being checked: its nodes are there, and take images.
            _fill(operations.existing(name), references, progress)
        cluster = starting.result()
    return cluster, references


def _built(building: Future[dict[str, str]], starting: Future[Cluster]) -> dict[str, str]:
    """The references of the images.

    A start that failed has taken the engine away under them: then its error is the one to tell.
    """
    try:
        return building.result()
    except ClusterError:
        starting.result()
        raise


def _made(name: str, starting: Future[Cluster]) -> bool:
    """Wait until the cluster's nodes and API server are there; False where the start failed before."""
    while not starting.done():
        record = Record.read(name)
        if record is not None and record.complete:
            return True
        wait([starting], timeout=waits.POLL)
    return starting.exception() is None


def _fill(cluster: Cluster, references: dict[str, str], progress: Progress) -> None:
    with progress.step("Loading the images into the nodes"):
        cluster.load(list(references.values()))
    with progress.step("Installing the operator"):
        chart.install(cluster.kubeconfig)
