"""Redis, by a StatefulSet or somewhere else."""

from __future__ import annotations

from typing import Any

from resee_operator.components import Facts, redis
from resee_operator.components.base import Reason
from resee_operator.stages import Resolved
from resee_operator.stages.checks import REDIS_PROVIDERS
from tests.support.deployments import (
    EXTERNAL,
    LiveObjects,
    container_of,
    env_of,
    facts_of,
    find,
    manifests_of,
    resolved_of,
    rolled_out,
)


def stateful_set(resolved: Resolved, facts: Facts | None = None) -> dict[str, Any]:
    return find(manifests_of(resolved, facts), "StatefulSet", "demo-redis")


def options(resolved: Resolved) -> dict[str, str]:
    """Options of redis-server after its configuration file."""
    args = container_of(stateful_set(resolved))["args"]
    return dict(zip(args[::2], args[1::2], strict=True))


def test_there_is_a_module_for_each_provider_that_is_let_through() -> None:
    assert tuple(redis.PROVIDERS) == REDIS_PROVIDERS


class TestStatefulSet:
    def test_tasks_reach_the_disk_and_are_never_evicted(self) -> None:
        given = options(resolved_of())
        assert (given["--appendonly"], given["--appendfsync"]) == ("yes", "everysec")
        assert given["--maxmemory-policy"] == "noeviction"
        assert given["--dir"] == "/data"

    def test_it_refuses_before_it_is_killed(self) -> None:
        limits = {"memory": "1000M"}
        given = options(resolved_of(redis={"resources": {"limits": limits}}))
        assert given["--maxmemory"] == "600000000"

    def test_what_is_accepted_is_in_a_file_and_no_password_in_the_environment(self) -> None:
        manifest = stateful_set(resolved_of())
        assert env_of(manifest) == {}
        volumes = {item["name"]: item for item in manifest["spec"]["template"]["spec"]["volumes"]}
        assert volumes["auth"]["secret"]["items"] == [{"key": "auth.conf", "path": "auth.conf"}]

    def test_a_new_password_is_followed_without_a_restart(self) -> None:
        resolved = resolved_of()
        facts = facts_of(resolved)
        data = {**facts.secrets["demo-redis"], "auth.conf": "new"}
        changed = Facts({**facts.secrets, "demo-redis": data})
        assert stateful_set(resolved, changed) == stateful_set(resolved, facts)

    def test_loading_is_alive_but_not_ready(self) -> None:
        """redis-cli answers LOADING with exit code 0 unless -e is given."""
        container = container_of(stateful_set(resolved_of()))
        assert "redis-cli -e " in container["readinessProbe"]["exec"]["command"][-1]
        assert container["livenessProbe"]["exec"]["command"] == ["redis-cli", "ping"]

    def test_health(self) -> None:
        resolved = resolved_of()
        assert redis.health(resolved, LiveObjects()).reason == Reason.MISSING
        assert redis.health(resolved, LiveObjects([rolled_out(stateful_set(resolved))])).healthy


class TestExternal:
    def test_nothing_is_run(self) -> None:
        resolved = resolved_of(**EXTERNAL)
        assert redis.objects(resolved, facts_of(resolved)) == []

    def test_both_addresses_are_needed(self) -> None:
        live = LiveObjects(secrets={"elasticache": {"uri": "rediss://x"}})
        verdict = redis.health(resolved_of(**EXTERNAL), live)
        assert verdict.reason == Reason.SECRET_INCOMPLETE
        assert "lacks cache-uri" in verdict.message
        assert "spec.redis.external.secretName" in verdict.message

    def test_the_secret_is_missing_or_complete(self) -> None:
        resolved = resolved_of(**EXTERNAL)
        assert redis.health(resolved, LiveObjects()).reason == Reason.SECRET_MISSING
        data = {"uri": "rediss://x", "cache-uri": "rediss://y"}
        assert redis.health(resolved, LiveObjects(secrets={"elasticache": data})).healthy
