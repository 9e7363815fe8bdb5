"""Provider CloudNativePG: its operator runs PostgreSQL, ours asks it for a Cluster and, if wanted, a Pooler.

The Secret that it makes for the application, ``<cluster>-app``, has the keys of ours (uri, host, port,
dbname, username, password) and is taken as it is. Clients trust its authority, ``<cluster>-ca``. Fields:
those of postgresql.cnpg.io/v1 since 1.25, which brought ``synchronous.dataDurability``.
"""

from __future__ import annotations

from typing import Any, Final

from resee_operator.components import meta, verdicts
from resee_operator.components.base import Facts, Live, Manifest, Reason, Verdict
from resee_operator.components.credentials import DATABASE_NAME, DATABASE_USER
from resee_operator.components.pods import resources
from resee_operator.components.postgres import cloud_native_pg_network as network
from resee_operator.components.topology import MEMBERS
from resee_operator.stages import Resolved

COMPONENT: Final = "postgres"
KEYS: Final = ("uri",)

_API: Final = "postgresql.cnpg.io/v1"
_HIBERNATION: Final = "cnpg.io/hibernation"
_INSTALL: Final = (
    "install CloudNativePG 1.25 or newer (cloudnative-pg.io) where the cluster does not know the kind, "
    "or choose another database.provider in a new deployment"
)


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """The Cluster, the Pooler where it is wanted, and who may reach their Pods."""
    return [
        _cluster(resolved),
        *([_pooler(resolved)] if resolved.database.pooler.exists else []),
        *network.objects(resolved),
    ]


def health(resolved: Resolved, live: Live) -> Verdict:
    """What CloudNativePG says of its Cluster and Pooler, and whether its Secret is there."""
    parts = [_cluster_health(resolved, live)]
    if not resolved.suspended:
        field = f"Cluster {resolved.pg_cluster} of CloudNativePG"
        parts.append(verdicts.secret_holds(live, resolved.database.secret_name, KEYS, field))
        if resolved.database.pooler.exists:
            parts.append(_pooler_health(resolved, live, resolved.database.pooler.instances))
    bad = next((verdict for verdict in parts if not verdict.healthy), parts[0])
    return Verdict(bad.healthy, bad.reason, bad.message, parts[0].data)


def _cluster(resolved: Resolved) -> Manifest:
    database = resolved.database
    storage = {"size": database.volume.size}
    if database.volume.class_name:
        storage["storageClass"] = database.volume.class_name
    spec: dict[str, Any] = {
        "instances": _instances(resolved),
        "imageName": resolved.images.postgres,
        "imagePullPolicy": str(resolved.images.pull_policy),
        "storage": storage,
        "bootstrap": {"initdb": _first_start()},
        "postgresql": _postgresql(resolved),
        "resources": resources(database.pods.resources),
        "affinity": _affinity(resolved),
        "primaryUpdateMethod": "switchover",
    }
    if resolved.images.pull_secrets:
        spec["imagePullSecrets"] = [{"name": name} for name in resolved.images.pull_secrets]
    if resolved.spread_zones and not database.pods.affinity:
        spec["topologySpreadConstraints"] = [_zones(resolved)]
    if database.pooler.exists:
        spec["certificates"] = {"serverAltDNSNames": _pooler_names(resolved)}
    annotations = dict(database.pods.service_account_annotations or {})
    if annotations:
        spec["serviceAccountTemplate"] = {"metadata": {"annotations": annotations}}
    hibernation = {_HIBERNATION: "on" if resolved.suspended else "off"}
    metadata = meta.metadata(
        resolved, resolved.pg_cluster, COMPONENT, annotations=hibernation, holds_data=True
    )
    return {"apiVersion": _API, "kind": "Cluster", "metadata": metadata, "spec": spec}


def _instances(resolved: Resolved) -> int:
    return MEMBERS if resolved.spread_zones else 1


def _first_start() -> Manifest:
    """The owner may make databases: restores and drills do."""
    return {
        "database": DATABASE_NAME,
        "owner": DATABASE_USER,
        "dataChecksums": True,
        "postInitSQL": [f'ALTER ROLE "{DATABASE_USER}" CREATEDB'],
    }


