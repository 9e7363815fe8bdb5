"""What should exist: one module for each box of the architecture, and this registry of them.

Pure: from a resolved deployment and facts to manifests, and from live objects to a verdict. A new box is one
new file and one line here. The order is the one in which objects are best applied.
"""

from __future__ import annotations

from collections.abc import Mapping

from resee_operator.components import (
    backup,
    beat,
    config,
    credentials,
    drill,
    identity,
    ingress,
    migration,
    monitoring,
    network,
    nginx,
    pooler,
    postgres,
    redis,
    web,
    worker,
)
from resee_operator.components.base import Component, Facts, Live, Manifest, Reason, Verdict

COMPONENTS: tuple[Component, ...] = (
    identity,
    network,
    credentials,
    config,
    postgres,
    pooler,
    redis,
    migration,
    web,
    worker,
    beat,
    nginx,
    ingress,
    backup,
    monitoring,
    drill,
)

CONDITIONS: Mapping[str, tuple[str, ...]] = {
    condition: tuple(component.NAME for component in COMPONENTS if condition == component.CONDITION)
    for condition in dict.fromkeys(component.CONDITION for component in COMPONENTS)
    if condition is not None
}
"""Each condition of the status and the components whose health it tells."""

__all__ = ["COMPONENTS", "CONDITIONS", "Component", "Facts", "Live", "Manifest", "Reason", "Verdict"]
