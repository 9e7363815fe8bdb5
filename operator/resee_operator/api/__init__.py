"""What a user may write: pydantic models, from which the CRD and the reference are generated."""

from resee_operator.api.deployment import (
    GROUP,
    KIND,
    PLURAL,
    VERSION,
    DeletionPolicy,
    ReseeDeployment,
    ReseeDeploymentSpec,
    Stage,
)
from resee_operator.api.parse import parse
from resee_operator.api.status import ConditionType, ReseeDeploymentStatus

__all__ = [
    "GROUP",
    "KIND",
    "PLURAL",
    "VERSION",
    "ConditionType",
    "DeletionPolicy",
    "ReseeDeployment",
    "ReseeDeploymentSpec",
    "ReseeDeploymentStatus",
    "Stage",
    "parse",
]
