"""ReseeDeployments in tests: apply, wait for a condition, read what it says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx

from tests.e2e.kubectl import Kubectl, Object
from tests.support.wait import Budget, until


@dataclass(frozen=True)
class Deployment:
    """One ReseeDeployment by name."""

    kubectl: Kubectl
    name: str

    def apply(self, spec: Object) -> None:
        """Create or change it to exactly this spec."""
        self.kubectl.apply(
            {
                "apiVersion": "resee.io/v1alpha1",
                "kind": "ReseeDeployment",
                "metadata": {"name": self.name},
                "spec": spec,
            }
        )

    def patch(self, spec: Object) -> None:
        """Merge these fields into its spec."""
        self.kubectl.patch("resee", self.name, {"spec": spec})

    def restore(self, spec: Object) -> None:
        """Put its whole spec back, fields that were added since taken out."""
        change = [{"op": "replace", "path": "/spec", "value": spec}]
        self.kubectl("patch", "resee", self.name, "--type=json", "-p", json.dumps(change))

    def read(self) -> Object:
        """The object as it is now."""
        return self.kubectl.get("resee", self.name)

    def condition(self, kind: str) -> dict[str, Any]:
        """One condition of the status; empty before it was written."""
        found: list[dict[str, Any]] = self.read().get("status", {}).get("conditions", [])
        return next((c for c in found if c["type"] == kind), {})

    def wait(self, kind: str, status: str = "True", budget: Budget = Budget.DEPLOYMENT) -> dict[str, Any]:
        """Wait until a condition has this status for the present generation."""

        def check() -> dict[str, Any]:
            live = self.read()
            state = live.get("status", {})
            found: list[dict[str, Any]] = state.get("conditions", [])
            condition = next((c for c in found if c["type"] == kind), {})
            seen = state.get("observedGeneration") == live["metadata"]["generation"]
            assert seen, f"{self.name}: generation {live['metadata']['generation']} not observed yet"
            assert condition.get("status") == status, f"{self.name}: {kind} is {condition}"
            return condition

        return until(check, budget)

    def settle(self) -> None:
        """Wait until every Pod runs as wanted, the status says so, and who asks at its URL is served.

        A status alone may be a moment old, and the way to a Pod is there a moment after it is ready.
        """

        def whole() -> None:
            for workload in self.children("deployments,statefulsets"):
                wanted, status = workload["spec"].get("replicas", 1), workload.get("status", {})
                name, generation = workload["metadata"]["name"], workload["metadata"]["generation"]
                assert status.get("observedGeneration") == generation, f"{name}: {status}"
                assert status.get("readyReplicas", 0) == wanted, f"{name}: {status}"
                assert status.get("updatedReplicas", 0) == status.get("replicas", 0), f"{name}: {status}"

        until(whole, Budget.ROLLOUT)
        self.wait("Ready", budget=Budget.ROLLOUT)
        until(whole, Budget.ROLLOUT)
        until(self._serves, Budget.PROCESS)

    def _serves(self) -> None:
        """Its health as a user sees it, where the machine of the tests reaches it."""
        url = self.read()["spec"].get("url")
        if url:
            try:
                answer = httpx.get(f"{url}/api/health/ready/", timeout=Budget.ANSWER.seconds)
            except httpx.TransportError as error:
                raise AssertionError(f"{url} does not answer: {error}") from error
            assert answer.is_success, f"{url}: {answer.status_code} {answer.text[:200]}"

    def children(self, kind: str) -> list[Object]:
        """The objects of a kind that belong to it."""
        return self.kubectl.list(kind, f"app.kubernetes.io/instance={self.name}")
