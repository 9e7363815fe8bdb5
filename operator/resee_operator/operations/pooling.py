"""PgBouncer comes before its use and goes after it, so that turning it on or off fails no request.

Where Resee runs already, web and workers go on to the server until every PgBouncer is ready; where it is no
longer wanted it stays until the last Pod that went through it is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from resee_operator.api.data import DatabaseProvider
from resee_operator.components import pooler
from resee_operator.components.base import Manifest
from resee_operator.components.meta import COMPONENT_LABEL
from resee_operator.operations.base import Course, Live
from resee_operator.stages import Resolved

NAME = "pooling"

_OURS: Final = (DatabaseProvider.STATEFUL_SET, DatabaseProvider.PATRONI)
_CLIENTS: Final = ("web", "worker")
"""Components, as far as to a hyphen, that may go through it."""
_REVISION: Final = "pod-template-hash"
"""Label by which a Deployment tells its Pods of one template from those of another."""


def steer(course: Course, live: Live, now: datetime) -> Course:
    """Hold back its use, or its end."""
    resolved = course.resolved
    if resolved.database.provider not in _OURS:
        return course
    clients = [found for found in live.all_of("Deployment") if _is_client(found)]
    if resolved.database.pooler.exists:
        waits = clients and not any(map(_goes_through, clients))
        if waits and not pooler.health(resolved, live).healthy:
            return course.further(resolved=_with_pooler(resolved, used=False))
    elif live.has("Deployment", resolved.pooler_name) and _is_needed(clients, live):
        return course.further(resolved=_kept(resolved, live))
    return course


def _is_client(found: Manifest) -> bool:
    component = str((found["metadata"].get("labels") or {}).get(COMPONENT_LABEL, ""))
    return component.partition("-")[0] in _CLIENTS


def _goes_through(deployment: Manifest) -> bool:
    containers = deployment["spec"]["template"]["spec"]["containers"]
    variables: Iterator[Any] = (item for one in containers for item in one.get("env") or ())
    return any(variable["name"] == "DATABASE_POOLER" for variable in variables)


def _is_needed(clients: list[Manifest], live: Live) -> bool:
    """Whether a Pod may still go through it: the template says so, is not rolled out yet, or a Pod of the one
    before is about to end."""
    return any(_goes_through(found) or not _rolled(found) or _ends(found, live) for found in clients)


def _rolled(deployment: Manifest) -> bool:
    status, metadata = deployment.get("status") or {}, deployment["metadata"]
    seen: bool = status.get("observedGeneration", 0) >= metadata.get("generation", 0)
    return seen and bool(status.get("updatedReplicas", 0) == status.get("replicas", 0))


def _ends(deployment: Manifest, live: Live) -> bool:
    pods = live.pods(str(deployment["metadata"]["labels"][COMPONENT_LABEL]))
    running = [pod for pod in pods if (pod.get("status") or {}).get("phase") not in ("Succeeded", "Failed")]
    return len({pod["metadata"].get("labels", {}).get(_REVISION) for pod in running}) > 1


def _kept(resolved: Resolved, live: Live) -> Resolved:
    """As it runs, so that its end alone changes it."""
    found = live.get("Deployment", resolved.pooler_name) or {}
    instances = int((found.get("spec") or {}).get("replicas") or resolved.database.pooler.instances)
    return _with_pooler(resolved, exists=True, used=False, instances=instances)


def _with_pooler(resolved: Resolved, **changes: Any) -> Resolved:
    database = resolved.database
    return replace(resolved, database=replace(database, pooler=replace(database.pooler, **changes)))
