"""The rules are kept twice, in CEL by the API server and in Python by pydantic: both must judge alike."""

from __future__ import annotations

import json
import random
import re
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from devcluster.apiserver import ApiServer
from resee_operator.api import parse
from resee_operator.errors import InvalidSpec
from tests.support.deployments import resource
from tests.support.specs import specs
from tests.support.wait import Budget

SEED = 20_261_123
"""The strings are the same in each run."""

FIELDS: dict[str, tuple[str, ...]] = {
    "host": ("a.example", "localhost", "x1"),
    "url": ("https://a.example", "http://localhost:8080"),
    "version": ("1.2.3", "v1_0-rc.1"),
    "images.backend": ("ghcr.io/a/b:1", "r:5000/x@sha256:" + "0" * 64, "postgres"),
    "images.registry": ("ghcr.io/resee-io", "localhost:5000"),
    "backup.schedule": ("0 3 * * *", "*/5 1-3,7 1 JAN-MAR MON", "5/10 * * * 0"),
    "backup.timeZone": ("Asia/Seoul", "Etc/GMT+9"),
    "backup.destination.s3.bucket": ("my-bucket.x",),
    "backup.destination.s3.prefix": ("a/b_c",),
    "backup.destination.s3.region": ("eu-west-1",),
    "database.storage.size": ("10Gi", "1.5Ti", "2000000"),
    "web.resources.requests.cpu": ("250m", ".5", "2"),
    "notifications.slack.secretName": ("a-b.c",),
    "beat.env.0.name": ("MY_NAME", "_x"),
    "workers.0.name": ("all", "x-ray"),
    "ingress.trustedProxies.0": ("10.0.0.0/8", "fd00::/8"),
}
"""Fields whose form both sides check, and values of the right form from which wrong ones are made."""

BESIDE: dict[str, dict[str, Any]] = {
    "backup.destination.s3": {"bucket": "safe"},
    "beat.env.0": {"value": "1"},
    "workers.0": {"queues": ["default", "reviews", "email"]},
}
"""What must stand beside such a field."""

ODD = [
    "",
    " ",
    "\n",
    "\t",
    ".",
    "-",
    "/",
    ":",
    "@",
    "$",
    "*",
    "é",
    "A",
    "0",
    "_",
    "%",
    "\\",
    "'",
    '"',
    "://",
    "//",
]


def changed(value: str, source: random.Random) -> str:
    """A value with one odd piece put in, or one character less, or something doubled."""
    place = source.randrange(len(value) + 1)
    piece = source.choice([*ODD, value, value[place : place + 1] * 2])
    cut = source.choice([0, 0, 1])
    return value[:place] + piece + value[place + cut :]


def spec_with(field: str, value: str) -> dict[str, Any]:
    """The smallest spec that holds a value at a path; a number in the path is a position in a list."""
    built: Any = value
    parts = field.split(".")
    for depth in range(len(parts) - 1, -1, -1):
        beside = BESIDE.get(".".join(parts[:depth]), {})
        built = [built] if parts[depth].isdigit() else {**beside, parts[depth]: built}
    assert isinstance(built, dict)
    return built


def refused_in_python(candidates: Mapping[str, dict[str, Any]]) -> set[str]:
    """Names of the specs that pydantic refuses."""
    found = set()
    for name, spec in candidates.items():
        try:
            parse(resource(spec))
        except InvalidSpec:
            found.add(name)
    return found


def refused_by_server(
    server: ApiServer, namespace: str, candidates: Mapping[str, dict[str, Any]]
) -> set[str]:
    """Names of the specs that the API server refuses."""
    items = []
    for name, spec in candidates.items():
        item = resource(spec, name)
        item["metadata"] = {"name": name, "namespace": namespace}
        items.append(item)
    command = [
        str(server.kubectl),
        f"--kubeconfig={server.kubeconfig}",
        "create",
        "--dry-run=server",
        "-f",
        "-",
    ]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    done = subprocess.run(
        command, input=text, capture_output=True, text=True, timeout=2 * Budget.COMMAND.seconds, check=False
    )
    accepted = set(re.findall(r"reseedeployment\.resee\.io/(\S+) created", done.stdout))
    refused = set(re.findall(r'ReseeDeployment(?:\.resee\.io)? "([^"]+)" is invalid', done.stderr))
    assert accepted | refused == candidates.keys(), done.stderr
    assert not accepted & refused
    return refused


@pytest.mark.parametrize("field", FIELDS)
def test_strings_of_a_form(server: ApiServer, namespace: str, field: str) -> None:
    source = random.Random(f"{SEED}{field}")
    right = list(FIELDS[field])
    values = dict.fromkeys([*right, *(changed(source.choice(right), source) for _ in range(40))])
    candidates = {f"c{number}": spec_with(field, value) for number, value in enumerate(values)}
    here, there = refused_in_python(candidates), refused_by_server(server, namespace, candidates)
    assert {name: candidates[name] for name in here ^ there} == {}
    assert here, "no value was wrong: the test shows nothing"
    assert not here & {f"c{number}" for number in range(len(right))}


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(specs)
def test_whole_specs_are_accepted_by_both(server: ApiServer, namespace: str, spec: dict[str, Any]) -> None:
    candidates = {"demo": spec}
    assert refused_in_python(candidates) == set()
    assert refused_by_server(server, namespace, candidates) == set()
