"""kubectl as the tests use it, and reads without a process.

Never against another cluster than devcluster's own.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.api import reader

Object = dict[str, Any]


class KubectlError(AssertionError):
    """kubectl ended with an error; the message is what it said."""


@dataclass(frozen=True)
class Kubectl:
    """Runs kubectl on one cluster, in one namespace."""

    binary: Path
    kubeconfig: Path
    namespace: str

    def __call__(self, *args: str, stdin: str | None = None) -> str:
        """Run kubectl and return what it printed.

        Raises:
            KubectlError: with kubectl's own words.
        """
        command = [
            str(self.binary),
            f"--kubeconfig={self.kubeconfig}",
            f"--namespace={self.namespace}",
            *args,
        ]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
        if done.returncode:
            raise KubectlError(f"kubectl {' '.join(args)}: {done.stderr.strip()}")
        return done.stdout

    def get(self, kind: str, name: str) -> Object:
        """Read one object."""
        return reader(self.kubeconfig).get(kind, name, self.namespace)

    def list(self, kind: str, selector: str = "") -> list[Object]:
        """Read all objects of a kind, or of several, that carry the labels of `selector`."""
        return reader(self.kubeconfig).list(kind, self.namespace, selector)

    def apply(self, manifest: Object) -> str:
        """Apply one object."""
        return self("apply", "-f", "-", stdin=json.dumps(manifest))

    def patch(self, kind: str, name: str, patch: Object) -> str:
        """Merge-patch one object."""
        return self("patch", kind, name, "--type=merge", "-p", json.dumps(patch))

    def exists(self, kind: str, name: str) -> bool:
        """Whether the object is there."""
        return reader(self.kubeconfig).find(kind, name, self.namespace) is not None

    def into(self, namespace: str) -> Kubectl:
        """The same cluster, another namespace."""
        return Kubectl(self.binary, self.kubeconfig, namespace)
