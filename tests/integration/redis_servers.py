"""Redis servers and Sentinels, started by the programs of their Pods, on addresses of the loopback.

Ports are the Pods' own, so each server has an address for itself; folders are the test's.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import redis

from resee_operator.components import Manifest
from resee_operator.stages import Resolved
from tests.support.deployments import facts_of, find, manifests_of, production
from tests.support.process import LocalProcess, require_program, service_folder
from tests.support.wait import Budget, until

ACROSS = production(redis={"provider": "Sentinel", "tls": False})
NETWORK = f"127.{random.randint(64, 250)}.{random.randint(1, 250)}"
SERVERS = [f"{NETWORK}.{number}" for number in (1, 2, 3)]
SENTINELS = [f"{NETWORK}.{number}" for number in (11, 12, 13)]


class Server(LocalProcess):
    """One container: its program, with its address and folders in the places of the Pod's."""

    refuses_root = True

    def __init__(self, folder: Path, component: str, host: str, resolved: Resolved) -> None:
        super().__init__(folder / host)
        self.name, self.host, self.resolved = component, host, resolved
        self.port = 6379 if component == "redis" else 26379
        self.mount(facts_of(resolved).secrets["demo-redis"])

    def mount(self, secret: Mapping[str, str]) -> None:
        """What the kubelet does with the Secret's content, at the start and some time after a change."""
        self.secret = dict(secret)
        (volume,) = (one for one in self.pod["volumes"] if one["name"] == "auth")
        for item in volume["secret"]["items"]:
            file = self.directory / item["path"]
            new = file.with_suffix(".new")
            new.write_text(secret[item["key"]])
            new.chmod(0o644)
            new.rename(file)

    @property
    def pod(self) -> Manifest:
        found = find(manifests_of(self.resolved), "StatefulSet", f"demo-{self.name}")
        return dict(found["spec"]["template"]["spec"])

    @property
    def container(self) -> Manifest:
        return dict(self.pod["containers"][0])

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
        }

    def client(self, secret: Mapping[str, str] | None = None) -> redis.Redis:
        """A client by the passwords that it was given, or by others."""
        password = (secret or self.secret)["password" if self.name == "redis" else "sentinel-password"]
        timeout = Budget.ANSWER.seconds
        return redis.Redis(
            self.host, self.port, password=password, socket_timeout=timeout, decode_responses=True
        )

    def ask(self, *words: str) -> Any:
        """What it answers, in the form that the client library gives it."""
        return self.client().execute_command(*words)  # type: ignore[no-untyped-call]

    def look(self, *words: str) -> Any:
        """The same in a wait: a server that is away, or does not know yet, is asked again."""
        try:
            said = self.ask(*words)
        except redis.RedisError as error:
            raise AssertionError(f"{self.host} does not answer: {error}") from error
        assert said, f"{self.host} does not know yet"
        return said

    def answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except redis.RedisError:
            return False

    def follow(self) -> int:
        """What the kubelet asks again and again, and the server takes another file by; the exit code."""
        return self._inside(self.container["readinessProbe"]["exec"]["command"])

    def leave(self) -> None:
        """What the kubelet runs before the Pod ends."""
        assert self._inside(self.container["lifecycle"]["preStop"]["exec"]["command"]) == 0

    def lives(self) -> bool:
        """What the kubelet asks before it starts the container anew."""
        return self._inside(self.container["livenessProbe"]["exec"]["command"]) == 0

    def _inside(self, command: list[str]) -> int:
        # A call that names its server already keeps the name: the last one counts.
        here = [self.here(part).replace("redis-cli ", f"redis-cli -h {self.host} ") for part in command]
        env, limit = os.environ | self.environment(), Budget.COMMAND.seconds
        done = subprocess.run(here, env=env, check=False, timeout=limit, user=self.uid, group=self.gid)
        return done.returncode


class Cluster:
    """All six."""

    def __init__(self, folder: Path, secret: Mapping[str, str]) -> None:
        self.servers = [Server(folder, "redis", host, ACROSS) for host in SERVERS]
        self.watchers = [Server(folder, "sentinel", host, ACROSS) for host in SENTINELS]
        for server in (*self.servers, *self.watchers):
            server.mount(secret)

    def master(self) -> Server:
        """The master that a majority of the Sentinels names, and that says so itself with a replica."""
        asked = ("SENTINEL GET-MASTER-ADDR-BY-NAME", "resee")
        named = [watcher.look(*asked)[0] for watcher in self.watchers]
        host = max(named, key=named.count)
        (server,) = (one for one in self.servers if one.host == host)
        state: dict[str, Any] = server.look("INFO", "replication")
        assert (state["role"], named.count(host)) == ("master", 3), f"{host} is named by {named}"
        assert state["min_slaves_good_slaves"] >= 1, f"{host} has no replica"
        return server

    def whole(self) -> Server:
        """The master, once both others follow it and every Sentinel knows all."""
        master = self.master()
        assert master.look("INFO", "replication")["connected_slaves"] == 2
        for watcher in self.watchers:
            state = watcher.look("SENTINEL MASTER", "resee")
            assert (int(state["num-slaves"]), int(state["num-other-sentinels"])) == (2, 2)
        return master


@contextmanager
def started(secret: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """A first start on empty volumes."""
    require_program("redis-server", "redis-server")
    with service_folder() as folder, ExitStack() as running:
        made = Cluster(folder, secret or facts_of(ACROSS).secrets["demo-redis"])
        for server in made.servers:
            running.enter_context(server)
        for watcher in made.watchers:
            running.enter_context(watcher)
        until(made.whole, Budget.FAILOVER)
        yield made
