"""A deployment's alarms fire when they should and are quiet otherwise, by Prometheus' own tool."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from resee_operator.components import alarms
from tests.chart.chart import FOLDER
from tests.support.deployments import production
from tests.support.promtool import Promtool, expectations

CASES = FOLDER / "alarms" / "deployment.yaml"


@pytest.fixture(scope="module")
def promtool() -> Promtool:
    return Promtool.built()


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """The rules of a deployment of stage Production, beside their tests."""
    file = tmp_path / "rules.yaml"
    file.write_text(yaml.safe_dump({"groups": alarms.groups(production())}))
    (tmp_path / CASES.name).write_text(CASES.read_text())
    return file


def test_they_are_valid(promtool: Promtool, rules: Path) -> None:
    promtool.check(rules)


def test_they_do_what_their_unit_tests_say(promtool: Promtool, rules: Path) -> None:
    promtool.test(rules.with_name(CASES.name))


def test_each_is_tested_firing_and_quiet() -> None:
    assert expectations(CASES) == {alarm.name: {True, False} for alarm in alarms.ALARMS}
