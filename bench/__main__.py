"""The command line of the benches: each prints a table and, asked to, writes it to docs/performance.md.

Without a command all of them run and write; what one of them lacks is said, and the others go on.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click

from bench import engine, figures, ready, road
from bench.app import measure as app
from bench.app import report as app_report
from bench.autoscaling import report as autoscaling
from bench.backup.run import measured as backup_figures
from bench.engine import plots, rows
from bench.engine.scene import SHORT, Size
from bench.tasks import measure as tasks
from devcluster import paths
from devcluster.progress import Progress
from tests.support.process import service_folder

_SHORT: dict[str, dict[str, Any]] = {
    "engine": {"short": True},
    "backup": {"gib": 0.2, "rounds": 1},
    "autoscaling": {},
    "tasks": {"count": 100, "rounds": 1, "kills": 1},
    "ready": {"rounds": 1},
    "app": {"rounds": 1, "seconds": 2.0},
}
"""Options of the short forms; a bench that is not here has none. Those that need a cluster come last."""
_ON_A_CLUSTER = frozenset({"ready", "app"})


@click.group(invoke_without_command=True)
@click.option("--short", is_flag=True, help="Small forms that end soon.")
@click.option("--write/--no-write", default=None, help="Write the tables.  [default: unless --short]")
@click.pass_context
def main(context: click.Context, short: bool, write: bool | None) -> None:
    """Measure, each figure beside its yardstick in the same run; without a command everything."""
    if context.invoked_subcommand is not None:
        return
    for name in (*_SHORT, *sorted(main.commands.keys() - _SHORT.keys())):
        lacking = _lacking(name, short)
        if lacking:
            click.echo(f"not measured: {name}: {lacking}", err=True)
            continue
        options = _SHORT[name] if short else {}
        context.invoke(main.commands[name], write=not short if write is None else write, **options)


def _lacking(name: str, short: bool) -> str | None:
    """What a bench needs and has not got, None where it has everything."""
    if short and name not in _SHORT:
        return "it has no short form"
    if name in _ON_A_CLUSTER and not (paths.cluster_dir("resee") / "kubeconfig").exists():
        return "no cluster runs; `make up` starts one"
    return "it needs root" if name == "road" and os.geteuid() != 0 else None


@main.command("engine")
@click.option("--short", is_flag=True, help="A dozen deployments, in less than a minute.")
@click.option("--deployments", type=click.IntRange(min=10), help="Size of the fleet.  [default: 1000]")
@click.option("--kwok", is_flag=True, help="With Kubernetes' own controllers and Pods of kwok's.")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="File for all figures as JSON."
)
@click.option("--write", is_flag=True, help="Put table and plots into docs/.")
def engine_command(
    short: bool, deployments: int | None, kwok: bool, output: Path | None, write: bool
) -> None:
    """The reconcile engine on an API server of its own, against bare loops, kubectl and Kopf alone."""
    size = SHORT if short else Size.of(deployments) if deployments else Size()
    with Progress.on_stderr() as progress:
        measured = engine.measure(size, progress, kwok)
    if output is not None:
        output.write_text(json.dumps({"figures": measured.figures, "series": measured.series}))
    table = rows.rows(measured, size)
    figures.report("engine", "The engine with a fleet", table, to_docs=write)
    if write:
        plots.draw(measured, figures.IMAGES)


@main.command("backup")
@click.option("--gib", default=2.25, show_default=True, help="Size of the database.")
@click.option("--rounds", default=3, show_default=True, help="How often each way is measured.")
@click.option("--write", is_flag=True, help="Put the table into docs/performance.md.")
def backup_command(gib: float, rounds: int, write: bool) -> None:
    """Dump, verify and restore, against pg_dump and pg_restore alone."""
    with Progress.on_stderr() as progress, progress.step("dumps and restores"), service_folder() as folder:
        measured = backup_figures(folder, gib, rounds)
    figures.report("backup", "Backups", measured, to_docs=write)


@main.command("ready")
@click.option("--rounds", default=5, show_default=True, help="How often each way is measured.")
@click.option("--cluster", default="resee", show_default=True, help="Name of the running devcluster.")
@click.option("--write", is_flag=True, help="Put the table into docs/performance.md.")
def ready_command(rounds: int, cluster: str, write: bool) -> None:
    """From an applied ReseeDeployment to Ready, against the same manifests by hand."""
    with Progress.on_stderr() as progress:
        measured = ready.run(rounds, progress, cluster)
    figures.report("ready", "Applied to Ready", measured, to_docs=write)


@main.command("road")
@click.option("--cores", type=int, help="Processors that the run may use.  [default: all]")
@click.option("--ports", nargs=2, default=(28080, 28081), show_default=True, help="For the page and for S3.")
@click.option("--write", is_flag=True, help="Put the table into docs/performance.md.")
def road_command(cores: int | None, ports: tuple[int, int], write: bool) -> None:
    """`make up` from a fresh clone with empty caches, then with full ones. Needs root."""
    with Progress.on_stderr() as progress:
        measured = road.run(cores, ports, progress)
    figures.report("road", "From a checkout to a running Resee", measured, to_docs=write)


@main.command("autoscaling")
@click.option("--seed", default=1, show_default=True, help="Another week: other bursts.")
@click.option("--write", is_flag=True, help="Put table and drawing into docs/.")
def autoscaling_command(seed: int, write: bool) -> None:
    """A simulated week of load under the rule and under plain autoscalers. Needs no cluster."""
    traces = autoscaling.simulate(seed)
    measured = autoscaling.figures(traces)
    figures.report("autoscaling", "A week of load", measured, to_docs=write)
    if write:
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
    figures.report("app", "The application", measured, to_docs=write)


@main.command("tasks")
@click.option("--count", default=1000, show_default=True, help="Tasks each time.")
@click.option("--rounds", default=3, show_default=True, help="How often the rate is measured.")
@click.option("--kills", default=20, show_default=True, help="Rounds in which Redis and workers are killed.")
@click.option("--write", is_flag=True, help="Put the table into docs/performance.md.")
def tasks_command(count: int, rounds: int, kills: int, write: bool) -> None:
    """Celery's tasks a second, and those lost with a worker or Redis, against Celery's defaults."""
    with Progress.on_stderr() as progress:
        measured = tasks.run(count, rounds, kills, progress)
    figures.report("tasks", "Tasks", measured, to_docs=write)


if __name__ == "__main__":
    main()
