"""Children: their exit code is part of their output; and no program works on a newer server."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from resee_backup.errors import BackupError, Reason, TransientError, UserError
from resee_backup.tools import CHUNK, GATHER, Child, Tool, require_not_older


def fault(sentence: str) -> BackupError:
    """The error of a failed child in these tests."""
    return TransientError(Reason.DUMP_FAILED, sentence, where="test", remedy="none")


def shell(script: str, stall_seconds: float = 5, *, fed: bool = False) -> Child:
    """A child that runs a line of shell."""
    return Child(["/bin/sh", "-c", script], os.environ, stall_seconds, fault, fed=fed)


def test_the_output_of_a_good_child_ends() -> None:
    with shell("printf abc") as child:
        assert b"".join(child.output()) == b"abc"


def test_pages_are_gathered() -> None:
    begin = time.monotonic()
    with shell("dd if=/dev/zero bs=4096 count=4000 status=none") as child:
        sizes = [len(chunk) for chunk in child.output()]
    assert sum(sizes) == 4000 * 4096
    short = [size for size in sizes if size < CHUNK]
    assert len(short) <= (time.monotonic() - begin) / GATHER + 1


def test_a_failed_child_raises_after_its_last_byte_with_its_last_words() -> None:
    with shell("printf abc; echo 'relation is gone' >&2; exit 3") as child:
        output = child.output()
        assert next(output) == b"abc"
        with pytest.raises(TransientError, match="sh ended with exit code 3: relation is gone"):
            next(output)


def test_a_killed_child_is_not_an_end() -> None:
    with shell("printf abc; kill -9 $$") as child, pytest.raises(TransientError) as caught:
        list(child.output())
    assert caught.value.reason is Reason.TOOL_KILLED


def test_a_silent_child_is_given_up_and_ended() -> None:
    with (
        shell("printf abc; exec sleep 60", stall_seconds=0.1) as child,
        pytest.raises(TransientError) as caught,
    ):
        list(child.output())
    assert caught.value.reason is Reason.TOOL_STALLED
    assert child.ended


def test_a_child_takes_input_larger_than_a_pipe() -> None:
    data = bytes(3 * 1024 * 1024)
    with shell("test $(wc -c) -eq 3145728", fed=True) as child:
        child.take(data)
        child.finish()


def test_a_child_that_reads_nothing_is_given_up() -> None:
    with (
        shell("exec sleep 60", stall_seconds=0.1, fed=True) as child,
        pytest.raises(TransientError) as caught,
    ):
        child.take(bytes(8 * 1024 * 1024))
    assert caught.value.reason is Reason.TOOL_STALLED


def fake_tool(folder: Path, said: str) -> None:
    """A pg_dump in `folder` that says this about its version."""
    program = folder / "pg_dump"
    program.write_text(f"#!/bin/sh\necho '{said}'\n")
    program.chmod(0o755)


@pytest.mark.parametrize(
    ("said", "version", "major"),
    [
        ("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", "15.18", 15),
        ("pg_dump (PostgreSQL) 17beta2", "17beta2", 17),
    ],
)
def test_a_tool_knows_its_version(
    said: str, version: str, major: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_tool(tmp_path, said)
    monkeypatch.setenv("PATH", str(tmp_path))
    tool = Tool("pg_dump")
    assert (tool.version, tool.major) == (version, major)


def test_a_missing_tool_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="pg_dump is not installed"):
        Tool("pg_dump")


def test_something_else_under_the_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_tool(tmp_path, "hello")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="hello"):
        Tool("pg_dump")


@pytest.mark.parametrize(("tool", "server", "refused"), [(15, 15, False), (17, 15, False), (14, 15, True)])
def test_the_tool_must_not_be_older_than_the_server(tool: int, server: int, refused: bool) -> None:
    if not refused:
        require_not_older("pg_dump", tool, server, "db:5432/resee")
        return
    with pytest.raises(UserError) as caught:
        require_not_older("pg_dump", tool, server, "db:5432/resee")
    assert caught.value.reason is Reason.TOOL_TOO_OLD
    assert "PostgreSQL 15" in caught.value.remedy
