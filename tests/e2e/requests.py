"""ReseeBackup and ReseeRestore in tests: made, and waited for."""

from __future__ import annotations

from typing import Any

from tests.e2e.kubectl import Kubectl, Object
from tests.support.wait import Budget, until

ENDED = ("Succeeded", "Failed")


def ask(kubectl: Kubectl, kind: str, name: str, deployment: str, **spec: Any) -> None:
    """Apply a request."""
    made = {"apiVersion": "resee.io/v1alpha1", "kind": kind, "metadata": {"name": name}}
    kubectl.apply({**made, "spec": {"deployment": deployment, **spec}})


def outcome(kubectl: Kubectl, kind: str, name: str, budget: Budget = Budget.DEPLOYMENT) -> Object:
    """Its status, once it has ended."""

    def ended() -> Object:
        status: Object = kubectl.get(kind.lower(), name).get("status", {})
        assert status.get("phase") in ENDED, f"{kind} {name}: {status}"
        return status

    return until(ended, budget)


def phase(kubectl: Kubectl, kind: str, name: str, wanted: str) -> None:
    """Wait until it is in a phase, or past it."""

    def reached() -> None:
        status = kubectl.get(kind.lower(), name).get("status", {})
        assert status.get("phase") in (wanted, *ENDED), f"{kind} {name}: {status}"

    until(reached, Budget.ROLLOUT)
