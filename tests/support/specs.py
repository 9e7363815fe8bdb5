"""Hypothesis strategies for specs that the API server accepts, as a user writes them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from resee_operator.api.workloads import QUEUES

Strategy = st.SearchStrategy[dict[str, Any]]

_names = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8})?", fullmatch=True)
_texts = st.text(st.characters(codec="ascii", min_codepoint=32), max_size=20)
_cpu = st.sampled_from(["50m", "1", "0.5", 2])
_memory = st.sampled_from(["64Mi", "1Gi", "512M"])
_sizes = st.sampled_from(["1Gi", "10Gi", "1Ti"])
_moments = st.sampled_from(["0 3 * * *", "*/15 0-6 * * MON-FRI", "30 2 1,15 JAN,JUL 0"])


def _some(**fields: st.SearchStrategy[Any]) -> Strategy:
    """A mapping with some of the fields."""
    return st.fixed_dictionaries({}, optional=fields)


_resources = _some(
    requests=_some(cpu=_cpu, memory=st.just("64Mi")), limits=_some(cpu=st.just("4"), memory=_memory)
)
_variable_names = st.from_regex(r"MY_[A-Z]{1,8}", fullmatch=True)
_plain = st.fixed_dictionaries({"name": _variable_names, "value": _texts})
_secret_reference = st.fixed_dictionaries({"name": _names, "key": st.just("token")})
_secret = st.fixed_dictionaries(
    {"name": _variable_names, "valueFrom": st.fixed_dictionaries({"secretKeyRef": _secret_reference})}
)
_env = st.lists(_plain | _secret, max_size=3, unique_by=lambda variable: str(variable["name"]))
_tolerations = st.lists(
    st.fixed_dictionaries(
        {"operator": st.just("Exists")}, optional={"key": _names, "effect": st.just("NoExecute")}
    ),
    max_size=2,
)
_overrides: dict[str, st.SearchStrategy[Any]] = {
    "resources": _resources,
    "env": _env,
    "nodeSelector": st.dictionaries(_names, _names, max_size=2),
    "tolerations": _tolerations,
    "affinity": st.just({"podAntiAffinity": {}}),
    "serviceAccountAnnotations": st.dictionaries(_names, _texts, max_size=2),
}
_bounds = st.builds(
    lambda low, more: {"minReplicas": low, "maxReplicas": low + more}, st.integers(2, 5), st.integers(0, 5)
)


def _scaled(**fields: st.SearchStrategy[Any]) -> Strategy:
    """A component with either a number of Pods, or an autoscaler, or neither."""
    rest = {**_overrides, **fields}
    return st.one_of(
        _some(replicas=st.integers(2, 6), **rest), _some(autoscaling=_bounds, **rest), _some(**rest)
    )


@st.composite
def _workers(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Groups that consume all queues between them."""
    names = draw(st.lists(st.sampled_from(["a", "mail", "x-ray"]), min_size=1, max_size=3, unique=True))
    owners = [draw(st.sampled_from(names)) for _ in QUEUES]
    groups = []
    for name in names:
        queues = [queue for queue, owner in zip(QUEUES, owners, strict=True) if owner == name] or ["default"]
        more = draw(_scaled(concurrency=st.integers(1, 8)))
        groups.append({**more, "name": name, "queues": queues})
    return groups


_external = st.fixed_dictionaries(
    {"provider": st.just("External"), "external": st.fixed_dictionaries({"secretName": _names})},
    optional={"tls": st.booleans()},
)
_storage = _some(size=_sizes, className=_names)
_own = st.fixed_dictionaries(
    {"provider": st.just("StatefulSet")}, optional={"storage": _storage, **_overrides}
)
_pooler = _some(
    enabled=st.booleans(),
    instances=st.integers(1, 3),
    poolMode=st.sampled_from(["Session", "Transaction"]),
)
_parameters = st.dictionaries(
    st.sampled_from(["work_mem", "max_connections", "shared_buffers"]), st.sampled_from(["64MB", "200"])
)
_postgres = st.builds(
    lambda own, parameters, pooler: {**own, "parameters": parameters, "pooler": pooler},
    _own,
    _parameters,
    _pooler,
)
_cloud_native_pg = st.fixed_dictionaries(
    {"provider": st.just("CloudNativePG")},
    optional={"storage": _storage, "pooler": _pooler, "parameters": _parameters},
)
_s3 = st.fixed_dictionaries(
    {"bucket": st.just("backups")},
    optional={
        "prefix": st.just("a/b"),
        "endpoint": st.sampled_from(["http://s3.local:7070", "https://s3.example.com"]),
        "region": st.just("eu-west-1"),
        "credentialsSecret": _names,
    },
)
_destination = st.one_of(
    st.fixed_dictionaries({"s3": _s3}), st.fixed_dictionaries({"volume": _some(storage=_storage)})
)
_backup = _some(enabled=st.booleans(), schedule=_moments, destination=_destination, **_overrides)

specs: Strategy = st.fixed_dictionaries(
    {
        "stage": st.sampled_from(["Local", "Basic", "Production"]),
        "database": _external | _postgres | _cloud_native_pg,
        "redis": _external | _own,
    },
    optional={
        "version": st.just("1.2.3"),
        "host": st.just("resee.example.com"),
        "tls": _some(secretName=_names, upstream=st.booleans()),
        "web": _scaled(concurrency=st.integers(1, 8)),
        "nginx": _scaled(service=st.just({"type": "NodePort", "nodePort": 30080})),
        "workers": _workers(),
        "beat": _some(**_overrides),
        "env": _env,
        "backup": _backup,
        "notifications": _some(slack=st.fixed_dictionaries({"secretName": _names})),
        "suspend": st.booleans(),
        "deletionPolicy": st.sampled_from(["Retain", "Snapshot", "Delete"]),
        "images": _some(pullSecrets=st.lists(_names, max_size=2)),
    },
)
"""Specs of every stage on the providers that this version has."""
