"""The building of Pods: what every component shares."""

from __future__ import annotations

import hashlib
import json
import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resee_operator.components import Facts, meta, pods
from resee_operator.components.pods import Container, Pod
from resee_operator.stages.sizes import PodSettings, Resources
from tests.support.deployments import find, manifests_of, production, resolved_of
from tests.support.pod_security import violations

AMOUNTS = Resources("100m", "64Mi", "128Mi")
PLAIN = PodSettings(AMOUNTS)
leaves = st.none() | st.booleans() | st.integers() | st.text() | st.floats(0.001, 1000)


def container(**fields: object) -> Container:
    return Container(name="web", image="image:1", **fields)  # type: ignore[arg-type]


def pod(settings: PodSettings = PLAIN, **fields: object) -> Pod:
    return Pod(component="web", container=container(), settings=settings, **fields)  # type: ignore[arg-type]


class TestContainer:
    def test_holds_no_more_than_it_is_given(self) -> None:
        assert container().manifest(resolved_of(), PLAIN).keys() == {
            "name",
            "image",
            "imagePullPolicy",
            "resources",
            "securityContext",
            "volumeMounts",
        }

    def test_command_and_arguments(self) -> None:
        made = container(command=("a",), args=("b", "c")).manifest(resolved_of(), PLAIN)
        assert (made["command"], made["args"]) == (["a"], ["b", "c"])

    def test_its_port_is_named_with_its_protocol(self) -> None:
        (port,) = container(port=80).manifest(resolved_of(), PLAIN)["ports"]
        assert port == {"name": "main", "containerPort": 80, "protocol": "TCP"}

    def test_a_writable_one_is_still_restricted(self) -> None:
        made = container(writable=True).manifest(resolved_of(), PLAIN)
        assert made["securityContext"]["readOnlyRootFilesystem"] is False
        assert made["securityContext"]["capabilities"] == {"drop": ["ALL"]}

    def test_the_pull_policy(self) -> None:
        resolved = resolved_of(images={"pullPolicy": "Never"})
        assert container().manifest(resolved, PLAIN)["imagePullPolicy"] == "Never"

    def test_variables_keep_their_order_and_the_last_of_a_name_wins(self) -> None:
        ours = [{"name": "B", "value": "1"}, {"name": "A", "value": "1"}]
        theirs = PodSettings(AMOUNTS, env=({"name": "B", "value": "2"}, {"name": "C", "value": "2"}))
        assert container(env=ours).variables(theirs) == [
            {"name": "B", "value": "2"},
            {"name": "A", "value": "1"},
            {"name": "C", "value": "2"},
        ]


class TestPod:
    def test_is_restricted(self) -> None:
        assert violations(pod().spec(resolved_of())) == []

    def test_has_no_token_and_no_variables_of_services(self) -> None:
        spec = pod().spec(resolved_of())
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False

    @pytest.mark.parametrize("user", [pods.APP_USER, pods.DATA_USER])
    def test_files_belong_to_its_user(self, user: int) -> None:
        security = pod(user=user).spec(resolved_of())["securityContext"]
        assert {security[name] for name in ("runAsUser", "runAsGroup", "fsGroup")} == {user}

    def test_tmp_is_bounded(self) -> None:
        (volume,) = pod().spec(resolved_of())["volumes"]
        assert volume == {"name": "tmp", "emptyDir": {"sizeLimit": "512Mi"}}

    def test_secrets_of_registries(self) -> None:
        resolved = resolved_of(images={"pullSecrets": ["a", "b"]})
        assert pod().spec(resolved)["imagePullSecrets"] == [{"name": "a"}, {"name": "b"}]

    def test_its_account_is_its_components_unless_told_otherwise(self) -> None:
        assert pod().spec(resolved_of())["serviceAccountName"] == "demo-web"
        assert pod(service_account="worker").spec(resolved_of())["serviceAccountName"] == "demo-worker"

    @pytest.mark.parametrize(("spread", "zones"), [(False, True), (True, False)])
    def test_is_spread_where_component_and_stage_want_it(self, spread: bool, zones: bool) -> None:
        resolved = production() if zones else resolved_of()
        assert "topologySpreadConstraints" not in pod(spread=spread).spec(resolved)

    def test_a_file_of_a_secret_counts_as_read(self) -> None:
        reading = pod(secret_files=[("auth", "file")])
        before = reading.template(resolved_of(), Facts({"auth": {"file": "1", "other": "1"}}))
        after = reading.template(resolved_of(), Facts({"auth": {"file": "2", "other": "1"}}))
        other = reading.template(resolved_of(), Facts({"auth": {"file": "1", "other": "2"}}))
        assert before != after
        assert before == other

    def test_the_checksum_is_the_only_difference(self) -> None:
        reading = pod(secret_files=[("auth", "file")])
        before = reading.template(resolved_of(), Facts())
        after = reading.template(resolved_of(), Facts({"auth": {"file": "2"}}))
        for template in (before, after):
            template["metadata"]["annotations"].pop(meta.CHECKSUM_ANNOTATION)
        assert before == after


