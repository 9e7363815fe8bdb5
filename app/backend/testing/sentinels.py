"""A Redis master with a replica, and Sentinels that make the replica the master when it is gone."""

from typing import Any

import redis

from testing.budgets import SERVICE_STARTS, wait_until
from testing.certificates import Certificate
from testing.services import Redis, Service, free_port, program

MASTER = "resee"
# Milliseconds after which a Sentinel calls a master down: short, for tests.
SOON = 700


class Sentinel(Service):
    """One redis-sentinel that watches a master."""

    name = "sentinel"

    def __init__(self, master: Redis, quorum: int, password: str, own_password: str, down_after: int) -> None:
        super().__init__()
        self.trust = master.trust()
        self.own_password = own_password
        lines = [
            *self._ports(master),
            "bind 127.0.0.1",
            f"requirepass {own_password}",
            # Sentinels ask each other with the same password.
            f"sentinel sentinel-pass {own_password}",
            f"sentinel monitor {MASTER} 127.0.0.1 {master.port} {quorum}",
            f"sentinel auth-pass {MASTER} {password}",
            f"sentinel down-after-milliseconds {MASTER} {down_after}",
            f"sentinel failover-timeout {MASTER} 5000",
        ]
        (self.folder / "sentinel.conf").write_text("\n".join(lines) + "\n")

    def _ports(self, master: Redis) -> list[str]:
        if not self.trust:
            return [f"port {self.port}"]
        tls = [f"{name} {value}" for name, value in master.options.items() if name.startswith("tls-")]
        return [*tls, f"tls-port {self.port}", "port 0"]

    def command(self) -> list[str]:
        return [program("redis-server"), str(self.folder / "sentinel.conf"), "--sentinel"]

    def client(self) -> redis.Redis:
        return redis.Redis(
            "127.0.0.1", self.port, password=self.own_password, decode_responses=True, **self.trust
        )

    def answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except redis.ConnectionError:
            return False


class Sentinels:
    """Three Sentinels, a master and a replica; `kill_master` is the outage.

    `down_after` is in milliseconds: how long all is quiet before the replica may become the master.
    """

    password, own_password = "redis-pass/7", "sentinel-pass/7"

    def __init__(self, certificate: Certificate | None = None, down_after: int = SOON) -> None:
        login = {"requirepass": self.password, "masterauth": self.password, "repl_diskless_sync_delay": 0}
        self.master = Redis(**login)
        # `replicaof` is given as one word with its two values, as redis-server takes it.
        self.replica = Redis(**login, port=free_port(), replicaof=f"127.0.0.1 {self.master.port}")
        self.replica.port = self.replica.options["port"]
        if certificate:
            self.master.encrypt(certificate)
            self.replica.encrypt(certificate)
        words = (self.password, self.own_password)
        self.watchers = [Sentinel(self.master, 2, *words, down_after) for _ in range(3)]

    def __enter__(self) -> "Sentinels":
        for service in (self.master, self.replica, *self.watchers):
            service.start()
        wait_until("the Sentinels know each other and the replica", self._complete, SERVICE_STARTS)
        wait_until("the replica is in step", lambda: self.master.client().wait(1, 100), SERVICE_STARTS)
        return self

    def __exit__(self, *_: object) -> None:
        for service in (*self.watchers, self.replica, self.master):
            service.remove()

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a process that goes by these Sentinels; the URLs' host exists nowhere."""
        return {
            "SENTINEL_HOSTS": ",".join(f"127.0.0.1:{watcher.port}" for watcher in self.watchers),
            "SENTINEL_MASTER": MASTER,
            "REDIS_PASSWORD": self.password,
            "SENTINEL_PASSWORD": self.own_password,
            "REDIS_URL": "redis://nobody.invalid:6379/0",
            "CACHE_URL": "redis://nobody.invalid:6379/1",
        }

    def kill_master(self) -> None:
        """Returns at once: the Sentinels make the replica the master a second or two after `down_after`."""
        self.master.kill()

    def _complete(self) -> bool:
        return all(self._knows_all(watcher) for watcher in self.watchers)

    def _knows_all(self, watcher: Sentinel) -> bool:
        state: Any = watcher.client().sentinel_master(MASTER)
        return int(state["num-slaves"]) == 1 and int(state["num-other-sentinels"]) == 2
