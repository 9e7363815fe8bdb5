"""Where devcluster keeps things: state in the checkout, the cache in the user's home.

`down` removes a cluster's state and keeps a private engine's images, which `down --purge` removes.

RESEE_STATE_DIR and RESEE_CACHE_DIR move them.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "devcluster"
GO_MODULE = PACKAGE / "go"
NODE_FILES = PACKAGE / "node"


def state_dir() -> Path:
    """Folder of clusters, kubeconfigs and the private engine; belongs to this checkout."""
    return Path(os.environ.get("RESEE_STATE_DIR", ROOT / ".state")).resolve()


KUBECTL_CACHE = "KUBECACHEDIR"
"""Variable by which kubectl and helm are told where to keep what a server can do."""


def kubectl_cache() -> Path:
    """Folder for that; belongs to this checkout."""
    return state_dir() / "kubectl"


def cache_dir() -> Path:
    """Folder of what is built once for each hash of its inputs; may be shared between checkouts."""
    if chosen := os.environ.get("RESEE_CACHE_DIR"):
        return Path(chosen).resolve()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).resolve() / "resee"


def state_id() -> str:
    """Eight hex digits that tell this state folder from every other one on the machine."""
    return hashlib.sha256(str(state_dir()).encode()).hexdigest()[:8]


def cluster_dir(name: str) -> Path:
    return state_dir() / name
