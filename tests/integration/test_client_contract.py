"""One suite for both clusters: what the fake answers, a real API server answers as well."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any

import pytest

from resee_operator.kube.api import KubeApi, Preconditions, WatchEvent
from resee_operator.kube.errors import AlreadyExists, Conflict, Gone, NotFound
from resee_operator.kube.fake import FakeKube
from resee_operator.kube.resources import KINDS
from tests.integration.cluster import connected
from tests.support.wait import Budget

CONFIG = KINDS["ConfigMap"]
DEPLOYMENT = KINDS["Deployment"]


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """A connection that is left open is told by the test that left it."""
    yield
    gc.collect()


@pytest.fixture(params=["fake", "real"])
async def api(request: pytest.FixtureRequest) -> AsyncIterator[KubeApi]:
    """Each test runs on both."""
    if request.param == "fake":
        yield FakeKube()
    else:
        async with connected(request.getfixturevalue("server")) as client:
            yield client


@pytest.fixture
def home(request: pytest.FixtureRequest, api: KubeApi) -> str:
    """The namespace of the test."""
    return "default" if isinstance(api, FakeKube) else str(request.getfixturevalue("namespace"))


def config(namespace: str, name: str = "settings", **data: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "labels": {"app": "resee"}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def deployment(namespace: str, **spec: Any) -> dict[str, Any]:
    labels = {"app": "web"}
    container = {"name": "web", "image": "web:1", "env": [{"name": "A", "value": "1"}]}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"selector": {"matchLabels": labels}, "template": template, **spec},
    }


async def test_absent_object_is_none(api: KubeApi, home: str) -> None:
    assert await api.get(CONFIG, home, "absent") is None


async def test_create_returns_the_stored_object(api: KubeApi, home: str) -> None:
    stored = await api.create(config(home, a="1"))

    assert stored["data"] == {"a": "1"}
    assert stored["metadata"]["uid"]
    assert await api.get(CONFIG, home, "settings") == stored


async def test_second_create_is_refused(api: KubeApi, home: str) -> None:
    await api.create(config(home, a="1"))

    with pytest.raises(AlreadyExists):
        await api.create(config(home, a="2"))


async def test_apply_creates_and_changes(api: KubeApi, home: str) -> None:
    created = await api.apply(config(home, a="1"))
    changed = await api.apply(config(home, a="2"))

    assert changed["data"] == {"a": "2"}
    assert changed["metadata"]["uid"] == created["metadata"]["uid"]
    assert changed["metadata"]["resourceVersion"] != created["metadata"]["resourceVersion"]


async def test_apply_of_the_same_keeps_the_version(api: KubeApi, home: str) -> None:
    created = await api.apply(config(home, a="1"))
    again = await api.apply(config(home, a="1"))

    assert again["metadata"]["resourceVersion"] == created["metadata"]["resourceVersion"]


async def test_apply_removes_what_it_no_longer_names(api: KubeApi, home: str) -> None:
    await api.apply(config(home, a="1", b="2"))
    changed = await api.apply(config(home, a="1"))

    assert changed["data"] == {"a": "1"}


async def test_apply_leaves_what_others_wrote(api: KubeApi, home: str) -> None:
    await api.apply(config(home, a="1"))
    await api.patch(
        CONFIG, home, "settings", {"data": {"theirs": "x"}, "metadata": {"labels": {"team": "blue"}}}
    )
    changed = await api.apply(config(home, a="2"))

    assert changed["data"] == {"a": "2", "theirs": "x"}
    assert changed["metadata"]["labels"] == {"app": "resee", "team": "blue"}


async def test_apply_takes_a_field_back(api: KubeApi, home: str) -> None:
    await api.apply(config(home, a="1"))
    await api.patch(CONFIG, home, "settings", {"data": {"a": "theirs"}})
    changed = await api.apply(config(home, a="1"))

    assert changed["data"] == {"a": "1"}


async def test_apply_merges_keyed_lists(api: KubeApi, home: str) -> None:
    await api.apply(deployment(home, replicas=2))
    other = deployment(home)
    other["spec"]["template"]["spec"]["containers"] = [{"name": "sidecar", "image": "proxy:1"}]
    del other["spec"]["selector"]
    await api.apply(other, manager="injector")
    changed = await api.apply(deployment(home, replicas=3))

    containers = {item["name"]: item for item in changed["spec"]["template"]["spec"]["containers"]}
    assert containers.keys() == {"web", "sidecar"}
    assert containers["web"]["env"] == [{"name": "A", "value": "1"}]
    assert changed["spec"]["replicas"] == 3


async def test_apply_removes_an_item_of_a_keyed_list_whole(api: KubeApi, home: str) -> None:
    more = deployment(home)
    more["spec"]["template"]["spec"]["containers"][0]["env"].append({"name": "B", "value": "2"})
    await api.apply(more)
    changed = await api.apply(deployment(home))

    (container,) = changed["spec"]["template"]["spec"]["containers"]
    assert container["env"] == [{"name": "A", "value": "1"}]


async def test_dry_run_changes_nothing(api: KubeApi, home: str) -> None:
    await api.apply(config(home, a="1"))
    tried = await api.apply(config(home, a="2"), dry_run=True)

    assert tried["data"] == {"a": "2"}
    assert (await api.get(CONFIG, home, "settings") or {})["data"] == {"a": "1"}


async def test_generation_counts_changes_of_the_spec(api: KubeApi, home: str) -> None:
    first = await api.apply(deployment(home, replicas=1))
    await api.patch(DEPLOYMENT, home, "web", {"status": {"observedGeneration": 1}}, subresource="status")
    second = await api.apply(deployment(home, replicas=2))

    assert (first["metadata"]["generation"], second["metadata"]["generation"]) == (1, 2)
    assert second["status"]["observedGeneration"] == 1


async def test_status_patch_leaves_the_spec(api: KubeApi, home: str) -> None:
    await api.apply(deployment(home, replicas=2))
    change = {"spec": {"replicas": 9}, "status": {"replicas": 2, "observedGeneration": 1}}
    changed = await api.patch(DEPLOYMENT, home, "web", change, subresource="status")

    assert changed["spec"]["replicas"] == 2
    assert changed["status"]["replicas"] == 2


async def test_scale_sets_the_number_and_leaves_it_to_no_applier(api: KubeApi, home: str) -> None:
    made = await api.apply(deployment(home, replicas=2))
    await api.apply(deployment(home))
    version = (await api.get(DEPLOYMENT, home, "web") or made)["metadata"]["resourceVersion"]
    change = {"metadata": {"resourceVersion": version}, "spec": {"replicas": 5}}
    await api.patch(DEPLOYMENT, home, "web", change, subresource="scale")
    await api.apply(deployment(home, paused=True))
    found = await api.get(DEPLOYMENT, home, "web")
    assert found is not None
    assert found["spec"]["replicas"] == 5


async def test_scale_of_a_version_that_has_moved_on_is_a_conflict(api: KubeApi, home: str) -> None:
    old = await api.create(deployment(home, replicas=2))
    await api.apply(deployment(home, replicas=3))
    change = {"metadata": {"resourceVersion": old["metadata"]["resourceVersion"]}, "spec": {"replicas": 5}}
    with pytest.raises(Conflict):
        await api.patch(DEPLOYMENT, home, "web", change, subresource="scale")
    found = await api.get(DEPLOYMENT, home, "web")
    assert found is not None
    assert found["spec"]["replicas"] == 3


async def test_merge_patch_removes_by_null(api: KubeApi, home: str) -> None:
    await api.create(config(home, a="1", b="2"))
    changed = await api.patch(CONFIG, home, "settings", {"data": {"a": None}})

    assert changed["data"] == {"b": "2"}


async def test_patch_of_an_absent_object_is_not_found(api: KubeApi, home: str) -> None:
    with pytest.raises(NotFound):
        await api.patch(CONFIG, home, "absent", {"data": {"a": "1"}})


async def test_replace_needs_the_present_version(api: KubeApi, home: str) -> None:
    stored = await api.create(config(home, a="1"))
    await api.replace({**stored, "data": {"a": "2"}})

    with pytest.raises(Conflict):
        await api.replace({**stored, "data": {"a": "3"}})


async def test_delete_says_whether_something_was_there(api: KubeApi, home: str) -> None:
    await api.create(config(home, a="1"))

    assert await api.delete(CONFIG, home, "settings") is True
    assert await api.delete(CONFIG, home, "settings") is False


async def test_delete_with_another_uid_is_a_conflict(api: KubeApi, home: str) -> None:
    await api.create(config(home, a="1"))

    with pytest.raises(Conflict):
        await api.delete(CONFIG, home, "settings", Preconditions(uid="00000000-0000-0000-0000-000000000000"))


async def test_list_shows_what_the_selector_matches(api: KubeApi, home: str) -> None:
    await api.create(config(home, "one"))
    await api.create({**config(home, "two"), "metadata": {"name": "two", "namespace": home}})

    ours = [
        item["metadata"]["name"]
        async for page in api.list(CONFIG, home, selector="app=resee")
        for item in page.items
    ]
    others = [
        item["metadata"]["name"]
        async for page in api.list(CONFIG, home, selector="app!=resee")
        for item in page.items
    ]
    assert ours == ["one"]
    assert "two" in others
    assert "one" not in others


async def test_list_of_metadata_holds_no_data(api: KubeApi, home: str) -> None:
    await api.create(config(home, a="1"))

    pages = [page async for page in api.list(CONFIG, home, selector="app=resee", metadata_only=True)]
    (item,) = pages[0].items
    assert item["metadata"]["name"] == "settings"
    assert item["kind"] == "ConfigMap"
    assert "data" not in item


async def test_watch_tells_what_happens_after_a_version(api: KubeApi, home: str) -> None:
    stored = await api.create(config(home, a="1"))
    await api.patch(CONFIG, home, "settings", {"data": {"a": "2"}})
    await api.delete(CONFIG, home, "settings")

    seen: list[WatchEvent] = []
    since = stored["metadata"]["resourceVersion"]
    async with (
        asyncio.timeout(Budget.EVENT.seconds),
        aclosing(api.watch(CONFIG, home, since=since, selector="app=resee")) as events,
    ):
        async for event in events:
            seen.append(event)
            if event.type == "DELETED":
                break
    assert [event.type for event in seen] == ["MODIFIED", "DELETED"]
    assert seen[0].object["data"] == {"a": "2"}


async def test_watch_since_a_forgotten_version_is_gone(
    api: KubeApi, home: str, request: pytest.FixtureRequest
) -> None:
    stored = await api.create(config(home, a="1"))
    await api.patch(CONFIG, home, "settings", {"data": {"a": "2"}})
    if isinstance(api, FakeKube):
        await api.expire_versions()
    else:
        # A new server process knows no event from before its start.
        request.getfixturevalue("server").restart()

    with pytest.raises(Gone):
        await _first_event(api, home, stored["metadata"]["resourceVersion"])


async def _first_event(api: KubeApi, home: str, since: str) -> WatchEvent:
    async with (
        asyncio.timeout(Budget.EVENT.seconds),
        aclosing(api.watch(CONFIG, home, since=since)) as events,
    ):
        return await anext(events)
