"""The kinds that the operator reads or writes, and the URL of each.

A fixed table instead of API discovery: discovery costs calls at every start, and RBAC lists these kinds
anyway.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Manifest = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Resource:
    """Where the API server keeps one kind. All of them are namespaced.

    ``optional`` kinds belong to other operators; where one is not installed, there are no objects of it.
    What is not ``watched`` can only be listed: figures of the metrics API.
    """

    kind: str
    group: str
    version: str
    plural: str
    optional: bool = False
    watched: bool = True

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(
        self, namespace: str | None = None, name: str | None = None, subresource: str | None = None
    ) -> str:
        """URL path of the collection, of one object, or of a subresource of it."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        parts = [root]
        if namespace is not None:
            parts += ["namespaces", namespace]
        parts.append(self.plural)
        parts += [part for part in (name, subresource) if part is not None]
        return "/".join(parts)


RESEE = Resource("ReseeDeployment", "resee.io", "v1alpha1", "reseedeployments")
EVENT = Resource("Event", "", "v1", "events")
LEASE = Resource("Lease", "coordination.k8s.io", "v1", "leases")

REQUESTS: tuple[Resource, ...] = (
    Resource("ReseeBackup", "resee.io", "v1alpha1", "reseebackups"),
    Resource("ReseeRestore", "resee.io", "v1alpha1", "reseerestores"),
)
"""What users ask of a deployment beside its own spec; each names it in `spec.deployment`."""

CHILDREN: tuple[Resource, ...] = (
    Resource("ServiceAccount", "", "v1", "serviceaccounts"),
    Resource("Secret", "", "v1", "secrets"),
    Resource("ConfigMap", "", "v1", "configmaps"),
    Resource("Role", "rbac.authorization.k8s.io", "v1", "roles"),
    Resource("RoleBinding", "rbac.authorization.k8s.io", "v1", "rolebindings"),
    Resource("PersistentVolumeClaim", "", "v1", "persistentvolumeclaims"),
    Resource("NetworkPolicy", "networking.k8s.io", "v1", "networkpolicies"),
    Resource("Service", "", "v1", "services"),
    Resource("StatefulSet", "apps", "v1", "statefulsets"),
    Resource("Deployment", "apps", "v1", "deployments"),
    Resource("Job", "batch", "v1", "jobs"),
    Resource("CronJob", "batch", "v1", "cronjobs"),
    Resource("PodDisruptionBudget", "policy", "v1", "poddisruptionbudgets"),
    Resource("HorizontalPodAutoscaler", "autoscaling", "v2", "horizontalpodautoscalers"),
    Resource("Ingress", "networking.k8s.io", "v1", "ingresses"),
    Resource("PodMonitor", "monitoring.coreos.com", "v1", "podmonitors", optional=True),
    Resource("PrometheusRule", "monitoring.coreos.com", "v1", "prometheusrules", optional=True),
    Resource("AlertmanagerConfig", "monitoring.coreos.com", "v1alpha1", "alertmanagerconfigs", optional=True),
    Resource("Cluster", "postgresql.cnpg.io", "v1", "clusters", optional=True),
    Resource("Pooler", "postgresql.cnpg.io", "v1", "poolers", optional=True),
    Resource("Pod", "", "v1", "pods"),
)
"""Kinds of the children, in the order in which a first pass creates them: what Pods read stands before the
Pods."""

KINDS: dict[str, Resource] = {
    resource.kind: resource for resource in (RESEE, EVENT, LEASE, *REQUESTS, *CHILDREN)
}


def resource_of(manifest: Manifest) -> Resource:
    """The resource of a manifest, by its kind.

    Raises:
        KeyError: a kind that the table does not hold.
    """
    return KINDS[str(manifest["kind"])]


def name_of(manifest: Manifest) -> str:
    return str(manifest["metadata"]["name"])


def namespace_of(manifest: Manifest) -> str:
    return str(manifest["metadata"]["namespace"])


def version_of(manifest: Manifest) -> int:
    """The resourceVersion as a number: Kubernetes' own client compares them so since 1.35 (KEP-5504)."""
    version = manifest["metadata"].get("resourceVersion", "")
    return int(version) if version.isdigit() else 0
