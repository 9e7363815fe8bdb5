"""The boxes without data: nginx, web, workers, beat and the way in."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from resee_operator.api.autoscaling import Autoscaling, WebAutoscaling, WorkerAutoscaling
from resee_operator.api.base import Model, Rule
from resee_operator.api.pods import PodOverrides
from resee_operator.api.types import Annotations, GroupName, Name, Network, ObjectName

QUEUES = ("default", "reviews", "email")
"""The queues that Resee sends tasks to; a queue that no worker consumes would lose them."""

Replicas = Annotated[int, Field(ge=0, le=100)]


class ScalableOverrides(PodOverrides):
    """What can be set on a component that may run several Pods."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="!has(self.replicas) || !has(self.autoscaling)",
            message="two writers would fight over the number of Pods: set either replicas or autoscaling",
            field_path=".replicas",
            holds=lambda component: component.replicas is None or component.autoscaling is None,
        ),
    )

    replicas: Replicas | None = None
    """A fixed number of Pods; the stage's where left out."""
    autoscaling: Autoscaling | None = None
    """Lets an autoscaler own the number of Pods."""


class Web(ScalableOverrides):
    """Django behind gunicorn."""

    autoscaling: WebAutoscaling | None = None
    """Lets an autoscaler own the number of Pods, by CPU and requests."""
    concurrency: Annotated[int, Field(ge=1, le=64)] | None = None
    """Gunicorn workers in each Pod; the stage's where left out."""


class ServiceType(StrEnum):
    """How the Service of nginx is reached."""

    CLUSTER_IP = "ClusterIP"
    NODE_PORT = "NodePort"
    LOAD_BALANCER = "LoadBalancer"


class NginxService(Model):
    """The Service in front of nginx."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="!has(self.nodePort) || self.type != 'ClusterIP'",
            message="nodePort needs type NodePort or LoadBalancer: set the type or remove nodePort",
            field_path=".nodePort",
            holds=lambda service: service.node_port is None or service.type != ServiceType.CLUSTER_IP,
        ),
    )

    type: ServiceType = ServiceType.CLUSTER_IP
    """How the Service is reached."""
    node_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """Port on every node; Kubernetes chooses one where left out."""
    annotations: Annotations = {}
    """Annotations of the Service, for example those of a cloud's load balancer."""


class Nginx(ScalableOverrides):
    """Nginx: serves the front end and the static files, and passes /api and /admin on to web."""

    service: NginxService = NginxService()
    """The Service in front of nginx."""


class Worker(ScalableOverrides):
    """A group of Celery workers and the queues that it consumes."""

    name: GroupName
    """Name of the group; becomes a part of the Deployment's name."""
    queues: Annotated[
        list[Name], Field(min_length=1, max_length=16, json_schema_extra={"x-kubernetes-list-type": "set"})
    ]
    """Queues that the group consumes; all groups together must consume default, reviews and email."""
    autoscaling: WorkerAutoscaling | None = None
    """Lets an autoscaler own the number of Pods, by CPU and the depth of the queues."""
    concurrency: Annotated[int, Field(ge=1, le=64)] | None = None
    """Tasks that one Pod runs at the same time; the stage's where left out."""


class Beat(PodOverrides):
    """Celery beat: sends the periodic tasks; always exactly one Pod."""


class Ingress(Model):
    """The Ingress in front of nginx."""

    enabled: bool | None = None
    """Whether there is one; by default where a host is set and the stage is not Local."""
    class_name: ObjectName | None = None
    """IngressClass; the cluster's default where left out. For alb and nginx the operator sets the annotations
    that these controllers need."""
    annotations: Annotations = {}
    """Annotations for the Ingress controller, external-dns or cert-manager; they win over the operator's."""
    external_dns: Annotated[bool, Field(alias="externalDNS")] = False
    """Whether external-dns makes the DNS record of the host."""
    cloudflare: bool = False
    """Whether that record is one of Cloudflare's proxied ones, so that Cloudflare stands in front."""
    trusted_proxies: Annotated[list[Network], Field(max_length=64)] = []
    """Ranges of addresses, such as those of the Ingress controller, the load balancer and Cloudflare, whose
    word on the client's address and scheme nginx believes. Nobody's by default."""


class IssuerKind(StrEnum):
    """Where an issuer of cert-manager may be used."""

    ISSUER = "Issuer"
    CLUSTER_ISSUER = "ClusterIssuer"


class Issuer(Model):
    """An issuer of cert-manager."""

    name: ObjectName
    """Name of the issuer."""
    kind: IssuerKind = IssuerKind.CLUSTER_ISSUER
    """Issuer: of this namespace. ClusterIssuer: of the cluster."""


class Tls(Model):
    """How the address is encrypted."""

    secret_name: ObjectName | None = None
    """Secret of type kubernetes.io/tls that the Ingress uses."""
    issuer: Issuer | None = None
    """Issuer of cert-manager that makes and renews the certificate; in the Secret NAME-ingress-tls where
    secretName names no other."""
    upstream: bool = False
    """Whether something in front of the Ingress (Cloudflare, a load balancer) ends TLS, so that the address
    begins with https though the Ingress has no certificate."""


class Dev(Model):
    """Comforts of development; stage Local only."""

    live_update: bool = False
    """Makes the root file systems of nginx, web, workers and beat writable and lets gunicorn reload changed
    code."""
    debug: bool = False
    """Turns Django's DEBUG on."""
