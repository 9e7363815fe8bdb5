"""The command line: `run`, `plan` and `crds`."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from typing import Any, TextIO

import click
import yaml

from resee_operator import errors, settings

NOTHING_TO_DO, CHANGES = 0, 2
"""Exit codes of `plan`, those that terraform and kubectl diff made known (1 is an error)."""


@click.group()
def main() -> None:
    """Runs Resee on Kubernetes from one manifest."""


@click.group(name="kubectl resee")
def kubectl() -> None:
    """Resee on Kubernetes, as a plugin of kubectl."""


@main.command()
def run() -> None:
    """Run the operator until it is told to end (SIGTERM). Settings come from RESEE_ variables."""
    from resee_operator import logs, memory

    configured = _settings()
    logs.configure(configured.log_level)
    memory.return_large_buffers()
    memory.shrink_tls_buffers()
    memory.collect_less_often()
    asyncio.run(_run(configured))


async def _run(configured: settings.Settings) -> None:
    from resee_operator import handlers
    from resee_operator.runtime import running

    stop = asyncio.Event()
    async with running(configured) as operator:
        events = asyncio.create_task(handlers.run(operator, configured, stop))
        ends = [events, asyncio.create_task(stop.wait()), *([operator.ended] if operator.ended else [])]
        done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            # A part that ended by an error ends the process, and Kubernetes starts it anew.
            task.result()
    # The Lease is given back by now, and another replica leads; Kopf takes its time to close its watches.
    await events


@main.command()
@click.option(
    "-f", "--file", "source", type=click.File(), required=True, help="A ReseeDeployment; - reads stdin."
)
@click.option("-n", "--namespace", help="Namespace, where the file names none; by default the context's.")
@click.option("--against-nothing", is_flag=True, help="Compare with an empty cluster; connects to none.")
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--kubeconfig", help="File to connect by; by default $KUBECONFIG.")
@click.option("--context", "cluster", help="Context of that file; by default the current one.")
@click.pass_context
def plan(
    context: click.Context,
    /,
    source: TextIO,
    namespace: str | None,
    against_nothing: bool,
    output: str,
    **connection: str | None,
) -> None:
    """Print what a manifest would create, change, delete and restart. Exit code: 0 nothing, 2 changes, 1 an
    error."""
    from resee_operator import plan_output

    manifest = _one_manifest(source, namespace)
    try:
        made = asyncio.run(_against_nothing(manifest) if against_nothing else _plan(manifest, **connection))
    except errors.UserError as error:
        raise click.ClickException(str(error)) from None
    if output == "json":
        click.echo(json.dumps(plan_output.as_json(made), indent=2))
    else:
        for line in plan_output.lines(made):
            click.echo(line)
    context.exit(NOTHING_TO_DO if made.plan.empty else CHANGES)


async def _against_nothing(manifest: dict[str, Any]) -> Any:
    from resee_operator import plan as planning

    return (await planning.make(None, manifest, _settings().defaults))[1]


async def _plan(manifest: dict[str, Any], kubeconfig: str | None, cluster: str | None) -> Any:
    from resee_operator import plan as planning
    from resee_operator.kube.client import KubeClient
    from resee_operator.kube.connection import Connection
    from resee_operator.kube.errors import ApiError
    from resee_operator.kube.user import connect_as_user

    configuration, namespace = await connect_as_user(kubeconfig or settings.load().kubeconfig, cluster)
    manifest.setdefault("metadata", {}).setdefault("namespace", namespace)
    async with Connection(configuration) as connection:
        api = KubeClient(connection)
        given = {name: text for name, text in os.environ.items() if name.startswith("RESEE_")}
        configured = _settings({**await planning.operator_settings(api), **given})
        try:
            return (await planning.make(api, manifest, configured.defaults))[1]
        except ApiError as error:
            raise click.ClickException(f"the cluster cannot be read: {error}") from None


@main.command()
@click.option("-o", "--output", type=click.File("w"), default="-", help="File to write; by default stdout.")
def crds(output: TextIO) -> None:
    """Print the definitions of the custom resources, as `kubectl apply -f` takes them."""
    from resee_operator.api import crd

    output.write("---\n".join(crd.to_yaml(crd.generate(definition)) for definition in crd.DEFINITIONS))


kubectl.add_command(plan)


def _one_manifest(source: TextIO, namespace: str | None) -> dict[str, Any]:
    documents = [document for document in yaml.safe_load_all(source) if document]
    found = [document for document in documents if document.get("kind") == "ReseeDeployment"]
    if len(found) != 1:
        raise click.ClickException(f"{source.name} holds {len(found)} ReseeDeployments; give a file with one")
    manifest: dict[str, Any] = found[0]
    if namespace is not None:
        manifest.setdefault("metadata", {}).setdefault("namespace", namespace)
    return manifest


def _settings(environment: Mapping[str, str] | None = None) -> settings.Settings:
    try:
        return settings.load(environment)
    except errors.UserError as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
