"""Stands in for the kubelet where Jobs of the backup program run: their Pods end and say what is given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from devcluster.apiserver import ApiServer
from resee_operator.kube.client import KubeClient
from resee_operator.kube.errors import Conflict
from resee_operator.kube.resources import KINDS, Manifest, name_of
from tests.integration.controllers import Controllers

MOMENT = "2026-01-01T00:00:00Z"
Said = Mapping[str, Mapping[str, Any]]


class Programs(Controllers):
    """Controllers whose Jobs leave a result.

    Args:
        said: by the program's command; one with `ok: false` lets its Job fail.
    """

    def __init__(self, server: ApiServer, namespace: str, said: Said) -> None:
        super().__init__(server, namespace)
        self._said = said

    async def _move(self, client: KubeClient, kind: str) -> None:
        if kind == "Job":
            async for page in client.list(KINDS[kind], self._namespace):
                for job in page.items:
                    await self._end(client, job)
        await super()._move(client, kind)

    async def _end(self, client: KubeClient, job: Manifest) -> None:
        (container,) = job["spec"]["template"]["spec"]["containers"]
        said = self._said.get((container.get("args") or [""])[0])
        if said is None or (job.get("status") or {}).get("conditions"):
            return
        name, labels = name_of(job), job["spec"]["template"]["metadata"]["labels"]
        metadata = {"name": f"{name}-pod", "namespace": self._namespace}
        metadata["labels"] = {**labels, "batch.kubernetes.io/job-name": name}  # type: ignore[assignment]
        spec = {
            "containers": [container],
            "serviceAccountName": job["spec"]["template"]["spec"]["serviceAccountName"],
        }
        spec |= {"volumes": job["spec"]["template"]["spec"]["volumes"], "restartPolicy": "Never"}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
        try:
            await client.create(pod)
        except Conflict:
            return
        fails = said.get("ok") is False
        ended = {"exitCode": int(fails), "reason": "Error" if fails else "Completed", "finishedAt": MOMENT}
        ended["message"] = json.dumps(said)
        state = {"terminated": ended}
        statuses = [
            {
                "name": container["name"],
                "image": "x",
                "imageID": "",
                "ready": False,
                "restartCount": 0,
                "state": state,
            }
        ]
        status = {"phase": "Failed" if fails else "Succeeded", "containerStatuses": statuses}
        await client.patch(
            KINDS["Pod"], self._namespace, f"{name}-pod", {"status": status}, subresource="status"
        )
        if fails:
            await self._fail(client, name)

    async def _fail(self, client: KubeClient, name: str) -> None:
        conditions = [
            {
                "type": kind,
                "status": "True",
                "lastProbeTime": MOMENT,
                "lastTransitionTime": MOMENT,
                "reason": "BackoffLimitExceeded",
            }
            for kind in ("FailureTarget", "Failed")
        ]
        status = {"failed": 1, "startTime": MOMENT, "conditions": conditions, "uncountedTerminatedPods": {}}
        await client.patch(KINDS["Job"], self._namespace, name, {"status": status}, subresource="status")
