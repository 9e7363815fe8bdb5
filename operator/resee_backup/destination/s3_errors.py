"""What an object store's refusals mean: for good, or for now."""

from __future__ import annotations

from types import TracebackType

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
)
from urllib3.exceptions import HTTPError

from resee_backup.errors import BackupError, Reason, TransientError, UserError

REMEDIES = {
    "AccessDenied": "Allow s3:PutObject, GetObject, ListBucket, DeleteObject and AbortMultipartUpload there.",
    "AllAccessDisabled": "Open the bucket for these credentials.",
    "InvalidAccessKeyId": "Correct AWS_ACCESS_KEY_ID in the Secret.",
    "SignatureDoesNotMatch": "Correct AWS_SECRET_ACCESS_KEY in the Secret.",
    "ExpiredToken": "Renew the credentials.",
    "NoSuchBucket": "Create the bucket, or correct BACKUP_DESTINATION.",
    "PermanentRedirect": "Set AWS_REGION to the bucket's region.",
    "AuthorizationHeaderMalformed": "Set AWS_REGION to the bucket's region.",
    "KMS.NotFoundException": "Correct BACKUP_S3_KMS_KEY_ID.",
    "EntityTooLarge": "The object is larger than the store takes.",
}
UNREACHABLE = "Check the store's health, AWS_ENDPOINT_URL and the network; nothing was published."


class translated:  # noqa: N801 - reads as a verb where it is used
    """Turns what boto3 raises inside the `with` into a `BackupError` about one place."""

    def __init__(self, where: str) -> None:
        self._where = where

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, BotoCoreError | ClientError | HTTPError | OSError):
            raise meaning(error, self._where) from error


def meaning(error: Exception, where: str) -> BackupError:
    """The error that people read for one of boto3's."""
    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        said = str(error.response.get("Error", {}).get("Message", ""))
        what = f"The object store refuses {error.operation_name}: {code} {said}".strip()
        if code in REMEDIES:
            return UserError(Reason.DESTINATION_REFUSED, what, where=where, remedy=REMEDIES[code])
        return TransientError(Reason.DESTINATION_UNREACHABLE, what, where=where, remedy=UNREACHABLE)
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        remedy = "Give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role to the ServiceAccount."
        what = "No credentials for the object store were found"
        return UserError(Reason.DESTINATION_REFUSED, what, where=where, remedy=remedy)
    if isinstance(error, BotoCoreError) and not isinstance(error, HTTPClientError):
        remedy = "Correct the AWS_* variables."
        return UserError(Reason.DESTINATION_REFUSED, f"The client says: {error}", where=where, remedy=remedy)
    what = f"The object store does not answer: {error}"
    return TransientError(Reason.DESTINATION_UNREACHABLE, what, where=where, remedy=UNREACHABLE)
