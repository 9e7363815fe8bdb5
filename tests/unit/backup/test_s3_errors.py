"""What botocore raises: each kind ends as a refusal for good or as something that may pass, with a remedy."""

from __future__ import annotations

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError
from urllib3.exceptions import ProtocolError

from resee_backup.destination.s3_errors import meaning, translated
from resee_backup.errors import Reason, TransientError, UserError

WHERE = "s3://bucket/demo"


def answered(code: str, status: int) -> ClientError:
    """An answer of the store."""
    document = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(document, "PutObject")


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (answered("AccessDenied", 403), "s3:PutObject"),
        (answered("SignatureDoesNotMatch", 403), "AWS_SECRET_ACCESS_KEY"),
        (answered("NoSuchBucket", 404), "Create the bucket"),
        (answered("PermanentRedirect", 301), "AWS_REGION"),
        (answered("SomethingOfAnotherStore", 403), "credentials"),
        (exceptions.NoCredentialsError(), "ServiceAccount"),
        (exceptions.PartialCredentialsError(provider="env", cred_var="x"), "AWS_ACCESS_KEY_ID"),
        (exceptions.NoRegionError(), "AWS_*"),
        (exceptions.ParamValidationError(report="bad bucket"), "AWS_*"),
    ],
)
def test_what_somebody_must_correct(error: Exception, remedy: str) -> None:
    found = meaning(error, WHERE)
    assert isinstance(found, UserError)
    assert found.reason is Reason.DESTINATION_REFUSED
    assert remedy in found.remedy
    assert found.where == WHERE


@pytest.mark.parametrize(
    "error",
    [
        answered("InternalError", 500),
        answered("SlowDown", 503),
        answered("RequestTimeout", 400),
        answered("TooManyRequests", 429),
        answered("NoSuchUpload", 404),
        exceptions.EndpointConnectionError(endpoint_url="http://s3"),
        exceptions.ReadTimeoutError(endpoint_url="http://s3"),
        exceptions.ConnectionClosedError(endpoint_url="http://s3"),
        exceptions.IncompleteReadError(actual_bytes=1, expected_bytes=2),
        exceptions.CredentialRetrievalError(provider="iam-role", error_msg="timeout"),
        ProtocolError("cut"),
        ConnectionResetError("cut"),
    ],
)
def test_what_may_pass(error: Exception) -> None:
    found = meaning(error, WHERE)
    assert isinstance(found, TransientError)
    assert found.reason is Reason.DESTINATION_UNREACHABLE


def test_what_is_not_the_stores_goes_through() -> None:
    with pytest.raises(ZeroDivisionError), translated(WHERE):
        raise ZeroDivisionError
