"""etcd on loopback: one process, or several members that elect a leader among them.

The members are plain processes without certificates; nobody but this machine reaches them.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from devcluster import waits
from devcluster.ports import LOOPBACK
from devcluster.process import Process

MOST_MEMBERS = 5
_REMEDY = "Run `python -m devcluster down` and try again."


class Member(Process):
    """One member.

    Args:
        url: where clients reach it, gRPC and JSON alike.
    """

    def __init__(self, name: str, argv: list[str | Path], folder: Path, url: str, *, detached: bool) -> None:
        super().__init__(name, argv, folder, detached=detached)
        self.url = url

    @property
    def leads(self) -> bool:
        """Whether it is the leader by its own word, which it keeps only while a majority hears it."""
        request = urllib.request.Request(f"{self.url}/v3/maintenance/status", b"{}")  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=1) as answer:  # noqa: S310
                status = json.loads(answer.read())
        except (urllib.error.URLError, OSError):
            return False
        return bool(status.get("leader") == status["header"]["member_id"])


class Etcd:
    """All members of one etcd; what happens to it happens to each."""

    def __init__(
        self, program: Path, folder: Path, ports: Mapping[str, int], members: int, *, detached: bool
    ) -> None:
        peers = {name: f"http://{LOOPBACK}:{ports[f'{name}-peer']}" for name in names(members)}
        cluster = ",".join(f"{name}={peer}" for name, peer in peers.items())
        self.members = []
        for name, peer in peers.items():
            url = f"http://{LOOPBACK}:{ports[name]}"
            argv: list[str | Path] = [program, *_flags(name, folder / name, url, peer, cluster)]
            self.members.append(Member(name, argv, folder, url, detached=detached))

    @property
    def urls(self) -> list[str]:
        """Where clients reach the members."""
        return [member.url for member in self.members]

    @property
    def running(self) -> bool:
        """Whether any member runs."""
        return any(member.running for member in self.members)

    def leader(self) -> Member:
        """The member that leads; waits for an election. Raises ClusterError when none is elected in time."""
        leading: list[Member] = []

        def elected() -> bool:
            leading[:] = [member for member in self.members if member.leads]
            return len(leading) == 1

        waits.wait_for(elected, waits.ETCD_LEADER, lambda: f"etcd has no leader:\n{self.tail()}", _REMEDY)
        return leading[0]

    def start(self) -> None:
        """Start the members that do not run."""
        for member in self.members:
            member.start()

    def stop(self) -> None:
        for member in self.members:
            member.stop()

    def kill(self) -> None:
        for member in self.members:
            member.kill()

    def pause(self) -> None:
        for member in self.members:
            member.pause()

    def resume(self) -> None:
        for member in self.members:
            member.resume()

    def ensure_running(self) -> None:
        """Raise ClusterError where too few members run for a majority."""
        ended = [member for member in self.members if not member.running]
        if len(ended) * 2 >= len(self.members):
            ended[0].ensure_running()

    def tail(self) -> str:
        """The last lines of the members' logs, for an error message."""
        return "\n".join(member.tail() for member in self.members)


def names(members: int) -> list[str]:
    """The members' names, of their processes, logs, ports and folders alike."""
    return ["etcd", *(f"etcd-{number}" for number in range(2, members + 1))]


def _flags(name: str, data: Path, url: str, peer: str, cluster: str) -> list[str]:
    return [
        f"--name={name}",
        f"--data-dir={data}",
        f"--listen-client-urls={url}",
        f"--advertise-client-urls={url}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster={cluster}",
        # A killed process loses nothing by this; only a machine's crash would.
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]