def _postgresql(resolved: Resolved) -> Manifest:
    """As across zones by our own provider: one standby has what is acknowledged, and without any the primary
    goes on alone."""
    found: Manifest = {"parameters": dict(resolved.database.parameters)}
    if _instances(resolved) > 1:
        found["synchronous"] = {"method": "any", "number": 1, "dataDurability": "preferred"}
    return found


def _affinity(resolved: Resolved) -> Manifest:
    pods = resolved.database.pods
    found: Manifest = {"enablePodAntiAffinity": True, "topologyKey": "kubernetes.io/hostname"}
    if pods.node_selector:
        found["nodeSelector"] = dict(pods.node_selector)
    if pods.tolerations:
        found["tolerations"] = [dict(toleration) for toleration in pods.tolerations]
    given = pods.affinity or {}
    if "nodeAffinity" in given:
        found["nodeAffinity"] = given["nodeAffinity"]
    return found


def _zones(resolved: Resolved) -> Manifest:
    return {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": network.members(resolved)},
        "nodeTaintsPolicy": "Honor",
    }


def _pooler(resolved: Resolved) -> Manifest:
    pooler = resolved.database.pooler
    return {
        "apiVersion": _API,
        "kind": "Pooler",
        "metadata": meta.metadata(resolved, resolved.pooler_name, COMPONENT),
        "spec": {
            "cluster": {"name": resolved.pg_cluster},
            "instances": 0 if resolved.suspended else pooler.instances,
            "type": "rw",
            "pgbouncer": {"poolMode": str(pooler.mode).lower()},
        },
    }


def _pooler_names(resolved: Resolved) -> list[str]:
    """Names under which clients reach the Pooler, which shows the Cluster's certificate."""
    name, space = resolved.pooler_name, resolved.namespace
    return [name, f"{name}.{space}", f"{name}.{space}.svc"]


def _cluster_health(resolved: Resolved, live: Live) -> Verdict:
    name = f"Cluster {resolved.pg_cluster}"
    found = live.get("Cluster", resolved.pg_cluster)
    wanted = _instances(resolved)
    if found is None:
        data = {"replicas": {COMPONENT: f"0/{wanted}"}}
        return Verdict(False, Reason.MISSING, f"{name} does not exist yet: {_INSTALL}", data)
    status = found.get("status", {})
    ready = int(status.get("readyInstances", 0))
    data = {"replicas": {COMPONENT: f"{ready}/{wanted}"}}
    if resolved.suspended:
        return Verdict(True, Reason.SUSPENDED, f"{name} hibernates", data)
    conditions = {one["type"]: one for one in status.get("conditions", [])}
    condition = conditions.get("Ready", {})
    if condition.get("observedGeneration", 0) not in (0, found["metadata"].get("generation", 0)):
        return Verdict(False, Reason.NOT_OBSERVED, f"{name} has a change that is not yet acted upon", data)
    said = ": ".join(str(status[key]) for key in ("phase", "phaseReason") if status.get(key))
    counted = f"{name} has {ready} of {wanted} instances ready" + (f" ({said})" if said else "")
    if condition.get("status") == "True" and ready == wanted == status.get("instances", 0):
        return Verdict(True, Reason.READY, counted, data)
    return Verdict(False, Reason.ROLLING_OUT, counted, data)


def _pooler_health(resolved: Resolved, live: Live, wanted: int) -> Verdict:
    name = f"Pooler {resolved.pooler_name}"
    found = live.get("Pooler", resolved.pooler_name)
    if found is None:
        return Verdict(False, Reason.MISSING, f"{name} does not exist yet: {_INSTALL}")
    ready = int(found.get("status", {}).get("instances", 0))
    counted = f"{name} has {ready} of {wanted} instances"
    if ready < wanted:
        return Verdict(False, Reason.ROLLING_OUT, counted)
    return Verdict(True, Reason.READY, counted)
