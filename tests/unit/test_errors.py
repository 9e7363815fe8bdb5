"""Errors say what is wrong, where, and what to do; and which family they are of."""

from __future__ import annotations

import pytest

from resee_operator.errors import InvalidSpec, NotSupported, ReseeError, TransientError, UserError


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            ReseeError("is full", field="spec.x", object="Secret/a", remedy="empty it"),
            "Secret/a spec.x: is full; empty it",
        ),
        (TransientError("does not answer", object="Service/a"), "Service/a: does not answer"),
        (ReseeError("is odd", remedy="look"), "is odd; look"),
        (InvalidSpec("spec.stage", "local", "write Local"), "spec.stage: 'local' is not valid; write Local"),
        (InvalidSpec("spec.x", 1, "remove it", "is unknown"), "spec.x: is unknown; remove it"),
        (
            NotSupported("spec.database.provider", "RDS", ("A", "B")),
            "spec.database.provider: 'RDS' is not supported by this version of the operator; set one of A, B",
        ),
    ],
)
def test_sentences(error: ReseeError, sentence: str) -> None:
    assert str(error) == sentence


def test_parts() -> None:
    error = InvalidSpec("spec.stage", "local", "write Local")
    assert (error.field, error.value, error.remedy, error.object) == (
        "spec.stage",
        "local",
        "write Local",
        "",
    )


@pytest.mark.parametrize("kind", [InvalidSpec, NotSupported])
def test_what_you_must_act_upon(kind: type[ReseeError]) -> None:
    assert issubclass(kind, UserError)
    assert not issubclass(kind, TransientError)
