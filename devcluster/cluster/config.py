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
ZONES = ("zone-a", "zone-b", "zone-c")
# The control plane's node takes Pods like the others, so that three nodes are three zones to run in.
_UNTAINTED = {"kind": "InitConfiguration", "nodeRegistration": {"taints": []}}


def for_cluster(record: Record, file: Path = FILE) -> dict[str, Any]:
    """The configuration that `kind create cluster --config` gets for the recorded cluster."""
    config: dict[str, Any] = copy.deepcopy(yaml.safe_load(file.read_text()))
    config["name"] = record.name
    config["networking"]["apiServerPort"] = record.api_port
    control_plane = config["nodes"][0]
    host_ports = {HTTP_NODE_PORT: record.http_port, S3_NODE_PORT: record.s3_port}
    for mapping in control_plane["extraPortMappings"]:
        mapping["hostPort"] = host_ports[mapping["containerPort"]]
    workers = [{"role": "worker", "labels": {ZONE_LABEL: zone}} for zone in ZONES[1 : record.nodes]]
    config["nodes"] = [control_plane, *workers]
    if workers:
        # kind takes the taint off a single node by itself, and fails where there is none to take.
        config["kubeadmConfigPatches"] = [yaml.safe_dump(_UNTAINTED)]
    return config
