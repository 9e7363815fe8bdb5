"""ReseeDeployments as the tests write them, and what they ask of one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from devcluster.apiserver import ApiServer
from tests.integration.cluster import apply, kubectl
from tests.support.api import reader
from tests.support.wait import Budget, until

CHILDREN = (
    "serviceaccounts,secrets,configmaps,persistentvolumeclaims,networkpolicies,services,statefulsets,deployments,"
    "jobs,cronjobs,poddisruptionbudgets,horizontalpodautoscalers,ingresses"
)


@dataclass
class Resee:
    """One ReseeDeployment on one server."""

    server: ApiServer
    namespace: str
    name: str = "demo"

    def apply(self, **spec: Any) -> None:
        """Write the custom resource as a user does."""
        apply(
            self.server,
            {
                "apiVersion": "resee.io/v1alpha1",
                "kind": "ReseeDeployment",
                "metadata": {"name": self.name, "namespace": self.namespace},
                "spec": {"stage": "Local", **spec},
            },
        )

    def read(self) -> dict[str, Any]:
        return self.get("reseedeployment", self.name)

    def get(self, kind: str, name: str) -> dict[str, Any]:
        """One object as it is now; AssertionError where there is none."""
        return reader(self.server.kubeconfig).get(kind, name, self.namespace)

    def run(self, *args: str) -> str:
        """kubectl in the namespace."""
        return kubectl(self.server, "-n", self.namespace, *args)

    def patch(self, kind: str, name: str, change: dict[str, Any]) -> None:
        """Change an object as somebody else."""
        self.run("patch", kind, name, "--type=merge", "-p", json.dumps(change), "--field-manager=somebody")

    def children(self) -> dict[str, dict[str, Any]]:
        """All objects with the deployment's labels, by kind and name."""
        labels = f"app.kubernetes.io/instance={self.name},app.kubernetes.io/managed-by=resee-operator"
        items = reader(self.server.kubeconfig).list(CHILDREN, self.namespace, labels)
        return {f"{item['kind']}/{item['metadata']['name']}": item for item in items}

    def versions(self) -> dict[str, str]:
        """The resourceVersion of every child: equal ones show that nothing was written."""
        return {name: item["metadata"]["resourceVersion"] for name, item in self.children().items()}

    def condition(self, kind: str) -> dict[str, Any]:
        """One condition of the status; empty before it was written."""
        return _condition(self.read(), kind)

    def wait_for(
        self, kind: str, status: str, reason: str | None = None, budget: Budget = Budget.DEPLOYMENT
    ) -> None:
        """Return when a condition has an answer about the present generation."""

        def check() -> None:
            live = self.read()
            found, generation = _condition(live, kind), live["metadata"]["generation"]
            assert found.get("status") == status, f"{kind} is {found}"
            assert reason is None or found["reason"] == reason, f"{kind} is {found}"
            assert found["observedGeneration"] == generation, f"{kind} is {found}"

        until(check, budget)

    def wait_settled(self) -> None:
        """Return when it is Ready and nothing is under way."""
        self.wait_for("Ready", "True")
        self.wait_for("Progressing", "False")


def _condition(live: dict[str, Any], kind: str) -> dict[str, Any]:
    conditions = live.get("status", {}).get("conditions", [])
    found: dict[str, Any] = next((item for item in conditions if item["type"] == kind), {})
    return found
