"""Kubernetes' Pod Security Standard `restricted`, as the admission plugin checks it, on a Pod's spec."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_ALLOWED_VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
_HOST_SHARING = ("hostNetwork", "hostPID", "hostIPC")


def violations(spec: dict[str, Any]) -> list[str]:
    """What the standard refuses, one phrase each; empty where the Pod is admitted."""
    found = [f"{name} is set" for name in _HOST_SHARING if spec.get(name)]
    for volume in spec.get("volumes", []):
        kinds = set(volume) - {"name"}
        if not kinds <= _ALLOWED_VOLUMES:
            found.append(f"volume {volume['name']} is of kind {kinds}")
    for container in (*spec.get("initContainers", []), *spec["containers"]):
        found += _of_container(container, spec.get("securityContext", {}))
    return found


def _of_container(container: dict[str, Any], pod: dict[str, Any]) -> Iterator[str]:
    name, own = container["name"], container.get("securityContext", {})
    if own.get("privileged"):
        yield f"{name} is privileged"
    if own.get("allowPrivilegeEscalation") is not False:
        yield f"{name} may escalate its privileges"
    capabilities = own.get("capabilities", {})
    if "ALL" not in capabilities.get("drop", []):
        yield f"{name} does not drop all capabilities"
    if set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"}:
        yield f"{name} adds capabilities"
    if not own.get("runAsNonRoot", pod.get("runAsNonRoot")):
        yield f"{name} may run as root"
    if own.get("runAsUser", pod.get("runAsUser")) == 0:
        yield f"{name} runs as root"
    profile = own.get("seccompProfile", pod.get("seccompProfile", {})).get("type")
    if profile not in ("RuntimeDefault", "Localhost"):
        yield f"{name} has no seccomp profile"
    for port in container.get("ports", []):
        if "hostPort" in port:
            yield f"{name} takes a port of the host"
