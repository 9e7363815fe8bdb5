"""A Job of a rotation: a short program in the image of the server that it asks, no password among its
words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from resee_operator.components import meta
from resee_operator.components.base import Manifest
from resee_operator.components.pods import DATA_USER, Container, Pod, digest
from resee_operator.stages import Resolved

COMPONENT: Final = "rotation"

_RETRIES: Final = 3
_DEADLINE: Final = 600
"""Time for all attempts, in seconds: some statements, or until the kubelets have brought a changed Secret to
running Pods, which takes a minute or two."""


def job(  # noqa: PLR0913 - one for each part of a container
    resolved: Resolved,
    name: str,
    asked: str,
    image: str,
    script: str,
    env: Sequence[dict[str, Any]],
    *,
    mounts: Sequence[Manifest] = (),
    volumes: Sequence[Manifest] = (),
) -> Manifest:
    """The Job, one for each rotation that was asked for."""
    container = Container(
        name=COMPONENT,
        image=image,
        command=["sh", "-c", script],
        env=env,
        mounts=mounts,
        volumes=volumes,
        says_its_end=True,
    )
    pod = Pod(
        component=COMPONENT,
        container=container,
        settings=resolved.migration,
        user=DATA_USER,
        restart_policy="Never",
        service_account="migration",
    )
    template = {"metadata": {"labels": meta.labels(resolved, COMPONENT)}, "spec": pod.spec(resolved)}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": meta.metadata(resolved, resolved.child(f"{name}-{digest([asked])[:10]}"), COMPONENT),
        "spec": {"backoffLimit": _RETRIES, "activeDeadlineSeconds": _DEADLINE, "template": template},
    }
