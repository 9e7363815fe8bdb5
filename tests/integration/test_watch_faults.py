"""What can happen to a watch of a real API server: an expired version, a connection that dies silently."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from devcluster.apiserver import ApiServer
from resee_operator.kube.client import KubeClient
from resee_operator.kube.configuration import load_configuration
from resee_operator.kube.connection import Connection, Limits
from resee_operator.kube.resources import KINDS, Manifest, Resource, name_of
from resee_operator.kube.watch import Name, Watch
from tests.integration.cluster import kubectl
from tests.integration.controllers import Controllers
from tests.integration.etcd import compact
from tests.integration.exactness import assert_exact
from tests.integration.faulty_proxy import FaultyProxy
from tests.integration.operator_process import OperatorProcess
from tests.integration.resees import Resee
from tests.support.wait import Budget, until

SILENCE = 3.0
"""Seconds after which the tested watch counts as dead; bookmarks come once a minute."""


class Held:
    """A sink that only remembers names."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def seen(self, resource: Resource, found: Manifest) -> None:
        self.names.add(name_of(found))

    def gone(self, resource: Resource, name: Name, version: int) -> None:
        self.names.discard(name[1])

    def listed(self, resource: Resource, namespace: str | None, names: set[Name], version: int) -> None:
        self.names &= {name for _, name in names}


async def _soon(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(Budget.REPAIR.seconds):
        while not holds():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.05)


async def test_connection_that_died_without_an_error_is_noticed(
    server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    held = Held()
    with FaultyProxy(server, tmp_path) as proxy:
        configuration = await load_configuration(str(proxy.kubeconfig))
        async with Connection(configuration, Limits(silence=SILENCE)) as connection:
            watch = Watch(KubeClient(connection), KINDS["Service"], held, namespace=namespace)
            task = asyncio.create_task(watch.run())
            await asyncio.to_thread(_service, server, namespace, "create", "first")
            await _soon(lambda: held.names == {"first"})

            proxy.fall_silent()
            await asyncio.to_thread(_service, server, namespace, "delete", "first")
            await asyncio.to_thread(_service, server, namespace, "create", "second")
            await _soon(lambda: held.names == {"second"})
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def test_expired_version_is_met_with_a_new_list(server: ApiServer, namespace: str, tmp_path: Path) -> None:
    resee = Resee(server, namespace)
    operator = OperatorProcess(server.kubeconfig, tmp_path, "operator", namespace, RESEE_NAMESPACES=namespace)
    with Controllers(server, namespace), operator:
        operator.lead()
        resee.apply()
        resee.wait_settled()
        operator.pause()
        # What its connections would hold of what comes now ends with them; an orderly end would wait for it.
        server.kill()
        server.start()
        resee.run("delete", "service", "demo-web")
        resee.patch("configmap", "demo-config", {"data": {"LOG_LEVEL": "loud"}})
        compact(server)
        # Its own memory of events goes too, so that what the watches ask for exists nowhere.
        server.restart()
        operator.resume()

        until(lambda: resee.get("service", "demo-web"), Budget.FAILOVER)
        until(
            lambda: _is(resee.get("configmap", "demo-config")["data"]["LOG_LEVEL"], "INFO"), Budget.FAILOVER
        )
        told = [json.loads(line) for line in operator.log.read_text().splitlines() if "410" in line]
        expired = {line["event"].partition(" in ")[0] for line in told if line["logger"].endswith("watch")}
        assert expired >= {"watch of services", "watch of configmaps"}
        assert operator.get("/healthz")[0] == 200
    assert_exact(resee, tmp_path)


def _service(server: ApiServer, namespace: str, verb: str, name: str) -> None:
    more = ("--tcp=80",) if verb == "create" else ()
    kind = ("service", "clusterip") if verb == "create" else ("service",)
    kubectl(server, "-n", namespace, verb, *kind, name, *more)


def _is(found: object, wanted: object) -> None:
    assert found == wanted
