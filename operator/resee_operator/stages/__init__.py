"""What Local, Basic and Production default to: from the spec to a deployment with nothing left open."""

from resee_operator.stages.resolve import Defaults, resolve
from resee_operator.stages.resolved import Resolved

__all__ = ["Defaults", "Resolved", "resolve"]
