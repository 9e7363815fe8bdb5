"""What goes with every task: request id and measurement."""

import pytest
from celery import shared_task

from core import request_id
from core.redis import _client, cached, read_hash
from testing.services import free_port


@shared_task(name="core.tests.note")
def note(fail=False):
    if fail:
        raise ValueError("broken")
    return request_id.current.get()


def counted():
    return {field.rsplit("|", 1)[0] for field in read_hash(cached(), "metrics:tasks")}


def test_a_task_of_beat_is_followed_by_its_own_id():
    result = note.apply(task_id="0123456789abcdef")

    assert result.result == "0123456789abcdef"
    assert request_id.current.get() == "-"


@pytest.mark.parametrize(("fail", "state"), [(False, "SUCCESS"), (True, "FAILURE")])
def test_a_task_is_counted_by_its_final_state(fail, state):
    note.apply(args=(fail,))

    assert counted() == {f"run|core.tests.note|{state}", f"wait|core.tests.note|{state}"}


def test_a_task_is_not_disturbed_by_a_redis_that_is_away(settings, caplog):
    settings.CACHE_URL = f"redis://127.0.0.1:{free_port()}/1"
    _client.cache_clear()

    assert note.apply().successful()
    assert "is not counted: Redis does not answer" in caplog.text
