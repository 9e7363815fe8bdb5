"""One real cluster and one costly deployment for all named checks; what went wrong is printed on failure.

The cluster is devcluster's `e2e`, never a kubeconfig of yours. It is removed at the end unless RESEE_E2E_KEEP
is set; then the next run finds it and begins at once. RESEE_E2E_PORT names another port than 18080 for its
page; the one above it is the S3 server's.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
import yaml

from devcluster import binaries, paths
from devcluster.ports import free_port
from tests.e2e.deployments import Deployment
from tests.e2e.kubectl import Kubectl, KubectlError
from tests.support.wait import Budget, until

ON_DEMAND = {"test_more_faults.py": "RESEE_E2E_FAULTS", "test_alarms.py": "RESEE_E2E_ALARMS"}
"""What takes a quarter of an hour by itself, and the variable that asks for it."""
collect_ignore = [file for file, variable in ON_DEMAND.items() if not os.environ.get(variable)]
CLUSTER = "e2e"
HTTP_PORT = int(os.environ.get("RESEE_E2E_PORT", "18080"))
S3_PORT = HTTP_PORT + 1
NAMESPACE = "resee-e2e"
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}
# Many users of one address in a minute: the limits that protect real users would meet the tests.
UNTHROTTLED = {
    "web": {
        "env": [
            {"name": "THROTTLE_ANON", "value": "100000/hour"},
            {"name": "THROTTLE_USER", "value": "100000/hour"},
            {"name": "THROTTLE_LOGIN", "value": "10000/min"},
        ]
    },
    "nginx": {"env": [{"name": "API_RATE", "value": "1000"}, {"name": "API_BURST", "value": "1000"}]},
}


def devcluster(*args: str) -> None:
    """Run devcluster's command line; its progress is shown with `pytest -s`."""
    subprocess.run([sys.executable, "-m", "devcluster", *args], cwd=paths.ROOT, check=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Kubectl]:
    """devcluster's `e2e` with the operator installed."""
    ports = ("--http-port", str(HTTP_PORT), "--s3-port", str(S3_PORT))
    devcluster("deploy", "--name", CLUSTER, *ports, "--operator-only")
    kubeconfig = paths.cluster_dir(CLUSTER) / "kubeconfig"
    yield Kubectl(binaries.ensure("kubectl"), kubeconfig, "default")
    if not os.environ.get("RESEE_E2E_KEEP"):
        devcluster("down", "--name", CLUSTER)


def make_namespace(cluster: Kubectl, name: str) -> Kubectl:
    """An empty namespace of its own in which only Pods of Pod Security `restricted` may run."""
    cluster("delete", "namespace", name, "--ignore-not-found", "--wait=true")
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": RESTRICTED}})
    return cluster.into(name)


@pytest.fixture(scope="session")
def deployment(cluster: Kubectl) -> Deployment:
    """The local example, Ready."""
    kubectl = make_namespace(cluster, NAMESPACE)
    example = yaml.safe_load((paths.ROOT / "examples" / "local.yaml").read_text())
    spec: dict[str, Any] = example["spec"]
    spec["nginx"] = {**spec["nginx"], **UNTHROTTLED["nginx"]}
    made = Deployment(kubectl, example["metadata"]["name"])
    made.apply({**spec, "web": UNTHROTTLED["web"], "url": f"http://localhost:{HTTP_PORT}"})
    made.wait("Ready")
    made.settle()
    return made


@pytest.fixture(scope="session")
def url(deployment: Deployment) -> str:
    """Where users reach the local example."""
    return f"http://localhost:{HTTP_PORT}"


@pytest.fixture
def second(cluster: Kubectl, request: pytest.FixtureRequest) -> Iterator[Kubectl]:
    """A namespace of this test's own, removed after it."""
    name = "resee-" + request.node.name.replace("_", "-")[:40].strip("-")
    yield make_namespace(cluster, name)
    cluster("delete", "namespace", name, "--wait=false")


@pytest.fixture
def forward() -> Iterator[Callable[[Kubectl, str], str]]:
    """`forward(kubectl, "service/NAME")` opens a port-forward to its port 80 and returns the URL."""
    running: list[subprocess.Popen[bytes]] = []

    def start(kubectl: Kubectl, target: str) -> str:
        port = free_port()
        command = [
            str(kubectl.binary),
            f"--kubeconfig={kubectl.kubeconfig}",
            f"--namespace={kubectl.namespace}",
        ]
        running.append(
            subprocess.Popen([*command, "port-forward", target, f"{port}:80"], stdout=subprocess.DEVNULL)
        )

        def answers() -> None:
            with socket.socket() as probe:
                assert probe.connect_ex(("127.0.0.1", port)) == 0, f"no forward to {target} yet"

        until(answers, Budget.PROCESS)
        return f"http://127.0.0.1:{port}"

    yield start
    for process in running:
        process.terminate()
        process.wait()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Add what the cluster says to the report of a failed test."""
    report: Any = yield
    kubectl = _kubectl_of(item)
    if report.failed and kubectl is not None:
        report.sections.append(("cluster", "\n".join(_diagnostics(kubectl))))
    return report


def _kubectl_of(item: pytest.Item) -> Kubectl | None:
    fixtures: dict[str, Any] = getattr(item, "funcargs", {})
    if "second" in fixtures:
        found: Kubectl = fixtures["second"]
        return found
    made: Deployment | None = fixtures.get("watched") or fixtures.get("deployment")
    return made.kubectl if made else None


def _diagnostics(kubectl: Kubectl) -> Iterator[str]:
    for command in (
        ("get", "resee", "-o", "yaml"),
        ("get", "pods", "-o", "wide"),
        ("get", "events", "--sort-by=.lastTimestamp"),
        ("logs", "--namespace=resee-system", "deployment/resee-operator", "--all-pods", "--tail=40"),
    ):
        try:
            yield kubectl(*command)
        except KubectlError as error:
            yield str(error)
