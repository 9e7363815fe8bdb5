"""`devcluster deploy`: the whole way from a checkout to a running Resee.

Images and cluster need each other only when the images are loaded, so they are made side by side. Images go
in as soon as the nodes run, and chart and example as soon as the API answers, while the cluster is still
being checked. Every step leaves what is already right as it is: a second run changes what changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from devcluster import operations, upkeep, waits
from devcluster.build import build_images
from devcluster.cluster import nodes
from devcluster.cluster.kubectl import Kubectl, Object
from devcluster.cluster.lifecycle import Cluster, describe
from devcluster.cluster.record import Record
from devcluster.deploy import chart, example
from devcluster.engine import Engine, select
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
        count = int(nodes) if nodes else None
        live = walk(name, count, (http_port, s3_port), None if operator_only else file, progress)
    if live is not None:
        click.echo(f"Resee is ready: {live['status'].get('url', '')}")


def walk(
    name: str, nodes: int | None, ports: tuple[int | None, int | None], file: Path | None, progress: Progress
) -> Object | None:
    """Return the example's deployment once it is Ready and its cluster has passed all checks.

    Without a file the way ends with the operator.
    """
    # A taken port is told now, and not after minutes of building.
    describe(name, nodes, *ports)
    engine = select()
    engine.ensure_running(progress)
    with ThreadPoolExecutor(2) as pool:
        building = pool.submit(build_images, engine, progress)
        starting = pool.submit(operations.up, name, nodes, *ports, progress)
        with _blaming(starting):
            live = _fill(name, engine, building.result(), starting, file, progress)
        starting.result()
    upkeep.tidy(engine)
    return live


def _fill(
    name: str,
    engine: Engine,
    references: dict[str, str],
    starting: Future[Cluster],
    file: Path | None,
    progress: Progress,
) -> Object | None:
    """Put images, operator and example into a cluster that is still starting, each at the first moment."""
    images = list(references.values())
    if _reached(starting, lambda: _answering(engine, name)):
        with progress.step("Loading the images into the nodes"), suppress(ClusterError):
            # The nodes may be those of an interrupted start, which are about to be removed.
            operations.existing(name).load(images)
    if not _reached(starting, lambda: _made(name)):
        return None
    cluster = operations.existing(name)
    cluster.load(images)
    with progress.step("Installing the operator"):
        chart.install(cluster.kubeconfig)
    if file is None:
        return None
    kubectl = Kubectl(cluster.kubeconfig)
    deployment = example.read(file, records.application_version(references), cluster.record.http_port)
    with progress.step(f"Bringing up Resee as {deployment['metadata']['name']}"):
        kubectl.apply(deployment)
        return example.wait_ready(kubectl, deployment, progress)


@contextmanager
def _blaming(starting: Future[Cluster]) -> Iterator[None]:
    """Where the cluster did not come up, that is the error to tell, and not what followed from it."""
    try:
        yield
    except ClusterError:
        starting.result()
        raise


def _reached(starting: Future[Cluster], condition: Callable[[], bool]) -> bool:
    """Wait until the condition holds or the start has ended; False where it has failed."""
    while not starting.done():
        if condition():
            return True
        wait([starting], timeout=waits.POLL_BY_PROGRAM)
    return starting.exception() is None


def _answering(engine: Engine, name: str) -> bool:
    """Whether all nodes of the cluster are there and take images, which is long before its API answers."""
    record = Record.read(name)
    if record is None:
        return False
    found = nodes.find(engine, name)
    return len(found) == record.nodes and all(nodes.takes_images(engine, node.name) for node in found)


def _made(name: str) -> bool:
    record = Record.read(name)
    return record is not None and record.complete
