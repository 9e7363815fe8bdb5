"""Writes what is generated from the models: the CRD, its copy in the chart, the reference.

Run from the root of the repository: ``python -m resee_operator.api.generate``.
"""

from __future__ import annotations

from pathlib import Path

import click

from resee_operator.api import crd, reference

CRD_FILE = Path("crds/resee.io_reseedeployments.yaml")
CHART_FILE = Path("charts/resee-operator/files/crds/resee.io_reseedeployments.yaml")
REFERENCE_FILE = Path("docs/reference.md")


def files() -> dict[Path, str]:
    """What each generated file should hold, by its path from the root of the repository."""
    manifest = crd.to_yaml(crd.generate())
    generated = {CRD_FILE: manifest, REFERENCE_FILE: reference.render()}
    if CHART_FILE.parent.is_dir():
        generated[CHART_FILE] = manifest
    return generated


@click.command()
def main() -> None:
    """Write the CRD, its copy in the chart and the reference."""
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        click.echo(f"wrote {path}")


if __name__ == "__main__":
    main()
