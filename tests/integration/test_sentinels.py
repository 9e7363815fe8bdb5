"""Three Redis and three Sentinels, started by the programs of their Pods, on addresses of the loopback.

Ports are the Pods' own, so each server has an address for itself; folders are the test's.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import redis

from resee_operator.components import Manifest
from tests.support.deployments import container_of, facts_of, find, manifests_of, production
from tests.support.process import LocalProcess, require_program, service_folder
from tests.support.wait import Budget, until

RESOLVED = production(redis={"provider": "Sentinel", "tls": False})
SECRET = facts_of(RESOLVED).secrets["demo-redis"]
NETWORK = f"127.{random.randint(64, 250)}.{random.randint(1, 250)}"
SERVERS = [f"{NETWORK}.{number}" for number in (1, 2, 3)]
SENTINELS = [f"{NETWORK}.{number}" for number in (11, 12, 13)]


class Server(LocalProcess):
    """One container: its program, with its address and folders in the places of the Pod's."""

    refuses_root = True

    def __init__(self, folder: Path, component: str, host: str) -> None:
        super().__init__(folder / host)
        self.name, self.host = component, host
        self.port = 6379 if component == "redis" else 26379
        (self.directory / "auth.conf").write_text(SECRET["auth.conf"])

    @property
    def container(self) -> Manifest:
        return container_of(find(manifests_of(RESOLVED), "StatefulSet", f"demo-{self.name}"))

    def here(self, text: str) -> str:
        return re.sub("/etc/redis-auth|/data|/tmp", str(self.directory), text)

    def command(self) -> list[str]:
        words = [*self.container["command"], *self.container.get("args", [])]
        # The last bind counts; a replica that is asked from another address would be another replica.
        return [*map(self.here, words), "--bind", self.host, "--bind-source-addr", self.host]

    def environment(self) -> dict[str, str]:
        return {
            "HOST": self.host,
            "SERVERS": " ".join(SERVERS),
            "SENTINELS": " ".join(SENTINELS),
            "MASTER": "resee",
            "REDISCLI_AUTH": SECRET["password"],
            "SENTINEL_PASSWORD": SECRET["sentinel-password"],
        }

    def client(self) -> redis.Redis:
        password = SECRET["password" if self.name == "redis" else "sentinel-password"]
        return redis.Redis(self.host, self.port, password=password, socket_timeout=3, decode_responses=True)

    def ask(self, *words: str) -> Any:
        """What it answers, in the form that the client library gives it."""
        return self.client().execute_command(*words)  # type: ignore[no-untyped-call]

    def answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except redis.RedisError:
            return False

    def leave(self) -> None:
        """What the kubelet runs before the Pod ends."""
        assert self._inside(self.container["lifecycle"]["preStop"]["exec"]["command"]) == 0

    def lives(self) -> bool:
        """What the kubelet asks before it starts the container anew."""
        return self._inside(self.container["livenessProbe"]["exec"]["command"]) == 0

    def _inside(self, command: list[str]) -> int:
        # A call that names its server already keeps the name: the last one counts.
        here = [part.replace("redis-cli ", f"redis-cli -h {self.host} ") for part in command]
        done = subprocess.run(here, env=os.environ | self.environment(), check=False, timeout=30)
        return done.returncode


class Cluster:
    """All six."""

    def __init__(self, folder: Path) -> None:
        self.servers = [Server(folder, "redis", host) for host in SERVERS]
        self.watchers = [Server(folder, "sentinel", host) for host in SENTINELS]

    def master(self) -> Server:
        """The master that a majority of the Sentinels names, and that says so itself with a replica."""
        named = [watcher.ask("SENTINEL GET-MASTER-ADDR-BY-NAME", "resee")[0] for watcher in self.watchers]
        host = max(named, key=named.count)
        (server,) = (one for one in self.servers if one.host == host)
        try:
            state: dict[str, Any] = server.client().info("replication")
        except redis.RedisError as error:
            raise AssertionError(f"{host} does not answer: {error}") from error
        assert (state["role"], named.count(host)) == ("master", 3), f"{host} is named by {named}"
        assert state["min_slaves_good_slaves"] >= 1, f"{host} has no replica"
        return server

    def whole(self) -> Server:
        """The master, once both others follow it and every Sentinel knows all."""
        master = self.master()
        assert master.client().info("replication")["connected_slaves"] == 2
        for watcher in self.watchers:
            state = watcher.ask("SENTINEL MASTER", "resee")
            assert (int(state["num-slaves"]), int(state["num-other-sentinels"])) == (2, 2)
        return master


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A first start on empty volumes."""
    require_program("redis-server", "redis-server")
    with service_folder() as folder, ExitStack() as running:
        made = Cluster(folder)
        for server in made.servers:
            running.enter_context(server)
        for watcher in made.watchers:
            running.enter_context(watcher)
        until(made.whole, Budget.FAILOVER)
        yield made


def test_on_empty_volumes_the_first_is_the_master(cluster: Cluster) -> None:
    assert cluster.whole().host == SERVERS[0]


def test_a_master_that_is_gone_is_replaced_and_follows_when_it_is_back(cluster: Cluster) -> None:
    old = cluster.master()
    old.client().rpush("tasks", *range(100))
    old.client().wait(2, 3000)
    old.kill()
    new = until(cluster.master, Budget.FAILOVER)
    assert new is not old
    assert new.client().llen("tasks") == 100
    old.start()
    assert until(cluster.whole, Budget.FAILOVER) is new
    assert old.client().info("replication")["role"] == "slave"


def test_a_master_that_leaves_loses_nothing_and_its_clients_ask_anew(cluster: Cluster) -> None:
    old = cluster.master()
    old.client().rpush("tasks", *range(100))
    old.leave()
    assert old.client().info("replication")["role"] == "slave"
    new = until(cluster.master, Budget.FAILOVER)
    assert new is not old
    assert new.client().llen("tasks") == 100


def test_all_of_them_start_again_where_they_were(cluster: Cluster) -> None:
    cluster.master().kill()
    new = until(cluster.master, Budget.FAILOVER)
    new.client().rpush("tasks", *range(10))
    for server in (*cluster.servers, *cluster.watchers):
        server.kill()
    for server in (*cluster.servers, *cluster.watchers):
        server.start()

    def whole() -> Server:
        """As the kubelet does, so that the first master, which has not heard of the second, asks again."""
        for server in cluster.servers:
            if not server.lives():
                server.restart()
        return cluster.whole()

    assert until(whole, Budget.POD) is new
    assert new.client().llen("tasks") == 10


def test_a_master_without_replicas_takes_no_task(cluster: Cluster) -> None:
    master = cluster.master()
    for server in cluster.servers:
        if server is not master:
            server.kill()

    def refused() -> None:
        with pytest.raises(redis.ResponseError, match="NOREPLICAS"):
            master.client().rpush("tasks", 1)

    def check() -> None:
        try:
            refused()
        except pytest.fail.Exception as error:
            raise AssertionError(str(error)) from error

    until(check, Budget.FAILOVER)
