"""Checks of alert rules, their unit tests and single PromQL expressions by Prometheus' own tool."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from devcluster import binaries


@dataclass(frozen=True)
class Promtool:
    """The program, built by devcluster when it is first asked for."""

    program: Path

    @classmethod
    def built(cls) -> Promtool:
        return cls(binaries.ensure("promtool"))

    def check(self, rules: Path) -> None:
        """Fail where a file of rules is not valid, holds a rule twice, or asks for what nobody writes so."""
        self._run("check", "rules", "--lint=all", "--lint-fatal", str(rules))

    def test(self, cases: Path) -> None:
        """Run a file of unit tests; it names its rules by `rule_files`, relative to itself."""
        self._run("test", "rules", str(cases))

    def check_expressions(self, expressions: Iterable[str], folder: Path) -> None:
        """Fail where one of the PromQL expressions, such as a dashboard's, cannot be parsed."""
        rules = [{"record": f"expression:{n}", "expr": text} for n, text in enumerate(expressions)]
        file = folder / "expressions.yaml"
        file.write_text(yaml.safe_dump({"groups": [{"name": "expressions", "rules": rules}]}))
        self.check(file)

    def _run(self, *arguments: str) -> None:
        done = subprocess.run([str(self.program), *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"promtool {' '.join(arguments)}:\n{done.stdout}{done.stderr}"


def alerts(rules: Path) -> set[str]:
    """Names of the alerts of a file of rules."""
    groups = yaml.safe_load(rules.read_text())["groups"]
    return {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule}


def expectations(cases: Path) -> Mapping[str, set[bool]]:
    """For each alert that a file of unit tests names, whether it is expected to fire: once, not, or both."""
    found: dict[str, set[bool]] = {}
    for test in yaml.safe_load(cases.read_text())["tests"]:
        for case in test.get("alert_rule_test", ()):
            found.setdefault(case["alertname"], set()).add(bool(case.get("exp_alerts")))
    return found
