"""Restores on real Pods: into the deployment that lost rows, one that fails, and after everything is gone.

RESEE_E2E_DISASTER=1 (`make test-disaster`) destroys the whole cluster instead of the namespace: the bucket's
objects are carried out before and into the new cluster's bucket after it, since devcluster's bucket lies in
the cluster.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config

from resee_operator.components.pods import digest
from tests.e2e.clients import Clients, assert_writes_on
from tests.e2e.conftest import CLUSTER, HTTP_PORT, S3_PORT, devcluster, make_namespace
from tests.e2e.deployments import Deployment
from tests.e2e.faults import PAUSE, assert_all_there
from tests.e2e.kubectl import Kubectl
from tests.e2e.requests import ask, outcome, phase
from tests.e2e.resee import Resee
from tests.support.clients import Reader, Writer
from tests.support.wait import Budget, until

LOST = "resee-e2e-lost"
BUCKET = "resee-backups"
DISASTER = bool(os.environ.get("RESEE_E2E_DISASTER"))
DISASTER_SECONDS = 1200
"""Two clusters are started on the way, and two deployments."""
S3 = {
    "bucket": BUCKET,
    "prefix": "e2e",
    "endpoint": "http://s3.devcluster-s3.svc:7070",
    "credentialsSecret": "bucket-keys",
}
Forward = Callable[[Kubectl, str], str]

log = logging.getLogger(__name__)


def titles(user: Resee) -> set[str]:
    """Titles of a user's contents."""
    return {str(content["title"]) for content in user.log_in().contents()}


@pytest.fixture
def visitor(url: str) -> str:
    """The token of a user who is known to every backup that is made from now on."""
    return Resee(url).sign_up().token


@pytest.fixture
def saved(deployment: Deployment, visitor: str, url: str) -> Iterator[Resee]:
    """A user with one content in the newest backup, and one that came after it."""
    user = Resee(url).sign_up()
    user.create_content("Before the backup")
    ask(deployment.kubectl, "ReseeBackup", "before", deployment.name)
    made = outcome(deployment.kubectl, "ReseeBackup", "before")
    assert (made["phase"], bool(made["verified"])) == ("Succeeded", True), made
    user.create_content("After the backup")
    yield user
    deployment.kubectl("delete", "reseebackup,reseerestore", "--all", "--wait=true")
    deployment.wait("Degraded", "False")


@pytest.fixture
def clients(saved: Resee, visitor: str, url: str) -> Iterator[Clients]:
    """Clients whose rows all came after the backup; slow ones, for a small machine has a restore to do."""
    made = Clients(Writer(url, visitor, pause=PAUSE).start(), Reader(url, visitor, rate=1 / PAUSE).start())
    yield made
    made.close()


@pytest.fixture
def late(visitor: str, url: str) -> Iterator[Writer]:
    """A client that writes once it is started."""
    writer = Writer(url, visitor, pause=PAUSE)
    yield writer
    writer.stop()
    writer.close()


def test_rows_come_back_and_what_was_there_is_saved(
    deployment: Deployment, saved: Resee, clients: Clients, late: Writer, url: str
) -> None:
    """A new writer takes over while it is closed: what it is acknowledged came after the opening."""
    kubectl = deployment.kubectl
    ask(kubectl, "ReseeRestore", "back", deployment.name, backup="before")
    phase(kubectl, "ReseeRestore", "back", "Saving")
    until(lambda: assert_closed(url), Budget.PROCESS)
    late.start()
    clients.writer.stop()

    restored = outcome(kubectl, "ReseeRestore", "back")
    assert restored["phase"] == "Succeeded", restored
    deployment.settle()
    assert titles(saved) == {"Before the backup"}
    assert_writes_on(late)
    late.stop()
    clients.judge_closed("restore")
    assert late.count.closed == len(late.count.failed), "\n".join(late.count.failed)
    assert late.acknowledged <= late.stored(), "rows that were acknowledged after the opening are missing"

    ask(kubectl, "ReseeRestore", "undo", deployment.name, backup=restored["safetyBackup"])
    assert outcome(kubectl, "ReseeRestore", "undo")["phase"] == "Succeeded"
    deployment.settle()
    assert titles(saved) == {"Before the backup", "After the backup"}
    assert_all_there(clients.writer)


