"""Generated Secrets: drawn once, what exists stands, and one form whoever runs the servers."""

from __future__ import annotations

import hashlib
from urllib.parse import unquote, urlsplit

import pytest

from resee_operator.components import credentials
from resee_operator.components.base import Reason
from resee_operator.components.credentials import GeneratedSecret, Random, Recipe
from tests.support.deployments import EXTERNAL, LiveObjects, facts_of, production, resolved_of


def secret(name: str) -> GeneratedSecret:
    found = [item for item in credentials.generated(resolved_of()) if item.name == name]
    assert len(found) == 1
    return found[0]


def draw(recipe: Recipe) -> str:
    assert isinstance(recipe, Random)
    return recipe.alphabet[0] * recipe.length


def refuse(recipe: Recipe) -> str:
    raise AssertionError(f"{recipe} is drawn though it exists")


def test_their_names() -> None:
    names = [item.name for item in credentials.generated(resolved_of())]
    assert names == ["demo-app", "demo-database", "demo-redis"]


def test_servers_of_somebody_else_need_none() -> None:
    assert [item.name for item in credentials.generated(resolved_of(**EXTERNAL))] == ["demo-app"]


def test_they_are_never_applied() -> None:
    """What is applied overwrites; these are created by the engine and then left alone."""
    resolved = resolved_of()
    assert credentials.objects(resolved, facts_of(resolved)) == []


def test_they_carry_no_data_and_no_owner() -> None:
    for item in credentials.generated(resolved_of()):
        assert "data" not in item.manifest
        assert "stringData" not in item.manifest
        assert "ownerReferences" not in item.manifest["metadata"]


def test_they_go_with_the_deployment_when_told_so() -> None:
    for item in credentials.generated(resolved_of(deletionPolicy="Delete")):
        assert item.manifest["metadata"]["ownerReferences"][0]["name"] == "demo"


def test_values_are_long_and_need_no_quoting() -> None:
    for item in credentials.generated(resolved_of()):
        for recipe in item.random.values():
            assert isinstance(recipe, Random)
            assert recipe.length >= 32
            assert recipe.alphabet.isalnum()
            assert len(set(recipe.alphabet)) == 62


def test_the_form_of_the_database_secret() -> None:
    data = secret("demo-database").complete({}, draw)
    assert data.keys() == {"host", "port", "dbname", "username", "password", "uri"}
    address = urlsplit(data["uri"])
    assert (address.scheme, address.hostname, str(address.port)) == (
        "postgresql",
        data["host"],
        data["port"],
    )
    assert (address.username, address.password) == (data["username"], data["password"])
    assert address.path == f"/{data['dbname']}"
    assert data["host"] == "demo-postgres"


def test_the_form_of_the_redis_secret() -> None:
    data = secret("demo-redis").complete({}, draw)
    assert data.keys() == {"host", "port", "password", "uri", "cache-uri", "auth.conf"}
    broker, cache = urlsplit(data["uri"]), urlsplit(data["cache-uri"])
    assert (broker.path, cache.path) == ("/0", "/1")
    assert broker.netloc == cache.netloc == f":{data['password']}@demo-redis:6379"
    digest = hashlib.sha256(data["password"].encode()).hexdigest()
    assert data["auth.conf"] == f"user default on ~* &* +@all #{digest}\n"


@pytest.mark.parametrize("name", ["demo-app", "demo-database", "demo-redis"])
def test_what_exists_stands(name: str) -> None:
    existing = secret(name).complete({}, draw)
    assert secret(name).complete(existing, refuse) == existing


def test_a_password_that_a_user_chose_is_taken_and_quoted() -> None:
    data = secret("demo-database").complete({"password": "p@ss/w:rd"}, refuse)
    assert data["password"] == "p@ss/w:rd"
    assert unquote(urlsplit(data["uri"]).password or "") == "p@ss/w:rd"
    across = production(redis={"provider": "Sentinel"})
    (redis,) = (item for item in credentials.generated(across) if item.name == "demo-redis")
    data = redis.complete({"password": 'a "b\\', "sentinel-password": "c"}, refuse)
    assert 'masterauth "a \\"b\\\\"\n' in data["auth.conf"]
    assert 'sentinel auth-pass resee "a \\"b\\\\"\n' in data["sentinel-auth.conf"]


def test_only_what_is_missing_is_added() -> None:
    existing = {"password": "old", "uri": "postgresql://elsewhere", "mine": "too"}
    data = secret("demo-database").complete(existing, refuse)
    assert existing.items() <= data.items()
    assert data["host"] == "demo-postgres"


def test_an_empty_value_stands_too() -> None:
    """Whoever emptied it did so on purpose; the Pods say what they miss."""
    assert secret("demo-app").complete({"SECRET_KEY": ""}, refuse) == {"SECRET_KEY": ""}


def test_health() -> None:
    resolved = resolved_of()
    verdict = credentials.health(resolved, LiveObjects())
    assert (verdict.healthy, verdict.reason) == (False, Reason.MISSING)
    live = LiveObjects([item.manifest for item in credentials.generated(resolved)])
    assert credentials.health(resolved, live).healthy
