"""Accounts: one for each component, none with a token."""

from __future__ import annotations

from resee_operator.components import identity
from resee_operator.components.base import Reason
from resee_operator.stages import Resolved
from tests.support.deployments import (
    EXTERNAL,
    LiveObjects,
    facts_of,
    find,
    manifests_of,
    pod_templates,
    resolved_of,
)


def names(resolved: Resolved) -> set[str]:
    return {item["metadata"]["name"] for item in identity.objects(resolved, facts_of(resolved))}


def test_each_component_has_its_own_and_no_other_exists() -> None:
    resolved = resolved_of()
    templates = pod_templates(manifests_of(resolved)).values()
    assert names(resolved) == {template["spec"]["serviceAccountName"] for template in templates}


def test_servers_of_somebody_else_need_none() -> None:
    assert not names(resolved_of(**EXTERNAL)) & {"demo-postgres", "demo-redis"}


def test_without_a_schedule_backups_can_be_asked_for() -> None:
    assert "demo-backup" in names(resolved_of(backup={"enabled": False}))


def test_none_has_a_token() -> None:
    resolved = resolved_of()
    for item in identity.objects(resolved, facts_of(resolved)):
        assert item["automountServiceAccountToken"] is False


def test_a_role_of_a_cloud_account() -> None:
    role = {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/backup"}
    manifests = manifests_of(resolved_of(backup={"serviceAccountAnnotations": role}))
    assert find(manifests, "ServiceAccount", "demo-backup")["metadata"]["annotations"] == role
    assert "annotations" not in find(manifests, "ServiceAccount", "demo-web")["metadata"]


def test_annotations_of_all_groups_meet_in_the_workers_account() -> None:
    groups = [
        {"name": "a", "queues": ["default", "reviews"], "serviceAccountAnnotations": {"x": "1"}},
        {"name": "b", "queues": ["email"], "serviceAccountAnnotations": {"y": "2"}},
    ]
    account = find(manifests_of(resolved_of(workers=groups)), "ServiceAccount", "demo-worker")
    assert account["metadata"]["annotations"] == {"x": "1", "y": "2"}


def test_health() -> None:
    resolved = resolved_of()
    assert identity.health(resolved, LiveObjects()).reason == Reason.MISSING
    assert identity.health(resolved, LiveObjects(manifests_of(resolved))).healthy
