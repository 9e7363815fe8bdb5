"""The command line: `python -m devcluster COMMAND`. Each command is a few lines that call a module."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from devcluster import paths
from devcluster.apiserver import ApiServer
from devcluster.build import build
from devcluster.engine import select
from devcluster.errors import DevclusterError
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


@main.command()
@_name
@click.option("--api-only", is_flag=True, help="Only etcd and the API server, as plain processes.")
def up(name: str, api_only: bool) -> None:
    """Start a cluster, or repair it; its data stay."""
    with Progress.on_stderr() as progress:
        if api_only:
            server = _api_server(name, progress)
            with progress.step("Starting the API server"):
                server.start()


@main.command()
@_name
def down(name: str) -> None:
    """Remove a cluster and all that belongs to it."""
    with Progress.on_stderr() as progress, progress.step(f"Removing {name}"):
        _api_server(name, progress).remove()


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
    folder = paths.cluster_dir(name)
    click.echo(f"export KUBECONFIG={folder / 'kubeconfig'}")
    click.echo(f"export PATH={folder / 'bin'}:{os.environ.get('PATH', '')}")


main.add_command(build)


def _api_server(name: str, progress: Progress) -> ApiServer:
    return ApiServer(paths.cluster_dir(name), controllers=True, detached=True, progress=progress)
