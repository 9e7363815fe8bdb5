"""The command line: `python -m devcluster COMMAND`. Each command is a few lines that call a module."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import Any

import click

from devcluster import operations, paths
from devcluster.build import build, programs, provide
from devcluster.deploy.road import deploy
from devcluster.engine import select
from devcluster.errors import DevclusterError
from devcluster.monitoring.stack import monitoring
from devcluster.progress import Progress

_DEFAULT_NAME = "resee"


class _Group(click.Group):
    """Turns our errors into one sentence on stderr and an exit code."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except DevclusterError as error:
            click.echo(click.style("Error: ", fg="red") + f"{error.problem}\n{error.remedy}", err=True)
            sys.exit(error.exit_code)


_name = click.option("--name", default=_DEFAULT_NAME, show_default=True, help="Name of the cluster.")


@click.group(cls=_Group)
def main() -> None:
    """A real Kubernetes for development and tests."""
    # kubectl and helm would keep what servers of ours can do in the user's home.
    os.environ.setdefault(paths.KUBECTL_CACHE, str(paths.kubectl_cache()))


@main.command()
@_name
@click.option(
    "--nodes", type=click.Choice(["1", "3"]), help="Nodes, each in a zone of its own.  [default: 1]"
)
@click.option("--http-port", type=int, help="Port of 127.0.0.1 for Resee's nginx.  [default: 8080]")
@click.option("--s3-port", type=int, help="Port of 127.0.0.1 for the S3 server.  [default: 7070]")
@click.option("--api-only", is_flag=True, help="Only etcd and the API server, as plain processes.")
def up(name: str, nodes: str | None, http_port: int | None, s3_port: int | None, api_only: bool) -> None:
    """Start a cluster, or repair it; its data stay."""
    with Progress.on_stderr() as progress:
        if api_only:
            operations.up_api_only(name, progress)
        else:
            operations.up(name, int(nodes) if nodes else None, http_port, s3_port, progress)


@main.command()
@_name
@click.option("--all", "everything", is_flag=True, help="Every cluster of this checkout, and the engine.")
@click.option("--purge", is_flag=True, help="The same, and a private engine's images, which otherwise stay.")
def down(name: str, everything: bool, purge: bool) -> None:
    """Remove a cluster and all that belongs to it, its data included."""
    with Progress.on_stderr() as progress:
        if everything or purge:
            operations.down_all(progress, purge=purge)
        else:
            operations.down(name, progress)


@main.command()
def status() -> None:
    """Show the engine, the clusters and where they are reached."""
    for line in operations.status():
        click.echo(line)


@main.command()
@_name
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
def load(name: str, images: tuple[str, ...]) -> None:
    """Load images of the engine into every node of a cluster."""
    with Progress.on_stderr() as progress, progress.step(f"Loading {len(images)} image(s)"):
        loaded = operations.existing(name).load(list(images))
    for reference in loaded:
        click.echo(reference)


@main.command()
@_name
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), required=False)
def logs(name: str, folder: Path | None) -> None:
    """Write the logs of nodes and containers into FOLDER."""
    click.echo(operations.export_logs(name, folder))


@main.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def docker(arguments: tuple[str, ...]) -> None:
    """Run the docker client against the engine in use, which is started where it is ours."""
    chosen = select()
    with Progress.on_stderr() as progress:
        chosen.ensure_running(progress)
    os.execvpe("docker", ["docker", *arguments], chosen.variables())  # noqa: S606


@main.command()
@_name
def env(name: str) -> None:
    """Print the exports that make kubectl use the cluster: eval "$(python -m devcluster env)"."""
    for variable, value in operations.environment(name).items():
        click.echo(f"export {variable}={shlex.quote(value)}")


for command in (build, programs, provide, deploy, monitoring):
    main.add_command(command)
