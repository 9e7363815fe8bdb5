"""Measures on a running devcluster: a deployment of its own, a Pod that asks, PostgreSQL's own bench.

Each round asks the bare view, today's list and completed reviews in turn, then the same statements without an
application; so what the machine does meanwhile hits all of them.
"""

from __future__ import annotations

import json
import re
import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devcluster import binaries, paths
from devcluster.images import records
from devcluster.progress import Progress
from tests.e2e.deployments import Deployment
from tests.e2e.kubectl import Kubectl

NAMESPACE = "app-bench"
NAME = "bench"
CONNECTIONS = 8
WARM_UP = 1.0  # seconds
_FOLDER = Path(__file__).parent
_TICKS = 100  # a second, in /proc
# Limits for real users would answer in the application's place.
SPEC: dict[str, Any] = {
    "stage": "Local",
    "web": {
        "env": [
            {"name": "THROTTLE_ANON", "value": "100000000/hour"},
            {"name": "THROTTLE_USER", "value": "100000000/hour"},
            # The bare view leaves its line in the log as every other request does.
            {"name": "LOG_SKIP_PATHS", "value": "/metrics"},
        ]
    },
    "nginx": {"env": [{"name": "API_RATE", "value": "1000000"}, {"name": "API_BURST", "value": "1000000"}]},
}


@dataclass
class Series:
    """What one way of asking gave over all rounds."""

    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)  # milliseconds
    costs: list[float] = field(default_factory=list)  # milliseconds of web's processor for each answer

    @property
    def rate(self) -> float:
        """Answers a second, the median of the rounds."""
        return statistics.median(self.rates)

    @property
    def cost(self) -> float:
        """Milliseconds of processor time of web's Pod for each answer, the median of the rounds."""
        return statistics.median(self.costs)

    def percentile(self, percent: int) -> float:
        """Milliseconds within which so many of a hundred were answered."""
        return statistics.quantiles(self.latencies, n=100)[percent - 1]


@dataclass
class Result:
    """All series by name, and the queries of (today, complete) with 10 and with 1,000 contents."""

    series: dict[str, Series]
    queries: list[list[int]]


def run(rounds: int, seconds: float, progress: Progress, cluster: str) -> Result:
    """Measure on the devcluster of this name; an operator must look after all of its namespaces."""
    kubectl = Kubectl(binaries.ensure("kubectl"), paths.cluster_dir(cluster) / "kubeconfig", NAMESPACE)
    kubectl("create", "namespace", NAMESPACE)
    try:
        with progress.step("Starting a deployment"):
            Deployment(kubectl, NAME).apply(SPEC)
            Deployment(kubectl, NAME).wait("Ready")
            _start_asking(kubectl)
        with progress.step("Filling it"):
            facts = _fill(kubectl)
        series: dict[str, Series] = defaultdict(Series)
        for number in range(rounds):
            with progress.step(f"Round {number + 1} of {rounds}"):
                _round(kubectl, facts, seconds, series)
        return Result(dict(series), facts["queries"])
    finally:
        kubectl("delete", "namespace", NAMESPACE, "--wait=true")


def _start_asking(kubectl: Kubectl) -> None:
    """The Pod from which requests are sent: the application's image, for its Python."""
    image = records.read(paths.state_dir())["resee-backend"]
    command = ("--command", "--", "sleep", "86400")
    kubectl("run", "load", f"--image={image}", "--image-pull-policy=IfNotPresent", *command)
    kubectl("wait", "--for=condition=Ready", "--timeout=120s", "pod/load")


def _fill(kubectl: Kubectl) -> dict[str, Any]:
    program = (_FOLDER / "fill.py").read_text()
    shell = ("python3", "manage.py", "shell")
    said = kubectl("exec", "-i", f"deployment/{NAME}-web", "--", *shell, stdin=program)
    facts: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
    return facts


def _round(kubectl: Kubectl, facts: dict[str, Any], seconds: float, series: dict[str, Series]) -> None:
    for name, requests in _requests(facts).items():
        before = _processor(kubectl)
        answered = _ask(kubectl, requests, seconds)
        used = _processor(kubectl) - before
        statuses = {int(status): count for status, count in answered["statuses"].items()}
        if set(statuses) != {200}:
            raise RuntimeError(f"{name} was answered with {statuses}")
        series[name].rates.append(statuses[200] / answered["seconds"])
        series[name].latencies += answered["latencies"]
        series[name].costs.append(1000 * used / answered["answers"])
    for name in ("today", "complete"):
        series[f"{name} in PostgreSQL"].rates.append(_pgbench(kubectl, facts[name], seconds))


def _requests(facts: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    signed = {"Authorization": f"Bearer {facts['token']}"}
    reviews = [json.dumps({"content_id": pk, "result": "forgot"}) for pk in facts["ids"]]
    json_body = {**signed, "Content-Type": "application/json"}
    return {
        "bare": [{"method": "GET", "path": "/api/health/live/"}],
        "today": [{"method": "GET", "path": "/api/review/today/", "headers": signed}],
        # An address longer than what is kept: the view answers anew each time.
        "today anew": [{"method": "GET", "path": f"/api/review/today/?{'x' * 100}=1", "headers": signed}],
        "complete": [
            {"method": "POST", "path": "/api/review/complete/", "headers": json_body, "body": body}
            for body in reviews
        ],
    }


def _ask(kubectl: Kubectl, requests: list[dict[str, Any]], seconds: float) -> dict[str, Any]:
    plan = {
        "host": f"{NAME}-nginx",
        "port": 80,
        "connections": CONNECTIONS,
        "seconds": seconds,
        "warm_up": WARM_UP,
        "requests": requests,
    }
    program = (_FOLDER / "load.py").read_text()
    said = kubectl("exec", "-i", "load", "--", "python3", "-c", program, stdin=json.dumps(plan))
    answered: dict[str, Any] = json.loads(said)
    return answered


def _processor(kubectl: Kubectl) -> float:
    """Seconds of processor time that web's Pod has used so far; processes that ended count with the first."""
    said = kubectl("exec", f"deployment/{NAME}-web", "--", "sh", "-c", "cat /proc/[0-9]*/stat")
    # The name, in brackets, may hold blanks; the fields after it are those of proc(5) from the third on.
    processes = [(line.split(" ", 1)[0], line.rpartition(")")[2].split()) for line in said.splitlines()]
    ticks = sum(int(fields[11]) + int(fields[12]) for _, fields in processes)
    ticks += sum(int(fields[13]) + int(fields[14]) for pid, fields in processes if pid == "1")
    return ticks / _TICKS


def _pgbench(kubectl: Kubectl, statement: str, seconds: float) -> float:
    """The statement's rate over the same number of connections, on the database's own machine."""
    command = (
        'PGPASSWORD="$POSTGRES_PASSWORD" PGDATABASE="${POSTGRES_DB:-$POSTGRES_USER}" exec pgbench'
        f' --no-vacuum -h 127.0.0.1 -U "$POSTGRES_USER" -c {CONNECTIONS} -T {max(1, round(seconds))} -f -'
    )
    script = statement.rstrip("; \n") + ";\n"
    said = kubectl("exec", "-i", f"{NAME}-postgres-0", "--", "sh", "-c", command, stdin=script)
    found = re.search(r"tps = ([\d.]+) \(without", said)
    if not found:
        raise RuntimeError(f"pgbench says no rate: {said}")
    return float(found[1])
