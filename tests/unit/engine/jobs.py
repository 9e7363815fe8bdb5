"""Pods and Jobs of a small world; the Jobs' Pods say something at their end."""

from __future__ import annotations

import json
from typing import Any

from resee_operator.engine.cache import INSTANCE, MANAGED_BY
from resee_operator.kube.resources import KINDS
from tests.unit.engine.world import KEY, World

COMPONENT = "app.kubernetes.io/component"


def pod_of(component: str, name: str, **metadata: Any) -> dict[str, Any]:
    """A Pod of the deployment that runs; ``metadata`` are more labels and annotations."""
    labels = {INSTANCE: KEY[1], MANAGED_BY: "resee-operator", COMPONENT: component}
    labels |= metadata.pop("labels", {})
    whole = {"name": name, "namespace": KEY[0], "labels": labels, **metadata}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": whole, "status": {"phase": "Running"}}


def job_named(world: World, part: str) -> dict[str, Any]:
    """The one Job whose name holds the part."""
    found = [job for name, job in world.kube.objects("Job").items() if part in name]
    assert len(found) == 1, f"{len(found)} Jobs are named {part}: {list(world.kube.objects('Job'))}"
    return found[0]


async def end_job(world: World, part: str, said: Any = "", *, fails: bool = False) -> None:
    """Let the Job end, its Pod saying a text, or a value as JSON."""
    job = job_named(world, part)
    name, component = job["metadata"]["name"], job["metadata"]["labels"][COMPONENT]
    words = said if isinstance(said, str) else json.dumps(said)
    ended = {"exitCode": int(fails), "message": words, "finishedAt": "2026-01-01T00:00:00Z"}
    container = {"name": component, "state": {"terminated": ended}}
    labels = {
        INSTANCE: KEY[1],
        MANAGED_BY: "resee-operator",
        COMPONENT: component,
        "batch.kubernetes.io/job-name": name,
    }
    await world.kube.create(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": f"{name}-pod", "namespace": KEY[0], "labels": labels},
            "status": {"phase": "Failed" if fails else "Succeeded", "containerStatuses": [container]},
        }
    )
    condition = {"type": "Failed" if fails else "Complete", "status": "True", "message": "BackoffLimit"}
    change = {"status": {"conditions": [condition]}}
    await world.kube.patch(KINDS["Job"], KEY[0], name, change, subresource="status")
