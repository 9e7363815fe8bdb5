"""The operator as a process that is forked with everything imported, and so starts in tenths of a second.

A fork server imports the operator once. Each operator is a process of its own, ended by the kernel alone.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from multiprocessing.process import BaseProcess
from pathlib import Path

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["resee_operator.handlers", "resee_operator.__main__", __name__])


def start(kubeconfig: Path, log: Path, namespace: str, lease: str) -> BaseProcess:
    """Start an operator that looks after one namespace and sends its writes one after another.

    Args:
        kubeconfig: how to reach the API server.
        log: where its log is added.
        namespace: the namespace, in which its Lease lies too.
        lease: name of its Lease; a new name spares the wait for a dead holder.
    """
    settings = {
        "RESEE_KUBECONFIG": str(kubeconfig),
        "RESEE_NAMESPACES": namespace,
        "RESEE_LEASE_NAMESPACE": namespace,
        "RESEE_LEASE_NAME": lease,
        "RESEE_METRICS_PORT": "0",
        "RESEE_CALLS_IN_FLIGHT": "1",
    }
    process: BaseProcess = _CONTEXT.Process(target=_run, args=(settings, log), daemon=True)
    process.start()
    return process


def _run(settings: dict[str, str], log: Path) -> None:
    from resee_operator import __main__, logs
    from resee_operator.settings import load

    with log.open("ab") as file:
        os.dup2(file.fileno(), 2)
    configured = load(settings)
    logs.configure(configured.log_level)
    asyncio.run(__main__._run(configured))
