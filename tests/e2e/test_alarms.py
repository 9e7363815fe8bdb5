"""Each critical alarm by a real fault, on demand: RESEE_E2E_ALARMS=1, or `make test-alarms`.

The real Prometheus operator reads what Resee's operator writes, Alertmanager tells a stand-in for Slack, and
the HorizontalPodAutoscaler adds Pods by the requests that Prometheus counts.
"""

from __future__ import annotations

import base64
import gzip
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import yaml

from devcluster import paths
from devcluster.engine import select
from devcluster.images import records
from devcluster.monitoring.stack import NAMESPACE as MONITORING
from tests.e2e.conftest import CLUSTER, HTTP_PORT, NAMESPACE, UNTHROTTLED, devcluster, make_namespace
from tests.e2e.deployments import Deployment
from tests.e2e.faults import Database
from tests.e2e.kubectl import Kubectl
from tests.e2e.slack import NAME as SLACK
from tests.e2e.slack import Slack
from tests.e2e.watch import FIRING, REMEDIES, RESOLVED, Watch
from tests.support.alertmanager import configuration
from tests.support.wait import Budget, until
from tests.zones.clients import Load
from tests.zones.zone import Faults

pytestmark = pytest.mark.timeout(1500)
"""Seconds: an alarm's window of 5 minutes has to pass before its end is told."""

SPEC: dict[str, Any] = {
    "stage": "Local",
    "url": f"http://localhost:{HTTP_PORT}",
    "nginx": {"service": {"type": "NodePort", "nodePort": 30080}, **UNTHROTTLED["nginx"]},
    "web": {"replicas": 2, **UNTHROTTLED["web"]},
    "database": {"provider": "Patroni"},
    "monitoring": {"enabled": True, "labels": {"release": "prometheus"}},
    "notifications": {"slack": {"secretName": SLACK}},
}
RATES = {"writes": 1, "reads": 3, "tasks": 0.1}
"""Requests a second. Those that hang for 10 s leave threads for the others, and for Prometheus."""
METRIC, BOUND = "resee_requests_per_minute", 40
OPERATOR = "deployment/resee-operator"


@pytest.fixture(scope="module")
def watched(cluster: Kubectl) -> Iterator[Deployment]:
    """A deployment with two Pods of web and three of PostgreSQL, watched from its first moment on."""
    devcluster("monitoring", "--name", CLUSTER)
    # A kept cluster has the local example at the one port that is published.
    cluster("delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait=true")
    kubectl = make_namespace(cluster, "resee-alarms")
    Slack(kubectl).install(records.read(paths.state_dir())["resee-backend"])
    made = Deployment(kubectl, "resee")
    made.apply(SPEC)
    made.settle()
    yield made
    cluster("delete", "namespace", kubectl.namespace, "--wait=false")


@pytest.fixture
def watch(watched: Deployment) -> Watch:
    """Its watchers, while nothing is wrong."""
    watched.settle()
    found = Watch(watched, Slack(watched.kubectl))
    found.quiet()
    return found


@pytest.fixture
def faults(watched: Deployment) -> Faults:
    return Faults(select(), watched.kubectl)


@pytest.fixture
def load(watch: Watch) -> Iterator[None]:
    """A user's requests during the test."""
    made = Load.of(SPEC["url"])
    for name, rate in RATES.items():
        made.streams[name].rate = rate
    with made.running():
        yield
    made.resee.http.close()


class Patroni(Database):
    """The database of the deployment, asked where the primary is."""

    @property
    def _psql(self) -> tuple[str, ...]:
        primary = Faults(select(), self.deployment.kubectl).primary()
        login = '-h /var/run/postgresql -U postgres -d "$APPLICATION_DATABASE"'
        program = f"exec psql -qAtX -v ON_ERROR_STOP=1 {login}"
        return ("exec", "-i", primary, "--", "sh", "-c", program)


def test_prometheus_reads_what_the_operator_writes(watch: Watch) -> None:
    def read() -> None:
        assert [(one["labels"]["container"], one["health"]) for one in watch.targets()] == [("web", "up")] * 2

    until(read, Budget.ALARM)
    rules = watch.rules()
    assert rules.keys() >= REMEDIES.keys()
    assert {rule["health"] for rule in rules.values()} == {"ok"}


