"""The measurements, in the order in which the fleet grows. Each method is one figure or one pair of
figures."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import statistics
import subprocess
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import Callable
from pathlib import Path

from bench.engine import fleet
from bench.engine.fleet import NAMESPACE, Seen, client, each, name_of, resee
from devcluster.apiserver import ApiServer
from resee_operator.kube.client import KubeClient
from resee_operator.kube.resources import KINDS, RESEE
from tests.integration.cluster import install_crd, make_namespace
from tests.integration.operator_process import ROOT, WRITES, OperatorProcess

log = logging.getLogger(__name__)

BATCH = 100
"""Deployments of the first comparison."""
SAMPLES = 60
"""Edits and deletions of which p50 and p99 are taken."""
ENVIRONMENT = {"PYTHONPATH": f"{ROOT}:{ROOT / 'operator'}", "PATH": "/usr/bin:/bin"}
QUIET = 2.0
"""Seconds without a write after which a wave of writes counts as over."""
IDLE = 60.0
"""Seconds over which the idle CPU is measured."""


class Figures(dict[str, object]):
    """Figures by title; each is logged when it is there, since a run takes minutes."""

    def __setitem__(self, title: str, value: object) -> None:
        log.info("%s: %s", title, value)
        super().__setitem__(title, value)


class Bench:
    """One run. `figures` grows as it goes, so that a run that is broken off has shown something."""

    def __init__(self, folder: Path, deployments: int, *, with_kubectl: bool) -> None:
        self.figures = Figures()
        self._folder = folder
        self._size = deployments
        self._with_kubectl = with_kubectl
        # The same deployments in every run.
        self._random = random.Random(1)  # noqa: S311 - no secret
        self._server = ApiServer(folder / "api")
        self._operator = self._replica("first")
        self._edits = 0
        self._mover: subprocess.Popen[bytes] | None = None

    def close(self) -> None:
        self._operator.stop()
        if self._mover is not None:
            self._mover.terminate()
            self._mover.wait()
        self._server.remove()

    async def run(self) -> None:
        """Everything, in order."""
        self._server.start()
        install_crd(self._server)
        for namespace in (NAMESPACE, "bare", "kubectl"):
            make_namespace(self._server, namespace)
        async with client(self._server.kubeconfig) as api:
            self._start_mover()
            await self._bare_loop(api)
            if self._with_kubectl:
                await self._kubectl_apply()
            self._operator.start().lead()
            await self._create_batch(api)
            await self._grow(api)
            await self._restart()
            await self._kopf_alone()
            await self._latencies(api)
            await self._idle()
            await self._failing(api)
            await self._fleet_edit(api)

    async def _bare_loop(self, api: KubeClient) -> None:
        manifests = [m for number in range(BATCH) for m in await fleet.children_of(number)]
        for manifest in manifests:
            manifest["metadata"]["namespace"] = "bare"
        started = time.perf_counter()
        await each(api.apply(manifest) for manifest in manifests)
        self._bare = time.perf_counter() - started
        self.figures["children of one deployment"] = len(manifests) // BATCH
        self.figures["bare loop: 100 deployments, s"] = round(self._bare, 2)
        self.figures["bare loop: objects a second"] = round(len(manifests) / self._bare)

    async def _kubectl_apply(self) -> None:
        items = [m for number in range(BATCH) for m in await fleet.children_of(number)]
        for manifest in items:
            manifest["metadata"]["namespace"] = "kubectl"
        file = self._folder / "all.json"
        file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
        command = [
            str(self._server.kubectl),
            f"--kubeconfig={self._server.kubeconfig}",
            "apply",
            "-f",
            str(file),
        ]
        started = time.perf_counter()
        process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
        await process.wait()
        self.figures["kubectl apply: 100 deployments, s"] = round(time.perf_counter() - started, 2)

    async def _create_batch(self, api: KubeClient) -> None:
        before = self._operator.calls(*WRITES)
        started = time.perf_counter()
        await each(api.create(resee(number)) for number in range(BATCH))
        await self._until_all(api, BATCH)
        took = time.perf_counter() - started
        await asyncio.sleep(6)
        writes = self._operator.calls(*WRITES) - before
        self.figures["operator: 100 deployments, s"] = round(took, 2)
        self.figures["operator against bare loop (goal 1.25)"] = round(took / self._bare, 2)
        self.figures["writes for one deployment"] = writes / BATCH

    async def _grow(self, api: KubeClient) -> None:
        started = time.perf_counter()
        await each(api.create(resee(number)) for number in range(BATCH, self._size))
        await self._until_all(api, self._size)
        self.figures["operator: the rest of the fleet, s"] = round(time.perf_counter() - started, 2)
        self.figures["RSS after growing, MiB"] = self._rss()

    async def _restart(self) -> None:
        await self._settled()
        self._operator.stop()
        self._operator = self._replica("second")
        started = time.perf_counter()
        self._operator.start()
        filled = time.perf_counter() - started
        self._operator.lead()
        while self._operator.metric("resee_operator_passes_total") < self._size:  # noqa: ASYNC110 - a process
            await asyncio.sleep(0.1)
        self.figures["cold start: process to cache filled, s"] = round(filled, 2)
        self.figures["cold start: process to in sync, s (goal 15)"] = round(time.perf_counter() - started, 2)
        self.figures["cold start: writes (goal 0)"] = self._operator.calls(*WRITES)
        self.figures["cold start: CPU of the operator, s"] = round(self._cpu(), 2)
        self.figures["RSS at the full fleet, MiB (goal 128)"] = self._rss()

    async def _kopf_alone(self) -> None:
        """What Kopf takes of a cold start: as it is used here, and if it watched the children as well."""
        children = int(str(self.figures["children of one deployment"]))
        for title, objects, more in (
            ("custom resources", self._size, ()),
            ("children too", self._size * (children + 1), ("children",)),
        ):
            arguments = (str(self._server.kubeconfig), NAMESPACE, str(objects), *more)
            command = (sys.executable, "-m", "bench.engine.kopf_only", *arguments)
            process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=ENVIRONMENT, stdout=PIPE)
            output, _ = await process.communicate()
            self.figures[f"Kopf alone, {title}"] = json.loads(output)

    async def _latencies(self, api: KubeClient) -> None:
        seen = Seen()
        kinds = (KINDS["Deployment"], KINDS["Service"])
        tasks = [asyncio.create_task(seen.follow(api, kind)) for kind in kinds]
        await asyncio.sleep(1)
        edits = [await self._edit(api, seen) for _ in range(SAMPLES)]
        self._percentiles("spec edit to last child", edits, "40/150")
        deletions = [await self._delete(api, seen) for _ in range(SAMPLES)]
        self._percentiles("child deleted to there again", deletions, "40/200")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _edit(self, api: KubeClient, seen: Seen) -> float:
        name = name_of(self._random.randrange(self._size))
        child = ("Deployment", f"{name}-web", "MODIFIED")
        seen.at.pop(child, None)
        self._edits += 1
        change = {"spec": {"web": {"env": [{"name": "EDIT", "value": str(self._edits)}]}}}
        started = time.perf_counter()
        await api.patch(RESEE, NAMESPACE, name, change)
        await seen.until(lambda now: child in now.at)
        return seen.at[child] - started

    async def _delete(self, api: KubeClient, seen: Seen) -> float:
        child = ("Service", f"{name_of(self._random.randrange(self._size))}-web", "ADDED")
        seen.at.pop(child, None)
        started = time.perf_counter()
        await api.delete(KINDS["Service"], NAMESPACE, child[1])
        await seen.until(lambda now: child in now.at)
        return seen.at[child] - started

    async def _idle(self) -> None:
        await self._settled()
        before = self._cpu()
        await asyncio.sleep(IDLE)
        self.figures["idle CPU, % of a core (goal 1)"] = round((self._cpu() - before) / IDLE * 100, 2)
        self.figures["RSS when idle, MiB"] = self._rss()

    async def _failing(self, api: KubeClient) -> None:
        """A quota-less namespace cannot refuse; an impossible node port does, for ever."""
        seen = Seen()
        task = asyncio.create_task(seen.follow(api, KINDS["Deployment"]))
        broken = resee(self._size, nginx={"service": {"type": "NodePort", "nodePort": 30999}})
        taken = resee(self._size + 1, nginx={"service": {"type": "NodePort", "nodePort": 30999}})
        for manifest in (taken, broken):
            await api.create(manifest)
        await asyncio.sleep(3)
        edits = [await self._edit(api, seen) for _ in range(SAMPLES)]
        self._percentiles("spec edit while one deployment fails for ever", edits, "as above")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        for manifest in (taken, broken):
            await api.delete(RESEE, NAMESPACE, manifest["metadata"]["name"])

    async def _fleet_edit(self, api: KubeClient) -> None:
        """Every deployment gets another log level: its ConfigMap and the Pods that read it change."""
        await self._settled()
        before = self._operator.calls(*WRITES)
        started = time.perf_counter()
        change = {"spec": {"logLevel": "WARNING"}}
        await each(api.patch(RESEE, NAMESPACE, name_of(number), change) for number in range(1, self._size))
        self.figures["fleet edit: the edits alone, s"] = round(time.perf_counter() - started, 1)
        seen = Seen()
        task = asyncio.create_task(seen.follow(api, KINDS["Deployment"]))
        await asyncio.sleep(0.5)
        alone = await self._edit_first(api, seen)
        await self._quiet(before)
        took = time.perf_counter() - started - QUIET
        writes = self._operator.calls(*WRITES) - before
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        rate = float(str(self.figures["bare loop: objects a second"]))
        self.figures["fleet edit: writes"] = writes
        self.figures["fleet edit, s"] = round(took, 1)
        self.figures["fleet edit against bare loop (goal 1.5)"] = round(took / (writes / rate), 2)
        self.figures["unrelated edit in its middle, s (goal 1)"] = round(alone, 2)

    async def _edit_first(self, api: KubeClient, seen: Seen) -> float:
        child = ("Deployment", f"{name_of(0)}-web", "MODIFIED")
        started = time.perf_counter()
        await api.patch(RESEE, NAMESPACE, name_of(0), {"spec": {"web": {"concurrency": 7}}})
        await seen.until(lambda now: child in now.at)
        return seen.at[child] - started

    async def _until_all(self, api: KubeClient, wanted: int) -> None:
        """Beat comes last in a deployment."""
        beats = "app.kubernetes.io/component=beat"
        while await fleet.count(api, KINDS["Deployment"], beats) < wanted:  # noqa: ASYNC110
            await asyncio.sleep(0.3)

    async def _settled(self) -> None:
        """Until the operator has written nothing for a while."""
        await self._stable(lambda: self._operator.calls(*WRITES), 8)

    async def _quiet(self, before: float) -> None:
        """Until the writes that an edit has brought are over."""
        await self._stable(lambda: self._operator.calls(*WRITES) - before, QUIET)

    async def _stable(self, read: Callable[[], float], seconds: float) -> None:
        value, since = read(), time.monotonic()
        while time.monotonic() - since < seconds:
            await asyncio.sleep(0.3)
            if read() != value:
                value, since = read(), time.monotonic()

    def _percentiles(self, title: str, samples: list[float], goal: str) -> None:
        ordered = sorted(sample * 1000 for sample in samples)
        self.figures[f"{title}, p50, ms (goal {goal})"] = round(statistics.median(ordered), 1)
        self.figures[f"{title}, p99, ms"] = round(ordered[int(len(ordered) * 0.99) - 1], 1)

    def _replica(self, name: str) -> OperatorProcess:
        return OperatorProcess(self._server.kubeconfig, self._folder, name, "bench")

    def _start_mover(self) -> None:
        command = [
            sys.executable,
            "-m",
            "bench.engine.mover",
            str(self._server.kubeconfig),
            NAMESPACE,
            "bare",
        ]
        self._mover = subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT)

    def _rss(self) -> float:
        text = Path(f"/proc/{self._operator.pid}/status").read_text()
        line = next(line for line in text.splitlines() if line.startswith("VmRSS"))
        return round(int(line.split()[1]) / 1024, 1)

    def _cpu(self) -> float:
        fields = Path(f"/proc/{self._operator.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100
