"""Pods as all components build them: restricted, with probes, overrides and a checksum of what they read.

The checksum annotation covers exactly the ConfigMap and the keys of the Secrets that the Pod reads, so that a
change rolls these Pods and no others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson

from resee_operator.components import meta
from resee_operator.components.base import Facts, Manifest
from resee_operator.components.jobs import SAYS_ITS_END
from resee_operator.stages import Resolved
from resee_operator.stages.sizes import PodSettings, Resources

APP_USER: Final = 10001
"""User of Resee's own images."""
DATA_USER: Final = 999
"""User of the official images of PostgreSQL and Redis."""
_CHECKSUM_LENGTH: Final = 16
_TMP: Final = "/tmp"  # noqa: S108 - the only folder that every image may write to
_TMP_SIZE: Final = "512Mi"
"""Room in /tmp: bodies that nginx holds back (20 MB each at most), heartbeat files, sort files."""

_AWAY: Final = 10
"""Time in seconds for which a Pod stays with a node that is away, counted from when Kubernetes has noticed,
which takes 40 to 50; Kubernetes' own default is 300."""
_AWAY_TAINTS: Final = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
_DNS: Final[Manifest] = {"options": [{"name": "timeout", "value": "1"}, {"name": "attempts", "value": "4"}]}
"""A name server may have been in the zone that is gone: another one is asked after a second instead of
five."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """The container of a Pod, with the image's own command and arguments where none are given.

    ``config_map`` names the ConfigMap that becomes environment; ``config`` is its data, for the checksum;
    ``volumes`` are those that its mounts need, beside the Pod's own.
    """

    name: str
    image: str
    command: Sequence[str] | None = None
    args: Sequence[str] | None = None
    env: Sequence[Mapping[str, Any]] = ()
    config_map: str | None = None
    config: Mapping[str, str] | None = None
    port: int | None = None
    mounts: Sequence[Mapping[str, Any]] = ()
    volumes: Sequence[Mapping[str, Any]] = ()
    probes: Mapping[str, Manifest] | None = None
    lifecycle: Manifest | None = None
    writable: bool = False
    says_its_end: bool = False
    """Whether the end of its log becomes its message where it fails without one of its own."""

    def manifest(self, resolved: Resolved, settings: PodSettings) -> Manifest:
        """The container as Kubernetes reads it."""
        return _given(
            name=self.name,
            image=self.image,
            imagePullPolicy=str(resolved.images.pull_policy),
            command=_listed(self.command),
            args=_listed(self.args),
            envFrom=[{"configMapRef": {"name": self.config_map}}] if self.config_map else None,
            env=self.variables(settings) or None,
            ports=[{"name": "main", "containerPort": self.port, "protocol": "TCP"}] if self.port else None,
            resources=resources(settings.resources),
            securityContext={
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
                "readOnlyRootFilesystem": not self.writable,
            },
            volumeMounts=[{"name": "tmp", "mountPath": _TMP}, *map(dict, self.mounts)],
            lifecycle=self.lifecycle,
            terminationMessagePolicy=SAYS_ITS_END if self.says_its_end else None,
            **(self.probes or {}),
        )

    def variables(self, settings: PodSettings) -> list[Manifest]:
        """Our variables, then the user's; the user's win over ours of the same name."""
        merged = {str(variable["name"]): dict(variable) for variable in (*self.env, *settings.env)}
        return list(merged.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """A Pod with one container.

    ``grace`` is the time in seconds that it gets to end; ``secret_files`` are (Secret, key) pairs that it
    reads as files; ``service_account`` is that of the component where left out; ``token`` mounts its token;
    ``labels`` are more labels.
    """

    component: str
    container: Container
    settings: PodSettings
    user: int = APP_USER
    volumes: Sequence[Mapping[str, Any]] = ()
    secret_files: Sequence[tuple[str, str]] = ()
    grace: int = 30
    restart_policy: str = "Always"
    service_account: str | None = None
    spread: bool = False
    quiet: Sequence[tuple[str, str]] = ()
    """(Secret, key) pairs that the Pod reads and that roll nothing when they change."""
    token: bool = False
    labels: Mapping[str, str] | None = None
    waits_for_zone: bool = False
    """Whether a Pod of which each zone has its share stays away while its zone cannot be used."""
    before: Sequence[str] | None = None
    """Command that prepares /tmp in the container's image before it starts."""

    def template(self, resolved: Resolved, facts: Facts) -> Manifest:
        """The Pod template, with the checksum of what the Pod reads."""
        checksum = digest(self._reads(facts))
        return {
            "metadata": {
                "labels": {**meta.labels(resolved, self.component), **(self.labels or {})},
                "annotations": {meta.CHECKSUM_ANNOTATION: checksum},
            },
            "spec": self.spec(resolved),
        }

    def spec(self, resolved: Resolved) -> Manifest:
        """The Pod's spec."""
        settings = self.settings
        pull_secrets = [{"name": name} for name in resolved.images.pull_secrets]
        return _given(
            serviceAccountName=resolved.child(self.service_account or self.component),
            automountServiceAccountToken=self.token,
            enableServiceLinks=False,
            restartPolicy=self.restart_policy,
            terminationGracePeriodSeconds=self.grace,
            securityContext=self._security(),
            dnsConfig=_DNS if resolved.spread_zones else None,
            imagePullSecrets=pull_secrets or None,
            nodeSelector=_mapping(settings.node_selector),
            tolerations=self._tolerations(resolved) or None,
            affinity=_mapping(settings.affinity),
            topologySpreadConstraints=self._spread(resolved),
            initContainers=self._before(resolved),
            containers=[self.container.manifest(resolved, settings)],
            volumes=[
                {"name": "tmp", "emptyDir": {"sizeLimit": _TMP_SIZE}},
                *map(dict, self.volumes),
                *map(dict, self.container.volumes),
            ],
        )

    def _security(self) -> Manifest:
        return {
            "runAsNonRoot": True,
            "runAsUser": self.user,
            "runAsGroup": self.user,
            "fsGroup": self.user,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        }

    def _tolerations(self, resolved: Resolved) -> list[Manifest]:
        """The user's; across zones also a short patience with a node that is away. What holds data stays with
        its volume and waits."""
        tolerations = [dict(toleration) for toleration in self.settings.tolerations]
        if resolved.spread_zones and self.user != DATA_USER and self.restart_policy == "Always":
            named = {toleration.get("key") for toleration in tolerations}
            tolerations += [
                {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": _AWAY}
                for key in _AWAY_TAINTS
                if not {key, None} & named
            ]
        return tolerations

    def _before(self, resolved: Resolved) -> list[Manifest] | None:
        if self.before is None:
            return None
        container = Container(name="prepare", image=self.container.image, command=self.before)
        return [container.manifest(resolved, replace(self.settings, env=()))]

    def _spread(self, resolved: Resolved) -> list[Manifest] | None:
        """Zones evenly, counting only zones whose nodes can be used, unless the Pod waits for its own; then
        nodes. A Deployment counts only Pods of one revision; a StatefulSet's Pod goes before its successor
        comes."""
        if not (self.spread and resolved.spread_zones) or self.settings.affinity:
            return None
        rules = (
            ("topology.kubernetes.io/zone", "DoNotSchedule", "Ignore" if self.waits_for_zone else "Honor"),
            ("kubernetes.io/hostname", "ScheduleAnyway", "Honor"),
        )
        revision = {} if self.user == DATA_USER else {"matchLabelKeys": ["pod-template-hash"]}
        return [
            {
                "maxSkew": 1,
                "topologyKey": key,
                "whenUnsatisfiable": otherwise,
                "labelSelector": {"matchLabels": meta.selector(resolved, self.component)},
                **revision,
                "nodeTaintsPolicy": taints,
            }
            for key, otherwise, taints in rules
        ]

    def _reads(self, facts: Facts) -> Manifest:
        variables = self.container.variables(self.settings)
        references = [variable.get("valueFrom", {}).get("secretKeyRef") for variable in variables]
        keys = {(ref["name"], ref["key"]) for ref in references if ref} | set(self.secret_files)
        keys -= set(self.quiet)
        return {
            "config": dict(self.container.config or {}),
            "secrets": [(name, key, facts.secrets.get(name, {}).get(key)) for name, key in sorted(keys)],
        }


def digest(value: Any) -> str:
    """A short name for a value: 64 bits of the SHA-256 of its canonical JSON."""
    return hashlib.sha256(_canonical(value)).hexdigest()[:_CHECKSUM_LENGTH]


def _canonical(value: Any) -> bytes:
    """JSON in one form for all time: another one would restart every Pod."""
    try:
        text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        if text.isascii():
            return text
    except TypeError:
        pass
    # Other letters are escaped. What both write is the same, and the one above takes a tenth of the time.
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def resources(amounts: Resources) -> Manifest:
    """Requests and limits as Kubernetes reads them."""
    return {
        "requests": {"cpu": amounts.cpu_request, "memory": amounts.memory_request},
        "limits": _given(cpu=amounts.cpu_limit, memory=amounts.memory_limit),
    }


def secret_variable(name: str, secret: str, key: str, *, optional: bool = False) -> Manifest:
    """A variable whose value lies in a Secret."""
    reference: Manifest = {"name": secret, "key": key}
    if optional:
        reference["optional"] = True
    return {"name": name, "valueFrom": {"secretKeyRef": reference}}


def http_probe(path: str, port: int, host: str | None, /, **timing: int) -> Manifest:
    """A probe by HTTP GET; ``timing`` holds Kubernetes' fields such as periodSeconds."""
    request: Manifest = {"path": path, "port": port, "scheme": "HTTP"}
    if host:
        request["httpHeaders"] = [{"name": "Host", "value": host}]
    return {"httpGet": request, **timing}


def exec_probe(*command: str, **timing: int) -> Manifest:
    """A probe by a command in the container; ``timing`` holds Kubernetes' fields such as periodSeconds."""
    return {"exec": {"command": list(command)}, **timing}


def _given(**fields: Any) -> Manifest:
    return {name: value for name, value in fields.items() if value is not None}


def _listed(items: Sequence[str] | None) -> list[str] | None:
    return None if items is None else list(items)


def _mapping(items: Mapping[str, Any] | None) -> Manifest | None:
    return dict(items) if items else None
