"""Slack messages for errors: news once, never a flood, never in the way."""

import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from core import slack
from core.redis import _client
from testing.budgets import TASK_RUNS, wait_until
from testing.services import free_port


@pytest.fixture
def channel(settings):
    """Texts that a webhook on loopback was sent."""
    texts = []

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self):
            texts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Webhook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SLACK_WEBHOOK_URL = f"http://127.0.0.1:{server.server_port}/hook/secret"
    yield texts
    server.shutdown()
    server.server_close()


@pytest.fixture
def logger():
    made = logging.getLogger("tests.slack")
    handler = slack.SlackHandler(logging.ERROR)
    made.addHandler(handler)
    yield made
    made.removeHandler(handler)


def arrived(channel, count):
    return wait_until(f"{count} messages", lambda: channel if len(channel) >= count else None, TASK_RUNS)


def test_an_error_says_where_and_what(channel, logger):
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        logger.exception("%s failed", "export")

    (text,) = arrived(channel, 1)
    assert (
        text == "[test] ERROR tests.slack (request -)\nexport failed\nZeroDivisionError('division by zero')"
    )


def test_the_same_error_is_told_once(channel, logger):
    for number in range(50):
        logger.error("export %s failed", number)
    logger.error("something else")

    assert [text.splitlines()[1] for text in arrived(channel, 2)] == ["export 0 failed", "something else"]


def test_a_storm_of_different_errors_is_cut(channel, logger):
    limiter = slack.Limiter()

    assert sum(limiter.allows(str(number)) for number in range(100)) == slack.PER_MINUTE


def test_limits_hold_over_processes():
    assert slack.Limiter().allows("one")
    assert not slack.Limiter().allows("one")


def test_limits_hold_without_redis(settings):
    settings.CACHE_URL = f"redis://127.0.0.1:{free_port()}/1"
    _client.cache_clear()
    limiter = slack.Limiter()

    assert [limiter.allows("one"), limiter.allows("one")] == [True, False]
    assert sum(limiter.allows(str(number)) for number in range(100)) == slack.PER_MINUTE - 1


def test_warnings_are_not_told(channel, logger):
    logger.warning("only a warning")
    logger.error("an error")

    assert ["an error" in text for text in arrived(channel, 1)] == [True]


def test_a_slack_that_is_away_is_a_warning_without_the_webhooks_address(settings, logger, caplog):
    settings.SLACK_WEBHOOK_URL = f"http://127.0.0.1:{free_port()}/hook/secret"

    logger.error("lost")

    wait_until("the warning", lambda: "Slack does not answer" in caplog.text, TASK_RUNS)
    assert "secret" not in caplog.text
