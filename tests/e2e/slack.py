"""The stand-in for Slack as a Pod of a test's namespace; its messages are read from its log."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.e2e.kubectl import Kubectl, Object
from tests.support import slack
from tests.support.slack import Message
from tests.support.wait import Budget

NAME = "slack"
PORT = 8080
FOLDER = "/slack"
SCRIPT = "slack.py"


@dataclass(frozen=True)
class Slack:
    """The stand-in, where it runs."""

    kubectl: Kubectl

    @property
    def url(self) -> str:
        """The address of its webhook."""
        return f"http://{NAME}.{self.kubectl.namespace}.svc:{PORT}/services/T0/B0/x"

    def install(self, image: str) -> None:
        """Start it, with its address in the Secret `slack`, and wait until it answers.

        Args:
            image: any that holds Python.
        """
        script = {SCRIPT: Path(slack.__file__).read_text()}
        self.kubectl.apply(self._object("v1", "ConfigMap", data=script))
        self.kubectl.apply(self._object("v1", "Secret", stringData={"url": self.url}))
        ports = [{"port": PORT, "targetPort": PORT}]
        self.kubectl.apply(self._object("v1", "Service", spec={"selector": {"app": NAME}, "ports": ports}))
        template = {"metadata": {"labels": {"app": NAME}}, "spec": _pod(image)}
        spec = {"selector": {"matchLabels": {"app": NAME}}, "template": template}
        self.kubectl.apply(self._object("apps/v1", "Deployment", spec=spec))
        self.kubectl("rollout", "status", f"deployment/{NAME}", f"--timeout={Budget.POD.seconds:.0f}s")

    def messages(self) -> list[Message]:
        """All messages, the oldest first."""
        log = self.kubectl("logs", f"deployment/{NAME}", "--tail=-1")
        return [Message.read(line) for line in log.splitlines()]

    def _object(self, api_version: str, kind: str, **fields: object) -> Object:
        return {"apiVersion": api_version, "kind": kind, "metadata": {"name": NAME}, **fields}


def _pod(image: str) -> Object:
    container = {
        "name": NAME,
        "image": image,
        "command": ["python3", f"{FOLDER}/{SCRIPT}", str(PORT)],
        "ports": [{"containerPort": PORT}],
        "readinessProbe": {"tcpSocket": {"port": PORT}, "periodSeconds": 1},
        "resources": {"requests": {"cpu": "5m", "memory": "32Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "script", "mountPath": FOLDER}],
    }
    return {
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65534,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [{"name": "script", "configMap": {"name": NAME}}],
    }
