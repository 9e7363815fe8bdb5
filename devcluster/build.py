"""`devcluster build`: all images on the engine in use, and their references in the state folder.

Beside it the two commands that hand out a part of it: `provide` one image, `programs` without any.
"""

from __future__ import annotations

import tomllib

import click

from devcluster import binaries, operations, paths, upkeep
from devcluster.engine import Engine, select
from devcluster.images import records
from devcluster.images.builder import Builder
from devcluster.images.catalogue import IMAGES, REGISTRY
from devcluster.images.client import DockerClient
from devcluster.images.staging import Staging
from devcluster.programs import PROGRAMS
from devcluster.progress import Progress


@click.command()
@click.option(
    "--registry", default=REGISTRY, show_default=True, help="Registry and folder in the image names."
)
@click.option("--publish", metavar="VERSION", help="Push the images under this version as well.")
@click.option("--load", is_flag=True, help="Load them into the cluster's nodes as well.")
@click.option("--name", default="resee", show_default=True, help="Name of the cluster.")
def build(registry: str, publish: str | None, load: bool, name: str) -> None:
    """Build all images; what has not changed is not built again."""
    with Progress.on_stderr() as progress:
        engine = select()
        engine.ensure_running(progress)
        references = build_images(engine, progress, registry)
        if publish:
            push(client(engine), references, publish, progress)
        if load:
            with progress.step("Loading the images into the nodes"):
                operations.existing(name).load(list(references.values()))
        upkeep.tidy(engine)
    for reference in references.values():
        click.echo(reference)


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
def programs(names: tuple[str, ...]) -> None:
    """Build the named Go programs, or all, and print where they lie."""
    with Progress.on_stderr() as progress:
        built = binaries.ensure_all(names or PROGRAMS, progress)
    for path in built.values():
        click.echo(path)


@click.command()
@click.argument("image", type=click.Choice([image.name for image in IMAGES]))
@click.argument("reference")
@click.option("--name", default="resee", show_default=True, help="Name of the cluster.")
def provide(image: str, reference: str, name: str) -> None:
    """Build one IMAGE, name it REFERENCE and load it into the cluster's nodes; for Tilt."""
    with Progress.on_stderr() as progress:
        engine = select()
        engine.ensure_running(progress)
        built = builder(engine).build_one(image, progress)
        client(engine).tag(built, reference)
        with progress.step(f"Loading {reference}"):
            operations.existing(name).load([reference])


def build_images(engine: Engine, progress: Progress, registry: str = REGISTRY) -> dict[str, str]:
    """Build what a running engine lacks, write ``images.json`` and return its content."""
    references = builder(engine, registry).build(progress)
    records.write(paths.state_dir(), references)
    return references


def builder(engine: Engine, registry: str = REGISTRY) -> Builder:
    """Return the builder of this checkout's images on an engine."""
    return Builder(
        docker=client(engine),
        staging=Staging(paths.ROOT),
        logs=paths.state_dir() / "build",
        version=project_version(),
        offline=engine.private,
        registry=registry,
    )


def push(docker: DockerClient, references: dict[str, str], version: str, progress: Progress) -> None:
    """Push each image as ``<its repository>:<version>``."""
    for reference in references.values():
        released = f"{reference.rpartition(':')[0]}:{version}"
        with progress.step(f"Pushing {released}"):
            docker.tag(reference, released)
            docker.push(released)


def project_version() -> str:
    """Return the version of this checkout, as pyproject.toml has it."""
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text())["project"]
    return str(project["version"])


def client(engine: Engine) -> DockerClient:
    """Return the Docker client of an engine."""
    return DockerClient(engine.environment())
