"""The operator's settings: from the environment, with defaults, or one clear error."""

from __future__ import annotations

import pytest

from resee_operator import settings
from resee_operator.errors import UserError


def test_nothing_set_gives_the_defaults() -> None:
    loaded = settings.load({})

    assert loaded.namespaces == ()
    assert loaded.calls_in_flight == 8
    assert loaded.defaults.postgres_image == "postgres:15"


def test_every_value_can_be_set() -> None:
    loaded = settings.load(
        {
            "RESEE_NAMESPACES": "a, b,",
            "RESEE_REGISTRY": "registry.example",
            "RESEE_DEFAULT_VERSION": "9",
            "RESEE_METRICS_PORT": "0",
            "RESEE_RESYNC_SECONDS": "12.5",
            "RESEE_LEASE_NAMESPACE": "system",
            "RESEE_IDENTITY": "me",
        }
    )

    assert loaded.namespaces == ("a", "b")
    assert (loaded.defaults.registry, loaded.defaults.version) == ("registry.example", "9")
    assert (loaded.metrics_port, loaded.resync_seconds) == (0, 12.5)
    assert (loaded.lease_namespace, loaded.identity) == ("system", "me")


def test_two_replicas_never_have_one_name() -> None:
    assert settings.load({}).identity != settings.load({}).identity


def test_number_that_is_none_is_named() -> None:
    with pytest.raises(UserError, match="RESEE_WORKERS: 'many' is not a number; set a number"):
        settings.load({"RESEE_WORKERS": "many"})
