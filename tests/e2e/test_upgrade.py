"""An upgrade with a migration, and one that has to go back, under clients that count every request."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.clients import Clients
from tests.e2e.deployments import Deployment
from tests.e2e.images import ADD_NOTE, NOTE, in_use, layer, take_back
from tests.e2e.kubectl import Kubectl, KubectlError
from tests.e2e.resee import Resee
from tests.support.clients import Reader, Writer
from tests.support.wait import Budget, until

ROTATIONS = int(os.environ.get("RESEE_E2E_ROTATIONS", "1"))
"""Rotations one after another; more than one where their figures are taken."""

BROKEN = "raise SystemExit('this version does not start')\n"
"""gunicorn's settings of a version that passes its preflight and serves nothing."""


@dataclass(frozen=True)
class Layered:
    """Backend images that are the one in use with one more file each."""

    base: str
    migrating: str
    broken: str


@pytest.fixture(scope="module")
def images(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Layered:
    """A version with one more migration, and one whose web server does not start."""
    base = in_use(deployment)
    folder = tmp_path_factory.mktemp("images")
    migrating = layer(folder, base, "migrating", NOTE, ADD_NOTE)
    return Layered(base, migrating, layer(folder, migrating, "broken", "gunicorn.conf.py", BROKEN))


@pytest.fixture
def clients(several: Deployment, url: str) -> Iterator[Clients]:
    several.settle()
    token = Resee(url).sign_up().token
    made = Clients(Writer(url, token).start(), Reader(url, token).start())
    yield made
    made.close()


@pytest.fixture(scope="module")
def several(deployment: Deployment) -> Iterator[Deployment]:
    """Two Pods of web, so that one may go; afterwards the deployment as it was, its schema too."""
    before = deployment.read()["spec"]
    deployment.patch({"web": {"replicas": 2}, "upgrade": {"backup": "WhenMigrating"}})
    deployment.settle()
    yield deployment
    take_back(deployment)
    deployment.restore(before)
    deployment.settle()


def wait_for(deployment: Deployment, image: str, phase: str) -> dict[str, Any]:
    """Wait until the upgrade to the image has come to a phase, and return what the status tells of it."""

    def reached() -> dict[str, Any]:
        found: dict[str, Any] = deployment.read().get("status", {}).get("upgrade") or {}
        assert (found.get("image"), found.get("phase")) == (image, phase), f"{found}"
        return found

    return until(reached, Budget.DEPLOYMENT, every=1.0)


def test_upgrade_with_a_migration(several: Deployment, images: Layered, clients: Clients) -> None:
    several.patch({"images": {"backend": images.migrating}})
    told = wait_for(several, images.migrating, "Complete")

    clients.judge("upgrade with a migration")
    assert told["migrations"] == ["contents.0002_note"]
    assert "ADD COLUMN" in told["statements"][0]["sql"]
    assert told["statements"][0]["lock"].startswith("ACCESS EXCLUSIVE")
    several.settle()


def test_version_that_does_not_start_goes_back(
    several: Deployment, images: Layered, clients: Clients
) -> None:
    several.patch({"images": {"backend": images.broken}, "upgrade": {"timeoutSeconds": 30}})
    wait_for(several, images.broken, "RolledBack")
    degraded = several.wait("Degraded")

    clients.judge("rollback")
    assert degraded["reason"] == "RolledBack"
    several.patch({"images": {"backend": images.migrating}})
    several.settle()


def test_eviction_of_every_pod(several: Deployment, clients: Clients) -> None:
    for pod in several.children("pods"):
        component = pod["metadata"]["labels"]["app.kubernetes.io/component"]
        if component == "web" or component.startswith("worker-"):
            evict(several.kubectl, pod["metadata"]["name"])
            several.settle()

    clients.judge("eviction of web and workers")


def evict(kubectl: Kubectl, pod: str) -> None:
    """Ask for the Pod's eviction until its disruption budget allows it."""
    metadata = {"name": pod, "namespace": kubectl.namespace}
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata}
    path = f"/api/v1/namespaces/{kubectl.namespace}/pods/{pod}/eviction"

    def asked() -> None:
        try:
            kubectl("create", "--raw", path, "-f", "-", stdin=json.dumps(eviction))
        except KubectlError as error:
            raise AssertionError(str(error)) from None

    until(asked, Budget.ROLLOUT)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("number", range(ROTATIONS))
def test_rotation_of_the_credentials(several: Deployment, clients: Clients, number: int) -> None:
    def data(secret: str) -> dict[str, str]:
        found: dict[str, str] = several.kubectl.get("secret", f"{several.name}-{secret}")["data"]
        return found

    names = ("app", "database", "redis")
    old = {name: data(name) for name in names}
    several.patch({"credentials": {"rotate": f"e2e-{number}"}})

    def reached(*phases: str) -> None:
        found = several.read().get("status", {}).get("rotation") or {}
        assert found.get("asked") == f"e2e-{number}", f"{found}"
        assert found.get("phase") in phases, f"{found}"

    until(lambda: reached("Refusing", "KeepingKey"), Budget.DEPLOYMENT, every=1.0)
    until(lambda: reached("KeepingKey"), Budget.DEPLOYMENT, every=1.0)
    clients.judge("rotation")
    new = {name: data(name) for name in names}
    assert new["app"]["SECRET_KEY"] != old["app"]["SECRET_KEY"]
    for server, refusal in (
        ("database", "authentication failed|not permitted"),
        ("redis", "WRONGPASS|invalid"),
    ):
        assert new[server]["password"] != old[server]["password"]
        with pytest.raises(KubectlError, match=refusal):
            log_in(several, old[server]["uri"])
        assert "logged in" in log_in(several, new[server]["uri"])


def log_in(deployment: Deployment, uri: str) -> str:
    """Log in at a server from a Pod of web."""
    program = (
        "import psycopg2, redis, sys; address = sys.stdin.read(); "
        "log_in = psycopg2.connect if 'postgres' in address else lambda uri: redis.from_url(uri).ping(); "
        "log_in(address); print('logged in')"
    )
    web = f"deployment/{deployment.name}-web"
    address = base64.b64decode(uri).decode()
    return deployment.kubectl("exec", "-i", web, "--", "python3", "-c", program, stdin=address)
