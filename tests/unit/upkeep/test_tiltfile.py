"""The Tiltfile as Starlark, against stand-ins of Tilt's functions that note what they were called with."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import starlark
import yaml

ROOT = Path(__file__).resolve().parents[3]
NAMES = ("resee-operator", "resee-backend", "resee-nginx", "resee-backup")
REFERENCES = {name: f"resee.local/{name}:0.1.0-abc" for name in NAMES}


@dataclass
class Tilt:
    """What the Tiltfile asked for: function name -> its calls, with arguments by position and by name."""

    calls: dict[str, list[tuple[tuple[Any, ...], dict[str, Any]]]] = field(default_factory=dict)

    def noting(self, name: str, answer: Callable[..., Any] = lambda *_, **__: None) -> Callable[..., Any]:
        def function(*arguments: Any, **options: Any) -> Any:
            self.calls.setdefault(name, []).append((arguments, options))
            return answer(*arguments, **options)

        return function

    def one(self, name: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
        (call,) = self.calls[name]
        return call

    def build(self, name: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The custom_build of one image."""
        (call,) = [call for call in self.calls["custom_build"] if call[0][0] == f"resee.local/{name}"]
        return call

    def applied(self) -> list[dict[str, Any]]:
        """The documents that were handed to Tilt as YAML."""
        texts = [call[0][0] for call in self.calls["k8s_yaml"]]
        return [json.loads(text) for text in texts if text.startswith("{")]


ANSWERS: dict[str, Callable[..., Any]] = {
    "read_json": lambda _path: REFERENCES,
    "read_yaml": lambda path: yaml.safe_load((ROOT / path).read_text()),
    "encode_yaml": json.dumps,
    "helm": lambda *_, **__: "the chart",
    "sync": lambda source, target: f"{source} -> {target}",
}
SILENT = (
    *("allow_k8s_contexts", "custom_build", "fall_back_on", "k8s_kind", "k8s_resource", "k8s_yaml"),
    *("local", "local_resource"),
)


@pytest.fixture
def tilt() -> Tilt:
    """Tilt after it has read the Tiltfile."""
    noted = Tilt()
    module = starlark.Module()
    for name in SILENT:
        module.add_callable(name, noted.noting(name))
    for name, answer in ANSWERS.items():
        module.add_callable(name, noted.noting(name, answer))
    dialect = starlark.Dialect.extended()
    program = starlark.parse("Tiltfile", (ROOT / "Tiltfile").read_text(), dialect=dialect)
    starlark.eval(module, program, starlark.Globals.standard())
    return noted


def test_only_the_development_cluster_is_allowed(tilt: Tilt) -> None:
    assert tilt.one("allow_k8s_contexts")[0] == ("kind-resee",)


@pytest.mark.parametrize("name", ["resee-operator", "resee-backend", "resee-nginx"])
def test_images_are_provided_by_devcluster(tilt: Tilt, name: str) -> None:
    (_, command), options = tilt.build(name)
    assert command.endswith(f"devcluster provide {name} $EXPECTED_REF")
    assert options["disable_push"] is options["skips_local_docker"] is True


@pytest.mark.parametrize("name", ["resee-operator", "resee-backend", "resee-nginx"])
def test_what_is_watched_exists_or_is_built(tilt: Tilt, name: str) -> None:
    built = {"app/frontend/dist"}
    for path in tilt.build(name)[1]["deps"]:
        assert path in built or (ROOT / path).exists(), path


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("resee-backend", "app/backend -> /app/backend"),
        ("resee-nginx", "app/frontend/dist -> /usr/share/nginx/html"),
    ],
)
def test_changed_code_reaches_the_running_pods(tilt: Tilt, name: str, step: str) -> None:
    assert step in tilt.build(name)[1]["live_update"]


def test_the_chart_is_installed_with_the_built_images(tilt: Tilt) -> None:
    (path,), options = tilt.one("helm")
    assert (ROOT / path / "Chart.yaml").exists()
    assert options["values"] == [".state/values.json"]
    assert {"kind": "Namespace", "name": options["namespace"]} in [
        {"kind": document["kind"], "name": document["metadata"]["name"]} for document in tilt.applied()
    ]


def test_the_example_may_be_changed_and_names_the_images_that_tilt_replaces(tilt: Tilt) -> None:
    (example,) = [document for document in tilt.applied() if document["kind"] == "ReseeDeployment"]
    assert example["spec"]["dev"] == {"liveUpdate": True}
    replaced = tilt.one("k8s_kind")[1]["image_json_path"]
    assert replaced == [f"{{.spec.images.{name}}}" for name in example["spec"]["images"]]
    assert set(example["spec"]["images"].values()) <= set(REFERENCES.values())


def test_the_example_is_valid(tilt: Tilt) -> None:
    from resee_operator.api.deployment import ReseeDeploymentSpec

    (example,) = [document for document in tilt.applied() if document["kind"] == "ReseeDeployment"]
    assert ReseeDeploymentSpec.model_validate(example["spec"]).dev
