"""A deployment that runs, and what users and the cluster do to it while it is restored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resee_operator.kube.resources import KINDS
from tests.unit.engine.jobs import end_job
from tests.unit.engine.world import KEY, World

ID, SAFE = "20260131T030000Z-1f2e3d", "20260201T100000Z-aabbcc"
CHECKED = {"ok": True, "command": "preflight", "reason": "Succeeded", "backup": ID}
SAVED = {"ok": True, "command": "dump", "backup": SAFE, "location": "file:///backups/x", "sizeBytes": 7}
RESTORED = {"ok": True, "command": "restore", "backup": ID}
SWAPPED = {"ok": True, "command": "swap", "previousDatabase": "resee_before_x"}
WRITERS = ("demo-web", "demo-worker-all", "demo-beat")


def failure(message: str) -> dict[str, Any]:
    return {"ok": False, "reason": "X", "message": message, "remedy": "do this"}


async def serving(**spec: Any) -> World:
    """A deployment that serves."""
    world = World(version="1", **spec)
    await world.create()
    await world.settle()
    return world


async def ask(world: World, kind: str = "ReseeRestore", name: str = "back", **spec: Any) -> None:
    """The user applies a request."""
    made = {"apiVersion": "resee.io/v1alpha1", "kind": kind, "spec": {"deployment": KEY[1], **spec}}
    await world.kube.create({**made, "metadata": {"name": name, "namespace": KEY[0], "uid": f"uid-{name}"}})
    await world.run()


async def told(world: World, kind: str = "ReseeRestore", name: str = "back") -> dict[str, Any]:
    """What the status of a request says."""
    found = await world.kube.get(KINDS[kind], KEY[0], name)
    return dict((found or {}).get("status") or {})


async def controllers(world: World) -> None:
    """Deployments come to be what they should be, and the operator sees it."""
    for _ in range(3):
        await world.move(("Deployment", "StatefulSet"))
        world.seconds += 6
        await world.run()


async def end(world: World, phase: str, said: Any = "", *, fails: bool = False) -> None:
    """The Job of a phase ends, and the operator sees it."""
    await end_job(world, f"-{phase}", said, fails=fails)
    await world.run()


async def reach(world: World, phase: str) -> None:
    """Let everything go well up to a phase of a ReseeRestore."""
    walk = (("checking", CHECKED), ("saving", SAVED), ("restoring", RESTORED), ("swapping", SWAPPED))
    for before, said in walk:
        if before == phase:
            return
        await end(world, before, said)
        await controllers(world)
    assert phase == "migrating"


async def end_open_jobs(world: World, said: Mapping[str, Any]) -> None:
    """Every Job that has not ended does so, and says what is given for a part of its name."""
    for name, job in world.kube.objects("Job").items():
        part = next((part for part in said if f"-{part}" in name), None)
        if part is None or (job.get("status") or {}).get("conditions"):
            continue
        if f"{name}-pod" in world.kube.objects("Pod"):
            await world.kube.delete(KINDS["Pod"], KEY[0], f"{name}-pod")
        await end_job(world, name, said[part])


def replicas(world: World) -> set[int]:
    """Numbers of Pods that whoever writes should have."""
    deployments = world.kube.objects("Deployment")
    return {deployments[name]["spec"]["replicas"] for name in WRITERS if name in deployments}


def port(world: World) -> int:
    """Port of nginx that requests are led to."""
    return int(world.kube.objects("Service")["demo-nginx"]["spec"]["ports"][0]["targetPort"])


def arguments(world: World, part: str) -> list[str]:
    """Arguments of the program in the one Job whose name holds the part."""
    (job,) = (job for name, job in world.kube.objects("Job").items() if part in name)
    return list(job["spec"]["template"]["spec"]["containers"][0]["args"])


def jobs(world: World) -> list[str]:
    """Phases whose Jobs exist."""
    return sorted(name.rpartition("-")[2] for name in world.kube.objects("Job") if "restore" in name)
