"""Installing the operator's chart with the images that were built here."""

from __future__ import annotations

import os
from pathlib import Path

from devcluster import binaries, paths
from devcluster.cluster.kubectl import Kubectl
from devcluster.images import records
from devcluster.images.command import run

NAMESPACE = "resee-system"
RELEASE = "resee-operator"
CHART = paths.ROOT / "charts" / "resee-operator"
_CRDS = tuple(f"crd/{plural}.resee.io" for plural in ("reseedeployments", "reseebackups", "reseerestores"))
_CRD_SECONDS = 30
ESTABLISHED = 'jsonpath={.status.conditions[?(@.type=="Established")].status}=True'
"""What kubectl waits for; its own --for=condition fails on a definition that has no conditions yet."""


def install(kubeconfig: Path) -> None:
    """Install or upgrade the chart with the images of the last build.

    Returns as soon as the API server knows the custom resources. The operator's Pods start meanwhile: whoever
    applies a deployment now waits for them once, not twice.
    """
    helm = [str(binaries.ensure("helm")), "upgrade", "--install", RELEASE, str(CHART)]
    values = paths.state_dir() / records.VALUES_FILE
    run(
        [*helm, f"--namespace={NAMESPACE}", "--create-namespace", f"--values={values}"],
        environment={**os.environ, "KUBECONFIG": str(kubeconfig)},
        remedy="`helm lint charts/resee-operator` and `python -m devcluster status` say more.",
    )
    Kubectl(kubeconfig).run("wait", f"--for={ESTABLISHED}", f"--timeout={_CRD_SECONDS}s", *_CRDS)
