"""The operator as a process of its own, with the faults that a process can have."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from devcluster.ports import free_port
from tests.support.wait import Budget, until

ROOT = Path(__file__).parents[2]
WRITES = ("POST", "PUT", "PATCH", "DELETE")


class OperatorProcess:
    """`python -m resee_operator run` against one API server.

    Args:
        kubeconfig: how to reach the server.
        folder: where the log goes.
        name: tells replicas apart; also their identity in the Lease.
        lease: name of the Lease, the same for replicas of one operator.
        settings: more RESEE_ variables.
    """

    module = "resee_operator"

    def __init__(self, kubeconfig: Path, folder: Path, name: str, lease: str, **settings: str) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._port = free_port()
        self._environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("RESEE_", "KUBE"))},
            "PYTHONPATH": f"{ROOT / 'operator'}{os.pathsep}{ROOT}",
            "RESEE_KUBECONFIG": str(kubeconfig),
            "RESEE_LEASE_NAME": lease,
            "RESEE_IDENTITY": name,
            "RESEE_METRICS_PORT": str(self._port),
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start, and return once the cache is filled."""
        # The kernel ends it with the test's own process, whatever ends that.
        argv = ["setpriv", "--pdeathsig", "KILL", "--", sys.executable, "-m", self.module, "run"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(argv, env=self._environment, cwd=ROOT, stderr=log)
        try:
            until(self._check_ready, Budget.PROCESS)
        except AssertionError:
            self.kill()
            raise
        return self

    @property
    def pid(self) -> int:
        """Number of the process."""
        assert self._process is not None, f"{self.name} has not been started"
        return self._process.pid

    def lead(self) -> Self:
        """Return once this replica leads."""
        until(
            lambda: _assert(self.metric("resee_operator_leader") == 1, f"{self.name} leads"), Budget.FAILOVER
        )
        return self

    def stop(self) -> None:
        """SIGTERM, and wait for the end."""
        if self._process is not None and self._process.poll() is None:
            self.resume()
            self._process.terminate()
            self._process.wait(Budget.PROCESS.seconds)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait(Budget.PROCESS.seconds)

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def passes(self, deployment: str | None = None) -> list[dict[str, Any]]:
        """The log lines of the passes, oldest first."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        found = [line for line in lines if line.get("logger") == "resee_operator.pass"]
        return [line for line in found if deployment in (None, line["deployment"])]

    def wait_in_sync(self, deployment: str) -> None:
        """Return once its last pass found everything as wanted: what it wrote before has been answered."""

        def in_sync() -> None:
            assert [line["reason"] for line in self.passes(deployment)][-1:] == ["InSync"]

        until(in_sync, Budget.EVENT)

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric over all label values that are not given."""
        return sum(
            value for found, tags, value in self._scrape() if found == name and labels.items() <= tags.items()
        )

    def calls(self, *verbs: str) -> float:
        """Calls sent to the API server so far, the Lease's apart; without verbs of all kinds."""
        wanted = verbs or ("GET", *WRITES)
        return sum(self.metric("resee_operator_api_calls_total", verb=verb) for verb in wanted)

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of the operator's own HTTP server; AssertionError where it does not answer."""
        url, timeout = f"http://127.0.0.1:{self._port}{path}", Budget.ANSWER.seconds
        try:
            with urllib.request.urlopen(url, timeout=timeout) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            raise AssertionError(f"{self.name} does not answer: {error}") from None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _scrape(self) -> list[tuple[str, dict[str, str], float]]:
        found = []
        for line in self.get("/metrics")[1].splitlines():
            if line and not line.startswith("#"):
                head, value = line.rsplit(" ", 1)
                name, _, rest = head.partition("{")
                pairs = (pair.split("=", 1) for pair in rest.rstrip("}").split(",") if "=" in pair)
                found.append((name, {key: text.strip('"') for key, text in pairs}, float(value)))
        return found

    def _check_ready(self) -> None:
        assert self._process is not None
        assert self._process.poll() is None, f"the operator ended: {self.log.read_text()[-2000:]}"
        assert self.get("/readyz")[0] == 200, "the operator is ready"

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)


def _assert(holds: bool, what: str) -> None:
    assert holds, what
