"""Containers of the built images, run as Kubernetes runs them: read-only, without capabilities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from devcluster.engine import Engine
from tests.support.wait import Budget, until


@dataclass(frozen=True)
class Container:
    """A running container."""

    engine: Engine
    identity: str

    def run(self, *command: str, env: Mapping[str, str] | None = None) -> str:
        """Run a command inside and return what it wrote; raise AssertionError where it fails."""
        options = [f"--env={name}={value}" for name, value in (env or {}).items()]
        done = self.engine.docker("exec", *options, self.identity, *command, check=False)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr or done.stdout}\n{self.logs()}"
        return done.stdout

    def wait(self, *command: str, env: Mapping[str, str] | None = None) -> str:
        """Repeat a command inside until it succeeds."""
        return until(lambda: self.run(*command, env=env), Budget.PROCESS)

    def logs(self) -> str:
        done = self.engine.docker("logs", self.identity, check=False)
        return done.stdout + done.stderr

    def stop(self) -> int:
        """Ask the container to end, as the kubelet does, and return its exit code."""
        self.engine.docker("stop", "--time=20", self.identity)
        return int(self.engine.docker("inspect", "--format={{.State.ExitCode}}", self.identity).stdout)


@dataclass(frozen=True)
class Runner:
    """Starts containers on one engine."""

    engine: Engine

    @contextmanager
    def running(
        self,
        image: str,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        writable: Sequence[str] = ("/tmp",),
        volumes: Mapping[str, str] | None = None,
        entrypoint: str = "",
    ) -> Iterator[Container]:
        """Run an image until the block ends, then remove the container with what it wrote."""
        options = [
            *restricted(writable),
            *(f"--env={name}={value}" for name, value in (env or {}).items()),
            *(f"--volume={source}:{target}" for source, target in (volumes or {}).items()),
            *([f"--entrypoint={entrypoint}"] if entrypoint else []),
        ]
        started = self.engine.docker("run", "--detach", *options, image, *arguments)
        container = Container(self.engine, started.stdout.strip())
        try:
            yield container
        finally:
            self.engine.docker("rm", "--force", "--volumes", container.identity)

    def once(
        self,
        image: str,
        *arguments: str,
        entrypoint: str = "",
        env: Mapping[str, str] | None = None,
        beside: Container | None = None,
    ) -> str:
        """Run an image to its end, in the network of another container where one is given.

        Returns what it wrote; raises ClusterError where it fails.
        """
        options = [
            *restricted(("/tmp",)),
            *(f"--env={name}={value}" for name, value in (env or {}).items()),
            *([f"--entrypoint={entrypoint}"] if entrypoint else []),
            *([f"--network=container:{beside.identity}"] if beside else []),
        ]
        return self.engine.docker("run", "--rm", *options, image, *arguments).stdout

    @contextmanager
    def volume(self) -> Iterator[str]:
        """Make a named volume that outlives containers, and remove it when the block ends."""
        name = self.engine.docker("volume", "create").stdout.strip()
        try:
            yield name
        finally:
            self.engine.docker("volume", "rm", "--force", name)


def restricted(writable: Sequence[str]) -> list[str]:
    """Return docker's words for a Pod under the `restricted` standard with a read-only root file system."""
    return [
        "--read-only",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        *(f"--tmpfs={path}:mode=1777" for path in writable),
    ]
