"""From live objects to a verdict. Generations are compared before any count is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from resee_operator.components.base import Live, Manifest, Reason, Verdict
from resee_operator.components.topology import MAINTENANCE_COMPONENT
from resee_operator.components.troubles import find_trouble
from resee_operator.stages import Resolved


def existing(live: Live, names: Iterable[tuple[str, str]]) -> Verdict:
    """Whether all objects, given as (kind, name), exist."""
    missing = [f"{kind} {name}" for kind, name in names if not live.has(kind, name)]
    if missing:
        return Verdict(False, Reason.MISSING, f"{', '.join(missing)} does not exist yet")
    return Verdict(True, Reason.READY, "all objects exist")


def worst(verdicts: Sequence[Verdict], fine: str) -> Verdict:
    """One verdict of several: the first that needs action, else the first that is not healthy, else ``fine``.

    The figures of all are kept.
    """
    replicas = {name: text for verdict in verdicts for name, text in verdict.data.get("replicas", {}).items()}
    bad = [verdict for verdict in verdicts if not verdict.healthy]
    bad.sort(key=lambda verdict: not verdict.reason.needs_action)
    if bad:
        return Verdict(False, bad[0].reason, bad[0].message, {"replicas": replicas})
    reason = verdicts[0].reason if verdicts else Reason.NOT_NEEDED
    return Verdict(True, reason, fine, {"replicas": replicas})


def deployment(resolved: Resolved, live: Live, component: str) -> Verdict:
    """Whether the Deployment of ``component`` runs its newest template, whole."""
    name = resolved.child(component)
    found = live.get("Deployment", name)
    return _workload(resolved, live, component, f"Deployment {name}", found, _deployment_counts)


def stateful_set(resolved: Resolved, live: Live, component: str) -> Verdict:
    """Whether the StatefulSet of ``component`` runs its newest template, whole."""
    name = resolved.child(component)
    found = live.get("StatefulSet", name)
    return _workload(resolved, live, component, f"StatefulSet {name}", found, _stateful_set_counts)


def _deployment_counts(wanted: int, status: Manifest) -> tuple[int, bool]:
    """Ready Pods, and whether all wanted Pods are of the newest template and no others are left."""
    available = int(status.get("availableReplicas", 0))
    whole = status.get("updatedReplicas", 0) == wanted == status.get("replicas", 0)
    return int(status.get("readyReplicas", 0)), whole and available == wanted


def _stateful_set_counts(wanted: int, status: Manifest) -> tuple[int, bool]:
    ready = int(status.get("readyReplicas", 0))
    newest = status.get("currentRevision") == status.get("updateRevision")
    return ready, newest and ready == wanted == status.get("replicas", 0)


def _workload(
    resolved: Resolved, live: Live, component: str, title: str, found: Manifest | None, counts: Any
) -> Verdict:
    if found is None:
        return Verdict(False, Reason.MISSING, f"{title} does not exist yet", _replicas(component, 0, 1))
    wanted = int(found.get("spec", {}).get("replicas", 1))
    status = found.get("status", {})
    ready, whole = counts(wanted, status)
    data = _replicas(component, ready, wanted)
    if resolved.suspended:
        return Verdict(True, Reason.SUSPENDED, f"{title} is suspended", data)
    if resolved.closed and component != MAINTENANCE_COMPONENT and found["kind"] == "Deployment":
        return Verdict(False, Reason.CLOSED, f"{title} stands still while a restore is under way", data)
    if status.get("observedGeneration", 0) < found["metadata"].get("generation", 0):
        return Verdict(False, Reason.NOT_OBSERVED, f"{title} has a change that is not yet acted upon", data)
    counted = f"{title} has {ready} of {wanted} Pods ready"
    if whole:
        return Verdict(True, Reason.READY, counted, data)
    reason, message = _obstacle(live, component, title, status) or (Reason.ROLLING_OUT, counted)
    return Verdict(False, reason, message, data)


def _obstacle(live: Live, component: str, title: str, status: Manifest) -> tuple[Reason, str] | None:
    """What keeps the Pods from becoming ready, where it does not pass by itself."""
    trouble = find_trouble(live.pods(component))
    if trouble:
        return trouble.reason, trouble.sentence
    conditions = {condition.get("type"): condition for condition in status.get("conditions", [])}
    refused, progress = conditions.get("ReplicaFailure", {}), conditions.get("Progressing", {})
    if refused.get("status") == "True":
        said = refused.get("message", "no reason given")
        return Reason.PODS_REFUSED, f"{title} may not make its Pods ({said}): look at quotas and policies"
    if progress.get("reason") == "ProgressDeadlineExceeded":
        message = f"{title} has made no progress for minutes: look at kubectl describe and the Pods' logs"
        return Reason.ROLLOUT_STUCK, message
    return None


def _replicas(component: str, ready: int, wanted: int) -> dict[str, Any]:
    return {"replicas": {component: f"{ready}/{wanted}"}}


def secret_holds(live: Live, name: str, keys: Sequence[str], field: str) -> Verdict:
    """Whether a Secret that the user names is there and has the keys; ``field`` is where it is named."""
    data = live.secret(name)
    if data is None:
        message = f"Secret {name} of {field} does not exist: create it with the keys {', '.join(keys)}"
        return Verdict(False, Reason.SECRET_MISSING, message)
    missing = [key for key in keys if not data.get(key)]
    if missing:
        message = f"Secret {name} of {field} lacks {', '.join(missing)}: add it"
        return Verdict(False, Reason.SECRET_INCOMPLETE, message)
    return Verdict(True, Reason.READY, f"Secret {name} gives the address")
