"""Alertmanager as a process of a test, and its configuration from an AlertmanagerConfig.

The conversion is the Prometheus operator's work. Here it covers what Resee's operator writes and no more;
`make test-alarms` compares it with what the real one makes of the same object.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import yaml

from devcluster import binaries
from tests.support.process import LocalProcess
from tests.support.wait import Budget

Json = dict[str, Any]


def configuration(config: Json, webhook: str) -> Json:
    """An Alertmanager's whole configuration with the route of one AlertmanagerConfig.

    As the Prometheus operator does it: below a route that drops everything else, for the alerts of the
    object's namespace, the receivers' names made unique.

    Args:
        config: the object.
        webhook: what its Secret holds.
    """
    metadata, spec = config["metadata"], config["spec"]
    prefix = f"{metadata['namespace']}/{metadata['name']}/"
    own = [f'namespace="{metadata["namespace"]}"']
    return {
        "route": {"receiver": "null", "routes": [{**_route(spec["route"], prefix, own), "continue": True}]},
        "receivers": [{"name": "null"}, *(_receiver(one, prefix, webhook) for one in spec["receivers"])],
    }


def _route(route: Json, prefix: str, matchers: Sequence[str] = ()) -> Json:
    own = [f'{one["name"]}{one["matchType"]}"{one["value"]}"' for one in route.get("matchers", ())]
    names = {
        "groupBy": "group_by",
        "groupWait": "group_wait",
        "groupInterval": "group_interval",
        "repeatInterval": "repeat_interval",
    }
    made: Json = {names[key]: value for key, value in route.items() if key in names}
    made["receiver"] = prefix + route["receiver"]
    if matchers or own:
        made["matchers"] = [*own, *matchers]
    if "routes" in route:
        made["routes"] = [_route(one, prefix) for one in route["routes"]]
    return made


def _receiver(receiver: Json, prefix: str, webhook: str) -> Json:
    slack = [
        {"api_url": webhook, "send_resolved": one["sendResolved"], "title": one["title"], "text": one["text"]}
        for one in receiver["slackConfigs"]
    ]
    return {"name": prefix + receiver["name"], "slack_configs": slack}


class Alertmanager(LocalProcess):
    """An Alertmanager with a configuration of the test's."""

    name = "alertmanager"

    def __init__(self, directory: Path, config: Json) -> None:
        super().__init__(directory)
        self._program = binaries.ensure("alertmanager")
        self._file = directory / "alertmanager.yaml"
        self._file.write_text(yaml.safe_dump(config))

    def command(self) -> list[str]:
        return [
            str(self._program),
            f"--config.file={self._file}",
            f"--storage.path={self.directory / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--cluster.listen-address=",
        ]

    def answers(self) -> bool:
        try:
            return self._call("GET", "/-/ready").is_success
        except httpx.TransportError:
            return False

    def take(self, *alerts: Mapping[str, Any]) -> None:
        """Take alerts as Prometheus sends them."""
        self._call("POST", "/api/v2/alerts", list(alerts)).raise_for_status()

    def _call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        url = f"http://127.0.0.1:{self.port}{path}"
        return httpx.request(method, url, json=body, timeout=Budget.ANSWER.seconds, trust_env=False)
