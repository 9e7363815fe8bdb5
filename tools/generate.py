"""Writes every generated file anew: CRDs, references, golden manifests, the chart's copies, translations.

``python -m tools.generate`` writes; ``--check`` writes nothing and fails where a file would change.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import yaml

from devcluster import binaries
from resee_operator.api import crd, reference
from resee_operator.stages import table
from tests.chart import chart
from tests.golden import releases
from tests.golden import update as golden
from tests.support.deployments import STAGES
from tools import catalogues, values_table

ROOT = Path(__file__).resolve().parents[1]
Files = dict[Path, str | bytes]


def definitions() -> Files:
    """The custom resource definitions from the models, and the chart's copies of them."""
    folders = (ROOT / "crds", chart.CHART / "files" / "crds")
    return {
        folder / definition.file_name: crd.to_yaml(crd.generate(definition))
        for definition in crd.DEFINITIONS
        for folder in folders
    }


def chart_readme() -> Files:
    """The table of values in the chart's README."""
    readme = chart.CHART / "README.md"
    return {readme: values_table.inserted(readme.read_text(), (chart.CHART / "values.yaml").read_text())}


def chart_snapshots() -> Files:
    """What helm renders without any value and with all of them."""
    with tempfile.TemporaryDirectory() as folder:
        helm = chart.Helm(binaries.ensure("helm"), Path(folder))
        return {
            chart.FOLDER / "snapshots" / f"{name}.yaml": yaml.safe_dump_all(
                chart.without_crds(helm.template(values)), sort_keys=False, width=110
            )
            for name, values in chart.snapshot_values().items()
        }


def references() -> Files:
    """What a user may write, and what the stages fill in."""
    docs = ROOT / "docs"
    return {docs / "reference.md": reference.render(), docs / "stages.md": table.render()}


def release_snapshots() -> Files:
    """What the version that is being made holds its Pods by; those of earlier ones stay as they are."""
    return dict(releases.snapshots())


def golden_manifests() -> Files:
    """What the operator makes of each example."""
    return {golden.golden_file(stage): golden.rendered(stage) for stage in STAGES}


def translations() -> Files:
    """The application's sentences in other languages, as Django reads them."""
    return dict(catalogues.compiled())


GENERATORS: tuple[Callable[[], Files], ...] = (
    definitions,
    references,
    golden_manifests,
    release_snapshots,
    chart_readme,
    chart_snapshots,
    translations,
)


def stale() -> Iterator[tuple[Path, bytes]]:
    """Yield each file that is not what it would be, with what it would be.

    In order: the snapshots are made after the files that they depend on were yielded.
    """
    for generator in GENERATORS:
        for path, made in generator().items():
            content = made if isinstance(made, bytes) else made.encode()
            if not path.exists() or path.read_bytes() != content:
                yield path, content


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail where a file is not current.")
def main(check: bool) -> None:
    """Write every generated file anew."""
    found = False
    for path, content in stale():
        found = True
        click.echo(f"{'not current' if check else 'written'}: {path.relative_to(ROOT)}")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    if check and found:
        click.echo("Run `make generate` and commit the result.", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
