"""Verdicts: generations before counts, and troubles told with Pod, container, reason and remedy."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.components import verdicts
from resee_operator.components.base import Manifest, Reason, Verdict
from resee_operator.components.troubles import find_trouble
from resee_operator.stages import Resolved
from tests.support.deployments import LiveObjects, find, manifests_of, pod, resolved_of, rolled_out, waiting


def resolved(count: int = 2) -> Resolved:
    return resolved_of(web={"replicas": count})


def judged(*pods: Manifest, generation: int = 1, **status: Any) -> Verdict:
    """Verdict on two Pods of web, fields of the status changed."""
    manifest = rolled_out(find(manifests_of(resolved()), "Deployment", "demo-web"))
    manifest["metadata"]["generation"] = generation
    manifest["status"] |= status
    return verdicts.deployment(resolved(), LiveObjects([manifest, *pods]), "web")


class TestDeployment:
    def test_ready(self) -> None:
        assert judged() == Verdict(
            True, Reason.READY, "Deployment demo-web has 2 of 2 Pods ready", {"replicas": {"web": "2/2"}}
        )

    def test_a_generation_that_is_not_observed_comes_before_all_counts(self) -> None:
        verdict = judged(generation=2)
        assert (verdict.healthy, verdict.reason) == (False, Reason.NOT_OBSERVED)

    @pytest.mark.parametrize(
        "status",
        [
            {"updatedReplicas": 1},
            {"availableReplicas": 1},
            {"replicas": 3},
            {"readyReplicas": 1, "availableReplicas": 1},
        ],
    )
    def test_any_count_that_is_off_is_a_rollout(self, status: dict[str, int]) -> None:
        verdict = judged(**status)
        assert (verdict.healthy, verdict.reason) == (False, Reason.ROLLING_OUT)

    def test_a_status_that_is_still_empty(self) -> None:
        manifest = find(manifests_of(resolved()), "Deployment", "demo-web")
        verdict = verdicts.deployment(resolved(), LiveObjects([manifest]), "web")
        assert (verdict.healthy, verdict.data) == (False, {"replicas": {"web": "0/2"}})

    def test_an_autoscalers_number_is_the_wanted_one(self) -> None:
        manifest = rolled_out(find(manifests_of(resolved()), "Deployment", "demo-web"))
        manifest["spec"]["replicas"] = 5
        verdict = verdicts.deployment(resolved(), LiveObjects([manifest]), "web")
        assert (verdict.healthy, verdict.data) == (False, {"replicas": {"web": "2/5"}})

    def test_stuck(self) -> None:
        condition = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
        verdict = judged(updatedReplicas=1, conditions=[condition])
        assert verdict.reason == Reason.ROLLOUT_STUCK

    def test_pods_that_the_cluster_refuses(self) -> None:
        said = "exceeded quota: small, requested: pods=1"
        condition = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": said}
        verdict = judged(readyReplicas=1, availableReplicas=1, conditions=[condition])
        assert verdict.reason == Reason.PODS_REFUSED
        assert said in verdict.message
        gone = judged(readyReplicas=1, availableReplicas=1, conditions=[{**condition, "status": "False"}])
        assert gone.reason == Reason.ROLLING_OUT

    def test_a_trouble_is_told_before_being_stuck(self) -> None:
        condition = {"type": "Progressing", "reason": "ProgressDeadlineExceeded"}
        broken = pod("web", containerStatuses=[waiting("web", "ImagePullBackOff")])
        verdict = judged(broken, updatedReplicas=1, conditions=[condition])
        assert verdict.reason == Reason.IMAGE_PULL_FAILED

    def test_a_trouble_of_another_component_is_not_told(self) -> None:
        broken = pod("nginx", containerStatuses=[waiting("nginx", "ImagePullBackOff")])
        assert judged(broken, updatedReplicas=1).reason == Reason.ROLLING_OUT

    def test_suspended(self) -> None:
        stopped = resolved_of(suspend=True)
        manifest = rolled_out(find(manifests_of(stopped), "Deployment", "demo-web"))
        verdict = verdicts.deployment(stopped, LiveObjects([manifest]), "web")
        assert (verdict.healthy, verdict.reason) == (True, Reason.SUSPENDED)


class TestTroubles:
    def told(self, *pods: Manifest) -> tuple[Reason, str]:
        trouble = find_trouble(pods)
        assert trouble is not None
        return trouble.reason, trouble.sentence

    @pytest.mark.parametrize(
        "word", ["ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"]
    )
    def test_an_image_that_cannot_be_pulled(self, word: str) -> None:
        said = 'Back-off pulling image "r.io/x:1"'
        reason, sentence = self.told(pod("web", "demo-web-1", containerStatuses=[waiting("web", word, said)]))
        assert reason == Reason.IMAGE_PULL_FAILED
        for part in ("demo-web-1", "container web", "r.io/x:1", "spec.images"):
            assert part in sentence

    @pytest.mark.parametrize(
        "word", ["CreateContainerConfigError", "CreateContainerError", "RunContainerError"]
    )
    def test_a_missing_key(self, word: str) -> None:
        said = "couldn't find key uri in Secret shop/rds"
        reason, sentence = self.told(pod("web", containerStatuses=[waiting("web", word, said)]))
        assert reason == Reason.CONFIG_ERROR
        assert said in sentence
        assert "make the Secret" in sentence

    def test_a_process_that_ends_again_and_again(self) -> None:
        status = waiting("web", "CrashLoopBackOff", lastState={"terminated": {"exitCode": 3}})
        reason, sentence = self.told(pod("web", "demo-web-1", containerStatuses=[status]))
        assert reason == Reason.CRASH_LOOPING
        assert "exit code 3" in sentence
        assert "kubectl logs --previous demo-web-1" in sentence

    def test_a_process_that_ran_out_of_memory(self) -> None:
        ended = {"exitCode": 137, "reason": "OOMKilled"}
        status = waiting("web", "CrashLoopBackOff", lastState={"terminated": ended})
        reason, sentence = self.told(pod("web", containerStatuses=[status]))
        assert reason == Reason.OUT_OF_MEMORY
        assert "limits.memory" in sentence

    def test_a_pod_that_fits_no_node(self) -> None:
        condition = {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": "0/1 nodes are available: 1 Insufficient cpu.",
        }
        reason, sentence = self.told(pod("web", conditions=[condition]))
        assert reason == Reason.UNSCHEDULABLE
        assert "Insufficient cpu" in sentence

    def test_init_containers_too(self) -> None:
        reason, _ = self.told(pod("web", initContainerStatuses=[waiting("wait", "ErrImagePull")]))
        assert reason == Reason.IMAGE_PULL_FAILED

    def test_the_first_by_name_so_that_the_sentence_does_not_flicker(self) -> None:
        pods = [
            pod("web", name, containerStatuses=[waiting("web", "CrashLoopBackOff")]) for name in ("b", "a")
        ]
        assert self.told(*pods) == self.told(*reversed(pods))
        assert "Pod a," in self.told(*pods)[1]

    def test_long_messages_are_cut(self) -> None:
        _, sentence = self.told(pod("web", containerStatuses=[waiting("web", "ErrImagePull", "x" * 5000)]))
        assert len(sentence) < 600

    @pytest.mark.parametrize(
        "status",
        [
            {},
            {"containerStatuses": [{"name": "web", "state": {"running": {}}}]},
            {"containerStatuses": [waiting("web", "ContainerCreating")]},
            {"conditions": [{"type": "PodScheduled", "status": "True"}]},
            {"phase": "Succeeded", "containerStatuses": [waiting("web", "CrashLoopBackOff")]},
        ],
    )
    def test_nothing_is_told_of_a_pod_that_runs_starts_or_has_ended(self, status: dict[str, Any]) -> None:
        assert find_trouble([pod("web", **status)]) is None

    def test_nothing_is_told_of_a_pod_that_goes(self) -> None:
        gone = pod("web", containerStatuses=[waiting("web", "CrashLoopBackOff")])
        gone["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
        assert find_trouble([gone]) is None


@pytest.mark.parametrize("reason", list(Reason))
def test_a_reason_reads_as_one_word(reason: Reason) -> None:
    assert reason.value.isalpha()
    assert reason.value[0].isupper()


def test_reasons_that_need_action() -> None:
    """All but what is fine and what passes by itself."""
    fine = {Reason.READY, Reason.SUSPENDED, Reason.NOT_NEEDED, Reason.WAITING_FOR_FIRST_RUN}
    passing = {
        Reason.MISSING,
        Reason.NOT_OBSERVED,
        Reason.ROLLING_OUT,
        Reason.RUNNING,
        Reason.UPGRADING,
        Reason.ROTATING,
        Reason.CLOSED,
        Reason.RESTORE_RUNNING,
    }
    assert {reason for reason in Reason if not reason.needs_action} == fine | passing


def test_nothing_to_judge_is_not_needed() -> None:
    assert verdicts.worst([], "fine") == Verdict(True, Reason.NOT_NEEDED, "fine", {"replicas": {}})
