"""What every fault must leave behind: exactly what is wanted, and Secrets as they were first made."""

from __future__ import annotations

from pathlib import Path

from tests.integration.operator_process import WRITES, OperatorProcess
from tests.integration.resees import Resee


def secrets_of(resee: Resee) -> dict[str, dict[str, str]]:
    """Data of the generated Secrets by name."""
    children = resee.children()
    return {name: item["data"] for name, item in children.items() if name.startswith("Secret/")}


def assert_exact(resee: Resee, folder: Path) -> None:
    """Fail unless an operator that nobody disturbs finds everything as it wants it, and writes nothing."""
    versions = resee.versions()
    checker = OperatorProcess(
        resee.server.kubeconfig,
        folder,
        "checker",
        "checker",
        RESEE_NAMESPACES=resee.namespace,
        RESEE_LEASE_NAMESPACE=resee.namespace,
    )

    with checker:
        checker.lead()
        checker.wait_in_sync(resee.name)
        assert checker.calls(*WRITES) == 0
    assert resee.versions() == versions