class TestDigest:
    def test_is_a_part_of_a_name(self) -> None:
        assert set(pods.digest({"a": [1]})) <= set(string.hexdigits.lower())
        assert len(pods.digest("")) == 16

    def test_does_not_depend_on_the_order_of_keys(self) -> None:
        assert pods.digest({"a": 1, "b": 2}) == pods.digest({"b": 2, "a": 1})

    @settings(max_examples=40, deadline=None)
    @given(
        st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
    )
    def test_is_that_of_the_first_release(self, value: Any) -> None:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"))
        assert pods.digest(value) == hashlib.sha256(text.encode()).hexdigest()[:16]

    def test_tells_absence_from_emptiness(self) -> None:
        assert pods.digest([None]) != pods.digest([""])


def test_resources_with_and_without_a_cpu_limit() -> None:
    assert pods.resources(AMOUNTS)["limits"] == {"memory": "128Mi"}
    limited = Resources("100m", "64Mi", "128Mi", "1")
    assert pods.resources(limited)["limits"] == {"cpu": "1", "memory": "128Mi"}


def test_probes() -> None:
    assert pods.exec_probe("a", "b", periodSeconds=3) == {"exec": {"command": ["a", "b"]}, "periodSeconds": 3}
    request = pods.http_probe("/x", 80, None)["httpGet"]
    assert request == {"path": "/x", "port": 80, "scheme": "HTTP"}
    assert pods.http_probe("/x", 80, "h")["httpGet"]["httpHeaders"] == [{"name": "Host", "value": "h"}]


def test_a_secret_that_may_be_absent() -> None:
    required, optional = (
        pods.secret_variable("A", "s", "k"),
        pods.secret_variable("A", "s", "k", optional=True),
    )
    assert "optional" not in required["valueFrom"]["secretKeyRef"]
    assert optional["valueFrom"]["secretKeyRef"]["optional"] is True


class TestAcrossZones:
    @staticmethod
    def spec(component: str, **fields: Any) -> dict[str, Any]:
        manifest = find(manifests_of(production(**fields)), "Deployment", f"demo-{component}")
        spec: dict[str, Any] = manifest["spec"]["template"]["spec"]
        return spec

    @pytest.mark.parametrize("component", ["web", "nginx", "beat", "worker-main"])
    def test_pods_leave_a_node_that_is_away_soon(self, component: str) -> None:
        patience = {item["key"]: item["tolerationSeconds"] for item in self.spec(component)["tolerations"]}
        assert patience == {"node.kubernetes.io/not-ready": 10, "node.kubernetes.io/unreachable": 10}

    def test_a_users_own_patience_stands(self) -> None:
        own = {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute"}
        tolerations = self.spec("web", web={"tolerations": [own]})["tolerations"]
        assert [item["key"] for item in tolerations] == [own["key"], "node.kubernetes.io/not-ready"]
        everything = {"operator": "Exists"}
        assert self.spec("web", web={"tolerations": [everything]})["tolerations"] == [everything]

    def test_a_name_server_that_is_gone_costs_a_second(self) -> None:
        options = {item["name"]: item["value"] for item in self.spec("web")["dnsConfig"]["options"]}
        assert options == {"timeout": "1", "attempts": "4"}

    def test_on_one_machine_kubernetes_defaults_stay(self) -> None:
        manifest = find(manifests_of(resolved_of()), "Deployment", "demo-web")
        assert not {"dnsConfig", "tolerations"} & manifest["spec"]["template"]["spec"].keys()
