"""The operator is killed after each write that it makes; the next one goes on, and all ends as wanted."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

from devcluster.apiserver import ApiServer
from tests.integration import forked_operator
from tests.integration.controllers import Controllers
from tests.integration.exactness import assert_exact, secrets_of
from tests.integration.faulty_proxy import FaultyProxy, Write
from tests.integration.resees import Resee
from tests.support.wait import Budget, until

LONGEST_CHAIN = 150
"""Operators at most; a deployment needs some 50 writes. One that undoes what the last one did never ends."""

CHANGED = ("configmaps", "deployments", "poddisruptionbudgets", "cronjobs", "reseedeployments")
"""Kinds that the edit changes; of the Deployments three: web and the two others that read the ConfigMap."""


@dataclass
class Killer:
    """Lets an operator make one write and no more."""

    victim: BaseProcess | None = None
    writes: list[Write] = field(default_factory=list)

    def written(self, write: Write) -> None:
        """The server has carried a write out, and the operator does not know yet."""
        self.writes.append(write)
        assert self.victim is not None
        self.victim.kill()


def _go_on(resee: Resee, proxy: FaultyProxy, killer: Killer, log: Path, part: str) -> int:
    """Start one operator after another until one has nothing left to write; return how many were killed."""
    for number in itertools.count():
        assert number < LONGEST_CHAIN, [f"{write.verb} {write.path}" for write in killer.writes[-10:]]
        killer.victim = forked_operator.start(proxy.kubeconfig, log, resee.namespace, f"{part}-{number}")
        until(lambda: _ended_or_settled(resee, killer), Budget.FAILOVER, every=0.1)
        settled = killer.victim.is_alive()
        killer.victim.kill()
        killer.victim.join()
        if settled:
            return number
    raise AssertionError


def _ended_or_settled(resee: Resee, killer: Killer) -> None:
    assert killer.victim is not None
    if killer.victim.is_alive():
        found = resee.read()
        answers = {item["type"]: item for item in found.get("status", {}).get("conditions", ())}
        for kind, wanted in (("Ready", "True"), ("Progressing", "False"), ("Degraded", "False")):
            answer = answers.get(kind, {})
            assert answer.get("status") == wanted, answers
            assert answer["observedGeneration"] == found["metadata"]["generation"]


def test_each_write_is_the_last_one(server: ApiServer, namespace: str, tmp_path: Path) -> None:
    resee, killer = Resee(server, namespace), Killer()
    with FaultyProxy(server, tmp_path, written=killer.written) as proxy, Controllers(server, namespace):
        log = tmp_path / "forked.log"
        resee.apply()
        created = _go_on(resee, proxy, killer, log, "create")
        secrets, made = secrets_of(resee), set(resee.children())
        assert created >= len(made), "each child cost one operator"

        resee.apply(web={"replicas": 2, "concurrency": 7}, backup={"enabled": False}, logLevel="DEBUG")
        before = len(killer.writes)
        changed = _go_on(resee, proxy, killer, log, "change")
        kinds = Counter(write.kind for write in killer.writes[before:])
        assert kinds >= Counter(CHANGED), kinds
        assert changed > len(CHANGED), "all but those that were in flight together cost one operator each"

    # What is made once was made once, and keeps its values.
    posts = Counter(write.name for write in killer.writes if write.kind == "secrets" and write.verb == "POST")
    assert posts == {name.removeprefix("Secret/"): 1 for name in secrets}
    assert secrets_of(resee) == secrets
    again = [write for write in killer.writes if write.kind == "secrets" and "data" in (write.body or {})]
    assert {write.verb for write in again} == {"POST"}
    assert_exact(resee, tmp_path)
    assert resee.get("deployment", "demo-web")["spec"]["replicas"] == 2
    assert not any(name.startswith("CronJob/") for name in resee.children())
