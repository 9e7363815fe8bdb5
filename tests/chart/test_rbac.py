"""The operator may do what it does, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.kube.resources import CHILDREN, EVENT, KINDS, LEASE, REQUESTS, RESEE, Resource
from tests.chart.chart import NAMESPACE, Documents, Helm, of_kind
from tests.support.deployments import find, manifests_of, production

CLUSTER_WIDE: dict[str, Any] = {}
NAMESPACED: dict[str, Any] = {"namespaces": ["team-a", "team-b"]}
READ = {"get", "list", "watch"}
WRITE = {"create", "patch", "delete"}
# Pods are made by Kubernetes' own controllers; the operator looks at them, and lets Patroni label its own.
OF_PODS = READ | {"patch"}
ENDPOINTS = Resource("Endpoints", "", "v1", "endpoints")


def verbs(documents: Documents, resource: Resource, subresource: str = "") -> set[str]:
    """All verbs that the roles allow on a resource."""
    plural = f"{resource.plural}/{subresource}" if subresource else resource.plural
    return {
        verb
        for role in roles(documents)
        for rule in role["rules"]
        if resource.group in rule["apiGroups"] and plural in rule["resources"]
        for verb in rule["verbs"]
    }


def roles(documents: Documents) -> Documents:
    return of_kind(documents, "ClusterRole") + of_kind(documents, "Role")


@pytest.fixture(params=[CLUSTER_WIDE, NAMESPACED], ids=["cluster", "namespaces"])
def documents(request: pytest.FixtureRequest, helm: Helm) -> Documents:
    return helm.template(request.param)


def test_no_rule_has_a_wildcard(documents: Documents) -> None:
    for role in roles(documents):
        for rule in role["rules"]:
            assert "*" not in [*rule["apiGroups"], *rule["resources"], *rule["verbs"]]


@pytest.mark.parametrize("child", CHILDREN, ids=lambda child: child.kind)
def test_each_child_has_its_verbs_and_no_others(documents: Documents, child: Resource) -> None:
    assert verbs(documents, child) == (OF_PODS if child.kind == "Pod" else READ | WRITE)


def test_it_has_every_right_that_it_gives_away(documents: Documents) -> None:
    """Kubernetes refuses a Role with more than its maker may do."""
    role = find(manifests_of(production(database={"provider": "Patroni"})), "Role", "demo-postgres")
    of = {"pods": next(one for one in CHILDREN if one.kind == "Pod"), "endpoints": ENDPOINTS}
    for rule in role["rules"]:
        for resource in rule["resources"]:
            assert set(rule["verbs"]) <= verbs(documents, of[resource])


def test_deployments_of_resee(documents: Documents) -> None:
    assert verbs(documents, RESEE) == READ | {"patch"}
    assert verbs(documents, RESEE, "status") == {"patch"}
    assert verbs(documents, RESEE, "finalizers") == {"update"}


def test_the_number_of_pods_is_written_where_an_autoscaler_owns_it(documents: Documents) -> None:
    assert verbs(documents, KINDS["Deployment"], "scale") == {"patch"}


@pytest.mark.parametrize("request_kind", REQUESTS, ids=lambda resource: resource.kind)
def test_requests_are_read_and_answered_and_never_made(documents: Documents, request_kind: Resource) -> None:
    assert verbs(documents, request_kind) == READ
    assert verbs(documents, request_kind, "status") == {"patch"}


def test_events_are_written_and_read_by_name_to_count_their_repeats(documents: Documents) -> None:
    assert verbs(documents, EVENT) == {"create", "get", "patch"}


def test_rules_name_nothing_that_the_operator_does_not_use(documents: Documents) -> None:
    known = {(one.group, one.plural) for one in (*CHILDREN, *REQUESTS, ENDPOINTS, RESEE, EVENT, LEASE)}
    known.add(("metrics.k8s.io", "pods"))
    used = {
        (group, resource.partition("/")[0])
        for role in roles(documents)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }
    assert used == known


def test_lease_is_written_in_the_own_namespace_under_its_name_only(documents: Documents) -> None:
    leases = [
        (role["metadata"]["namespace"], rule)
        for role in roles(documents)
        for rule in role["rules"]
        if "leases" in rule["resources"]
    ]
    assert {namespace for namespace, _ in leases} == {NAMESPACE}
    named = {rule["resourceNames"][0]: rule["verbs"] for _, rule in leases if "resourceNames" in rule}
    assert named == {"resee-operator": ["get", "update"]}
    assert [rule["verbs"] for _, rule in leases if "resourceNames" not in rule] == [["create"]]


def test_a_list_of_namespaces_needs_no_cluster_role(helm: Helm) -> None:
    rendered = helm.template(NAMESPACED)
    assert of_kind(rendered, "ClusterRole") == []
    assert of_kind(rendered, "ClusterRoleBinding") == []
    namespaces = {role["metadata"]["namespace"] for role in of_kind(rendered, "Role")}
    assert namespaces == {"team-a", "team-b", NAMESPACE}


def test_every_role_is_bound_to_the_service_account(documents: Documents) -> None:
    bindings = of_kind(documents, "ClusterRoleBinding") + of_kind(documents, "RoleBinding")
    bound = {(one["metadata"].get("namespace"), one["roleRef"]["name"]) for one in bindings}
    assert bound == {
        (role["metadata"].get("namespace"), role["metadata"]["name"]) for role in roles(documents)
    }
    (account,) = of_kind(documents, "ServiceAccount")
    for binding in bindings:
        assert binding["subjects"] == [
            {"kind": "ServiceAccount", "name": account["metadata"]["name"], "namespace": NAMESPACE}
        ]
