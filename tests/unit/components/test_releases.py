"""An upgrade of the operator restarts nothing: it makes of a deployment what its release made of it."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from resee_operator.components import Manifest
from resee_operator.settings import Settings
from tests.golden import releases
from tests.golden.releases import disturbances, made_of
from tests.support.deployments import container_of, find

LATER = "99.0.0"
"""The version of an operator that is newer than every release."""
FILES = sorted(releases.FOLDER.glob("*/*.yaml"))
REMEDY = (
    "an upgrade of the operator would restart Pods. Keep what the release made for deployments that run it; "
    "where the version is not released yet, run `make generate`"
)


def read(file: Path) -> tuple[Manifest, list[Manifest]]:
    resee, *objects = yaml.safe_load_all(file.read_text())
    return resee, objects


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_an_upgrade_restarts_nothing(file: Path) -> None:
    resee, before = read(file)
    assert list(disturbances(before, made_of(resee, LATER))) == [], REMEDY


def test_the_present_version_has_its_snapshot() -> None:
    present = {file for file in FILES if file.parent.name == releases.present_version()}
    assert present == set(releases.snapshots())


def test_the_operators_default_version_is_the_one_that_is_released() -> None:
    assert Settings().default_version == releases.present_version()


def test_a_new_deployment_gets_the_new_version() -> None:
    resee, _ = read(FILES[0])
    unpinned = {**resee, "status": {"version": None}}
    web = find(made_of(unpinned, LATER), "Deployment", "resee-web")
    assert container_of(web)["image"].endswith(f":{LATER}")


class TestDisturbances:
    """What the comparison must find, or it shows nothing."""

    @pytest.fixture
    def before(self) -> list[Manifest]:
        return read(releases.FOLDER / releases.present_version() / "custom.yaml")[1]

    @pytest.fixture
    def after(self, before: list[Manifest]) -> list[Manifest]:
        return deepcopy(before)

    def test_a_new_variable(self, before: list[Manifest], after: list[Manifest]) -> None:
        container_of(find(after, "Deployment", "resee-beat"))["env"].append({"name": "NEW", "value": "1"})
        assert list(disturbances(before, after)) == ["Deployment/resee-beat gets another Pod template"]

    def test_another_checksum(self, before: list[Manifest], after: list[Manifest]) -> None:
        template = find(after, "Deployment", "resee-worker-mail")["spec"]["template"]
        template["metadata"]["annotations"]["resee.io/checksum"] = "other"
        assert list(disturbances(before, after)) == ["Deployment/resee-worker-mail gets another Pod template"]

    def test_a_field_that_is_no_longer_set(self, before: list[Manifest], after: list[Manifest]) -> None:
        del find(after, "StatefulSet", "resee-postgres")["spec"]["template"]["spec"]["securityContext"]
        assert list(disturbances(before, after)) == ["StatefulSet/resee-postgres gets another Pod template"]

    def test_a_workload_of_another_name(self, before: list[Manifest], after: list[Manifest]) -> None:
        after.remove(find(after, "StatefulSet", "resee-redis"))
        assert list(disturbances(before, after)) == ["StatefulSet/resee-redis is deleted"]

    def test_a_field_that_cannot_change(self, before: list[Manifest], after: list[Manifest]) -> None:
        find(after, "StatefulSet", "resee-postgres")["spec"]["serviceName"] = "other"
        assert list(disturbances(before, after)) == [
            "StatefulSet/resee-postgres cannot change spec.serviceName"
        ]

    def test_no_more_than_that(self, before: list[Manifest], after: list[Manifest]) -> None:
        find(after, "Deployment", "resee-web")["metadata"]["labels"]["new"] = "label"
        assert list(disturbances(before, [*after, {"kind": "Job", "metadata": {"name": "new"}}])) == []
