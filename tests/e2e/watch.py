"""What a deployment's watchers know of it: Prometheus' targets, rules and alarms, and what Slack was told."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from resee_operator.components.alarms import ALARMS
from tests.e2e.deployments import Deployment
from tests.e2e.slack import Slack
from tests.support.slack import Message
from tests.support.wait import Budget, until

FIRING, RESOLVED = "FIRING critical", "RESOLVED critical"
REMEDIES = {alarm.name: alarm.remedy for alarm in ALARMS if alarm.critical}
_API = "/api/v1/namespaces/monitoring/services/prometheus-operated:web/proxy/api/v1"


@dataclass(frozen=True)
class Watch:
    """A deployment, and who watches it."""

    deployment: Deployment
    slack: Slack

    def ask(self, path: str) -> Any:
        """What Prometheus answers, by way of the API server."""
        return json.loads(self.deployment.kubectl("get", "--raw", f"{_API}/{path}"))["data"]

    def targets(self) -> list[Mapping[str, Any]]:
        """The Pods of the deployment that are read."""
        job = f"{self.deployment.kubectl.namespace}/{self.deployment.name}"
        found = self.ask("targets?state=active")["activeTargets"]
        return [one for one in found if one["labels"]["job"] == job]

    def rules(self) -> dict[str, Mapping[str, Any]]:
        """The alarms that Prometheus knows, by name."""
        return {rule["name"]: rule for group in self.ask("rules")["groups"] for rule in group["rules"]}

    def firing(self) -> set[str]:
        """The alarms that sound now."""
        return {one["labels"]["alertname"] for one in self.ask("alerts")["alerts"]}

    def told(self, title: str, since: float) -> Message:
        """Wait until Slack was told after a moment: of which deployment, and what to do.

        Args:
            title: as the message has it.
            since: seconds since the epoch.
        """

        def look() -> Message:
            found = [one for one in self.slack.messages() if one.title == title and one.at >= since]
            assert found, f"not told: {title}; sounding: {self.firing()}"
            return found[0]

        name = title.rpartition(" ")[2]
        message = until(look, Budget.ALARM if title.startswith(FIRING) else Budget.ALL_CLEAR, every=1)
        assert f"{self.deployment.kubectl.namespace}/{self.deployment.name}: " in message.text
        assert REMEDIES[name] in message.text
        return message

    def all_told(self, fault: str, names: Iterable[str], state: str, since: float) -> None:
        """Wait until Slack was told of all these, and write down after how many seconds."""
        late = {name: self.told(f"{state}: {name}", since).at - since for name in names}
        figures = ", ".join(f"{name} {seconds:.0f}" for name, seconds in late.items())
        sys.stdout.write(f"\n{fault}: {state.partition(' ')[0].lower()}, seconds after it: {figures}\n")

    def quiet(self) -> None:
        """Wait until no alarm sounds, and Slack knows it."""

        def look() -> None:
            last = {one.title.rpartition(" ")[2]: one.title for one in self.slack.messages() if one.title}
            sounding = [title for title in last.values() if title.startswith("FIRING")]
            assert (self.firing(), sounding) == (set(), [])

        until(look, Budget.ALL_CLEAR, every=2)
