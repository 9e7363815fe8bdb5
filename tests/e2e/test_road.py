"""The whole road: calls go nginx -> Django -> PostgreSQL, tasks go Redis -> worker, and come back."""

from __future__ import annotations

import httpx
import pytest

from tests.e2e.deployments import Deployment
from tests.e2e.resee import Resee
from tests.support.wait import Budget, until


def test_health_ready_looks_at_its_dependencies(url: str) -> None:
    answer = httpx.get(f"{url}/api/health/ready/", timeout=Budget.PROCESS.seconds)

    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"


def test_a_user_registers_creates_and_reviews(url: str) -> None:
    user = Resee(url).sign_up()
    content_id = user.create_content("Forgetting curve")

    assert [row["content"]["id"] for row in user.today()] == [content_id]

    moved = user.complete(content_id)
    assert moved["interval_index"] == 1
    assert user.today() == []


def test_what_a_user_made_is_invisible_to_another(url: str) -> None:
    content_id = Resee(url).sign_up().create_content("Mine alone")
    stranger = Resee(url).sign_up()

    assert stranger.contents() == []
    with pytest.raises(httpx.HTTPStatusError) as refused:
        stranger.complete(content_id)
    assert refused.value.response.status_code in {400, 404}


def test_a_task_started_by_the_api_comes_back_with_its_result(url: str) -> None:
    user = Resee(url).sign_up()
    user.create_content("Exported")
    task = user.start_export()

    def finished() -> dict[str, object]:
        state = user.export(task)
        assert state["status"] == "done", state
        return state

    assert "Exported" in str(until(finished, Budget.PROCESS)["result"])


def test_the_page_and_djangos_static_files_are_served(url: str) -> None:
    page = httpx.get(f"{url}/reviews", timeout=Budget.PROCESS.seconds)
    style = httpx.get(f"{url}/static/admin/css/base.css", timeout=Budget.PROCESS.seconds)

    assert page.status_code == 200
    assert '<div id="root">' in page.text
    assert style.status_code == 200
    assert style.headers["content-type"].startswith("text/css")


def test_beat_fires_on_schedule(deployment: Deployment) -> None:
    def fired() -> None:
        log = deployment.kubectl("logs", f"deployment/{deployment.name}-beat", "--tail=-1")
        assert "Sending due task" in log, log[-400:]

    until(fired, Budget.POD)
