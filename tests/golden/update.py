"""Writes the golden manifests anew: ``python -m tests.golden.update``. Read the difference before it is
committed."""

from __future__ import annotations

from pathlib import Path

import click
import yaml

from tests.support.deployments import GOLDEN, STAGES, manifests_of, resolved_example


def rendered(stage: str) -> str:
    """All manifests of a stage's example, as the golden file holds them."""
    return yaml.safe_dump_all(manifests_of(resolved_example(stage)), sort_keys=False, width=110)


def golden_file(stage: str) -> Path:
    """The committed file."""
    return GOLDEN / f"{stage.lower()}.yaml"


@click.command()
def main() -> None:
    """Write the manifests of each example to tests/golden."""
    for stage in STAGES:
        golden_file(stage).write_text(rendered(stage))
        click.echo(f"wrote {golden_file(stage)}")


if __name__ == "__main__":
    main()
