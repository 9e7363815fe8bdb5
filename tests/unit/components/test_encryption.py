"""Encrypted connections to PostgreSQL: the server shows a certificate, every client insists on it."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from resee_operator.components import credentials
from resee_operator.components.credentials import GeneratedSecret
from resee_operator.components.encryption import BUNDLE, parts, server_names
from resee_operator.components.postgres import patroni_config
from resee_operator.stages import Resolved
from tests.support.deployments import (
    container_of,
    env_of,
    facts_of,
    find,
    manifests_of,
    pod_templates,
    production,
    resolved_of,
)

OWN = {"provider": "StatefulSet"}
BUNDLED = "".join(f"-----BEGIN {name}-----\n{name}\n-----END {name}-----\n" for name in "ABCD")
CLIENTS = ("Deployment/demo-web", "Deployment/demo-worker-main", "CronJob/demo-backup")


def encrypted(**fields: Any) -> Resolved:
    return production(**{"database": OWN, **fields})


def objects(resolved: Resolved) -> dict[str, dict[str, Any]]:
    return {f"{item['kind']}/{item['metadata']['name']}": item for item in manifests_of(resolved)}


def test_the_stage_decides_unless_the_spec_does() -> None:
    assert encrypted().database.tls
    assert not resolved_of(stage="Basic").database.tls
    assert resolved_of(stage="Basic", database={"tls": True}).database.tls
    assert not encrypted(database={**OWN, "tls": False}).database.tls


def test_a_server_of_somebody_else_has_a_certificate_of_its_own() -> None:
    assert not production().database.tls
    assert "demo-tls" not in [secret.name for secret in credentials.generated(production())]


def test_the_server_shows_its_certificate() -> None:
    made = find(manifests_of(encrypted()), "StatefulSet", "demo-postgres")
    arguments = container_of(made)["args"]
    assert {"ssl=on", "ssl_cert_file=/etc/resee/tls/tls.crt", "ssl_key_file=/etc/resee/tls/tls.key"} <= set(
        arguments
    )


def test_every_member_across_zones_shows_it_and_takes_nobody_else_in() -> None:
    resolved = encrypted(database={"provider": "Patroni"})
    template = find(manifests_of(resolved), "StatefulSet", "demo-postgres")["spec"]["template"]
    assert "tls" in [volume["name"] for volume in template["spec"]["volumes"]]
    postgresql = patroni_config.render(resolved)["postgresql"]
    assert postgresql["parameters"]["ssl_key_file"] == "/etc/resee/tls/tls.key"
    assert not [line for line in postgresql["pg_hba"] if line.startswith("host ")]


def test_members_without_encryption_take_everybody_with_a_password() -> None:
    resolved = encrypted(database={"provider": "Patroni", "tls": False})
    postgresql = patroni_config.render(resolved)["postgresql"]
    assert "ssl" not in postgresql["parameters"]
    assert not [line for line in postgresql["pg_hba"] if line.startswith("hostssl")]


@pytest.mark.parametrize("name", CLIENTS)
def test_each_client_insists_on_it(name: str) -> None:
    made = objects(encrypted())[name]
    assert env_of(made)["PGSSLMODE"] == "verify-full"
    assert env_of(made)["PGSSLROOTCERT"] == "/etc/resee/tls/ca.crt"


def test_every_pod_that_reads_the_address_insists() -> None:
    """Also one that somebody adds later."""
    for name, template in pod_templates(manifests_of(encrypted())).items():
        for container in template["spec"]["containers"]:
            variables = {item["name"] for item in container.get("env", [])}
            assert ("DATABASE_URL" in variables) == ("PGSSLMODE" in variables), name


def test_only_the_server_gets_the_key_and_nobody_the_authoritys() -> None:
    found = {}
    for name, template in pod_templates(manifests_of(encrypted())).items():
        for volume in template["spec"]["volumes"]:
            if volume["name"] == "tls":
                found[name] = {item["key"] for item in volume["secret"]["items"]}
    assert found.pop("StatefulSet/demo-postgres") == {"ca.crt", "tls.crt", "tls.key"}
    assert found.keys() >= set(CLIENTS)
    assert set(map(frozenset, found.values())) == {frozenset({"ca.crt"})}


def test_postgresql_takes_the_key() -> None:
    """It refuses one that others than its group may read."""
    template = find(manifests_of(encrypted()), "StatefulSet", "demo-postgres")["spec"]["template"]
    (volume,) = [item for item in template["spec"]["volumes"] if item["name"] == "tls"]
    assert volume["secret"]["defaultMode"] == 0o440
    assert template["spec"]["securityContext"]["fsGroup"] == template["spec"]["securityContext"]["runAsUser"]


def test_without_encryption_nothing_of_it_is_there() -> None:
    for template in pod_templates(manifests_of(resolved_of())).values():
        assert "tls" not in [volume["name"] for volume in template["spec"]["volumes"]]
    assert (
        "ssl=on"
        not in container_of(find(manifests_of(resolved_of()), "StatefulSet", "demo-postgres"))["args"]
    )


def test_the_certificate_names_the_services() -> None:
    names = server_names(encrypted())
    assert names[0] == "demo-postgres"
    assert {"demo-postgres.shop.svc.cluster.local", "demo-postgres-replicas.shop.svc"} <= set(names)


def test_a_new_certificate_rolls_the_server_and_no_client() -> None:
    resolved = encrypted()
    old = facts_of(resolved, **{"demo-tls": {"ca.crt": "a", "tls.crt": "b", "tls.key": "c"}})
    new = facts_of(resolved, **{"demo-tls": {"ca.crt": "a", "tls.crt": "d", "tls.key": "e"}})
    before, after = (pod_templates(manifests_of(resolved, facts)) for facts in (old, new))
    assert [name for name in before if before[name] != after[name]] == ["StatefulSet/demo-postgres"]


class TestTheSecret:
    secret: ClassVar[GeneratedSecret] = credentials.generated(encrypted())[-1]

    def test_holds_the_parts_of_the_bundle(self) -> None:
        data = self.secret.complete({}, lambda _: BUNDLED)
        assert data.keys() == {BUNDLE, "ca.crt", "tls.crt", "tls.key"}
        assert [data[name][11] for name in ("ca.crt", "tls.key", "tls.crt")] == ["B", "C", "D"]

    def test_stands_while_it_will_do(self) -> None:
        data = self.secret.complete({}, lambda _: BUNDLED)
        assert self.secret.complete(data, lambda _: "another", lambda _, value: value) == data

    def test_is_replaced_as_a_whole(self) -> None:
        data = self.secret.complete({}, lambda _: BUNDLED)
        renewed = BUNDLED.replace("D\n", "E\n")
        assert self.secret.complete(data, lambda _: "", lambda *_: renewed) == {
            BUNDLE: renewed,
            **parts(renewed),
        }
