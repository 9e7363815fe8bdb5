"""What tests do to the API server beside the operator: definitions, namespaces, and the moves of
controllers."""

from __future__ import annotations

import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from devcluster.apiserver import ApiServer
from devcluster.deploy.chart import ESTABLISHED
from resee_operator.kube.client import KubeClient
from resee_operator.kube.configuration import load_configuration
from resee_operator.kube.connection import Connection
from tests.support.wait import Budget

ROOT = Path(__file__).parents[2]
CRDS = ROOT / "crds"


def kubectl(server: ApiServer, *args: str, stdin: str | None = None) -> str:
    """Run kubectl against the server and return what it prints.

    Raises:
        AssertionError: it failed; carries its error output.
    """
    command = [str(server.kubectl), f"--kubeconfig={server.kubeconfig}", *args]
    limit = Budget.COMMAND.seconds
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=limit, check=False)
    assert done.returncode == 0, f"kubectl {' '.join(args)}: {done.stderr}"
    return done.stdout


@asynccontextmanager
async def connected(server: ApiServer) -> AsyncIterator[KubeClient]:
    """A client to the server."""
    configuration = await load_configuration(str(server.kubeconfig))
    async with Connection(configuration) as connection:
        yield KubeClient(connection)


def apply(server: ApiServer, manifest: dict[str, Any]) -> None:
    """Create or change an object as a user does."""
    kubectl(server, "apply", "-f", "-", stdin=json.dumps(manifest))


def install_crd(server: ApiServer) -> None:
    """Install the definitions and wait until the server serves them."""
    kubectl(server, "apply", "--server-side", "-f", str(CRDS))
    wait_established(server, CRDS)


def wait_established(server: ApiServer, definitions: Path) -> None:
    """Wait until the server serves these definitions."""
    timeout = f"--timeout={Budget.PROCESS.seconds:.0f}s"
    kubectl(server, "wait", f"--for={ESTABLISHED}", timeout, "-f", str(definitions))


def make_namespace(server: ApiServer, name: str) -> None:
    kubectl(server, "create", "namespace", name)
