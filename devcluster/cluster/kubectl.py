"""kubectl against one cluster, with the cluster's own kubeconfig and never the user's."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from devcluster import binaries
from devcluster.errors import ClusterError

Object = dict[str, Any]


class Kubectl:
    """The program and a kubeconfig."""

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig
        self._program = binaries.ensure("kubectl")

    def run(self, *arguments: str, text: str = "") -> str:
        """The output of a call that gets `text` as its input; raises ClusterError with kubectl's words."""
        done = self._call(*arguments, text=text)
        if done.returncode != 0:
            problem = f"`kubectl {' '.join(arguments[:3])}` failed: {done.stderr.strip()}"
            raise ClusterError(problem, "`python -m devcluster status` shows what runs.")
        return done.stdout

    def get(self, *arguments: str) -> Object | None:
        """What `kubectl get` finds, None while the API server does not answer or there is no such object."""
        done = self._call("get", *arguments, "--output=json")
        found: Object | None = json.loads(done.stdout) if done.returncode == 0 else None
        return found

    def apply(self, *objects: Object) -> None:
        """Apply objects by server-side apply; they pass through no file, since some are Secrets."""
        bundle = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        flags = ("--server-side", "--force-conflicts", "--field-manager=devcluster")
        self.run("apply", *flags, "--filename=-", text=json.dumps(bundle))

    def _call(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._program, f"--kubeconfig={self.kubeconfig}", "--request-timeout=10s", *arguments],
            env=os.environ,
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
