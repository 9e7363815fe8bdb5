"""The command line of the benches: each prints a table and, asked to, writes it to docs/performance.md."""

from __future__ import annotations

import click

from bench import figures, ready, road
from bench.app import measure as app
from bench.app import report as app_report
from bench.autoscaling import report as autoscaling
from bench.tasks import measure as tasks
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


@main.command("autoscaling")
@click.option("--seed", default=1, show_default=True, help="Another week: other bursts.")
@click.option("--write", is_flag=True, help="Put table and drawing into docs/.")
def autoscaling_command(seed: int, write: bool) -> None:
    """A simulated week of load under the rule and under plain autoscalers. Needs no cluster."""
    traces = autoscaling.simulate(seed)
    measured = autoscaling.figures(traces)
    figures.show("A week of load", measured)
    if write:
        figures.write("autoscaling", measured)
        autoscaling.write_image(traces, seed)


@main.command("app")
@click.option("--rounds", default=5, show_default=True, help="How often each way is measured.")
@click.option("--seconds", default=8.0, show_default=True, help="How long each time.")
@click.option("--cluster", default="resee", show_default=True, help="Name of the running devcluster.")
@click.option("--write", is_flag=True, help="Put the table into docs/performance.md.")
def app_command(rounds: int, seconds: float, cluster: str, write: bool) -> None:
    """The hot endpoints through nginx, against a bare view and against PostgreSQL alone."""
    with Progress.on_stderr() as progress:
        measured = app_report.figures(app.run(rounds, seconds, progress, cluster))
    figures.show("The application", measured)
    if write:
        figures.write("app", measured)


@main.command("tasks")
@click.option("--count", default=1000, show_default=True, help="Tasks each time.")
@click.option("--rounds", default=3, show_default=True, help="How often the rate is measured.")
@click.option("--write", is_flag=True, help="Put the table into docs/performance.md.")
def tasks_command(count: int, rounds: int, write: bool) -> None:
    """Celery's tasks a second, and those lost with a worker or Redis, against Celery's defaults."""
    with Progress.on_stderr() as progress:
        measured = tasks.run(count, rounds, progress)
    figures.show("Tasks", measured)
    if write:
        figures.write("tasks", measured)


if __name__ == "__main__":
    main()
