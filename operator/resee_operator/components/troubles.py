"""What keeps a Pod from running, and what to do: read from the Pod's status, told with Pod, container and
reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from resee_operator.components.base import Manifest, Reason

_LONGEST: Final = 300
"""Most characters of a message of Kubernetes that are repeated."""

_WAITING: Final = {
    "ImagePullBackOff": Reason.IMAGE_PULL_FAILED,
    "ErrImagePull": Reason.IMAGE_PULL_FAILED,
    "ErrImageNeverPull": Reason.IMAGE_PULL_FAILED,
    "InvalidImageName": Reason.IMAGE_PULL_FAILED,
    "CreateContainerConfigError": Reason.CONFIG_ERROR,
    "CreateContainerError": Reason.CONFIG_ERROR,
    "RunContainerError": Reason.CONFIG_ERROR,
    "CrashLoopBackOff": Reason.CRASH_LOOPING,
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a Pod does not run."""

    reason: Reason
    sentence: str


def find_trouble(pods: Iterable[Manifest]) -> Trouble | None:
    """The first trouble in the Pods, in the order of their names; Pods that end by themselves are left
    out."""
    for pod in sorted(pods, key=lambda pod: str(pod["metadata"]["name"])):
        if "deletionTimestamp" in pod["metadata"] or pod.get("status", {}).get("phase") == "Succeeded":
            continue
        trouble = _unschedulable(pod) or next(_waiting(pod), None)
        if trouble:
            return trouble
    return None


def _unschedulable(pod: Manifest) -> Trouble | None:
    for condition in pod.get("status", {}).get("conditions", []):
        if condition.get("type") == "PodScheduled" and condition.get("reason") == "Unschedulable":
            said = _short(condition.get("message", "no node fits"))
            sentence = (
                f"Pod {pod['metadata']['name']} fits no node ({said}): add a node, lower the resources, "
                "or correct nodeSelector, tolerations and affinity"
            )
            return Trouble(Reason.UNSCHEDULABLE, sentence)
    return None


def _waiting(pod: Manifest) -> Iterator[Trouble]:
    status = pod.get("status", {})
    for container in (*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])):
        waiting = container.get("state", {}).get("waiting", {})
        reason = _WAITING.get(waiting.get("reason", ""))
        if reason is not None:
            yield _told(pod, container, waiting, reason)


def _told(pod: Manifest, container: Manifest, waiting: Manifest, reason: Reason) -> Trouble:
    name, said = pod["metadata"]["name"], _short(waiting.get("message", ""))
    where = f"Pod {name}, container {container['name']}"
    ended = container.get("lastState", {}).get("terminated", {})
    if reason == Reason.IMAGE_PULL_FAILED:
        remedy = "correct spec.version or spec.images, or give credentials by spec.images.pullSecrets"
        return Trouble(reason, f"{where}: the image cannot be pulled ({said}): {remedy}")
    if reason == Reason.CONFIG_ERROR:
        remedy = "make the Secret or ConfigMap with this key, or correct the reference to it"
        return Trouble(reason, f"{where}: {waiting['reason']} ({said}): {remedy}")
    if ended.get("reason") == "OOMKilled":
        remedy = "raise resources.limits.memory of this component"
        return Trouble(Reason.OUT_OF_MEMORY, f"{where}: ran out of memory: {remedy}")
    exit_code = ended.get("exitCode", "unknown")
    return Trouble(
        reason,
        f"{where}: ends again and again (exit code {exit_code}): read kubectl logs --previous {name}",
    )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
