"""The Docker engine that holds the clusters: the machine's own where it answers, a private one elsewhere."""

from devcluster.engine.base import Engine
from devcluster.engine.choice import select

__all__ = ["Engine", "select"]