def assert_closed(url: str) -> None:
    """Users are told when to come back."""
    answer = httpx.get(f"{url}/api/contents/", timeout=Budget.PROCESS.seconds)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "30"), answer.text


def test_one_that_fails_leaves_the_old_data_serving(
    deployment: Deployment, saved: Resee, clients: Clients
) -> None:
    kubectl = deployment.kubectl
    ask(kubectl, "ReseeRestore", "fails", deployment.name)
    uid = kubectl.get("reseerestore", "fails")["metadata"]["uid"]
    # Somebody's database of that name: the restore may not touch it.
    taken = f'CREATE DATABASE "resee_restore_{digest(uid)[:8]}"'
    server = f"{deployment.name}-postgres-0"
    kubectl("exec", server, "--", "psql", "-U", "resee", "-d", "postgres", "-c", taken)

    status = outcome(kubectl, "ReseeRestore", "fails")
    assert (status["phase"], "already" in status["message"]) == ("Failed", True), status
    degraded = deployment.wait("Degraded")
    assert degraded["reason"] == "RestoreFailed"
    deployment.settle()
    assert titles(saved) == {"Before the backup", "After the backup"}
    assert_writes_on(clients.writer, len(clients.writer.acknowledged))
    clients.judge_closed("restore that fails")
    assert_all_there(clients.writer)


def manifest(**spec: Any) -> dict[str, Any]:
    return {"stage": "Local", "backup": {"destination": {"s3": S3}}, "deletionPolicy": "Delete", **spec}


def bucket_of(cluster: Kubectl) -> Any:
    """The bucket from outside the cluster."""
    secret = cluster.into("devcluster-s3")(
        "get", "secret", "s3-credentials", "-o", "go-template={{range .data}}{{.|base64decode}} {{end}}"
    )
    key, word = secret.split()
    return boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{S3_PORT}",
        aws_access_key_id=key,
        aws_secret_access_key=word,
        region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required"),
    )


def destroy(cluster: Kubectl) -> None:
    """The namespace, and on demand the whole cluster; a bucket that lies elsewhere stays."""
    if not DISASTER:
        cluster("delete", "namespace", LOST, "--wait=true")
        return
    client = bucket_of(cluster)
    keys = [item["Key"] for item in client.list_objects_v2(Bucket=BUCKET, Prefix="e2e/")["Contents"]]
    objects = {key: client.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}
    devcluster("down", "--name", CLUSTER)
    ports = ("--http-port", str(HTTP_PORT), "--s3-port", str(S3_PORT))
    devcluster("deploy", "--name", CLUSTER, *ports, "--operator-only")
    client = bucket_of(cluster)
    for key, data in objects.items():
        client.put_object(Bucket=BUCKET, Key=key, Body=data)


def with_keys(cluster: Kubectl) -> Kubectl:
    """A namespace with the bucket's keys."""
    kubectl = make_namespace(cluster, LOST)
    keys = cluster.into("devcluster-s3").get("secret", "s3-credentials")["data"]
    named = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "bucket-keys"}}
    kubectl.apply({**named, "data": keys})
    return kubectl


@pytest.mark.timeout(DISASTER_SECONDS)
def test_everything_is_gone_and_one_manifest_brings_it_back(cluster: Kubectl, forward: Forward) -> None:
    first = Deployment(with_keys(cluster), "old")
    first.apply(manifest())
    first.wait("Ready")
    user = Resee(forward(first.kubectl, "service/old-nginx")).sign_up()
    user.create_content("Outlives the cluster")
    ask(first.kubectl, "ReseeBackup", "last", "old")
    assert outcome(first.kubectl, "ReseeBackup", "last")["phase"] == "Succeeded"
    gone = time.monotonic()
    destroy(cluster)

    second = Deployment(with_keys(cluster), "new")
    applied = time.monotonic()
    second.apply(manifest(restore={"source": {"s3": S3, "deployment": "old"}}))
    second.wait("Ready")
    begun, whole = applied - gone, time.monotonic() - gone
    log.info("gone for %.0f s, %.0f of them until there was a place to restore into", whole, begun)
    restored = second.read()["status"]["restore"]
    assert restored["phase"] == "Succeeded", restored
    user.url = forward(second.kubectl, "service/new-nginx")
    assert titles(user) == {"Outlives the cluster"}
    cluster("delete", "namespace", LOST, "--wait=false")
