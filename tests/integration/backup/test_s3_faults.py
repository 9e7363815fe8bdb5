"""An object store that refuses, fails, hangs or cuts at each call of a dump: nothing half is published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.integration.backup.program import NAME, Place, Program, assert_nothing_published
from tests.support.proxy import Fault, HttpProxy, Rule
from tests.support.s3 import S3Server

Call = Callable[[str, str], bool]


def begins(method: str, path: str) -> bool:
    """CreateMultipartUpload."""
    return method == "POST" and "uploads" in path


def third_part(method: str, path: str) -> bool:
    """UploadPart number 3: the archive has about seven."""
    return method == "PUT" and "partNumber=3&" in f"{path}&"


def completes(method: str, path: str) -> bool:
    """CompleteMultipartUpload."""
    return method == "POST" and "uploadId=" in path


def aborts(method: str, path: str) -> bool:
    """AbortMultipartUpload."""
    return method == "DELETE" and "uploadId=" in path


def puts(name: str) -> Call:
    """PutObject of one of the small documents."""
    return lambda method, path: method == "PUT" and path.partition("?")[0].endswith(f"/{name}")


CALLS = {
    "started": puts("started.json"),
    "begins": begins,
    "third_part": third_part,
    "completes": completes,
    "globals": puts("globals.sql"),
    "manifest": puts("manifest.json"),
}


def behind(program: Program, proxy: HttpProxy) -> Program:
    """The program with the proxy as its endpoint."""
    environment = {**program.place.environment, "AWS_ENDPOINT_URL": proxy.url}
    return replace(program, place=replace(program.place, environment=environment))


@pytest.mark.parametrize("call", CALLS)
def test_a_call_is_denied(in_bucket: Program, bucket: Place, s3: S3Server, call: str) -> None:
    with HttpProxy(s3.port, Rule(CALLS[call], (403, "AccessDenied"))) as proxy:
        outcome = behind(in_bucket, proxy).run("dump")
    assert_nothing_published(outcome, bucket, 2, "DestinationRefused")
    assert "s3:PutObject" in outcome.result["remedy"]


@pytest.mark.parametrize("fault", [(500, "InternalError"), Fault.CUT, Fault.HOLD])
@pytest.mark.parametrize("call", CALLS)
def test_a_call_fails_for_good(
    in_bucket: Program, bucket: Place, s3: S3Server, call: str, fault: Fault | tuple[int, str]
) -> None:
    with HttpProxy(s3.port, Rule(CALLS[call], fault)) as proxy:
        hasty = behind(in_bucket, proxy).with_settings(BACKUP_S3_TIMEOUT_SECONDS="2")
        outcome = hasty.run("dump")
    assert_nothing_published(outcome, bucket, 1, "DestinationUnreachable")


@pytest.mark.parametrize("call", CALLS)
def test_a_call_fails_once(in_bucket: Program, bucket: Place, s3: S3Server, call: str) -> None:
    rule = Rule(CALLS[call], (503, "SlowDown"), times=1)
    with HttpProxy(s3.port, rule) as proxy:
        outcome = behind(in_bucket, proxy).run("dump")
    assert rule.seen
    assert outcome.code == 0, outcome.log
    assert f"{NAME}/{outcome.backup}/manifest.json" in bucket.files()


def test_parts_that_cannot_be_aborted_are_no_backup(in_bucket: Program, bucket: Place, s3: S3Server) -> None:
    rules = (Rule(third_part, (403, "AccessDenied")), Rule(aborts, (403, "AccessDenied")))
    with HttpProxy(s3.port, *rules) as proxy:
        outcome = behind(in_bucket, proxy).run("dump")
    assert outcome.result["reason"] == "DestinationRefused"
    assert "until prune removes them" in outcome.log
    assert bucket.files() == []
    assert len(bucket.uploads()) == 1


def test_a_store_that_is_away(in_bucket: Program, bucket: Place) -> None:
    outcome = in_bucket.with_settings(AWS_ENDPOINT_URL="http://127.0.0.1:1").run("dump")
    assert_nothing_published(outcome, bucket, 1, "DestinationUnreachable")


@pytest.mark.parametrize(
    ("variable", "value", "remedy"),
    [
        ("AWS_ACCESS_KEY_ID", "stranger", "credentials in the Secret"),
        ("AWS_SECRET_ACCESS_KEY", "wrong-secret", "AWS_SECRET_ACCESS_KEY"),
        ("AWS_ACCESS_KEY_ID", "", "or a role to the ServiceAccount"),
        ("BACKUP_DESTINATION", "s3://no-such-bucket/x", "Create the bucket"),
    ],
)
def test_what_somebody_must_correct(
    in_bucket: Program, bucket: Place, variable: str, value: str, remedy: str
) -> None:
    program = in_bucket.with_settings(HOME="/nonexistent", **{variable: value})
    outcome = program.run("dump")
    assert_nothing_published(outcome, bucket, 2, "DestinationRefused")
    assert remedy in outcome.result["remedy"]


def test_reading_back_fails(in_bucket: Program, s3: S3Server) -> None:
    """The archive is whole, but the verification never saw it: no mark, and the command failed."""
    rule = Rule(lambda method, path: method == "GET" and "database.dump" in path, Fault.CUT)
    with HttpProxy(s3.port, rule) as proxy:
        outcome = behind(in_bucket, proxy).run("dump")
    assert (outcome.code, outcome.result["reason"]) == (1, "DestinationUnreachable")
    assert "verification.json" not in str(in_bucket.place.files())
    assert in_bucket.run("verify").code == 0


def test_a_backup_stays_a_success_when_old_ones_cannot_be_removed(in_bucket: Program, s3: S3Server) -> None:
    only_the_last = {f"BACKUP_KEEP_{rule}": "0" for rule in ("DAILY", "WEEKLY", "MONTHLY")}
    program = in_bucket.with_settings(BACKUP_KEEP_LAST="1", **only_the_last)
    program.run("dump")
    with HttpProxy(s3.port, Rule(lambda method, _: method == "DELETE", (403, "AccessDenied"))) as proxy:
        outcome = behind(program, proxy).run("dump", "--prune")
    assert (outcome.code, outcome.result["ok"]) == (0, True), outcome.log
    assert "AccessDenied" in outcome.result["warnings"][0]


def test_encryption_is_asked_for_with_every_object(in_bucket: Program, s3: S3Server) -> None:
    """That the store encrypts is the store's affair; that each write asks for it is ours."""
    with HttpProxy(s3.port) as proxy:
        outcome = behind(in_bucket, proxy).with_settings(BACKUP_S3_ENCRYPTION="AES256").run("dump")
    assert outcome.code == 0, outcome.log
    writes = [request for request in proxy.requests if makes_an_object(request.method, request.path)]
    assert len(writes) == 5
    assert {request.headers.get("x-amz-server-side-encryption") for request in writes} == {"AES256"}


def makes_an_object(method: str, path: str) -> bool:
    """PutObject and CreateMultipartUpload; parts inherit what the upload began with."""
    return begins(method, path) or (method == "PUT" and "partNumber=" not in path)
