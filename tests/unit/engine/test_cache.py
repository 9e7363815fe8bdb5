"""The cache in the order of events as a real cluster sends them, late and double ones included."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.engine.cache import Cache, SecretNames
from resee_operator.engine.queue import Key, Urgency
from resee_operator.engine.snapshot import Snapshot
from resee_operator.kube.resources import KINDS, RESEE

KEY = ("default", "demo")
CONFIG, POD, SECRET = KINDS["ConfigMap"], KINDS["Pod"], KINDS["Secret"]


class Woken:
    """Collects who was woken."""

    def __init__(self) -> None:
        self.keys: list[tuple[Key, Urgency]] = []
        self.topics: list[str] = []

    def __call__(self, key: Key, urgency: Urgency, delay: float, topic: str = "", /) -> None:
        del delay
        self.keys.append((key, urgency))
        self.topics.append(topic)

    def take(self) -> list[tuple[Key, Urgency]]:
        keys, self.keys = self.keys, []
        return keys


@pytest.fixture
def woken() -> Woken:
    return Woken()


@pytest.fixture
def cache(woken: Woken) -> Cache:
    return Cache(woken)


def child(
    version: int, kind: str = "ConfigMap", name: str = "demo-config", instance: str | None = "demo"
) -> Any:
    labels = {"app.kubernetes.io/instance": instance} if instance else {}
    metadata = {
        "name": name,
        "namespace": "default",
        "uid": "u",
        "resourceVersion": str(version),
        "labels": labels,
    }
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, "data": {"version": str(version)}}


def resee(version: int) -> Any:
    metadata = {"name": "demo", "namespace": "default", "uid": "r", "resourceVersion": str(version)}
    return {"apiVersion": RESEE.api_version, "kind": RESEE.kind, "metadata": metadata, "spec": {}}


def held(cache: Cache) -> str | None:
    found = Snapshot(cache, KEY).get("ConfigMap", "demo-config")
    return None if found is None else str(found["data"]["version"])


def test_new_version_wakes_its_deployment(cache: Cache, woken: Woken) -> None:
    cache.seen(CONFIG, child(1))
    assert woken.take() == [(KEY, Urgency.CHANGE)]
    cache.seen(CONFIG, child(2))

    assert woken.take() == [(KEY, Urgency.CHANGE)]
    assert held(cache) == "2"


def test_version_at_hand_wakes_nobody(cache: Cache, woken: Woken) -> None:
    cache.seen(CONFIG, child(2))
    woken.take()
    cache.seen(CONFIG, child(2))
    cache.seen(CONFIG, child(1))

    assert woken.take() == []
    assert held(cache) == "2"


def test_echo_of_our_own_write_wakes_nobody(cache: Cache, woken: Woken) -> None:
    cache.written(CONFIG, child(5))
    cache.seen(CONFIG, child(5))

    assert woken.take() == []
    assert held(cache) == "5"


def test_late_answer_does_not_take_the_cache_back(cache: Cache) -> None:
    cache.seen(CONFIG, child(6))
    cache.written(CONFIG, child(5))

    assert held(cache) == "6"


def test_answer_after_the_end_does_not_bring_the_object_back(cache: Cache, woken: Woken) -> None:
    cache.gone(CONFIG, ("default", "demo-config"), 6)
    cache.written(CONFIG, child(5))

    assert held(cache) is None
    assert woken.take() == [(KEY, Urgency.EDIT)]


def test_object_made_anew_after_its_end_is_seen(cache: Cache) -> None:
    cache.gone(CONFIG, ("default", "demo-config"), 6)
    cache.written(CONFIG, child(7))

    assert held(cache) == "7"


def test_end_of_an_older_object_of_that_name_is_ignored(cache: Cache) -> None:
    cache.seen(CONFIG, child(9))
    cache.gone(CONFIG, ("default", "demo-config"), 8)

    assert held(cache) == "9"


def test_deleted_child_is_urgent_and_a_pod_is_not(cache: Cache, woken: Woken) -> None:
    cache.seen(CONFIG, child(1))
    cache.seen(POD, child(2, "Pod", "demo-web-x"))
    woken.take()
    cache.gone(CONFIG, ("default", "demo-config"), 3)
    cache.gone(POD, ("default", "demo-web-x"), 4)

    assert woken.take() == [(KEY, Urgency.EDIT), (KEY, Urgency.CHANGE)]


def test_child_that_lost_its_label_is_missed(cache: Cache, woken: Woken) -> None:
    cache.seen(CONFIG, child(1))
    woken.take()
    cache.seen(CONFIG, child(2, instance=None))

    assert woken.take() == [(KEY, Urgency.EDIT)]
    assert held(cache) is None


def test_child_that_got_another_label_is_missed_here_and_found_there(cache: Cache, woken: Woken) -> None:
    cache.seen(CONFIG, child(1))
    woken.take()
    cache.seen(CONFIG, child(2, instance="other"))

    assert {key for key, _ in woken.take()} == {KEY, ("default", "other")}
    assert held(cache) is None


def test_list_forgets_what_it_does_not_show(cache: Cache, woken: Woken) -> None:
    cache.seen(CONFIG, child(1))
    cache.seen(CONFIG, child(2, name="kept"))
    woken.take()
    cache.listed(CONFIG, None, {("default", "kept")}, 5)

    assert held(cache) is None
    assert woken.take() == [(KEY, Urgency.EDIT)]


def test_list_keeps_what_is_newer_than_it(cache: Cache) -> None:
    cache.seen(CONFIG, child(9))
    cache.listed(CONFIG, None, set(), 5)

    assert held(cache) == "9"


def test_list_of_one_namespace_says_nothing_of_others(cache: Cache) -> None:
    cache.seen(CONFIG, child(1))
    cache.listed(CONFIG, "elsewhere", set(), 5)

    assert held(cache) == "1"


def test_snapshot_stays_as_it_was(cache: Cache) -> None:
    cache.seen(CONFIG, child(1))
    snapshot = Snapshot(cache, KEY)
    cache.seen(CONFIG, child(2))
    found = snapshot.get("ConfigMap", "demo-config")

    assert found is not None
    assert found["data"]["version"] == "1"


def test_resee_comes_and_goes(cache: Cache, woken: Woken) -> None:
    cache.seen(RESEE, resee(1))
    assert cache.deployments() == [KEY]
    cache.listed(RESEE, None, set(), 2)

    assert cache.deployments() == []
    assert woken.take() == [(KEY, Urgency.EDIT)] * 2


def test_edit_says_what_it_is_about(cache: Cache, woken: Woken) -> None:
    cache.seen(RESEE, {**resee(1), "spec": {"stage": "Local", "web": {"replicas": 1}}})
    cache.seen(RESEE, {**resee(2), "spec": {"stage": "Local", "web": {"replicas": 2}, "logLevel": "INFO"}})
    cache.seen(RESEE, {**resee(3), "spec": {"web": {"replicas": 2}, "logLevel": "INFO"}})
    cache.seen(RESEE, {**resee(4), "spec": {"web": {"replicas": 2}, "logLevel": "INFO"}})

    assert woken.topics == ["", "logLevel web", "stage", ""]


def test_edit_inside_the_answer_to_a_status_write_wakes(cache: Cache, woken: Woken) -> None:
    """The edit's own event comes after the answer, and is older than what is at hand by then."""
    cache.seen(RESEE, resee(1))
    woken.take()
    edited = {**resee(3), "spec": {"stage": "Prod"}, "status": {"observedGeneration": 1}}
    cache.written(RESEE, edited)

    assert woken.take() == [(KEY, Urgency.EDIT)]
    assert woken.topics[-1] == "stage"
    cache.seen(RESEE, {**resee(2), "spec": {"stage": "Prod"}})
    assert (cache.resee(KEY) or {})["spec"] == {"stage": "Prod"}


