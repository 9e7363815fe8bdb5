"""The scene: an API server, an operator, and a mover that plays the controllers, or they themselves."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bench.engine.fleet import BARE, BY_KUBECTL, NAMESPACE
from devcluster import kwok
from devcluster.apiserver import ApiServer
from devcluster.progress import Progress
from resee_operator.engine.news import SETTLE
from tests.integration.cluster import apply, install_crd, make_namespace
from tests.integration.operator_process import ROOT, WRITES, OperatorProcess

CALM = SETTLE + 2
"""Seconds without a write after which nothing is under way: progress is told after `SETTLE`."""


_NODES = 10
"""Nodes of kwok's, which take any number of Pods."""


@dataclass(frozen=True)
class Size:
    """How much is measured.

    Args:
        deployments: of the whole fleet.
        batch: deployments that are created against the bare loop.
        by_kubectl: deployments that kubectl applies; it takes minutes for 100.
        samples: edits and deletions of which p50 and p99 are taken.
        idle: seconds over which the idle processor time is measured.
        touched: children whose foreign annotation is changed, which brings passes without drift.
    """

    deployments: int = 1000
    batch: int = 100
    by_kubectl: int = 100
    samples: int = 200
    idle: float = 60.0
    touched: int = 100

    @classmethod
    def of(cls, deployments: int) -> Size:
        """As the whole, with a smaller or a larger fleet."""
        batch = min(cls.batch, deployments // 2)
        return cls(deployments, batch, min(cls.by_kubectl, batch), touched=batch)


SHORT = Size(deployments=8, batch=4, by_kubectl=1, samples=4, idle=0.5, touched=4)


@dataclass
class Measured:
    """Figures by name, and series of seconds for percentiles and plots."""

    figures: dict[str, float] = field(default_factory=dict)
    series: dict[str, list[float]] = field(default_factory=dict)


class Scene:
    """Everything that runs. Use as a context manager.

    Args:
        real: whether Kubernetes' own controllers run, with Pods of kwok's, instead of the mover.
    """

    def __init__(self, folder: Path, size: Size, progress: Progress, real: bool = False) -> None:
        self.folder = folder
        self._real = real
        self.size = size
        self.progress = progress
        self.measured = Measured()
        self.server = ApiServer(folder / "api", controllers=real, kwok=real)
        # The same deployments in every run.
        self.random = Random(1)  # noqa: S311 - no secret
        self.operator = self.replica("first")
        self._mover: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Scene:
        self.server.start()
        install_crd(self.server)
        for namespace in (NAMESPACE, BARE, BY_KUBECTL):
            make_namespace(self.server, namespace)
        if self._real:
            for number in range(_NODES):
                apply(self.server, kwok.node(f"node-{number}"))
            return self
        command = [sys.executable, "-m", "bench.engine.mover", str(self.server.kubeconfig), NAMESPACE, BARE]
        self._mover = subprocess.Popen(command, cwd=ROOT, env=self.environment)
        return self

    def __exit__(self, *_: object) -> None:
        self.operator.stop()
        if self._mover is not None:
            self._mover.terminate()
            self._mover.wait()
        self.server.remove()

    @property
    def environment(self) -> dict[str, str]:
        """Of every Python process of the run: byte code is kept, as it is in the images."""
        return {
            **os.environ,
            "PYTHONPATH": f"{ROOT}:{ROOT / 'operator'}",
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": os.environ.get("PYTHONPYCACHEPREFIX", str(self.folder / "bytecode")),
        }

    def replica(self, name: str) -> OperatorProcess:
        """An operator that looks after the fleet and leaves the yardsticks' objects alone."""
        settings = {key: self.environment[key] for key in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")}
        return OperatorProcess(
            self.server.kubeconfig, self.folder, name, "bench", RESEE_NAMESPACES=NAMESPACE, **settings
        )

    def writes(self) -> float:
        """Writes of the operator until now."""
        return self.operator.calls(*WRITES)

    async def calm(self, seconds: float = CALM) -> float:
        """Wait until the operator has written nothing for a while; the writes until then."""
        return await stable(self.writes, seconds)

    def rss(self) -> float:
        """Resident memory of the operator in MiB."""
        text = Path(f"/proc/{self.operator.pid}/status").read_text()
        line = next(line for line in text.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def cpu(self) -> float:
        """Processor seconds of the operator."""
        fields = Path(f"/proc/{self.operator.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def stable(read: Callable[[], float], seconds: float) -> float:
    """Wait until a number has stayed the same for so long; returns it."""
    value, since = read(), time.monotonic()
    while time.monotonic() - since < seconds:
        await asyncio.sleep(0.2)
        if read() != value:
            value, since = read(), time.monotonic()
    return value
