"""What tests ask of etcd itself, by the JSON form of its API."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from devcluster.apiserver import ApiServer
from tests.support.wait import Budget


def compact(server: ApiServer) -> None:
    """Let etcd forget everything but the present."""
    revision = call(server.etcd_url, "kv/range", {"key": "YQ=="})["header"]["revision"]
    call(server.etcd_url, "kv/compaction", {"revision": revision, "physical": True})


def call(url: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
    """Send one call to one member."""
    request = urllib.request.Request(f"{url}/v3/{name}", json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=Budget.EVENT.seconds) as answer:
        found: dict[str, Any] = json.loads(answer.read())
        return found
