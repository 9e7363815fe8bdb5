"""Pods and Jobs of the backup program: what it is told of the database and of the place of the backups."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from resee_operator.components import encryption, meta
from resee_operator.components.base import Manifest
from resee_operator.components.pods import Container, Pod, secret_variable
from resee_operator.stages import Resolved
from resee_operator.stages.resolved import S3
from resee_operator.stages.sizes import Volume

COMPONENT: Final = "backup"
"""Label, ServiceAccount and network policy of every Pod that reaches both database and backups."""
CREDENTIALS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
DEADLINE: Final = 6 * 3600
"""Time for one Job with its retries, in seconds; the next one must not wait for one that hangs."""

_MOUNT: Final = "/backups"


@dataclass(frozen=True, slots=True)
class Place:
    """Whose backups: the folder of one deployment, ``namespace/name``, at a destination."""

    destination: S3 | Volume
    folder: str


def own_place(resolved: Resolved) -> Place:
    """Where the deployment's own backups are."""
    return Place(resolved.backup.destination, f"{resolved.namespace}/{resolved.name}")


def pod(
    resolved: Resolved,
    args: Sequence[str],
    place: Place,
    *,
    env: Iterable[Manifest] = (),
    component: str = COMPONENT,
    database: bool = True,
) -> Pod:
    """A Pod that runs one command of the program and ends.

    Args:
        resolved: the deployment.
        args: command and arguments.
        place: whose backups.
        env: more variables.
        component: label of the Pod.
        database: whether it is told of the database that serves.
    """
    volumes, mounts = _volumes(resolved, place)
    address = [secret_variable("DATABASE_URL", resolved.database.secret_name, "uri")]
    reach = [*address, *encryption.client_variables(resolved)] if database else []
    container = Container(
        name=COMPONENT,
        image=resolved.images.backup,
        args=list(args),
        env=[*reach, *env, *variables(place)],
        mounts=[*mounts, *(encryption.mounts(resolved) if database else ())],
        volumes=encryption.client_volume(resolved) if database else (),
        says_its_end=True,
    )
    return Pod(
        component=component,
        container=container,
        settings=resolved.backup.pods,
        volumes=volumes,
        restart_policy="Never",
        service_account=COMPONENT,
    )


def job(resolved: Resolved, name: str, made: Pod, retries: int) -> Manifest:
    """A Job that runs such a Pod until it ends well."""
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": meta.metadata(resolved, name, made.component),
        "spec": {
            "backoffLimit": retries,
            "activeDeadlineSeconds": DEADLINE,
            "template": {
                "metadata": {"labels": meta.labels(resolved, made.component)},
                "spec": made.spec(resolved),
            },
        },
    }


def variables(place: Place) -> list[Manifest]:
    """Where the backups are, and how to get there."""
    plain = {"BACKUP_NAME": place.folder}
    credentials: list[Manifest] = []
    if isinstance(place.destination, S3):
        plain |= _bucket(place.destination)
        credentials = _credentials(place.destination)
    else:
        plain["BACKUP_DESTINATION"] = f"file://{_MOUNT}"
    return [*credentials, *({"name": name, "value": value} for name, value in plain.items())]


def _volumes(resolved: Resolved, place: Place) -> tuple[list[Manifest], list[Manifest]]:
    if isinstance(place.destination, S3):
        return [], []
    source = {"persistentVolumeClaim": {"claimName": resolved.child(COMPONENT)}}
    return [{"name": "backups", **source}], [{"name": "backups", "mountPath": _MOUNT}]


def _bucket(s3: S3) -> dict[str, str]:
    """Where the bucket is. Servers other than Amazon's refuse the checksums that its newer clients add."""
    folder = f"/{s3.prefix}" if s3.prefix else ""
    found = {"BACKUP_DESTINATION": f"s3://{s3.bucket}{folder}"}
    if s3.region:
        found["AWS_REGION"] = s3.region
    if s3.endpoint:
        found["AWS_ENDPOINT_URL"] = s3.endpoint
        found["AWS_REQUEST_CHECKSUM_CALCULATION"] = "when_required"
    return found


def _credentials(s3: S3) -> list[dict[str, Any]]:
    if not s3.credentials_secret:
        return []
    return [secret_variable(key, s3.credentials_secret, key) for key in CREDENTIALS]
