"""The clone's `make up` is told by the bench alone."""

from __future__ import annotations

from pathlib import Path

from bench.road import environment_of


def test_the_make_that_started_the_bench_says_nothing_to_that_of_the_clone() -> None:
    ours = {
        "PATH": "/bin",
        "MAKEFLAGS": " -- ARGS=road",
        "ARGS": "road --cores 2",
        "RESEE_STATE_DIR": "/state",
    }

    environment = environment_of(ours, Path("/bench"), (18090, 18091))

    assert environment["ARGS"] == "--http-port 18090 --s3-port 18091"
    assert environment["PATH"] == "/bin"
    assert environment["GOCACHE"] == "/bench/go-build"
    assert environment.keys().isdisjoint({"MAKEFLAGS", "RESEE_STATE_DIR"})
