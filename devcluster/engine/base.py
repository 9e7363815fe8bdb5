"""What every engine can do; what it is and how it starts is in the module of its kind."""

from __future__ import annotations

import os
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

from devcluster.engine.layers import Unpacked
from devcluster.errors import ClusterError
from devcluster.progress import Progress

REMEDY = "`python -m devcluster status` shows whether the engine runs."


class Engine(ABC):
    """A Docker engine, reached by its client program."""

    name: str
    #: Where its containers' published ports are, unless that is the host's own network.
    network: Path | None = None
    #: Where its images' unpacked layers can be mounted from, None where only it knows them.
    layers: Path | None = None
    #: Whether it is ours: started here, without an image registry, so that every image is made here.
    private: bool

    @abstractmethod
    def environment(self) -> Mapping[str, str]:
        """The variables that make `docker` and `kind` talk to this engine, PATH with its client included."""

    @abstractmethod
    def running(self) -> bool:
        """Whether the engine answers now."""

    @abstractmethod
    def ensure_running(self, progress: Progress | None = None) -> None:
        """Return when the engine answers; start or repair it where that is ours to do."""

    @abstractmethod
    def stop(self, *, purge: bool = False) -> None:
        """End the engine and its containers where it is ours; with `purge`, its images go too."""

    def unpacked(self, references: Sequence[str]) -> list[Unpacked]:
        """The images with their layers in the folder `layers`, for an engine that has it."""
        raise NotImplementedError

    def variables(self) -> dict[str, str]:
        """The whole environment for a program that uses the engine."""
        return {**os.environ, **self.environment()}

    def docker(
        self, *arguments: str, check: bool = True, input_text: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the docker client to its end with its output kept.

        Raises ClusterError with the client's words when it fails and `check` holds.
        """
        done = subprocess.run(
            ["docker", *arguments],
            env=self.variables(),
            input=input_text or "",
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode != 0:
            problem = f"`docker {' '.join(arguments[:3])}` failed: {done.stderr.strip()}"
            raise ClusterError(problem, REMEDY)
        return done

    def popen(
        self, arguments: Sequence[str], stdin: int | None = None, stdout: int | None = None
    ) -> subprocess.Popen[bytes]:
        """Start the docker client with pipes, for streams that are too large to hold."""
        return subprocess.Popen(["docker", *arguments], env=self.variables(), stdin=stdin, stdout=stdout)
