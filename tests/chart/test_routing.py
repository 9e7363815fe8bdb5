"""A real Alertmanager tells Slack of an alarm and of its end, in the times that docs/alarms.md promises.

Once routed as the AlertmanagerConfig says, once as the docs say for who has no Prometheus operator.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from resee_operator.components import Facts, alarms, monitoring
from resee_operator.stages import Resolved
from tests.support.alertmanager import Alertmanager, configuration
from tests.support.deployments import ROOT, production
from tests.support.slack import Message, Slack
from tests.support.wait import Budget, until

AT_ONCE, GATHERED, ALL_CLEAR = 10.0, 30.0, 60.0
"""Seconds: what is told without waiting may take, others are gathered for, an end is told within."""
SLACK_FILE = "/etc/alertmanager/slack/url"
ALARMS = {alarm.name: alarm for alarm in alarms.ALARMS}


def watched() -> Resolved:
    """A deployment whose alarms go to Slack."""
    return production(monitoring={"enabled": True}, notifications={"slack": {"secretName": "slack"}})


def by_the_operator(slack: Slack, folder: Path) -> dict[str, Any]:
    """What the Prometheus operator makes of the AlertmanagerConfig."""
    objects = monitoring.objects(watched(), Facts())
    (config,) = [one for one in objects if one["kind"] == "AlertmanagerConfig"]
    return configuration(config, slack.url)


def by_the_docs(slack: Slack, folder: Path) -> dict[str, Any]:
    """The configuration in docs/alarms.md, its Secret's file where the test can write."""
    text = (ROOT / "docs" / "alarms.md").read_text()
    (block,) = re.findall(r"```yaml\n(route:.*?)```", text, re.DOTALL)
    secret = folder / "url"
    secret.write_text(slack.url)
    assert SLACK_FILE in block
    found: dict[str, Any] = yaml.safe_load(block.replace(SLACK_FILE, str(secret)))
    return found


@pytest.fixture
def slack() -> Iterator[Slack]:
    with Slack() as made:
        yield made


@pytest.fixture(params=[by_the_operator, by_the_docs], ids=lambda param: param.__name__)
def alertmanager(request: pytest.FixtureRequest, slack: Slack, tmp_path: Path) -> Iterator[Alertmanager]:
    running = Alertmanager(tmp_path / "alertmanager", request.param(slack, tmp_path)).start()
    yield running
    running.stop()


def alert(name: str, *, over: bool = False) -> dict[str, Any]:
    """An alert as Prometheus sends it for a rule of the deployment that fires, or that has ended."""
    rule = ALARMS[name].rule(watched())
    now = datetime.now(UTC)
    return {
        "labels": {"alertname": name, **rule["labels"]},
        "annotations": rule["annotations"],
        "startsAt": (now - timedelta(seconds=over)).isoformat(),
        "endsAt": (now if over else now + timedelta(minutes=4)).isoformat(),
    }


def told(slack: Slack, title: str) -> Message:
    """Wait until Slack was told under this title, once, and with what to do."""

    def look() -> Message:
        (found,) = [message for message in slack.messages if message.title == title]
        return found

    message = until(look, Budget.ALARM)
    assert "shop/demo: " in message.text
    assert ALARMS[title.rpartition(" ")[2]].remedy in message.text
    return message


def test_slack_is_told_of_an_alarm_and_of_its_end_in_time(alertmanager: Alertmanager, slack: Slack) -> None:
    started = time.time()
    alertmanager.take(alert("ReseeDatabaseFailover"), alert("ReseeDiskFull"))
    assert told(slack, "FIRING critical: ReseeDatabaseFailover").at - started < AT_ONCE

    ended = time.time()
    alertmanager.take(alert("ReseeDatabaseFailover", over=True))
    assert GATHERED < told(slack, "FIRING warning: ReseeDiskFull").at - started < GATHERED + AT_ONCE
    assert told(slack, "RESOLVED critical: ReseeDatabaseFailover").at - ended < ALL_CLEAR + AT_ONCE
    assert len(slack.messages) == 3, slack.messages
