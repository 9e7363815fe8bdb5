"""What the tests read by themselves is what kubectl tells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from devcluster.apiserver import ApiServer
from tests.integration.cluster import apply, kubectl
from tests.support.api import ReadError, reader

SHOWN = "--show-managed-fields"
"""kubectl leaves out who wrote which field, unless it is asked."""


@pytest.fixture
def namespace(server: ApiServer, namespace: str) -> str:
    """A namespace with two ConfigMaps, one of which has a label, and a Service."""
    for name, labels in (("one", {"part": "first"}), ("two", {})):
        metadata = {"name": name, "namespace": namespace, "labels": labels}
        apply(server, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": name}})
    kubectl(server, "-n", namespace, "create", "service", "clusterip", "web", "--tcp=80")
    return namespace


@pytest.mark.parametrize("word", ["configmap", "configmaps", "cm"])
def test_one_object(server: ApiServer, namespace: str, word: str) -> None:
    told = json.loads(kubectl(server, "-n", namespace, "get", word, "one", "-o", "json", SHOWN))

    assert reader(server.kubeconfig).get(word, "one", namespace) == told


@pytest.mark.parametrize(
    ("kinds", "selector"), [("cm", ""), ("services,configmaps", ""), ("cm", "part=first")]
)
def test_objects_of_several_kinds(server: ApiServer, namespace: str, kinds: str, selector: str) -> None:
    told = json.loads(kubectl(server, "-n", namespace, "get", kinds, "-l", selector, "-o", "json", SHOWN))[
        "items"
    ]

    assert told
    assert reader(server.kubeconfig).list(kinds, namespace, selector) == told


def test_what_is_not_there(server: ApiServer, namespace: str) -> None:
    found = reader(server.kubeconfig)

    assert found.find("cm", "three", namespace) is None
    with pytest.raises(ReadError, match=f"there is no cm three in {namespace}"):
        found.get("cm", "three", namespace)
    with pytest.raises(ReadError, match="no kind nonsense"):
        found.get("nonsense", "one", namespace)


def test_an_object_outside_of_namespaces(server: ApiServer, namespace: str) -> None:
    assert reader(server.kubeconfig).get("ns", namespace, "default")["metadata"]["name"] == namespace


def test_custom_resources_go_by_their_short_name(server: ApiServer, namespace: str) -> None:
    metadata = {"name": "demo", "namespace": namespace}
    kind = {"apiVersion": "resee.io/v1alpha1", "kind": "ReseeDeployment"}
    apply(server, {**kind, "metadata": metadata, "spec": {"stage": "Local"}})

    assert reader(server.kubeconfig).get("resee", "demo", namespace)["spec"]["stage"] == "Local"


def test_a_server_that_is_away_is_no_other_error(tmp_path: Path, server: ApiServer) -> None:
    away = tmp_path / "kubeconfig"
    away.write_text(server.kubeconfig.read_text().replace(server.url, "https://127.0.0.1:1"))

    with pytest.raises(ReadError, match=r"127\.0\.0\.1:1"):
        reader(away).find("cm", "one", "default")