def test_the_quick_tests_route_is_the_prometheus_operators(watch: Watch) -> None:
    """tests/chart/test_routing.py converts the AlertmanagerConfig as the real one does."""
    kubectl = watch.deployment.kubectl
    made = kubectl.into(MONITORING).get("secret", "alertmanager-devcluster-generated")["data"]
    (text,) = [base64.b64decode(value) for key, value in made.items() if key.startswith("alertmanager.yaml")]
    real = yaml.safe_load(gzip.decompress(text))
    ours = configuration(kubectl.get("alertmanagerconfig", watch.deployment.name), watch.slack.url)
    assert {key: real[key] for key in ours} == ours


@pytest.mark.usefixtures("load")
def test_a_web_pod_that_stands_still(watch: Watch, faults: Faults) -> None:
    names, fault = ("ReseeInstanceDown", "ReseeTooFewInstances"), "a web Pod stands still"
    pod, moment = faults.pod_of("web"), time.time()
    faults.signal(pod, "STOP")
    try:
        watch.all_told(fault, names, FIRING, moment)
    finally:
        faults.signal(pod, "CONT")
    watch.all_told(f"{fault} no more", names, RESOLVED, time.time())


@pytest.mark.usefixtures("load")
def test_a_table_that_nobody_can_write(watch: Watch) -> None:
    names, fault = ("ReseeSlowResponses", "ReseeErrorRate"), "a table is locked"
    moment = time.time()
    with Patroni(watch.deployment).held("LOCK TABLE contents_content IN SHARE MODE"):
        watch.all_told(fault, names, FIRING, moment)
    watch.all_told(f"{fault} no more", names, RESOLVED, time.time())


@pytest.mark.usefixtures("load")
def test_the_primary_is_killed(watch: Watch, faults: Faults) -> None:
    primary, moment = faults.primary(), time.time()
    faults.signal(primary, "KILL")
    watch.all_told("the primary is killed", ["ReseeDatabaseFailover"], FIRING, moment)
    sys.stdout.write(f"{primary} was primary, {faults.primary()} is\n")
    watch.all_told("the primary is killed", ["ReseeDatabaseFailover"], RESOLVED, moment)


@contextmanager
def without_operator(cluster: Kubectl) -> Iterator[None]:
    """No operator of Resee: what is added is the autoscaler's work."""
    system = cluster.into("resee-system")
    system("scale", "--replicas=0", OPERATOR)

    def gone() -> None:
        assert system.list("pods", "app.kubernetes.io/name=resee-operator") == []

    until(gone, Budget.POD)
    try:
        yield
    finally:
        system("scale", "--replicas=2", OPERATOR)
        system("rollout", "status", OPERATOR, f"--timeout={Budget.ROLLOUT.seconds:.0f}s")


@pytest.fixture
def scaled(watched: Deployment) -> Iterator[Deployment]:
    """The deployment with an autoscaler that is fed with requests; afterwards as it was."""
    bounds = {"minReplicas": 2, "maxReplicas": 3, "targetCPUUtilization": 100}
    rule = {**bounds, "targetRequestsPerMinute": BOUND, "requestsMetric": METRIC}
    watched.patch({"web": {"replicas": None, "autoscaling": rule}})
    watched.settle()
    yield watched
    watched.restore(SPEC)
    watched.settle()


@pytest.mark.usefixtures("load")
def test_the_autoscaler_adds_a_pod_by_requests_without_the_operator(
    cluster: Kubectl, scaled: Deployment
) -> None:
    kubectl = scaled.kubectl
    figures = f"/apis/custom.metrics.k8s.io/v1beta1/namespaces/{kubectl.namespace}/pods/*/{METRIC}"

    def known() -> None:
        selector = "?labelSelector=app.kubernetes.io%2Fcomponent%3Dweb"
        assert len(json.loads(kubectl("get", "--raw", figures + selector))["items"]) == 2

    def added() -> str:
        status = kubectl.get("hpa", f"{scaled.name}-web")["status"]
        assert status.get("desiredReplicas") == 3, f"{status}"
        told = kubectl("get", "events", "--field-selector=reason=SuccessfulRescale", "-o", "json")
        (message,) = [one["message"] for one in json.loads(told)["items"]]
        return str(message)

    with without_operator(cluster):
        moment = time.time()
        until(known, Budget.ALARM)
        message = until(added, Budget.WINDOW, every=1)
        sys.stdout.write(f"\n{message}: {time.time() - moment:.0f} s after the operator's end\n")
    assert f"pods metric {METRIC} above target" in message
