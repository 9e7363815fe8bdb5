"""What can be set on every Pod of a deployment: its resources, place and environment."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from resee_operator import quantity
from resee_operator.api.base import Model, Rule
from resee_operator.api.types import Annotations, AnyObject, EnvName, Key, Labels, ObjectName, Quantity

RESERVED_ENV = (
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "DATABASE_URL",
    "DATABASE_REPLICA_URL",
    "REDIS_URL",
    "CACHE_URL",
    "POSTGRES_PASSWORD",
    "POSTGRES_USER",
    "POSTGRES_DB",
    "PGDATA",
    "REDISCLI_AUTH",
    "REDIS_PASSWORD",
    "SENTINEL_HOSTS",
    "SENTINEL_MASTER",
    "SENTINEL_PASSWORD",
)
"""Variables that the operator sets from Secrets; another value would part the Pods from their data."""


class ResourceAmounts(Model):
    """Amounts of computing resources."""

    cpu: Quantity | None = None
    """Cores, for example 250m."""
    memory: Quantity | None = None
    """Bytes, for example 256Mi."""


def _requests_fit(resources: Resources) -> bool:
    pairs = (
        (resources.requests.cpu, resources.limits.cpu),
        (resources.requests.memory, resources.limits.memory),
    )
    return all(
        quantity.parse(request) <= quantity.parse(limit) for request, limit in pairs if request and limit
    )


def _requests_rule(resource: str) -> str:
    request, limit = f"self.requests.{resource}", f"self.limits.{resource}"
    given = f"has(self.requests) && has({request}) && has(self.limits) && has({limit})"
    return f"!({given}) || quantity(string({request})).compareTo(quantity(string({limit}))) <= 0"


class Resources(Model):
    """Requests and limits of the container; what is left out comes from the stage."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel=f"({_requests_rule('cpu')}) && ({_requests_rule('memory')})",
            message="a request may not be greater than its limit: lower the request or raise the limit",
            field_path=".requests",
            holds=_requests_fit,
        ),
    )

    requests: ResourceAmounts = ResourceAmounts()
    """What the scheduler sets aside."""
    limits: ResourceAmounts = ResourceAmounts()
    """What the container may not exceed."""


class KeySelector(Model):
    """One key of a Secret or ConfigMap in the same namespace."""

    name: ObjectName
    """Name of the object."""
    key: Key
    """The key in its data."""
    optional: bool | None = None
    """Whether the Pod may start without it."""


class EnvVarSource(Model):
    """Where the value of a variable comes from; exactly one of the fields."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="has(self.secretKeyRef) != has(self.configMapKeyRef)",
            message="a value has one source: set either secretKeyRef or configMapKeyRef",
            holds=lambda source: (source.secret_key_ref is None) != (source.config_map_key_ref is None),
        ),
    )

    secret_key_ref: KeySelector | None = None
    """A key of a Secret; the Pods that read it are rolled when it changes."""
    config_map_key_ref: KeySelector | None = None
    """A key of a ConfigMap."""


class EnvVar(Model):
    """An environment variable, as in a Pod."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="has(self.value) != has(self.valueFrom)",
            message="a variable has one value: set either value or valueFrom",
            holds=lambda variable: (variable.value is None) != (variable.value_from is None),
        ),
        Rule(
            cel=f"!(self.name in [{', '.join(repr(name) for name in RESERVED_ENV)}])",
            message="the operator sets this variable from a Secret: choose another name, "
            "or give the address by spec.database.external or spec.redis.external",
            field_path=".name",
            holds=lambda variable: variable.name not in RESERVED_ENV,
        ),
    )

    name: EnvName
    """Name of the variable."""
    value: Annotated[str, Field(max_length=4096)] | None = None
    """Its value; a secret one belongs into valueFrom."""
    value_from: EnvVarSource | None = None
    """Where its value comes from."""


EnvVars = Annotated[
    list[EnvVar],
    Field(
        max_length=64,
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
    ),
]


class TolerationOperator(StrEnum):
    """How a toleration compares with a taint."""

    EXISTS = "Exists"
    EQUAL = "Equal"


class TaintEffect(StrEnum):
    """What a taint does to Pods that do not tolerate it."""

    NO_SCHEDULE = "NoSchedule"
    PREFER_NO_SCHEDULE = "PreferNoSchedule"
    NO_EXECUTE = "NoExecute"


class Toleration(Model):
    """A taint that the Pods bear, as in a Pod."""

    key: Annotated[str, Field(max_length=253)] | None = None
    """Key of the taint; empty with operator Exists bears all."""
    operator: TolerationOperator | None = None
    """How the value is compared."""
    value: Annotated[str, Field(max_length=253)] | None = None
    """Value of the taint."""
    effect: TaintEffect | None = None
    """Effect of the taint; empty bears all."""
    toleration_seconds: int | None = None
    """How long a Pod stays after a NoExecute taint appeared, in seconds."""


class PodOverrides(Model):
    """What can be set on the Pods of each component."""

    resources: Resources = Resources()
    """Requests and limits; the stage's where left out."""
    env: EnvVars = []
    """More environment variables of the container."""
    node_selector: Labels = {}
    """Labels that a node must have."""
    tolerations: Annotated[list[Toleration], Field(max_length=16)] = []
    """Taints that the Pods bear."""
    affinity: AnyObject | None = None
    """Affinity of the Pods as in a Pod; replaces the stage's spread over zones where it says something."""
    service_account_annotations: Annotations = {}
    """Annotations of the component's ServiceAccount, for example the role of a cloud account."""
