"""The example deployment: applied with the version that was built, and waited for with reasons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from devcluster import paths, waits
from devcluster.cluster.kubectl import Kubectl, Object
from devcluster.progress import Progress

LOCAL = paths.ROOT / "examples" / "local.yaml"
# As the conditions of a deployment come true: the first one that is not says what is going on.
_ORDER = ("DatabaseReady", "RedisReady", "Migrated", "WebReady", "WorkersReady", "Ready")
_DEFAULT_NAMESPACE = "default"
_LOCALHOST = "http://localhost"


def read(file: Path, version: str, http_port: int) -> Object:
    """Return the ReseeDeployment of an example file, with the version built here and the cluster's port."""
    (document,) = [one for one in yaml.safe_load_all(file.read_text()) if one]
    document["metadata"].setdefault("namespace", _DEFAULT_NAMESPACE)
    spec = document.setdefault("spec", {})
    spec["version"] = version
    if spec.get("url", "").startswith(_LOCALHOST):
        spec["url"] = f"{_LOCALHOST}:{http_port}"
    changed: Object = document
    return changed


def ready(live: Object) -> bool:
    """Say whether the operator has seen the present spec and all of it runs."""
    status = live.get("status", {})
    seen = status.get("observedGeneration") == live.get("metadata", {}).get("generation")
    return bool(seen) and _conditions(live).get("Ready", {}).get("status") == "True"


def waiting_for(live: Object) -> str:
    """Return what a deployment waits for, in the operator's own words."""
    conditions = _conditions(live)
    if not conditions:
        return "the operator to start"
    for kind in _ORDER:
        condition = conditions.get(kind)
        if condition is not None and condition.get("status") != "True":
            return f"{kind}: {condition.get('message') or condition.get('reason', '')}"
    return "the operator to see the change"


def wait_ready(kubectl: Kubectl, deployment: Object, progress: Progress) -> Object:
    """Return the deployment once it is Ready; each new reason to wait is shown.

    Raises ``ClusterError`` with the last reason when ``waits.DEPLOYMENT_READY`` is spent.
    """
    metadata = deployment["metadata"]
    live: Object = {}
    reason = ""

    def check() -> bool:
        nonlocal live, reason
        live = kubectl.get("resee", metadata["name"], f"--namespace={metadata['namespace']}") or {}
        if ready(live):
            return True
        if waiting_for(live) != reason:
            reason = waiting_for(live)
            progress.say(f"  waiting for {reason}")
        return False

    waits.wait_for(
        check,
        waits.DEPLOYMENT_READY,
        lambda: f"{metadata['name']} is not Ready; it waits for {reason}.",
        f"`kubectl describe resee {metadata['name']}` and `python -m devcluster logs` say more.",
        poll=waits.POLL_BY_PROGRAM,
    )
    return live


def _conditions(live: Object) -> dict[str, dict[str, Any]]:
    found: list[dict[str, Any]] = live.get("status", {}).get("conditions", [])
    return {condition["type"]: condition for condition in found}
