"""The example's version, and what the wait for it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from devcluster.cluster.kubectl import Object
from devcluster.deploy import example


def live(observed: int = 2, **conditions: str) -> Object:
    """A deployment of generation 2; each condition is given as "Status: message"."""
    told = [
        {"type": kind, "status": text.partition(": ")[0], "message": text.partition(": ")[2]}
        for kind, text in conditions.items()
    ]
    status: dict[str, Any] = {"observedGeneration": observed, "conditions": told}
    return {"metadata": {"name": "demo", "generation": 2}, "status": status}


def test_the_example_gets_the_version_that_was_built() -> None:
    document = example.read(example.LOCAL, "0.1.0-abc", 18080)
    assert document["kind"] == "ReseeDeployment"
    assert document["spec"]["version"] == "0.1.0-abc"
    assert document["spec"]["url"] == "http://localhost:18080"
    assert document["metadata"]["namespace"] == "default"


def test_the_rest_of_the_example_stays(tmp_path: Path) -> None:
    file = tmp_path / "example.yaml"
    spec = {"stage": "Basic", "url": "https://a.example"}
    metadata = {"name": "mine", "namespace": "team"}
    file.write_text(yaml.safe_dump({"kind": "ReseeDeployment", "metadata": metadata, "spec": spec}))
    assert example.read(file, "1", 18080) == {
        "kind": "ReseeDeployment",
        "metadata": metadata,
        "spec": spec | {"version": "1"},
    }


def test_ready_is_ready() -> None:
    assert example.ready(live(Ready="True: all runs"))


def test_ready_for_an_older_spec_is_not_ready() -> None:
    assert not example.ready(live(observed=1, Ready="True: all runs"))


@pytest.mark.parametrize("status", ["False", "Unknown"])
def test_other_statuses_are_not_ready(status: str) -> None:
    assert not example.ready(live(Ready=f"{status}: web is not"))


def test_without_an_operator_it_waits_for_the_operator() -> None:
    assert example.waiting_for({"metadata": {"generation": 1}}) == "the operator to start"
    assert example.waiting_for({}) == "the operator to start"


def test_the_first_condition_that_is_not_true_is_the_reason() -> None:
    found = live(
        Ready="False: web waits",
        WebReady="False: web waits",
        Migrated="False: migrating",
        DatabaseReady="True: up",
    )
    assert example.waiting_for(found) == "Migrated: migrating"


def test_a_condition_without_a_message_gives_its_reason() -> None:
    found = live()
    found["status"]["conditions"] = [{"type": "WebReady", "status": "False", "reason": "RollingOut"}]
    assert example.waiting_for(found) == "WebReady: RollingOut"


def test_true_conditions_of_an_older_spec_wait_for_the_operator() -> None:
    assert example.waiting_for(live(observed=1, Ready="True: all runs")) == "the operator to see the change"