def test_answer_to_a_status_write_alone_wakes_nobody(cache: Cache, woken: Woken) -> None:
    cache.seen(RESEE, resee(1))
    woken.take()
    cache.written(RESEE, {**resee(2), "status": {"observedGeneration": 1}})

    assert woken.take() == []


def test_managed_fields_are_not_kept(cache: Cache) -> None:
    found = child(1)
    found["metadata"]["managedFields"] = [{"manager": "x" * 1000}]
    cache.seen(CONFIG, found)
    kept = Snapshot(cache, KEY).get("ConfigMap", "demo-config")

    assert kept is not None
    assert "managedFields" not in kept["metadata"]


def test_change_of_a_named_secret_wakes_who_names_it(cache: Cache, woken: Woken) -> None:
    names = SecretNames(cache)
    cache.name_secrets(KEY, ["theirs"])
    cache.keep_foreign_secret(("default", "theirs"), {"password": "old"})
    metadata = {"name": "theirs", "namespace": "default", "resourceVersion": "7"}
    names.seen(SECRET, {"kind": "Secret", "metadata": metadata})

    assert woken.take() == [(KEY, Urgency.EDIT)]
    with pytest.raises(KeyError):
        cache.foreign_secret(("default", "theirs"))


def test_deleted_named_secret_wakes_who_names_it(cache: Cache, woken: Woken) -> None:
    names = SecretNames(cache)
    cache.name_secrets(KEY, ["theirs"])
    metadata = {"name": "theirs", "namespace": "default", "resourceVersion": "7"}
    names.seen(SECRET, {"kind": "Secret", "metadata": metadata})
    woken.take()
    names.listed(SECRET, None, set(), 9)

    assert woken.take() == [(KEY, Urgency.EDIT)]


def test_secret_that_nobody_names_is_not_kept(cache: Cache) -> None:
    cache.keep_foreign_secret(("default", "theirs"), {"password": "x"})
    with pytest.raises(KeyError):
        cache.foreign_secret(("default", "theirs"))

    cache.name_secrets(KEY, ["theirs"])
    cache.keep_foreign_secret(("default", "theirs"), {"password": "x"})
    cache.forget(KEY)
    with pytest.raises(KeyError):
        cache.foreign_secret(("default", "theirs"))
