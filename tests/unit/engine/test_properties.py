"""What holds for any manifest: an applied object has no difference, and a plan applied twice is empty."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from resee_operator.engine.diff import compare, plan_object, stamp
from resee_operator.engine.trim import Packer, trim
from resee_operator.kube.merge import merge, merge_patch

names = st.sampled_from(["a", "b", "c", "d"])
leaves = st.one_of(st.integers(1, 99), st.booleans(), st.text("xyz", min_size=1, max_size=5))
data = st.dictionaries(names, st.text("xyz", max_size=5), max_size=4)


@st.composite
def containers(draw: st.DrawFn) -> list[dict[str, Any]]:
    made = []
    for name in draw(st.lists(names, unique=True, min_size=1, max_size=3)):
        variables = draw(st.dictionaries(names, st.text("xyz", min_size=1, max_size=4), max_size=3))
        env = [{"name": key, "value": value} for key, value in variables.items()]
        made.append(
            {"name": name, "image": draw(leaves), "env": env, "args": draw(st.lists(leaves, max_size=3))}
        )
    return made


@st.composite
def manifests(draw: st.DrawFn) -> dict[str, Any]:
    """A Deployment of random fields."""
    metadata = {"name": "x", "namespace": "default", "labels": draw(data)}
    pod = {"containers": draw(containers()), "nodeSelector": draw(data)}
    spec = {
        "replicas": draw(st.integers(0, 9)),
        "template": {"metadata": {"labels": draw(data)}, "spec": pod},
    }
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


def applied(wanted: dict[str, Any], to: dict[str, Any] | None = None) -> dict[str, Any]:
    """The object after a server-side apply with force."""
    live = copy.deepcopy(to or {})
    merge(live, copy.deepcopy(wanted))
    live["metadata"] |= {"uid": "u", "resourceVersion": "1"}
    return live


@given(manifests())
def test_applied_object_does_not_differ(wanted: dict[str, Any]) -> None:
    assert compare(wanted, applied(wanted)) == ()


@given(manifests(), manifests())
def test_plan_applied_twice_is_empty(wanted: dict[str, Any], before: dict[str, Any]) -> None:
    stamped = stamp(wanted)
    live = applied(stamped, to=applied(stamp(before)))

    assert plan_object(stamped, live) == (None, ())


@given(manifests(), manifests())
def test_what_differs_is_found(wanted: dict[str, Any], live: dict[str, Any]) -> None:
    same = applied(wanted, to=live) == applied(live)
    found = compare(wanted, applied(live))

    assert same == (found == ()) or all(not change.new for change in found)


@given(manifests(), manifests())
def test_merge_patch_of_the_found_fields_is_what_apply_would_do(
    wanted: dict[str, Any], live: dict[str, Any]
) -> None:
    once = applied(wanted, to=live)

    assert merge_patch(once, {}) == once
    assert applied(wanted, to=once) == once


@settings(max_examples=30)
@given(st.lists(manifests(), min_size=1, max_size=5))
def test_packed_objects_come_back_whole(found: list[dict[str, Any]]) -> None:
    packer = Packer()
    trimmed = [trim(copy.deepcopy(item)) for item in found]
    packed = [packer.pack(item) for item in trimmed]

    assert [packer.unpack(item) for item in packed] == trimmed
