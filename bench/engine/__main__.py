"""`python -m bench.engine`: the engine's figures, each beside its yardstick in the same run, as JSON and a
table."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import tempfile
from pathlib import Path

import click

from bench.engine.measure import Bench


@click.command()
@click.option("--deployments", default=1000, show_default=True, help="Size of the fleet.")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="File for the figures as JSON."
)
@click.option("--kubectl/--no-kubectl", default=True, help="Measure kubectl apply too; it takes minutes.")
def main(deployments: int, output: Path | None, kubectl: bool) -> None:
    """Measure the engine on an API server of its own."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    folder = Path(tempfile.mkdtemp(prefix="resee-bench-"))
    bench = Bench(folder, deployments, with_kubectl=kubectl)
    try:
        asyncio.run(bench.run())
    finally:
        bench.close()
        shutil.rmtree(folder, ignore_errors=True)
        if output is not None:
            output.write_text(json.dumps(bench.figures, indent=2) + "\n")
        for title, value in bench.figures.items():
            click.echo(f"{title:<60} {value}")


if __name__ == "__main__":
    main()
