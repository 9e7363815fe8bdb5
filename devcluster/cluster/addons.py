"""What every cluster gets beside kind's own parts: metrics-server and an S3 server with a bucket."""

from __future__ import annotations

import base64
import json
import secrets
from pathlib import Path

import yaml

from devcluster import paths, waits
from devcluster.cluster.kubectl import Kubectl, Object
from devcluster.cluster.record import Record
from devcluster.ports import LOOPBACK

BUCKET = "resee-backups"
NAMESPACE = "devcluster-s3"
_SECRET = "s3-credentials"  # noqa: S105 - the Secret's name
_REGION = "us-east-1"
_FOLDER = paths.NODE_FILES / "addons"
# What must be available before a cluster counts as up; metrics come later and hold nobody up.
DEPLOYMENTS = (
    ("kube-system", "coredns"),
    ("local-path-storage", "local-path-provisioner"),
    (NAMESPACE, "s3"),
)


def apply(kubectl: Kubectl, record: Record) -> None:
    """Apply all of it; nothing changes where it is there already."""
    objects: list[Object] = [
        document
        for file in sorted(_FOLDER.glob("*.yaml"))
        for document in yaml.safe_load_all(file.read_text())
    ]
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    kubectl.apply(namespace, _secret(credentials(record.folder)), *objects)


def credentials(folder: Path) -> dict[str, str]:
    """The S3 server's root credentials, drawn once for each cluster and kept in its state folder."""
    file = folder / "s3-credentials.json"
    if not file.exists():
        drawn = {"AWS_ACCESS_KEY_ID": secrets.token_hex(10), "AWS_SECRET_ACCESS_KEY": secrets.token_hex(20)}
        file.touch(mode=0o600)
        file.write_text(json.dumps(drawn))
    kept: dict[str, str] = json.loads(file.read_text())
    return kept


def ensure_bucket(record: Record) -> None:
    """Make the bucket unless it is there; raises ClusterError when the server does not answer in time."""
    # Half of what every command would spend on its start.
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    keys = credentials(record.folder)
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{LOOPBACK}:{record.s3_port}",
        region_name=_REGION,
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
        config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1}),
    )
    last = ""

    def made() -> bool:
        nonlocal last
        try:
            client.create_bucket(Bucket=BUCKET)
        except (client.exceptions.BucketAlreadyOwnedByYou, client.exceptions.BucketAlreadyExists):
            return True
        except (BotoCoreError, ClientError) as error:
            last = str(error)
            return False
        return True

    waits.wait_for(
        made,
        waits.SERVICE_ANSWERS,
        lambda: f"The S3 server does not answer on port {record.s3_port}: {last}",
        f"`kubectl --namespace {NAMESPACE} describe pods` says more.",
    )


def _secret(values: dict[str, str]) -> Object:
    data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
    metadata = {"name": _SECRET, "namespace": NAMESPACE}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}
