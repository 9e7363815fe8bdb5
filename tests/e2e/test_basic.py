"""Stage Basic on real Pods: it serves its host, and its backups land in S3 and are read back there."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import boto3
import httpx

from tests.e2e.conftest import S3_PORT
from tests.e2e.deployments import Deployment
from tests.e2e.kubectl import Kubectl
from tests.e2e.test_backup import run_backup
from tests.support.wait import Budget

HOST = "resee.example.com"
BUCKET = "resee-backups"
REGION = "us-east-1"
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
SPEC: dict[str, Any] = {
    "stage": "Basic",
    "host": HOST,
    "tls": {"upstream": True},
    "backup": {
        "destination": {
            "s3": {
                "bucket": BUCKET,
                "endpoint": "http://s3.devcluster-s3.svc:7070",
                "region": REGION,
                "credentialsSecret": "s3",
            }
        }
    },
}


def copied_credentials(cluster: Kubectl, target: Kubectl) -> dict[str, str]:
    """Give the namespace of `target` the keys of devcluster's S3 server, and return them."""
    data = cluster.into("devcluster-s3").get("secret", "s3-credentials")["data"]
    keys = {key: data[key] for key in KEYS}
    target.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s3"}, "data": keys})
    return {key: base64.b64decode(value).decode() for key, value in keys.items()}


def stored(keys: dict[str, str], prefix: str) -> list[str]:
    """The file names of the objects below a prefix of the bucket, as the host sees them."""
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{S3_PORT}",
        region_name=REGION,
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
    )
    listed = client.list_objects_v2(Bucket=BUCKET, Prefix=prefix)
    return [item["Key"].rpartition("/")[2] for item in listed.get("Contents", [])]


def test_basic_serves_its_host_and_backs_up_to_s3(
    cluster: Kubectl, second: Kubectl, forward: Callable[[Kubectl, str], str]
) -> None:
    keys = copied_credentials(cluster, second)
    basic = Deployment(second, "basic")
    basic.apply(SPEC)
    basic.wait("Ready")

    url = forward(second, "service/basic-nginx")
    answer = httpx.get(f"{url}/api/health/ready/", headers={"Host": HOST}, timeout=Budget.PROCESS.seconds)
    assert answer.status_code == 200, answer.text
    assert basic.read()["status"]["url"] == f"https://{HOST}"

    assert run_backup(basic, "backup-now") == "Complete"
    files = set(stored(keys, f"{second.namespace}/basic/"))
    assert {"database.dump.zst", "globals.sql", "manifest.json", "verification.json"} <= files
