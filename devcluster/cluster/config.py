"""kind's configuration for one cluster: the repository's kind-config.yaml with name, ports and zones."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

from devcluster import paths
from devcluster.cluster.record import Record

FILE = paths.ROOT / "kind-config.yaml"
HTTP_NODE_PORT = 30080
S3_NODE_PORT = 30070
ZONE_LABEL = "topology.kubernetes.io/zone"
# Where a node finds the unpacked layers of the private engine's images.
LAYERS = "/kind/layers"
ZONES = ("zone-a", "zone-b", "zone-c")
# Of kubeadm: by itself the control plane asks for 650m of the processors, a third of a machine with two, and
# leaves them idle most of the time.
_PATCHES: dict[str, Any] = {"kind": "InitConfiguration", "patches": {"directory": "/kind/patches"}}
# The control plane's node takes Pods like the others, so that three nodes are three zones to run in.
_UNTAINTED = {"kind": "InitConfiguration", "nodeRegistration": {"taints": []}}
# Every controller begins with some calls of its own: at the default of 20 a second that takes 5 s, in which
# nothing is scheduled. The first attempt to lead always comes too early; the default tries again after 2 to
# 4.4 s. The first argument is kind's own, which this list replaces.
_QUICK_START = {
    "kind": "ClusterConfiguration",
    "controllerManager": {
        "extraArgs": [
            {"name": "enable-hostpath-provisioner", "value": "true"},
            {"name": "kube-api-qps", "value": "200"},
            {"name": "kube-api-burst", "value": "400"},
            {"name": "leader-elect-retry-period", "value": "500ms"},
        ]
    },
}


def for_cluster(record: Record, layers: Path | None = None, file: Path = FILE) -> dict[str, Any]:
    """The configuration that `kind create cluster --config` gets for the recorded cluster.

    `layers` is a folder of this machine that every node sees read-only (see `cluster.link`).
    """
    config: dict[str, Any] = copy.deepcopy(yaml.safe_load(file.read_text()))
    config["name"] = record.name
    config["networking"]["apiServerPort"] = record.api_port
    control_plane = config["nodes"][0]
    host_ports = {HTTP_NODE_PORT: record.http_port, S3_NODE_PORT: record.s3_port}
    for mapping in control_plane["extraPortMappings"]:
        mapping["hostPort"] = host_ports[mapping["containerPort"]]
    workers = [{"role": "worker", "labels": {ZONE_LABEL: zone}} for zone in ZONES[1 : record.nodes]]
    config["nodes"] = [control_plane, *workers]
    control_plane["extraMounts"] = [_mount(paths.NODE_FILES / "patches", _PATCHES["patches"]["directory"])]
    if layers is not None:
        for node in config["nodes"]:
            node.setdefault("extraMounts", []).append(_mount(layers, LAYERS))
    # kind takes the taint off a single node by itself, and fails where there is none to take.
    patches = [_QUICK_START, _PATCHES, *([_UNTAINTED] if workers else [])]
    config["kubeadmConfigPatches"] = [yaml.safe_dump(patch) for patch in patches]
    return config


def _mount(folder: Path, target: str) -> dict[str, Any]:
    return {"hostPath": str(folder), "containerPath": target, "readOnly": True}
