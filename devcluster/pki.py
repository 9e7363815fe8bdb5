"""Certificates and kubeconfigs of an API server on loopback, made by kubeadm's own phases.

kubeadm refuses a loopback address as the server's own, so its configuration names an address of the block
for documentation (RFC 5737) and clients are sent to 127.0.0.1 by the control plane's endpoint.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import yaml

from devcluster.errors import ClusterError
from devcluster.ports import LOOPBACK
from devcluster.programs import KUBERNETES_VERSION

PLACEHOLDER_ADDRESS = "192.0.2.1"
_API = "kubeadm.k8s.io/v1beta4"
_CERTIFICATES = ("ca", "apiserver", "front-proxy-ca", "front-proxy-client", "sa")


def issue(kubeadm: Path, folder: Path, port: int) -> None:
    """Write the certificates into `folder` and `super-admin.conf` beside them, unless they are there."""
    if (folder / "super-admin.conf").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "kubeadm.yaml"
    config.write_text(yaml.safe_dump_all(_configuration(folder, port)))
    for name in _CERTIFICATES:
        # The key of the service accounts is the one thing that kubeadm makes without a configuration.
        options = ("--cert-dir", folder) if name == "sa" else ("--config", config)
        _phase(kubeadm, "certs", name, *options)
    _phase(kubeadm, "kubeconfig", "super-admin", "--config", config, "--kubeconfig-dir", folder)


def _configuration(folder: Path, port: int) -> list[dict[str, object]]:
    return [
        {
            "apiVersion": _API,
            "kind": "InitConfiguration",
            "localAPIEndpoint": {"advertiseAddress": PLACEHOLDER_ADDRESS, "bindPort": port},
            "nodeRegistration": {"name": "devcluster", "criSocket": "unix:///none"},
        },
        {
            "apiVersion": _API,
            "kind": "ClusterConfiguration",
            "kubernetesVersion": KUBERNETES_VERSION,
            "controlPlaneEndpoint": f"{LOOPBACK}:{port}",
            "certificatesDir": str(folder),
            "encryptionAlgorithm": "ECDSA-P256",
            "apiServer": {"certSANs": [LOOPBACK, "localhost"]},
        },
    ]


def _phase(kubeadm: Path, *arguments: str | Path) -> None:
    argv = [kubeadm, "init", "phase", *arguments]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ClusterError(
            f"kubeadm {' '.join(map(str, arguments[:2]))} failed: {done.stderr.strip()}",
            "Run `devcluster down` and try again.",
        )
