"""Desired is a subset of live: what counts as a difference, and what each difference leads to."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from resee_operator.engine.actions import Action, FieldChange, Verb
from resee_operator.engine.diff import DIGEST, compare, digest_of, in_order, orphans, plan_object, stamp

CONTAINER = {
    "name": "web",
    "image": "web:1",
    "env": [{"name": "A", "value": "1"}, {"name": "EMPTY", "value": ""}],
    "ports": [{"containerPort": 8000}],
    "resources": {"requests": {"cpu": "0.5", "memory": "1024Mi"}},
    "securityContext": {"readOnlyRootFilesystem": True, "runAsNonRoot": True},
    "volumeMounts": [{"mountPath": "/tmp", "name": "tmp", "readOnly": False}],
}


def deployment() -> dict[str, Any]:
    """As a component makes it."""
    pod = {"containers": [copy.deepcopy(CONTAINER)], "automountServiceAccountToken": False}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "default", "labels": {"app": "web"}},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": pod},
        },
    }


def stored(manifest: dict[str, Any]) -> dict[str, Any]:
    """As the API server stores it: defaults added, quantities rewritten, what is empty dropped."""
    live = copy.deepcopy(manifest)
    live["metadata"] |= {
        "uid": "u1",
        "resourceVersion": "5",
        "generation": 1,
        "creationTimestamp": "2026-01-01",
    }
    live["spec"]["strategy"] = {"type": "RollingUpdate"}
    live["status"] = {"replicas": 2}
    container = live["spec"]["template"]["spec"]["containers"][0]
    container["imagePullPolicy"] = "IfNotPresent"
    container["ports"][0]["protocol"] = "TCP"
    container["resources"]["requests"] = {"cpu": "500m", "memory": "1Gi"}
    del container["env"][1]["value"]
    del container["volumeMounts"][0]["readOnly"]
    return live


def container(live: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = live["spec"]["template"]["spec"]["containers"][0]
    return found


def paths(wanted: dict[str, Any], live: dict[str, Any]) -> list[str]:
    return [change.path for change in compare(wanted, live)]


def test_stored_manifest_does_not_differ() -> None:
    assert compare(deployment(), stored(deployment())) == ()


def test_what_others_add_does_not_differ() -> None:
    live = stored(deployment())
    live["metadata"]["annotations"] = {"somebody.example/note": "1"}
    live["spec"]["template"]["spec"]["containers"].append({"name": "proxy", "image": "mesh:1"})
    container(live)["env"].append({"name": "INJECTED", "value": "1"})
    container(live)["volumeMounts"].append({"mountPath": "/mesh", "name": "mesh"})

    assert compare(deployment(), live) == ()


@pytest.mark.parametrize(
    ("path", "edit"),
    [
        ("spec.replicas", lambda live: live["spec"].update(replicas=9)),
        ("metadata.labels.app", lambda live: live["metadata"]["labels"].clear()),
        ("spec.selector.matchLabels.x", lambda live: live["spec"]["selector"]["matchLabels"].update(x="y")),
        ("spec.template.spec.containers[web].image", lambda live: container(live).update(image="evil:1")),
        (
            "spec.template.spec.containers[web].env[A].value",
            lambda live: container(live)["env"][0].update(value="2"),
        ),
        ("spec.template.spec.containers[web].env[A]", lambda live: container(live)["env"].pop(0)),
        (
            "spec.template.spec.containers[web].resources.requests.cpu",
            lambda live: container(live)["resources"]["requests"].update(cpu="600m"),
        ),
        (
            "spec.template.spec.containers[web].securityContext.readOnlyRootFilesystem",
            lambda live: container(live)["securityContext"].update(readOnlyRootFilesystem=False),
        ),
        (
            "spec.template.spec.automountServiceAccountToken",
            lambda live: live["spec"]["template"]["spec"].pop("automountServiceAccountToken"),
        ),
    ],
)
def test_drift_is_seen(path: str, edit: Any) -> None:
    live = stored(deployment())
    edit(live)

    assert paths(deployment(), live) == [path]


def test_change_tells_old_and_new() -> None:
    live = stored(deployment())
    live["spec"]["replicas"] = 9

    assert compare(deployment(), live) == (FieldChange("spec.replicas", 9, 2),)


def policy() -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {
            "podSelector": {"matchLabels": {"app": "web"}},
            "policyTypes": ["Ingress"],
            "ingress": [
                {"from": [{"podSelector": {"matchLabels": {"app": "nginx"}}}], "ports": [{"port": 8000}]}
            ],
        },
    }


def test_defaults_inside_a_list_that_is_ours_do_not_differ() -> None:
    live = policy()
    live["spec"]["ingress"][0]["ports"][0]["protocol"] = "TCP"

    assert compare(policy(), live) == ()


@pytest.mark.parametrize(
    "edit",
    [
        lambda spec: spec["ingress"].append({}),
        lambda spec: spec["ingress"][0]["from"][0].update(namespaceSelector={"matchLabels": {"a": "b"}}),
        lambda spec: spec["ingress"][0]["from"].append({"ipBlock": {"cidr": "0.0.0.0/0"}}),
        lambda spec: spec["ingress"][0]["ports"].append({"port": 22, "protocol": "TCP"}),
        lambda spec: spec["ingress"][0]["ports"][0].update(endPort=9000),
        lambda spec: spec["ingress"][0].pop("ports"),
        lambda spec: spec["podSelector"].update(matchLabels={"app": "web", "more": "1"}),
        lambda spec: spec["policyTypes"].append("Egress"),
    ],
)
def test_whatever_is_added_to_a_value_that_is_ours_as_a_whole_differs(edit: Any) -> None:
    live = policy()
    edit(live["spec"])

    assert paths(policy(), live) != []


def test_absent_object_is_created() -> None:
    action, refused = plan_object(stamp(deployment()), None)

    assert action is not None
    assert (action.verb, action.kind, action.name) == (Verb.CREATE, "Deployment", "web")
    assert refused == ()


def test_object_that_is_being_deleted_is_waited_for() -> None:
    live = stored(deployment())
    live["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"

    assert plan_object(stamp(deployment()), live) == (None, ())


def test_field_that_leaves_the_manifest_is_seen_by_the_digest() -> None:
    before = deployment()
    container(before)["env"].append({"name": "OLD", "value": "1"})
    action, _ = plan_object(stamp(deployment()), stored(stamp(before)))

    assert action is not None
    assert [change.path for change in action.fields] == [f"metadata.annotations.{DIGEST}"]
    assert not action.repair


def test_somebodys_edit_is_a_repair_and_ours_is_not() -> None:
    live = stored(stamp(deployment()))
    live["spec"]["replicas"] = 9
    repair, _ = plan_object(stamp(deployment()), live)
    edited = deployment() | {"spec": {**deployment()["spec"], "replicas": 3}}
    change, _ = plan_object(stamp(edited), stored(stamp(deployment())))

    assert repair is not None
    assert repair.repair
    assert change is not None
    assert not change.repair


def test_only_a_changed_template_restarts() -> None:
    live = stored(stamp(deployment()))
    live["spec"]["replicas"] = 9
    scaled, _ = plan_object(stamp(deployment()), live)
    container(live)["image"] = "web:0"
    rolled, _ = plan_object(stamp(deployment()), live)

    assert scaled is not None
    assert not scaled.restarts
    assert rolled is not None
    assert rolled.restarts


def test_changed_job_is_made_anew() -> None:
    job = {**deployment(), "kind": "Job", "apiVersion": "batch/v1"}
    live = stored(stamp(job))
    container(live)["image"] = "web:0"
    action, refused = plan_object(stamp(job), live)

    assert action is not None
    assert (action.verb, action.uid, refused) == (Verb.REPLACE, "u1", ())


def test_field_that_cannot_change_is_refused_and_the_rest_is_written() -> None:
    wanted = {**deployment(), "kind": "StatefulSet"}
    wanted["spec"]["volumeClaimTemplates"] = [
        {"metadata": {"name": "data"}, "spec": {"storageClassName": "fast"}}
    ]
    live = stored(stamp(wanted))
    live["spec"]["volumeClaimTemplates"][0]["spec"]["storageClassName"] = "slow"
    live["spec"]["replicas"] = 9
    action, refused = plan_object(stamp(wanted), live)

    assert [change.path for change in refused] == ["spec.volumeClaimTemplates[0].spec.storageClassName"]
    assert action is not None
    assert [change.path for change in action.fields] == ["spec.replicas"]
    assert action.manifest["spec"]["volumeClaimTemplates"] == live["spec"]["volumeClaimTemplates"]


def test_stamp_changes_with_the_manifest_and_leaves_it_alone() -> None:
    manifest = deployment()
    digest = digest_of(stamp(manifest))

    assert manifest == deployment()
    assert digest == digest_of(stamp(deployment()))
    manifest["spec"]["replicas"] = 3
    assert digest != digest_of(stamp(manifest))


def owned(kind: str, name: str, uid: str = "mine") -> dict[str, Any]:
    metadata = {"name": name, "namespace": "default", "uid": f"{name}-uid", "ownerReferences": [{"uid": uid}]}
    return {"kind": kind, "apiVersion": "v1", "metadata": metadata}


def test_orphans_are_what_we_own_and_no_data() -> None:
    others = [
        owned("Service", "old"),
        owned("Job", "of-a-cronjob", uid="cronjob"),
        owned("Secret", "credentials"),
        owned("PersistentVolumeClaim", "data"),
        {"kind": "ConfigMap", "metadata": {"name": "theirs", "namespace": "default", "uid": "x"}},
    ]

    assert [(action.verb, action.name) for action in orphans(others, "mine")] == [(Verb.DELETE, "old")]


def test_what_pods_read_comes_before_the_pods_and_deletions_last() -> None:
    kinds = ["Deployment", "Service", "Job", "ConfigMap", "ServiceAccount"]
    actions = [Action(Verb.CREATE, kind, "x", {}) for kind in kinds] + [
        Action(Verb.DELETE, "Secret", "y", {})
    ]
    ordered = [action.kind for action in in_order(reversed(actions))]

    assert ordered == ["ServiceAccount", "ConfigMap", "Service", "Deployment", "Job", "Secret"]
