"""Request ids, the access line, the limit of a body."""

import json
import logging

import pytest

from config.logs import logging_config
from core.request_id import RequestIdFilter

LIVE = "/api/health/live/"
REGISTER = "/api/accounts/users/register/"


def test_a_given_id_goes_through_to_the_answer_and_the_log(client, caplog, db):
    caplog.handler.addFilter(RequestIdFilter())

    answer = client.post(REGISTER, {}, headers={"X-Request-ID": "abc-123-def"})

    assert answer["X-Request-ID"] == "abc-123-def"
    (line,) = [record for record in caplog.records if record.name == "resee.access"]
    assert (line.request_id, line.status, line.path) == ("abc-123-def", 400, REGISTER)
    assert line.milliseconds > 0


@pytest.mark.parametrize("given", ["short", "x" * 129, 'forged"} {"level": "ERROR', "a b c d e f g"])
def test_an_odd_id_is_replaced(client, given):
    answer = client.get(LIVE, headers={"X-Request-ID": given})

    assert answer["X-Request-ID"] != given
    assert len(answer["X-Request-ID"]) == 32


def test_requests_without_an_id_get_one_each(client):
    assert client.get(LIVE)["X-Request-ID"] != client.get(LIVE)["X-Request-ID"]


def test_probes_leave_no_line(client, caplog):
    client.get(LIVE)

    assert caplog.records == []


def test_a_deployment_may_ask_for_the_lines_of_probes(client, caplog, settings):
    settings.LOG_SKIP_PATHS = ("/metrics",)

    client.get(LIVE)

    assert [(line.path, line.status) for line in caplog.records] == [(LIVE, 200)]


@pytest.mark.parametrize("length", [21 * 1024 * 1024, "-1", "many"])
def test_a_body_above_the_limit_is_not_read(client, length):
    answer = client.generic("POST", REGISTER, b"{}", "application/json", CONTENT_LENGTH=str(length))

    assert answer.status_code == 413
    assert answer.json() == {"detail": "The body must not exceed 20971520 bytes."}


def test_a_log_line_is_one_json_object_with_the_request_id():
    configuration = logging_config("info", slack=False)
    logging.config.dictConfig({**configuration, "disable_existing_loggers": False})
    formatter = logging.getLogger().handlers[0].formatter
    record = logging.LogRecord("resee", logging.ERROR, __file__, 1, "two\nlines %s", ("x",), None)
    RequestIdFilter().filter(record)

    text = formatter.format(record)

    assert "\n" not in text
    line = json.loads(text)
    assert (line["level"], line["logger"], line["message"]) == ("ERROR", "resee", "two\nlines x")
    assert line["request_id"] == "-"
    assert line["time"].endswith("+00:00")


def test_slack_gets_errors_where_it_is_configured():
    configuration = logging_config("warning", slack=True)

    assert configuration["root"] == {"level": "WARNING", "handlers": ["stderr", "slack"]}
    assert configuration["handlers"]["slack"]["level"] == "ERROR"
