"""kwok: Nodes whose Pods run in the API only, for controllers and a scheduler that are the real ones.

A Pod is Ready, and a Job's Pod has ended, as soon as kwok has seen it. Nothing is executed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

STAGES = Path(__file__).with_name("stages.yaml")
# Claims are never bound here: nothing provides volumes, and nothing mounts them.
_WITHOUT_VOLUMES = ("VolumeBinding", "VolumeRestrictions", "VolumeZone", "NodeVolumeLimits")


def command(kwok: Path, kubeconfig: Path) -> list[str | Path]:
    """The command that plays the kubelets of all nodes; it listens nowhere."""
    return [
        kwok,
        f"--kubeconfig={kubeconfig}",
        f"--config={STAGES}",
        "--cidr=10.128.0.0/9",
        "--manage-all-nodes=true",
        "--node-lease-duration-seconds=40",
    ]


def node(name: str) -> dict[str, Any]:
    """A Node; kwok gives it room for a million Pods."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux"}},
    }


def scheduler_configuration(folder: Path, kubeconfig: Path) -> Path:
    """Write the configuration of a scheduler that does not wait for volumes."""
    configuration = {
        "apiVersion": "kubescheduler.config.k8s.io/v1",
        "kind": "KubeSchedulerConfiguration",
        "leaderElection": {"leaderElect": False},
        "clientConnection": {"kubeconfig": str(kubeconfig), "qps": 1000, "burst": 2000},
        "profiles": [
            {"plugins": {"multiPoint": {"disabled": [{"name": name} for name in _WITHOUT_VOLUMES]}}}
        ],
    }
    file = folder / "kube-scheduler.yaml"
    file.write_text(yaml.safe_dump(configuration))
    return file
