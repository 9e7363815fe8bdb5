"""The Ingress, where there is one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from resee_operator.components import ingress
from resee_operator.components.base import Reason
from tests.support.deployments import LiveObjects, facts_of, manifests_of, resolved_of


def only(**fields: Any) -> dict[str, Any]:
    resolved = resolved_of(stage="Basic", host="a.example", **fields)
    (manifest,) = ingress.objects(resolved, facts_of(resolved))
    return manifest


def test_it_leads_to_nginx() -> None:
    (rule,) = only()["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    assert rule["host"] == "a.example"
    assert (path["path"], path["pathType"]) == ("/", "Prefix")
    assert path["backend"]["service"] == {"name": "demo-nginx", "port": {"number": 80}}


def test_what_is_not_said_is_left_to_the_cluster() -> None:
    assert only()["spec"].keys() == {"rules"}
    assert "annotations" not in only()["metadata"]


def test_class_annotations_and_certificate() -> None:
    annotations = {"alb.ingress.kubernetes.io/scheme": "internet-facing"}
    manifest = only(ingress={"className": "alb", "annotations": annotations}, tls={"secretName": "cert"})
    assert manifest["spec"]["ingressClassName"] == "alb"
    assert annotations.items() <= manifest["metadata"]["annotations"].items()
    assert manifest["spec"]["tls"] == [{"hosts": ["a.example"], "secretName": "cert"}]


def annotated(class_name: str, tls: dict[str, Any] | None = None, **ingress: Any) -> dict[str, str]:
    """What is set for a class, without the prefix of its controller."""
    wanted = {"className": class_name, **ingress}
    fields = {"ingress": wanted, **({"tls": tls} if tls else {})}
    found = only(**fields)["metadata"]["annotations"]
    return {name.removeprefix(f"{class_name}.ingress.kubernetes.io/"): text for name, text in found.items()}


class TestLoadBalancerOfAws:
    def test_asks_the_pods_themselves(self) -> None:
        found = annotated("alb")
        assert found["target-type"] == "ip"
        assert found["healthcheck-path"] == "/nginx-health"

    def test_without_tls_listens_on_port_80_only(self) -> None:
        found = annotated("alb")
        assert json.loads(found["listen-ports"]) == [{"HTTP": 80}]
        assert "ssl-redirect" not in found

    @pytest.mark.parametrize("tls", [{"upstream": True}, {"secretName": "cert"}])
    def test_with_tls_redirects(self, tls: dict[str, Any]) -> None:
        found = annotated("alb", tls)
        assert {"HTTPS": 443} in json.loads(found["listen-ports"])
        assert found["ssl-redirect"] == "443"

    def test_does_not_redirect_to_a_port_that_the_user_left_out(self) -> None:
        own = {"alb.ingress.kubernetes.io/listen-ports": '[{"HTTP": 80}]'}
        assert "ssl-redirect" not in annotated("alb", {"upstream": True}, annotations=own)

    def test_the_users_annotation_wins(self) -> None:
        own = {"alb.ingress.kubernetes.io/scheme": "internal"}
        assert annotated("alb", annotations=own)["scheme"] == "internal"


class TestNginxController:
    def test_takes_what_resee_takes(self) -> None:
        assert annotated("nginx")["proxy-body-size"] == "20m"

    @pytest.mark.parametrize(
        ("tls", "redirects"),
        [(None, "false"), ({"secretName": "cert"}, "true"), ({"upstream": True}, "false")],
    )
    def test_redirects_where_it_ends_tls_itself(self, tls: dict[str, Any] | None, redirects: str) -> None:
        assert annotated("nginx", tls)["ssl-redirect"] == redirects


class TestDnsAndCertificates:
    def test_external_dns_reads_the_host(self) -> None:
        found = annotated("other", externalDNS=True)
        assert found == {"external-dns.alpha.kubernetes.io/hostname": "a.example"}

    def test_cloudflare_stands_in_front(self) -> None:
        found = annotated("other", cloudflare=True)
        assert found["external-dns.alpha.kubernetes.io/cloudflare-proxied"] == "true"
        assert found["external-dns.alpha.kubernetes.io/hostname"] == "a.example"

    @pytest.mark.parametrize(("kind", "name"), [("ClusterIssuer", "cluster-issuer"), ("Issuer", "issuer")])
    def test_cert_manager_fills_the_secret(self, kind: str, name: str) -> None:
        manifest = only(tls={"issuer": {"name": "letsencrypt", "kind": kind}})
        assert manifest["metadata"]["annotations"] == {f"cert-manager.io/{name}": "letsencrypt"}
        assert manifest["spec"]["tls"][0]["secretName"] == "demo-ingress-tls"

    def test_an_issuer_makes_the_address_https(self) -> None:
        tls = {"issuer": {"name": "letsencrypt"}}
        assert resolved_of(stage="Basic", host="a.example", tls=tls).url == "https://a.example"


def test_health() -> None:
    assert ingress.health(resolved_of(), LiveObjects()).reason == Reason.NOT_NEEDED
    resolved = resolved_of(stage="Basic", host="a.example")
    assert ingress.health(resolved, LiveObjects()).reason == Reason.MISSING
    assert ingress.health(resolved, LiveObjects(manifests_of(resolved))).healthy
