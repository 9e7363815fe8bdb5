"""A rotation of Redis' passwords on real servers: clients that log in all the time are refused at no moment.

The operator runs on a small world; what it writes reaches the servers as a kubelet would bring it, one after
another and late, and its Jobs are the real programs. Clients take the passwords as Pods have them: those of
before until all have rolled, those of after as soon as one may have.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import redis

from tests.integration.redis_servers import SERVERS, Server, started
from tests.support.deployments import resolved_of
from tests.support.process import service_folder
from tests.support.wait import Budget, until
from tests.unit.engine.jobs import COMPONENT, end_job
from tests.unit.engine.world import KEY, World

ASKED = "2026-11"
ROUNDS = 400
"""More than a busy machine needs: the Jobs are real, and rounds go on while they run."""


@dataclass
class Visitor:
    """Logs in at servers again and again, by the passwords of one moment."""

    servers: Sequence[Server]
    secret: dict[str, str]
    logins: int = 0
    turns: int = 0
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        self._thread.join()

    def look(self) -> None:
        """Wait for a turn of logins that begins now, however slow the machine is."""
        if self._thread.is_alive():
            until(self._turned(self.turns + 1), Budget.ANSWER, every=0.005)

    def _turned(self, before: int) -> Callable[[], None]:
        def check() -> None:
            assert self.turns > before

        return check

    def _run(self) -> None:
        while not self._end.wait(0.005):
            for server in self.servers:
                client = server.client(self.secret)
                try:
                    client.ping()
                    self.logins += 1
                except redis.AuthenticationError as error:
                    self.refused.append(f"{server.host}: {error}")
                except redis.ConnectionError:
                    # One that is restarted is away, and refuses nobody.
                    continue
                finally:
                    client.close()
            self.turns += 1


def secret_of(world: World) -> dict[str, str]:
    return {
        key: world.secret("demo-redis", key) for key in world.kube.objects("Secret")["demo-redis"]["data"]
    }


class Walk:
    """A rotation on its way."""

    def __init__(self, world: World, servers: Sequence[Server]) -> None:
        self.world = world
        self.servers = servers
        self.jobs: dict[str, subprocess.Popen[bytes]] = {}
        self.visitors = [Visitor(servers, self.secret())]
        self.restarted: set[str] = set()

    def secret(self) -> dict[str, str]:
        return secret_of(self.world)

    async def phase(self) -> str:
        return str(((await self.world.status()).get("rotation") or {}).get("phase"))

    async def go(self) -> None:
        """Until the old passwords are refused."""
        for number in range(ROUNDS):
            await self.world.run()
            phase = await self.phase()
            if phase == "KeepingKey":
                return
            self._clients(phase)
            self._kubelet(self.servers[number % len(self.servers)], phase)
            for visitor in self.visitors:
                visitor.look()
            await self._work()
            await self.world.move(("Deployment", "StatefulSet"))
            self.world.seconds += 6
        raise AssertionError(f"still {phase} after {ROUNDS} rounds")

    def _clients(self, phase: str) -> None:
        """Pods of before until all have rolled, Pods of after as soon as the Secret says so."""
        first = self.visitors[0]
        if len(self.visitors) == 1 and self.secret()["password"] != first.secret["password"]:
            self.visitors.append(Visitor(self.servers, self.secret()))
        if phase == "Refusing":
            first.stop()

    def _kubelet(self, server: Server, phase: str) -> None:
        """One server's file is brought up to date, and its probe runs; in each phase one is killed, by the
        file that it has."""
        if phase not in self.restarted:
            self.restarted.add(phase)
            server.kill()
            server.start()
        server.mount(self.secret())
        server.follow()

    async def _work(self) -> None:
        """The Jobs of Redis run; those of the database are over at once."""
        for name, job in self.world.kube.objects("Job").items():
            if job.get("status") or job["metadata"]["labels"][COMPONENT] != "rotation":
                continue
            if "redis" not in name:
                await end_job(self.world, name)
                continue
            if name not in self.jobs:
                self.jobs[name] = self._start(job)
            if self.jobs[name].poll() is not None:
                assert self.jobs[name].returncode == 0, name
                await end_job(self.world, name)

    def _start(self, job: dict[str, Any]) -> subprocess.Popen[bytes]:
        (container,) = job["spec"]["template"]["spec"]["containers"]
        env = dict(os.environ)
        for variable in container["env"]:
            reference = variable.get("valueFrom", {}).get("secretKeyRef")
            if reference is None:
                env[variable["name"]] = variable["value"]
            elif reference["key"] in self.secret() or not reference.get("optional"):
                env[variable["name"]] = self.secret()[reference["key"]]
        for kind, name in (("redis", "SERVERS"), ("sentinel", "SENTINELS")):
            hosts = [f"{one.host}:{one.port}" for one in self.servers if one.name == kind]
            assert len(env[name].split()) == len(hosts)
            env[name] = " ".join(hosts)
        return subprocess.Popen(container["command"], env=env, stdout=subprocess.DEVNULL)

    def close(self) -> None:
        for visitor in self.visitors:
            visitor.stop()
        for running in self.jobs.values():
            running.kill()
            running.wait()


@contextmanager
def walking(world: World, servers: Sequence[Server]) -> Iterator[Walk]:
    walk = Walk(world, servers)
    try:
        yield walk
    finally:
        walk.close()


async def asked(**spec: Any) -> World:
    """A deployment that runs and is asked for new credentials."""
    world = World(**spec)
    await world.create()
    metadata = {"name": "rds", "namespace": KEY[0]}
    address = {"uri": "cG9zdGdyZXNxbDovL2E6YkBjL2Q="}
    await world.kube.create({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": address})
    await world.settle()
    return world


def judge(walk: Walk) -> None:
    before, after = walk.visitors
    assert before.refused == after.refused == []
    assert min(before.logins, after.logins) > len(walk.servers)
    for server in walk.servers:
        with pytest.raises(redis.AuthenticationError):
            server.client(before.secret).ping()
        assert server.client(walk.secret()).ping()


async def test_one_server() -> None:
    world = await asked()
    with service_folder() as folder, ExitStack() as running:
        server = Server(folder, "redis", SERVERS[0], resolved_of())
        server.mount(secret_of(world))
        running.enter_context(server)
        await world.edit(credentials={"rotate": ASKED})
        with walking(world, [server]) as walk:
            await walk.go()
            judge(walk)


async def test_servers_and_sentinels() -> None:
    external = {"provider": "External", "external": {"secretName": "rds"}}
    world = await asked(stage="Production", redis={"provider": "Sentinel", "tls": False}, database=external)
    with started(secret_of(world)) as cluster:
        await world.edit(credentials={"rotate": ASKED})
        with walking(world, [*cluster.servers, *cluster.watchers]) as walk:
            await walk.go()
            judge(walk)
        cluster.whole().kill()
        new = until(cluster.master, Budget.FAILOVER)
        assert new.client().info("replication")["connected_slaves"] == 1
