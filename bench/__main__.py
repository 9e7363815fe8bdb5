"""The command line of the benches: each prints a table and, asked to, writes it to docs/performance.md."""

from __future__ import annotations

import click

from bench import figures, ready, road
from devcluster.progress import Progress


@click.group()
def main() -> None:
    """Measure, each figure beside its yardstick in the same run."""


@main.command("ready")
@click.option("--rounds", default=5, show_default=True, help="How often each way is measured.")
@click.option("--cluster", default="resee", show_default=True, help="Name of the running devcluster.")
@click.option("--write", is_flag=True, help="Put the table into docs/performance.md.")
def ready_command(rounds: int, cluster: str, write: bool) -> None:
    """From an applied ReseeDeployment to Ready, against the same manifests by hand."""
    with Progress.on_stderr() as progress:
        measured = ready.run(rounds, progress, cluster)
    figures.show("Applied to Ready", measured)
    if write:
        figures.write("ready", measured)


@main.command("road")
@click.option("--cores", type=int, help="Processors that the run may use.  [default: all]")
@click.option("--ports", nargs=2, default=(28080, 28081), show_default=True, help="For the page and for S3.")
@click.option("--write", is_flag=True, help="Put the table into docs/performance.md.")
def road_command(cores: int | None, ports: tuple[int, int], write: bool) -> None:
    """`make up` from a fresh clone with empty caches, then with full ones. Needs root."""
    with Progress.on_stderr() as progress:
        measured = road.run(cores, ports, progress)
    figures.show("From a checkout to a running Resee", measured)
    if write:
        figures.write("road", measured)


if __name__ == "__main__":
    main()
