"""The start: a lease below Patroni's own least, and the shared settings told to a running cluster."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from patroni.config import Config

from resee_operator.components.postgres import patroni_config
from resee_patroni import start
from tests.support.deployments import production
from tests.unit.postgres_ha.member import serving

SHARED = patroni_config.shared(production(database={"provider": "Patroni"}))
NOBODY = "127.0.0.1:1"


@pytest.fixture(autouse=True)
def _login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRONI_RESTAPI_PASSWORD", "rest")


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Config:
    """Patroni's own configuration, with the start's change until the test ends."""
    monkeypatch.setattr(Config, "_validate_and_adjust_timeouts", Config._validate_and_adjust_timeouts)
    start.allow_short_lease()
    file = tmp_path / "patroni.json"
    file.write_text(json.dumps(patroni_config.render(production(database={"provider": "Patroni"}))))
    return Config(str(file))


class TestLease:
    def test_patroni_takes_it_as_it_is_written(self, config: Config) -> None:
        assert config.set_dynamic_configuration(dict(SHARED))
        assert (config["ttl"], config["loop_wait"], config["retry_timeout"]) == (12, 2, 5)

    def test_patroni_alone_would_not(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The day it does, the change can go."""
        monkeypatch.delenv("PATRONI_RESTAPI_PASSWORD")
        settings = dict(SHARED)
        Config._validate_and_adjust_timeouts(Config("{}", None), settings)
        assert settings["ttl"] == 20

    @pytest.mark.parametrize(
        "wrong",
        [{"ttl": 7}, {"retry_timeout": 2}, {"loop_wait": 0}, {"ttl": 12, "loop_wait": 3, "retry_timeout": 5}],
    )
    def test_one_that_would_be_lost_unnoticed_is_refused(self, config: Config, wrong: dict[str, int]) -> None:
        config.set_dynamic_configuration(dict(SHARED))
        assert not config.set_dynamic_configuration({**SHARED, **wrong})
        assert config["ttl"] == 12


class TestShare:
    def test_the_first_member_that_answers_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with serving(PATCH_config=(200, {})) as member, serving(PATCH_config=(200, {})) as other:
            monkeypatch.setenv("CLUSTER_MEMBERS", f"{NOBODY},{member.host},{other.host}")
            assert start.share({"ttl": 12})
        assert member.asked == [("PATCH /config", {"ttl": 12})]
        assert member.logins == {"Basic cGF0cm9uaTpyZXN0"}
        assert other.asked == []

    def test_one_that_refuses_is_passed_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with serving(PATCH_config=(409, {})) as member, serving(PATCH_config=(200, {})) as other:
            monkeypatch.setenv("CLUSTER_MEMBERS", f"{member.host},{other.host}")
            assert start.share({"ttl": 12})
        assert other.asked

    def test_a_new_cluster_has_nobody_to_tell(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CLUSTER_MEMBERS", f"{NOBODY},{NOBODY}")
        assert not start.share({"ttl": 12})
